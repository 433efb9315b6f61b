"""A library that is not installed is named together with the extra that brings it."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib

import pytest
from places import ROOT

import rulekit
from rulekit import extras
from rulekit.errors import MissingExtraError
from rulekit.extras import missing_extra

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]
DISTRIBUTIONS = {"sklearn": "scikit-learn", "scipy": "scikit-learn"}  # scikit-learn brings SciPy


def names(requirements):
    return {re.split(r"[\[<>=~! ]", requirement)[0] for requirement in requirements}


@pytest.mark.parametrize(("library", "extra"), sorted(extras._OF_LIBRARY.items()))
def test_the_extra_that_is_named_brings_the_library(library, extra):
    assert DISTRIBUTIONS.get(library, library) in names(EXTRAS[extra])


@pytest.mark.parametrize("extra", sorted(set(extras._OF_VERB.values())))
def test_the_extra_of_a_verb_brings_numpy(extra):
    assert "numpy" in names(EXTRAS[extra])


@pytest.mark.parametrize(
    ("module", "verb", "extra"),
    [
        ("numpy", "audit", "reports"),
        ("numpy", "induce", "induction"),
        ("numpy", None, "induction"),
        ("numpy.linalg", "quantise", "kernel"),
        ("jinja2", "induce", "reports"),
        ("cryptography.hazmat", "audit", "law"),
    ],
)
def test_the_verb_decides_for_numpy_alone(module, verb, extra):
    error = missing_extra(ModuleNotFoundError(name=module), verb)
    assert (error.library, error.extra) == (module.partition(".")[0], extra)
    assert error.hint == f"pip install 'rulekit-engine[{extra}]'"


def test_a_module_of_nobody_is_not_explained_away():
    assert missing_extra(ModuleNotFoundError(name="rulekit.nowhere"), "audit") is None
    assert missing_extra(ModuleNotFoundError()) is None


WITHOUT_NUMPY = """
import sys
sys.modules["numpy"] = None
"""


def test_a_verb_of_the_library_names_its_extra():
    code = WITHOUT_NUMPY + "import rulekit\nrulekit.induce"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert ended.stderr.rstrip().endswith("hint: pip install 'rulekit-engine[induction]'"), ended.stderr
    assert "MissingExtraError" in ended.stderr


def test_a_verb_of_the_command_line_names_its_extra():
    code = (
        WITHOUT_NUMPY
        + "sys.argv = ['rulekit', 'audit', 'x', '--out', 'y.html']\nfrom rulekit.cli import main\nmain()"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr == "error: numpy is not installed\n  hint: pip install 'rulekit-engine[reports]'\n"


def test_the_public_error_is_ours():
    assert issubclass(MissingExtraError, rulekit.RulekitError)


def test_all_is_every_extra_for_users():
    listed = re.search(r"\[(.*)\]", EXTRAS["all"][0])[1].split(",")
    assert sorted(listed) == sorted(set(EXTRAS) - {"all", "docs", "dev", "bench"})
