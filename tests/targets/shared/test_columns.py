"""What a decided frame gains, and the ways to decide for runners that know only frames or only events."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

import rulekit
from rulekit.errors import EventError
from rulekit.ir.ruleset import INVALID
from rulekit.ir.semantics import Decision, decide
from rulekit.targets.shared.columns import (
    batch_by_event,
    check_free,
    decision_columns,
    hit_matrix_by_event,
    lacking,
    like_input,
    one_by_frame,
    scored,
)

SCHEMA = rulekit.Schema(
    name="columns",
    version="1.0.0",
    features=(
        rulekit.Feature(name="x", dtype="float32", required=True),
        rulekit.Feature(name="run", dtype="int64", required=True),
        rulekit.Feature(name="unread", dtype="bool"),
        rulekit.Feature(name="k", dtype="category", categories=("a", "b")),
    ),
)


def law(policy: str) -> rulekit.Ruleset:
    effects: list[dict[str, Any]] = [{"points": 3}, {"points": -1}]
    if policy != "score":
        effects = [{"then": "yes"}, {"then": "no"}]
    whens = (["x > 1", "run >= 0"], ["k == b"])
    return rulekit.Ruleset(
        name="columns", version="1.0.0", schema=SCHEMA, hit_policy=policy, otherwise="none",
        thresholds={"low": 2, "high": 9} if policy == "score" else None,
        rules=tuple(rulekit.Rule(id=f"r{n}", when=whens[n], **effects[n]) for n in range(2)),
    )  # fmt: skip


class ByEvent:
    """Decides one event with the semantics, and frames event by event."""

    def __init__(self, ruleset: rulekit.Ruleset) -> None:
        self.artifact, self.seen = rulekit.compile(ruleset, "python"), []

    def one(self, event: Any, *, hits: bool = False) -> Decision:
        self.seen.append(dict(event))
        found = decide(self.artifact.ruleset, event)
        return found if hits else Decision(found.outcome, found.rule, None, found.missing, found.score)

    def batch(self, events: Any, *, hits: bool = False, cast: bool = False) -> Any:
        return batch_by_event(self, events, hits=hits, cast=cast)


class ByFrame:
    """Decides frames with the polars target, and one event as a frame of one."""

    def __init__(self, ruleset: rulekit.Ruleset) -> None:
        self.artifact = rulekit.compile(ruleset, "polars")
        self._runner = self.artifact.load()

    def batch(self, events: Any, *, hits: bool = False, cast: bool = False) -> Any:
        return self._runner.batch(events, hits=hits, cast=cast)


EVENTS = [
    {"x": 2.0, "run": 1, "k": "b", "unread": None},
    {"x": 2.0, "run": None, "k": "b", "unread": True},
    {"x": None, "run": None, "k": None, "unread": False},
    {"x": 0.0, "run": 7, "k": "b", "unread": None},
    {"x": 0.5, "run": 7, "k": "new", "unread": None},
]
FRAME = pl.DataFrame(EVENTS, schema={"x": pl.Float32, "run": pl.Int64, "k": pl.String, "unread": pl.Boolean})


def test_the_columns_of_each_policy() -> None:
    ids = pl.Enum(["r0", "r1"])
    plain = decision_columns(law("first"), hits=False)
    assert list(plain.items()) == [("outcome", pl.Enum(law("first").outcomes)), ("rule", ids)]
    full = decision_columns(law("score"), hits=True)
    assert list(full) == ["outcome", "rule", "score", "hits"]
    assert (full["score"], full["hits"]) == (pl.Int64(), pl.List(ids))


def test_a_name_that_deciding_adds_must_be_free() -> None:
    added = decision_columns(law("first"), hits=False)
    check_free(FRAME.lazy(), added)
    check_free(FRAME.with_columns(hits=1, score=2).lazy(), added)
    with pytest.raises(EventError, match="column 'rule' already") as raised:
        check_free(FRAME.with_columns(rule=pl.lit("mine")).lazy(), added)
    assert raised.value.hint == "rename it before deciding"


def test_a_lazy_frame_stays_lazy_and_all_else_is_collected() -> None:
    lazy = FRAME.lazy()
    assert like_input(lazy, lazy) is lazy
    for events in (FRAME, "events.parquet", FRAME.to_arrow()):
        assert like_input(events, lazy).equals(FRAME)


@pytest.mark.parametrize(
    ("score", "outcome"),
    [(-(2**70), "none"), (1, "none"), (2, "low"), (8, "low"), (9, "high"), (2**70, "high")],
)
def test_the_highest_threshold_reached_names_the_outcome(score: int, outcome: str) -> None:
    assert scored(law("score"), score, ("r0",)) == Decision(outcome, hits=("r0",), score=score)
    assert scored(law("score"), score).hits is None


def test_what_is_lacking_is_told_in_the_order_of_the_schema() -> None:
    ruleset = law("first")
    assert lacking(ruleset, {"k": None, "run": None, "x": None}) == ("x", "run")
    assert lacking(ruleset, {"x": 0.0, "run": None}) == ("run",)
    assert lacking(ruleset, {"x": 0.0, "run": 0}) == ()


@pytest.mark.parametrize("hits", [False, True])
@pytest.mark.parametrize("policy", ["first", "score"])
def test_frames_are_decided_event_by_event(policy: str, *, hits: bool) -> None:
    ruleset, runner = law(policy), ByEvent(law(policy))
    found = runner.batch(FRAME, hits=hits)
    expected = [decide(ruleset, event) for event in EVENTS]
    assert found["outcome"].to_list() == [decision.outcome for decision in expected]
    assert found["rule"].to_list() == [decision.rule for decision in expected]
    assert found.schema == {**FRAME.schema, **decision_columns(ruleset, hits=hits)}
    if hits:
        assert found["hits"].to_list() == [list(decision.hits or ()) for decision in expected]
    assert [set(event) for event in runner.seen] == [{"x", "run", "k"}] * len(EVENTS), "the rest is not bound"
    assert runner.batch(FRAME.lazy(), hits=hits).collect().equals(found)


def test_the_matrix_event_by_event() -> None:
    found = hit_matrix_by_event(ByEvent(law("first")), FRAME, cast=False)
    assert found.rows() == [(True, True), (False, False), (False, False), (False, True), (False, False)]
    assert found.columns == ["r0", "r1"]


@pytest.mark.parametrize("hits", [False, True])
@pytest.mark.parametrize("policy", ["first", "score"])
def test_one_event_is_a_frame_of_one(policy: str, *, hits: bool) -> None:
    runner = ByFrame(law(policy))
    for event in EVENTS:
        expected = decide(runner.artifact.ruleset, event)
        found = one_by_frame(runner, event, hits=hits)
        assert found.hits == (expected.hits if hits else None)
        assert (found.outcome, found.rule, found.missing, found.score) == (
            expected.outcome, expected.rule, expected.missing, expected.score,
        )  # fmt: skip


def test_one_event_of_a_ruleset_that_reads_nothing() -> None:
    schema = rulekit.Schema(name="s", version="1.0.0", features=(rulekit.Feature(name="x", dtype="bool"),))
    ruleset = rulekit.Ruleset(
        name="s", version="1.0.0", schema=schema, hit_policy="first", otherwise="no",
        rules=(rulekit.Rule(id="all", when=[], then="yes"),),
    )  # fmt: skip
    assert one_by_frame(ByFrame(ruleset), {}, hits=True) == Decision("yes", "all", ("all",))
    found = batch_by_event(ByEvent(ruleset), pl.DataFrame({"other": [1, 2]}), hits=False, cast=False)
    assert found["outcome"].to_list() == ["yes", "yes"]


def test_an_event_that_does_not_fit_is_refused() -> None:
    with pytest.raises(EventError, match="feature run"):
        one_by_frame(ByFrame(law("first")), {"x": 1.0, "run": 2.5}, hits=False)
    with pytest.raises(EventError, match="column x has another dtype"):
        ByEvent(law("first")).batch(FRAME.cast({"x": pl.Float64}))


def test_rounding_is_allowed_on_request() -> None:
    wide = FRAME.cast({"x": pl.Float64})
    assert ByEvent(law("first")).batch(wide, cast=True)["outcome"][1] == INVALID
