"""Reading cases from YAML, as a pack does with a corpus of its own."""

from __future__ import annotations

import math

import pytest

from rulekit.errors import RulekitError
from rulekit.ir.numerics import Fixed, Native
from rulekit.ir.semantics import Decision
from rulekit.testing import load_corpus, read_cases

TEXT = """\
ruleset:
  name: mine
  version: 1.0.0
  schema: {name: mine, version: 1.0.0, features: [{name: x, dtype: float64, required: true}]}
  hit_policy: score
  otherwise: low
  thresholds: {high: 2}
  rules:
    - {id: big, when: [x > 1], points: 3}
cases:
  - {why: More than one., event: {x: 2.0}, outcome: high, rule: null, hits: [big], score: 3}
  - {why: Nothing is there., event: {x: .nan}, outcome: invalid, rule: null, hits: [], missing: [x]}
"""


def test_cases_of_one_text_share_their_ruleset() -> None:
    first, second = read_cases("mine.yaml", TEXT)
    assert (first.file, first.number, second.number) == ("mine", 1, 2)
    assert str(second) == "mine-2"
    assert first.ruleset is second.ruleset
    assert first.numerics == Native()
    assert first.event == {"x": 2.0}
    assert first.expected == Decision("high", None, ("big",), (), 3)


def test_what_is_not_given_has_a_default() -> None:
    _, case = read_cases("mine.yaml", TEXT)
    assert math.isnan(case.event["x"])
    assert case.expected == Decision("invalid", None, (), ("x",), None)
    assert case.why == "Nothing is there."


def test_numerics_stand_beside_the_ruleset() -> None:
    grid = "numerics: {kind: fixed, formats: {x: {width: 8, fraction: 1}}, rounding: floor}\n"
    (case, _) = read_cases("mine.yaml", grid + TEXT)
    assert isinstance(case.numerics, Fixed)
    assert case.numerics.rounding == "floor"
    assert case.numerics.formats["x"].range == (-128, 127)


@pytest.mark.parametrize(
    ("old", "new"),
    [("x > 1", "y > 1"), ("hit_policy: score", "hit_policy: best"), ("points: 3", "then: high")],
)
def test_a_ruleset_that_is_none_is_refused(old: str, new: str) -> None:
    with pytest.raises(RulekitError):
        read_cases("mine.yaml", TEXT.replace(old, new))


@pytest.mark.parametrize("key", ["why", "event", "outcome", "rule", "hits"])
def test_a_case_without_its_decision_is_refused(key: str) -> None:
    start = TEXT.index(f"{key}: ", TEXT.index("cases:"))
    broken = TEXT[:start] + TEXT[start:].replace(f"{key}: ", f"{key}_: ", 1)
    with pytest.raises((KeyError, TypeError)):
        read_cases("mine.yaml", broken)


def test_a_word_that_no_decision_has_is_refused() -> None:
    with pytest.raises(TypeError, match="verdict"):
        read_cases("mine.yaml", TEXT.replace("score: 3}", "score: 3, verdict: good}"))


def test_the_corpus_is_read_once_and_in_order() -> None:
    corpus = load_corpus()
    assert load_corpus() is corpus
    files = [f"{case.file}.yaml" for case in corpus]
    assert files == sorted(files)
    assert len({str(case) for case in corpus}) == len(corpus)
