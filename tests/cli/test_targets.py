"""``rulekit targets`` and ``rulekit schema`` as a user types them."""

import dataclasses
import json

import pytest
from places import ROOT

from rulekit.cli.targets import markdown, support
from rulekit.errors import MissingExtraError
from rulekit.ir.ruleset import HitPolicy
from rulekit.ir.schema import DType
from rulekit.targets import targets
from rulekit.targets.base import Capabilities

README = ROOT / "README.md"


@pytest.fixture
def run(typed, law_and_events):
    """Run a command line in a folder with a law and events."""
    return typed


@pytest.fixture
def added():
    """Return a function that adds a target like ``polars``, changed, for the time of the test."""
    names = []

    def add(name, **changes):
        targets.add(name, dataclasses.replace(targets.get("polars"), name=name, **changes))
        names.append(name)

    yield add
    for name in names:
        targets.remove(name)


def test_targets_fit_a_terminal_and_name_each(run):
    code, out, _ = run("targets")
    lines = out.splitlines()
    assert code == 0
    assert lines[0].split("  ")[0] == "target"
    assert max(map(len, lines)) <= 80
    for name in targets.names():
        assert sum(line.split()[0] == name for line in lines) == 1
        assert targets.get(name).summary in " ".join(out.split())


def test_targets_as_json_are_the_capabilities(run):
    code, out, _ = run("targets --json")
    document = json.loads(out)
    assert (code, [each["target"] for each in document]) == (0, list(targets.names()))
    assert document == [support(targets.get(name)) for name in targets.names()]
    polars = next(each for each in document if each["target"] == "polars")
    assert polars["dtypes"] == sorted(DType)
    assert (polars["installed"], polars["install"], polars["prescale"], polars["hits"]) == (
        True,
        None,
        False,
        True,
    )


def test_targets_say_what_is_lacking_and_how_to_install_it(run, added):
    can = Capabilities(
        numerics=frozenset({"fixed"}),
        hit_policies=frozenset(HitPolicy) - {HitPolicy.SCORE},
        dtypes=frozenset({DType.BOOL}),
        prescale=True,
        hits=False,
    )
    added("limited", capabilities=can, absent=lambda: MissingExtraError("a library", "room"))
    _, out, _ = run("targets")
    lines = out.splitlines()
    place = next(number for number, line in enumerate(lines) if line.startswith("limited"))
    cells = [cell.strip() for cell in lines[place].split("  ") if cell.strip()]
    assert cells == ["limited", "fixed", "all but score", "bool", "no", "yes", "no"]
    assert "pip install 'rulekit-engine[room]'" in out
    away = support(targets.get("limited"))
    assert (away["installed"], away["hits"], away["dtypes"]) == (False, False, ["bool"])
    assert away["install"] == "a library is not installed; pip install 'rulekit-engine[room]'"
    assert max(map(len, lines)) <= 80


def test_the_readme_has_the_table(run):
    code, out, _ = run("targets --markdown")
    text = README.read_text(encoding="utf-8")
    table = text.split("<!-- targets -->\n", 1)[1].split("<!-- /targets -->", 1)[0]
    assert (code, out) == (0, table), "paste what `rulekit targets --markdown` prints"
    assert markdown([targets.get("python")]).splitlines()[2].startswith("| `python` | ")


def test_targets_takes_no_arguments(run):
    code, out, err = run("targets polars")
    assert (code, out) == (2, "")
    assert "unexpected extra argument" in err.lower()


def test_schema_is_json_schema(run):
    code, out, _ = run("schema")
    schema = json.loads(out)
    assert (code, schema["$schema"], "hit_policy" in schema["required"]) == (
        0,
        "https://json-schema.org/draft/2020-12/schema",
        True,
    )
