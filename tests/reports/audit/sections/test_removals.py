"""What the ruleset would accept without a rule, against the reference semantics of the ruleset that lacks it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from rulekit.ir.ruleset import Ruleset
from rulekit.ir.semantics import decide
from rulekit.reports.audit.api import audit
from rulekit.reports.audit.page.view import without_rules
from rulekit.reports.common.numbers import share_text


def accepted_without(
    ruleset: Ruleset, place: int, events: pl.DataFrame, accept: tuple[str, ...]
) -> list[bool]:
    rules = tuple(rule for n, rule in enumerate(ruleset.rules) if n != place)
    lesser = replace(ruleset, rules=rules)
    # an event is invalid for what the whole law requires, whatever the lesser one reads
    return [decide(lesser, row, None).outcome in accept if row["amount"] is not None else "invalid" in accept
            for row in events.iter_rows(named=True)]  # fmt: skip


@pytest.mark.parametrize("weight", [None, "weight"])
@pytest.mark.parametrize("accept", [None, ("block",), ("approve",), ("review", "invalid")])
@pytest.mark.parametrize("law", ["ruleset", "score_ruleset"])
def test_removals(
    request: pytest.FixtureRequest,
    record: Callable[..., Path],
    events: pl.DataFrame,
    law: str,
    accept: tuple[str, ...] | None,
    weight: str | None,
) -> None:
    ruleset: Ruleset = request.getfixturevalue(law)
    path = record(ruleset, events)
    found = audit(path, truth="fraud", weight=weight, accept=accept)
    weights = events[weight].to_list() if weight else [1.0] * events.height
    before = pl.read_parquet(path)["outcome"].is_in(list(found.accept)).to_list()
    moved = 0.0
    for place, row in enumerate(found.rules):
        after = accepted_without(ruleset, place, events, found.accept)
        for change, among in (
            (row.removal.rate, [True] * events.height),
            (row.removal.signal, events["fraud"].to_list()),
            (row.removal.background, (~events["fraud"]).to_list()),
        ):
            rows = [(w, b, a) for w, b, a, mine in zip(weights, before, after, among, strict=True) if mine]
            assert change.lost == pytest.approx(sum(w for w, b, a in rows if b and not a))
            assert change.gained == pytest.approx(sum(w for w, b, a in rows if a and not b))
            whole = sum(w for w, _, _ in rows)
            assert change.whole == pytest.approx(whole)
            assert change.value == pytest.approx((change.gained - change.lost) / whole)
            moved += change.lost + change.gained
    assert moved > 0


@pytest.mark.parametrize("law", ["ruleset", "score_ruleset"])
def test_shares_without_a_rule_on_the_page(
    request: pytest.FixtureRequest, record: Callable[..., Path], events: pl.DataFrame, law: str
) -> None:
    ruleset: Ruleset = request.getfixturevalue(law)
    found = audit(record(ruleset, events), truth="fraud")
    fraud = events["fraud"].to_list()
    for place, row in enumerate(without_rules(found)):
        after = accepted_without(ruleset, place, events, found.accept)
        rate, efficiency, false = (
            sum(a for a, mine in zip(after, among, strict=True) if mine) / sum(among)
            for among in ([True] * len(after), fraud, [not bad for bad in fraud])
        )
        measures = found.measures
        assert row.shares == (
            share_text(rate, measures.rate),
            share_text(efficiency, measures.efficiency),
            share_text(false, measures.false_positive_rate),
        )
    assert [len(row.shares) for row in without_rules(audit(record(ruleset, events)))] == [1] * 4


def test_without_truth_only_the_rate_is_told(
    record: Callable[..., Path], ruleset: Ruleset, events: pl.DataFrame
) -> None:
    for row in audit(record(ruleset, events)).rules:
        assert row.removal.rate.whole == events.height
        assert (row.removal.signal, row.removal.background) == (None, None)
