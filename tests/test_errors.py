from __future__ import annotations

import importlib
import inspect
import pkgutil
import re

import pytest

from rulekit import errors
from rulekit.errors import (
    ClauseError,
    EventError,
    LawError,
    LogError,
    MissingExtraError,
    MissingToolError,
    ParseError,
    Refusal,
    RulekitError,
    UnsupportedError,
    Where,
)


def test_the_tree_in_the_docstring_is_the_tree() -> None:
    drawn: list[tuple[int, str]] = [
        (len(indent), name)
        for indent, name in re.findall(r"^([ |`-]*)(\w+Error)\b", str(errors.__doc__), re.MULTILINE)
    ]
    parents = {}
    for place, (depth, name) in enumerate(drawn):
        above = [other for other in drawn[:place] if other[0] < depth]
        parents[name] = above[-1][1] if above else "Exception"
    real = {
        name: kind.__bases__[0].__name__
        for name, kind in inspect.getmembers(errors, inspect.isclass)
        if issubclass(kind, Exception)
    }
    assert parents == real


def exception_classes() -> dict[str, type[Exception]]:
    """Every exception class that a module of ours defines, by module and name."""
    found = {}
    for package in ("rulekit", "rulekit_adapters"):
        root = importlib.import_module(package)
        for module in pkgutil.walk_packages(root.__path__, f"{package}."):
            if not module.name.endswith(".__main__"):
                loaded = importlib.import_module(module.name)
                found |= {
                    f"{module.name}.{name}": kind
                    for name, kind in inspect.getmembers(loaded, inspect.isclass)
                    if kind.__module__ == module.name
                    and issubclass(kind, Exception)
                    and not issubclass(kind, Warning)
                }
    return found


def test_no_module_has_an_error_that_is_not_in_the_tree() -> None:
    elsewhere = {name for name in exception_classes() if not name.startswith("rulekit.errors.")}
    # It is copied into generated modules, which run without rulekit; the python runner turns it into ours.
    assert elsewhere == {"rulekit.targets.python.prelude.EventError"}


def test_every_error_can_be_caught_as_the_root() -> None:
    kinds = [kind for name, kind in exception_classes().items() if name.startswith("rulekit.errors.")]
    assert len(kinds) == 18
    assert all(issubclass(kind, RulekitError) for kind in kinds)


@pytest.mark.parametrize(
    ("where", "text"),
    [
        (Where(), ""),
        (Where(file="a.yaml"), "a.yaml"),
        (Where(file="a.yaml", line=3, column=7), "a.yaml:3:7"),
        (Where(rule="one"), "rule one"),
        (Where(file="a.yaml", line=3, rule="one"), "a.yaml:3, rule one"),
    ],
)
def test_a_place_reads_well(where: Where, text: str) -> None:
    assert str(where) == text


def test_a_sentence_has_every_fact() -> None:
    where = Where(file="a.yaml", line=3, rule="one", text="pt => 30", offset=3)
    error = ParseError("this is no sign", where=where, expected=">=", got="=>", hint="write >=")
    assert str(error).splitlines() == [
        "a.yaml:3, rule one: this is no sign",
        "    pt => 30",
        "       ^",
        "  expected >=, got =>",
        "  hint: write >=",
    ]


def test_facts_that_are_not_there_take_no_line() -> None:
    assert str(RulekitError("all is lost")) == "all is lost"
    assert str(RulekitError("all is lost", got="3")) == "all is lost\n  got 3"
    assert str(RulekitError("all is lost", where=Where(text="x"))) == "all is lost\n    x"
    assert Where(text="x").caret == "\n    x"
    assert Where(offset=2).caret == ""


def test_a_place_is_completed_and_never_overwritten() -> None:
    error = RulekitError("bad", where=Where(rule="one", text="x", offset=0))
    completed = error.at(Where(file="a.yaml", line=2, column=5, rule="two", text="y", offset=9))
    assert completed is error
    full = Where(file="a.yaml", line=2, column=5, rule="one", text="x", offset=0)
    assert error.where == full
    other = Where(file="b.yaml", line=3, column=6, rule="two", text="y", offset=9)
    assert error.at(other).where == full


def test_problems_are_reported_together() -> None:
    problems: list[RulekitError] = [ParseError("one is bad"), LawError("two is bad", hint="look again")]
    assert LawError.collect(problems[:1]) is problems[0]
    collected = LawError.collect(problems)
    assert isinstance(collected, LawError)
    assert collected.problems == tuple(problems)
    assert str(collected) == "one is bad\ntwo is bad\n  hint: look again"


def test_a_refusal_says_what_why_and_what_to_do() -> None:
    refusals = (
        Refusal("one", "prescale 3", "no event id", "prescale afterwards"),
        Refusal(None, "numerics fixed", "not there", "use native"),
    )
    error = UnsupportedError("mine", refusals)
    assert (error.target, error.refusals) == ("mine", refusals)
    assert str(error).splitlines() == [
        "target mine can't express this ruleset:",
        "  - rule one: prescale 3: no event id; prescale afterwards",
        "  - numerics fixed: not there; use native",
    ]


def test_a_missing_extra_says_how_to_get_it() -> None:
    error = MissingExtraError("onnxruntime", "onnx")
    assert (error.library, error.extra) == ("onnxruntime", "onnx")
    assert error.hint == "pip install 'rulekit-engine[onnx]'"


def test_a_missing_tool_says_how_to_get_it() -> None:
    error = MissingToolError("yosys", "apt install yosys")
    assert (error.tool, error.what, error.hint) == ("yosys", "yosys is not installed", "apt install yosys")


def test_one_error_has_no_problems_within() -> None:
    assert RulekitError("bad").problems == ()


def test_errors_of_any_kind_are_collected_as_that_kind() -> None:
    found = [LogError("one", hint="h"), EventError("two")]
    collected = LogError.collect(found)
    assert type(collected) is LogError
    assert collected.problems == tuple(found)
    assert collected.problems[1] is found[1]


def test_at_changes_the_error_itself() -> None:
    error = RulekitError("bad")
    assert error.at(Where(file="a.yaml")) is error
    assert error.where.file == "a.yaml"


def test_an_offset_of_zero_is_known() -> None:
    error = RulekitError("bad", where=Where(offset=0)).at(Where(offset=7, text="x"))
    assert (error.where.offset, error.where.text) == (0, "x")


def test_a_clause_carries_the_facts_of_its_error_and_the_steps_to_it() -> None:
    inner = ParseError("no sign", where=Where(text="x", offset=1), expected="<", got="?", hint="write <")
    clause = ClauseError(inner, (1, "any", 0))
    assert clause.path == (1, "any", 0)
    assert str(clause) == str(inner)
    assert isinstance(clause, ValueError)  # pydantic collects these, and these alone
