"""The front door: what ``import rulekit`` gives."""

from __future__ import annotations

import ast
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import rulekit
from rulekit import errors

SOURCE = Path(str(rulekit.__file__)).read_text(encoding="utf-8")
VERBS = """load induce induce_classes check diff compile decide explain audit replay quantise bench enact approve
repeal rollback open_log verify_log expr read_artifact"""


def for_type_checkers() -> dict[str, str]:
    """The module of each name that the block under TYPE_CHECKING imports."""
    block = next(node for node in ast.parse(SOURCE).body if isinstance(node, ast.If))
    assert ast.unparse(block.test) == "TYPE_CHECKING"
    found = {}
    for node in [node for node in block.body if isinstance(node, ast.ImportFrom)]:
        (alias,) = node.names
        assert alias.asname == alias.name  # else a strict checker does not re-export it
        assert alias.name not in found
        found[alias.name] = str(node.module)
    return found


def test_type_checkers_see_the_names_that_programs_get() -> None:
    modules = dict.fromkeys(rulekit._MODULES, "rulekit")
    assert for_type_checkers() == {**modules, **rulekit._HOME_OF}


@pytest.mark.parametrize(
    ("module", "name"),
    [("reference", "decide"), ("sklearn", "RuleClassifier"), ("testing", "TargetContract")],
)
def test_public_modules_need_no_import_of_their_own(module: str, name: str) -> None:
    code = f"import rulekit; print(rulekit.{module}.{name}.__name__)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.stdout.strip(), done.stderr) == (name, "")


@pytest.mark.parametrize("name", sorted(rulekit._HOME_OF))
def test_every_name_is_defined_where_the_list_says(name: str) -> None:
    thing = getattr(rulekit, name)
    assert thing is getattr(import_module(rulekit._HOME_OF[name]), name)
    if isinstance(thing, type) or callable(thing):
        assert getattr(thing, "__module__", rulekit._HOME_OF[name]) in {
            rulekit._HOME_OF[name],
            "types",
            "typing",
        }


def test_every_verb_is_there_and_says_what_it_does() -> None:
    for verb in VERBS.split():
        assert callable(getattr(rulekit, verb)), verb
        assert getattr(rulekit, verb).__doc__, verb


def test_every_error_is_there() -> None:
    named = {name for name in vars(errors) if name.endswith("Error")}
    assert named <= set(rulekit.__all__)


def test_all_and_dir_agree() -> None:
    assert dir(rulekit) == sorted(set(rulekit.__all__))
    assert len(rulekit.__all__) == len(set(rulekit.__all__))


def test_the_version_is_that_of_the_distribution() -> None:
    assert rulekit.__version__ == import_module("rulekit.version").VERSION


def test_a_name_that_is_not_there() -> None:
    with pytest.raises(AttributeError, match="module 'rulekit' has no attribute 'indcue'"):
        _ = rulekit.indcue
    with pytest.raises(ImportError):
        from rulekit import indcue  # noqa: F401


def test_a_name_is_looked_up_once(monkeypatch: pytest.MonkeyPatch) -> None:
    assert rulekit.Ruleset is rulekit.__dict__["Ruleset"]
    monkeypatch.setattr(rulekit, "import_module", None)
    assert rulekit.Ruleset.__name__ == "Ruleset"


def test_importing_imports_no_library() -> None:
    probe = (
        "import sys; import rulekit\n"
        "heavy = {'polars', 'numpy', 'pydantic', 'ruamel', 'typer', 'sklearn', 'numba'} & set(sys.modules)\n"
        "ours = [name for name in sys.modules if name.startswith('rulekit.')]\n"
        "print(sorted(heavy), ours)"
    )
    run = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[] []"
