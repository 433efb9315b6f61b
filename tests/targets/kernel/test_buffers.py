"""The decision columns that the loops write: every width of code, parts of any length, threads, streams."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest

import rulekit
from rulekit.ir.ruleset import INVALID
from rulekit.targets.kernel.buffers import ColumnBuffers, effects_of
from rulekit.targets.kernel.runner import KernelRunner
from rulekit.targets.shared.enums import DecisionSeries

X = rulekit.Feature(name="x", dtype="int64", required=True)
SCHEMA = rulekit.Schema(name="buffers", version="1.0.0", features=(X,))


def law(rules: int, outcomes: int) -> rulekit.Ruleset:
    """Return a ruleset in which rule n decides the events with x == n."""
    return rulekit.Ruleset(
        name="buffers", version="1.0.0", schema=SCHEMA, hit_policy="first", otherwise="none",
        rules=tuple(
            rulekit.Rule(id=f"r{n}", when=[f"x == {n}"], then=f"o{n % outcomes}") for n in range(rules)
        ),
    )  # fmt: skip


def score_law(ladder: dict[str, int], points: tuple[int, ...]) -> rulekit.Ruleset:
    return rulekit.Ruleset(
        name="buffers", version="1.0.0", schema=SCHEMA, hit_policy="score", otherwise="none", thresholds=ladder,
        rules=tuple(rulekit.Rule(id=f"r{n}", when=[f"x >= {n}"], points=p) for n, p in enumerate(points)),
    )  # fmt: skip


def runner_of(ruleset: rulekit.Ruleset, threads: int = 1) -> KernelRunner:
    return KernelRunner(rulekit.compile(ruleset, "kernel"), threads)


@pytest.mark.parametrize(("rules", "outcomes"), [(3, 1), (40, 2), (255, 3), (256, 7), (300, 256), (700, 300)])
def test_every_width_of_code(rules: int, outcomes: int) -> None:
    values = [*range(-2, rules + 2), None]
    found = runner_of(law(rules, outcomes)).batch(pl.DataFrame({"x": values}, schema={"x": pl.Int64}))
    decided = [x if x is not None and 0 <= x < rules else None for x in values]
    assert found["rule"].to_list() == [None if x is None else f"r{x}" for x in decided]
    expected = ["none" if rule is None else f"o{rule % outcomes}" for rule in decided]
    assert found["outcome"].to_list() == [*expected[:-1], INVALID]


def test_more_rules_than_two_bytes_hold() -> None:
    """Codes of four bytes are written by the loops alone: a law of 65,536 rules would take a minute to compile."""
    ruleset = law(3, 3)
    runner = runner_of(ruleset)
    events = pl.DataFrame({"x": [2, 0, None, 9, 1] * 200}, schema={"x": pl.Int64})
    buffers = ColumnBuffers(ruleset, [events.height])
    buffers._outcome, buffers._rule = (np.full(events.height, 77, np.uint32) for _ in range(2))
    target = buffers.target(0)
    assert (target.outcome_size, target.rule_size) == (4, 4)
    parts = runner._parts(events)
    runner._fill(parts, runner._new_answer(parts, 0, codes=False), buffers)
    assert buffers._rule.tolist() == [2, 0, 0, 0, 1] * 200
    names = [ruleset.outcomes[place] for place in buffers._outcome]
    assert names == ["o2", "o0", INVALID, "none", "o1"] * 200


LENGTHS = [[1], [63, 1], [64, 65], [513, 7, 512], [100, 0, 3], [1000, 2000]]


@pytest.mark.parametrize("lengths", LENGTHS, ids=str)
@pytest.mark.parametrize("policy", ["first", "score"])
def test_chunks_are_parts_of_one_column(lengths: list[int], policy: str) -> None:
    ruleset = law(9, 3) if policy == "first" else score_law({"low": 2, "high": 9}, (1, 1, 5, -3, 8))
    rng = np.random.default_rng(sum(lengths))
    series = [pl.Series("x", rng.integers(-2, 12, length)).set(pl.Series(rng.random(length) < 0.1), None)
              for length in lengths]  # fmt: skip
    chunked = pl.concat([column.to_frame() for column in series], rechunk=False)
    whole = pl.DataFrame({"x": chunked["x"].to_list()}, schema={"x": pl.Int64})
    for hits in (False, True):
        found = runner_of(ruleset).batch(chunked, hits=hits)
        assert found.equals(runner_of(ruleset).batch(whole, hits=hits))
        expected = [rulekit.decide(ruleset, {"x": x}) for x in whole["x"]]
        assert found["outcome"].to_list() == [decision.outcome for decision in expected]
        assert found["rule"].to_list() == [decision.rule for decision in expected]


@pytest.mark.parametrize("events", [0, 1, 511, 512, 513, 40_000])
def test_scores_and_their_steps(events: int) -> None:
    ladder, points = {"low": -4, "mid": 0, "high": 2**40}, (3, -7, 2**40, -(2**41), 2**41)
    ruleset = score_law(ladder, points)
    rng = np.random.default_rng(events)
    x = pl.Series("x", rng.integers(-2, 7, events)).set(pl.Series(rng.random(events) < 0.2), None)
    found = runner_of(ruleset, threads=2).batch(x.to_frame())
    sums = [None if value is None else sum(p for n, p in enumerate(points) if value >= n) for value in x]
    assert found["score"].to_list() == sums
    expected = [
        INVALID
        if total is None
        else next((name for name in ("high", "mid", "low") if total >= ladder[name]), "none")
        for total in sums
    ]
    assert found["outcome"].to_list() == expected
    assert found["rule"].null_count() == events


def test_threads_write_no_bit_of_each_other() -> None:
    ruleset = law(9, 3)
    rng = np.random.default_rng(5)
    frame = pl.DataFrame({"x": rng.integers(-3, 12, 150_001)})
    one, many = (runner_of(ruleset, threads).batch(frame) for threads in (1, 7))
    assert one.equals(many)
    assert one["rule"].to_physical().to_list() == [x if 0 <= x < 9 else None for x in frame["x"]]


def test_addresses_follow_from_the_parts() -> None:
    ruleset = law(300, 3)
    buffers = ColumnBuffers(ruleset, [70, 5])
    first, second = buffers.target(0), buffers.target(1)
    assert (first.outcome_size, first.rule_size) == (1, 2)
    assert second.outcome - first.outcome == 70
    assert second.rule - first.rule == 140
    assert [len(words) for words in buffers._valid] == [2, 1]
    assert second.valid == buffers._valid[1].ctypes.data


def test_a_score_writes_no_rules() -> None:
    target = ColumnBuffers(score_law({"low": 1}, (1,)), [10]).target(0)
    assert target.rule == 0
    assert target.outcome != 0


def test_effects_name_the_outcome_of_each_code() -> None:
    ruleset = law(3, 2)
    effects = effects_of(ruleset)
    assert [ruleset.outcomes[place] for place in effects.outcome] == ["o0", "o1", "o0", INVALID, "none"]
    assert effects.ladder.shape == (0,)
    score = score_law({"high": 9, "low": 2}, (1,))
    effects = effects_of(score)
    assert [score.outcomes[place] for place in effects.outcome] == ["none", "low", "high", INVALID]
    assert effects.ladder.tolist() == [2, 9]


def test_the_columns_are_the_memory_of_the_buffers() -> None:
    ruleset = law(300, 300)
    buffers = ColumnBuffers(ruleset, [3])
    buffers._outcome[:], buffers._rule[:], buffers._valid[0][:] = [1, 0, 2], [1, 0, 2], 0b101
    outcome, rule = buffers.columns(DecisionSeries(ruleset), None)
    assert outcome.to_list() == [ruleset.outcomes[place] for place in (1, 0, 2)]
    assert rule.to_list() == ["r1", None, "r2"]


@pytest.mark.parametrize("hits", [False, True])
def test_a_stream_of_morsels_is_decided_as_the_frame_is(tmp_path: Any, *, hits: bool) -> None:
    ruleset = law(9, 3)
    rng = np.random.default_rng(6)
    frame = pl.DataFrame({"x": rng.integers(-3, 12, 300_000)})
    frame.write_parquet(tmp_path / "events.parquet", row_group_size=10_000)
    runner = runner_of(ruleset, threads=2)
    lazy = runner.batch(pl.scan_parquet(tmp_path / "events.parquet"), hits=hits)
    assert lazy.collect(engine="streaming").equals(runner.batch(frame, hits=hits))


def test_a_ruleset_that_reads_nothing_and_one_without_rules() -> None:
    frame = pl.DataFrame({"y": [1, 2, 3]})
    feature = rulekit.Feature(name="y", dtype="int64")
    schema = rulekit.Schema(name="s", version="1.0.0", features=(feature,))
    rule = rulekit.Rule(id="all", when=[], then="yes")
    for rules, outcome in (((rule,), "yes"), ((), "no")):
        ruleset = rulekit.Ruleset(
            name="s", version="1.0.0", schema=schema, hit_policy="first", otherwise="no", rules=rules
        )
        found = runner_of(ruleset).batch(frame, hits=True)
        assert found["outcome"].to_list() == [outcome] * 3
        assert found["rule"].to_list() == ["all" if rules else None] * 3
        assert found["hits"].to_list() == [["all"] if rules else []] * 3


def test_one_event_is_decided_by_the_python_target_made_once(monkeypatch: pytest.MonkeyPatch) -> None:
    from rulekit.targets.kernel import runner as module

    compiled = []
    compile_ = type(module.PYTHON).compile
    monkeypatch.setattr(
        type(module.PYTHON),
        "compile",
        lambda self, *given: compiled.append(self.name) or compile_(self, *given),
    )
    artifact = rulekit.compile(law(9, 3), "kernel")
    compiled.clear()
    runner = KernelRunner(artifact)
    assert compiled == [], "a runner of frames need not wait for it"
    for x in (3, None, 44):
        assert runner.one({"x": x}, hits=True) == rulekit.decide(artifact.ruleset, {"x": x})
        assert runner.one({"x": x}).hits is None
    assert compiled == ["python"]


def test_one_event_is_refused_as_by_the_semantics() -> None:
    runner = runner_of(law(9, 3))
    for wrong in (True, 1.0, "1", 2**63, [1]):
        with pytest.raises(rulekit.errors.EventError, match="feature x of the event") as raised:
            runner.one({"x": wrong})
        assert raised.value.expected == "int64"
