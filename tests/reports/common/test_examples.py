"""Which events are shown as examples."""

from __future__ import annotations

from itertools import pairwise

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rulekit.reports.common.examples import SHOWN, decision_texts, evenly_spaced, extreme_scores


@given(st.lists(st.booleans(), max_size=200))
def test_examples_are_spread_over_the_record(chosen: list[bool]) -> None:
    places = [place for place, one in enumerate(chosen) if one]
    found = evenly_spaced(pl.Series(chosen, dtype=pl.Boolean))
    assert found == sorted(set(found))
    assert set(found) <= set(places)
    assert len(found) == min(SHOWN, len(places))
    if places:
        assert found[0] == places[0]
        ranks = [places.index(place) for place in found]
        gaps = {later - earlier for earlier, later in pairwise(ranks)}
        assert not gaps or max(gaps) - min(gaps) <= 1


@given(
    st.lists(st.tuples(st.integers(-5, 5), st.booleans()), min_size=1, max_size=60),
    st.booleans(),
)
def test_extreme_scores_come_first_and_equal_ones_in_order(
    rows: list[tuple[int, bool]],
    highest: bool,  # noqa: FBT001 - drawn
) -> None:
    scores, chosen = zip(*rows, strict=True)
    found = extreme_scores(pl.Series(scores, dtype=pl.Float64), pl.Series(chosen), highest=highest)
    candidates = [place for place, one in enumerate(chosen) if one]
    sign = -1 if highest else 1
    assert found == sorted(candidates, key=lambda place: (sign * scores[place], place))[:SHOWN]


def test_decisions_in_words() -> None:
    decided = pl.DataFrame({"outcome": ["block", "approve", "invalid"], "rule": ["many-cards", None, None]})
    assert decision_texts(decided) == ["block, by many-cards", "approve", "invalid"]
    scored = pl.DataFrame(
        {"outcome": ["review", "invalid"], "rule": [None, None], "score": [-7, None]},
        schema_overrides={"rule": pl.String},
    )
    assert decision_texts(scored) == ["review, at -7 points", "invalid"]
    assert decision_texts(decided.head(0)) == []


@pytest.mark.parametrize("count", [0, 1, SHOWN])
def test_few_events_are_all_shown(count: int) -> None:
    assert evenly_spaced(pl.Series([True] * count, dtype=pl.Boolean)) == list(range(count))
