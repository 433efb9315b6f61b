"""Reference events: the swap set against the semantics, event by event."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import polars as pl
import pytest

from rulekit.errors import EventError, RulekitError
from rulekit.ir.decision import Decision
from rulekit.ir.notation.document import ruleset_to_document
from rulekit.ir.ruleset import INVALID, Ruleset
from rulekit.ir.semantics import decide
from rulekit.reports.diff.diff import diff_of
from rulekit.reports.diff.events import ReferenceOptions
from rulekit.reports.diff.model import Reference
from rulekit.store.compare import compare

Amend = Callable[..., Ruleset]


def rules_of(law: Ruleset, **changes: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the rules of a law as its document has them, with some fields of some rules changed."""
    listed = ruleset_to_document(law)["rules"]
    return [{**rule, **changes.get(rule["id"].replace("-", "_"), {})} for rule in listed]


@pytest.fixture
def newer(ruleset: Ruleset, amend: Amend) -> Ruleset:
    changed = rules_of(
        ruleset,
        many_cards={"when": ["cards >= 3", "amount > 50"]},
        dear={"when": ["amount > 600"]},
        known={"when": ["100 < device_age <= 300"]},
    )
    return amend(version="1.3.0", rules=changed)


@pytest.fixture
def newer_score(score_ruleset: Ruleset, amend: Amend) -> Ruleset:
    changed = rules_of(score_ruleset, many_cards={"when": ["cards >= 3", "amount > 50"]}, away={"points": 2})
    thresholds = {"review": 3, "block": 6}
    return amend(version="1.3.0", rules=changed, hit_policy="score", thresholds=thresholds)


def decided(old: Ruleset, new: Ruleset, events: pl.DataFrame) -> list[tuple[Decision, Decision]]:
    return [(decide(old, event), decide(new, event)) for event in events.iter_rows(named=True)]


def referred(old: Ruleset, new: Ruleset, events: Any, **asked: Any) -> Reference:
    found = diff_of(compare(old, new), ReferenceOptions(events, **asked)).reference
    assert found is not None
    return found


def test_the_swap_set_is_that_of_the_semantics(
    ruleset: Ruleset, newer: Ruleset, events: pl.DataFrame
) -> None:
    pairs = decided(ruleset, newer, events)
    found = referred(ruleset, newer, events, truth="fraud", id="payment")
    outcomes = Counter((old.outcome, new.outcome) for old, new in pairs if old.outcome != new.outcome)
    assert {(swap.before, swap.after): swap.count for swap in found.swaps} == outcomes
    rules = Counter((old.rule, new.rule) for old, new in pairs if old.outcome != new.outcome)
    assert {(pair.old_rule, pair.new_rule): pair.count for pair in found.pairs} == rules
    accept = {"block", "review"}
    gained = [n for n, (old, new) in enumerate(pairs) if new.outcome in accept and old.outcome not in accept]
    lost = [n for n, (old, new) in enumerate(pairs) if old.outcome in accept and new.outcome not in accept]
    assert gained
    assert lost
    assert (found.gained.count, found.lost.count) == (len(gained), len(lost))
    assert found.gained.purity is not None
    assert found.gained.purity.part == events["fraud"][gained].sum()
    assert found.changes.rate.gained == len(gained)
    assert {example.event for example in found.newly} <= {events["payment"][n] for n in gained}
    assert len(found.newly) == 10
    assert found.measures_new.rate.part - found.measures_old.rate.part == len(gained) - len(lost)


@pytest.mark.parametrize("kind", ["first", "score"])
def test_every_event_that_changes_is_in_its_region(
    kind: str, events: pl.DataFrame, request: pytest.FixtureRequest
) -> None:
    names = ("ruleset", "newer") if kind == "first" else ("score_ruleset", "newer_score")
    old, new = (request.getfixturevalue(name) for name in names)
    pairs = decided(old, new, events)
    found = diff_of(compare(old, new), ReferenceOptions(events), shown=100)
    assert found.complete
    parts = [region.reference.part if region.reference else 0 for region in found.regions]
    assert sum(parts) == sum(before.outcome != after.outcome for before, after in pairs) > 20
    assert parts == sorted(parts, reverse=True)
    for region, part in zip(found.regions, parts, strict=True):
        asked = (region.old, region.new, region.old_rule, region.new_rule)
        told = Counter((b.outcome, a.outcome, b.rule, a.rule) for b, a in pairs)
        assert part == told[asked] if kind == "first" else part <= told[asked]


