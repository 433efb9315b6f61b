"""Which outcomes count as accepted."""

from __future__ import annotations

import polars as pl
import pytest
from shop import law, score_law

from rulekit.errors import RulekitError
from rulekit.reports.common.accepted import accepted_by, accepted_outcomes


def test_all_but_otherwise_and_invalid_are_accepted() -> None:
    assert accepted_outcomes(law(), None) == ("block", "review")
    assert accepted_outcomes(score_law(), None) == ("review", "block")
    assert accepted_outcomes(law(otherwise="review"), None) == ("block", "approve")


def test_what_is_asked_for_is_taken_as_it_is() -> None:
    assert accepted_outcomes(law(), ("approve", "invalid")) == ("approve", "invalid")
    assert accepted_outcomes(law(), ()) == ()


def test_an_unknown_outcome_is_named_with_those_there_are() -> None:
    with pytest.raises(RulekitError, match="no such outcome") as raised:
        accepted_outcomes(law(), ("block", "blok"))
    assert raised.value.got == "blok"
    assert "block, review, approve, invalid" in str(raised.value)


def test_decisions_that_count_and_outcomes_nobody_recorded() -> None:
    decisions = pl.DataFrame({"outcome": ["block", "approve", None, "strange", "review"]})
    found = accepted_by(decisions, ("block", "review"))
    assert found.to_list() == [True, False, False, False, True]
    assert found.dtype == pl.Boolean
    assert accepted_by(decisions, ()).to_list() == [False] * 5
