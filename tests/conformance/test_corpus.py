"""The corpus against the semantics: both were written from the law, neither from the other."""

from __future__ import annotations

import pytest

from rulekit.ir.semantics import decide
from rulekit.testing import Case, load_corpus


@pytest.mark.parametrize("case", load_corpus(), ids=str)
def test_semantics_decide_the_case(case: Case) -> None:
    assert decide(case.ruleset, case.event, case.numerics) == case.expected, case.why


def test_every_case_says_why() -> None:
    assert all(case.why.endswith(".") for case in load_corpus())


def test_the_corpus_covers_every_policy_and_dtype() -> None:
    cases = load_corpus()
    assert {case.ruleset.hit_policy for case in cases} == set(type(cases[0].ruleset.hit_policy))
    assert {kind for case in cases for kind in (case.numerics.kind,)} == {"native", "fixed"}
    dtypes = {feature.dtype for case in cases for feature in case.ruleset.schema.features}
    assert dtypes == set(type(next(iter(dtypes))))
