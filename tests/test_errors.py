from __future__ import annotations

import inspect
import re

import pytest

from rulekit import errors
from rulekit.errors import (
    LawError,
    MissingExtraError,
    ParseError,
    Refusal,
    RulekitError,
    UnsupportedError,
    Where,
)


def test_the_tree_in_the_docstring_is_the_tree() -> None:
    drawn = {
        name: len(indent)
        for indent, name in re.findall(r"^([ |`-]*)(\w+Error)\b", str(errors.__doc__), re.MULTILINE)
    }
    real = {
        name: kind for name, kind in inspect.getmembers(errors, inspect.isclass) if name.endswith("Error")
    }
    assert set(drawn) == set(real)
    for name, kind in real.items():
        assert drawn[name] == 4 * (len(kind.__mro__) - 3), name


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