def test_only_the_regions_asked_for_are_told_and_the_others_counted(
    ruleset: Ruleset, newer: Ruleset, events: pl.DataFrame
) -> None:
    comparison = compare(ruleset, newer)
    whole, some = (diff_of(comparison, ReferenceOptions(events), shown=shown) for shown in (100, 2))
    assert some.regions == whole.regions[:2]
    assert sum(some.more.values()) == len(whole.regions) - 2
    assert whole.more == {}


def test_weights_count(ruleset: Ruleset, newer: Ruleset, events: pl.DataFrame) -> None:
    pairs = decided(ruleset, newer, events)
    found = referred(ruleset, newer, events, weight="weight")
    differs = [old.outcome != new.outcome for old, new in pairs]
    assert found.changed.part == events["weight"].filter(differs).sum()
    assert found.changed.whole == events["weight"].sum()


def test_the_outcomes_to_accept(ruleset: Ruleset, newer: Ruleset, events: pl.DataFrame) -> None:
    pairs = decided(ruleset, newer, events)
    found = referred(ruleset, newer, events, accept=("block",))
    assert found.accept_old == found.accept_new == ("block",)
    now = sum(new.outcome == "block" != old.outcome for old, new in pairs)
    assert found.gained.count == now
    assert found.other
    with pytest.raises(RulekitError, match="no such outcome"):
        referred(ruleset, newer, events, accept=("blocked",))


def test_an_outcome_of_one_version_can_be_accepted(
    ruleset: Ruleset, amend: Amend, events: pl.DataFrame
) -> None:
    stop = amend(rules=rules_of(ruleset, many_cards={"then": "stop"}))
    found = referred(ruleset, stop, events, accept=("block", "stop"))
    assert (found.accept_old, found.accept_new) == (("block",), ("stop",))
    assert (found.gained.count, found.lost.count) == (0, 0)
    assert found.other


def test_events_that_become_invalid(ruleset: Ruleset, amend: Amend, events: pl.DataFrame) -> None:
    schema = ruleset_to_document(ruleset)["schema"]
    listed = [{**one, "required": one["name"] in {"amount", "cards"}} for one in schema["features"]]
    new = amend(schema={**schema, "features": listed})
    pairs = decided(ruleset, new, events)
    found = referred(ruleset, new, events)
    gone = sum(after.outcome == INVALID != before.outcome for before, after in pairs)
    assert sum(swap.count for swap in found.swaps if swap.after == INVALID) == gone > 0


def test_a_file_of_events(ruleset: Ruleset, newer: Ruleset, events: pl.DataFrame, tmp_path: Any) -> None:
    path = tmp_path / "events.csv"
    events.write_csv(path)
    assert referred(ruleset, newer, path).swaps == referred(ruleset, newer, events).swaps
    assert referred(ruleset, newer, path).source == str(path)
    assert referred(ruleset, newer, events).source is None


def test_laws_that_read_nothing(amend: Amend, events: pl.DataFrame) -> None:
    schema = {"name": "s", "version": "1.0.0", "features": [{"name": "unread", "dtype": "int32"}]}
    old, new = (amend(schema=schema, rules=[], otherwise=name) for name in ("approve", "review"))
    found = referred(old, new, events)
    assert [(swap.before, swap.after, swap.count) for swap in found.swaps] == [("approve", "review", 600)]
    assert found.other[0].values == {} or found.newly == ()


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"truth": "frau"}, "no truth column 'frau'"),
        ({"weight": "country"}, "holds no numbers"),
        ({"id": "paymen"}, "no id column 'paymen'"),
    ],
)
def test_columns_that_are_not_there(
    ruleset: Ruleset, newer: Ruleset, events: pl.DataFrame, asked: dict[str, str], message: str
) -> None:
    with pytest.raises(EventError, match=message):
        referred(ruleset, newer, events, **asked)


def test_a_feature_that_the_events_lack(ruleset: Ruleset, newer: Ruleset, events: pl.DataFrame) -> None:
    with pytest.raises(EventError, match="no column for feature cards"):
        referred(ruleset, newer, events.drop("cards"))
