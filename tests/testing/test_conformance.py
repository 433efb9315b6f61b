"""The contract must catch a target that is wrong: each one here is broken on purpose, in one way."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, Phase, given, settings

from rulekit.errors import UnsupportedError
from rulekit.ir.numerics import Native
from rulekit.ir.ruleset import HitPolicy
from rulekit.ir.schema import DType
from rulekit.ir.semantics import Decision, decide
from rulekit.targets import targets
from rulekit.targets.artifact import Artifact
from rulekit.targets.base import Capabilities, Target
from rulekit.testing import TargetContract, load_corpus
from rulekit.testing.conformance import WRONG, check_frame, drawn, reading, stray
from rulekit.testing.events import EXTRA_KEY, frame_of

PYTHON = targets.get("python")
FEW = settings(
    max_examples=25,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
    derandomize=True,
    phases=(Phase.generate,),
    report_multiple_bugs=False,
)


class Broken:
    """The runner of the python target, with one answer changed."""

    def __init__(self, artifact: Artifact[Any]) -> None:
        self.artifact = artifact
        self._right = PYTHON.load(artifact)

    def one(self, event: Any, *, hits: bool = False) -> Decision:
        return self._right.one(event, hits=hits)

    def batch(self, events: Any, *, hits: bool = False, cast: bool = False) -> Any:
        return self._right.batch(events, hits=hits, cast=cast)

    def hit_matrix(self, events: Any, *, cast: bool = False) -> pl.DataFrame:
        return self._right.hit_matrix(events, cast=cast)


class ForgetsMissing(Broken):
    def one(self, event: Any, *, hits: bool = False) -> Decision:
        return dataclasses.replace(super().one(event, hits=hits), missing=())


class AlwaysListsHits(Broken):
    def one(self, event: Any, *, hits: bool = False) -> Decision:
        del hits
        return super().one(event, hits=True)


class TakesTheLastHit(Broken):
    def one(self, event: Any, *, hits: bool = False) -> Decision:
        found = super().one(event, hits=True)
        if found.rule is not None and found.hits:
            then = {rule.id: str(rule.then) for rule in self.artifact.ruleset.rules}
            found = dataclasses.replace(found, rule=found.hits[-1], outcome=then[found.hits[-1]])
        return found if hits else dataclasses.replace(found, hits=None)


class ConvertsTexts(Broken):
    def one(self, event: Any, *, hits: bool = False) -> Decision:
        return super().one(
            {name: float(value) if value == "1.0" else value for name, value in event.items()}, hits=hits
        )


class WritesIntoTheEvent(Broken):
    def one(self, event: Any, *, hits: bool = False) -> Decision:
        event["decided"] = True
        return super().one(event, hits=hits)


class ReadsUnknownKeys(Broken):
    def one(self, event: Any, *, hits: bool = False) -> Decision:
        for value in event.values():
            float(value or 0) if not isinstance(value, str) else None
        return super().one(event, hits=hits)


class GivesWords(Broken):
    def batch(self, events: Any, *, hits: bool = False, cast: bool = False) -> Any:
        return super().batch(events, hits=hits, cast=cast).with_columns(pl.col("outcome").cast(pl.String))


class SwapsTwoRows(Broken):
    def batch(self, events: Any, *, hits: bool = False, cast: bool = False) -> Any:
        found = super().batch(events, hits=hits, cast=cast)
        if isinstance(found, pl.LazyFrame):
            return found
        columns = ["outcome", "rule"]
        return found.with_columns(pl.col(columns).reverse())


class CollectsLazyFrames(Broken):
    def batch(self, events: Any, *, hits: bool = False, cast: bool = False) -> Any:
        found = super().batch(events, hits=hits, cast=cast)
        return found.collect() if isinstance(found, pl.LazyFrame) else found


class OverwritesColumns(Broken):
    def batch(self, events: Any, *, hits: bool = False, cast: bool = False) -> Any:
        names = events.collect_schema().names()
        return super().batch(events.drop("outcome") if "outcome" in names else events, hits=hits, cast=cast)


class DropsAColumn(Broken):
    def batch(self, events: Any, *, hits: bool = False, cast: bool = False) -> Any:
        return super().batch(events, hits=hits, cast=cast).drop(EXTRA_KEY, strict=False)


class ForgetsRules(Broken):
    def hit_matrix(self, events: Any, *, cast: bool = False) -> pl.DataFrame:
        found = super().hit_matrix(events, cast=cast)
        return found.select(found.columns[:-1])


def target(load: Callable[[Artifact[Any]], Any] = Broken, **changed: Any) -> Target[Any]:
    return dataclasses.replace(PYTHON, load=load, **changed)


def contract(broken: Target[Any]) -> TargetContract:
    return type("Contract", (TargetContract,), {"target": broken})()


def checks(tmp_path: Any) -> Iterator[tuple[str, Callable[[TargetContract], object]]]:
    """Yield every check of the contract, with few drawn cases."""
    corpus: dict[str, list[Any]] = {}
    for case in load_corpus():
        corpus.setdefault(case.file, []).append(case)
    for cases in corpus.values():
        yield "corpus", lambda mine, cases=tuple(cases): mine.test_decides_the_corpus(cases)
    yield "events", lambda mine: few(mine, mine.test_decides_events_as_semantics_does, prescale=True)
    yield "frames", lambda mine: few(mine, mine.test_decides_frames_as_semantics_does, size=12)
    yield "disk", lambda mine: mine.test_decides_the_same_after_a_walk_over_the_disk(tmp_path)
    yield "bytes", lambda mine: mine.test_compiles_equal_input_to_equal_bytes()
    for dtype in DType:
        yield "values", lambda mine, dtype=dtype: mine.test_refuses_values_of_another_type(dtype)
        for lazy in (False, True):
            yield (
                "columns",
                lambda mine, dtype=dtype, lazy=lazy: mine.test_refuses_frames_that_do_not_fit(
                    dtype, lazy=lazy
                ),
            )
    yield "keys", lambda mine: mine.test_leaves_the_event_and_unknown_keys_alone()


def few(mine: TargetContract, check: Any, **drawing: Any) -> None:
    """Run a check of drawn cases on few of them."""
    inner = check.hypothesis.inner_test
    FEW(given(drawn(**drawing))(lambda case: inner(mine, case)))()


def failing(broken: Target[Any], tmp_path: Any, *, only: str) -> bool:
    """Say whether a check of this name fails."""
    mine, found = contract(broken), False
    for name, check in checks(tmp_path):
        if name != only:
            continue
        try:
            check(mine)
        except (pytest.fail.Exception, Exception):  # noqa: BLE001 - any failure counts; a right target has none
            found = True
            break
    return found


@pytest.mark.parametrize("name", ["corpus", "events", "frames", "disk", "bytes", "values", "columns", "keys"])
def test_a_right_target_passes(name: str, tmp_path: Any) -> None:
    assert not failing(target(), tmp_path, only=name)


@pytest.mark.parametrize(
    ("broken", "check"),
    [
        (ForgetsMissing, "corpus"),
        (TakesTheLastHit, "corpus"),
        (GivesWords, "corpus"),
        (SwapsTwoRows, "corpus"),
        (AlwaysListsHits, "events"),
        (CollectsLazyFrames, "frames"),
        (ForgetsRules, "frames"),
        (DropsAColumn, "frames"),
        (ConvertsTexts, "values"),
        (OverwritesColumns, "columns"),
        (WritesIntoTheEvent, "keys"),
        (ReadsUnknownKeys, "keys"),
    ],
)
def test_a_broken_target_is_caught(broken: type[Broken], check: str, tmp_path: Any) -> None:
    assert failing(target(broken), tmp_path, only=check)


def test_a_target_that_forgets_on_the_disk_is_caught(tmp_path: Any) -> None:
    loaded: list[Artifact[Any]] = []

    def load(artifact: Artifact[Any]) -> Broken:
        loaded.append(artifact)
        return ForgetsMissing(artifact)

    assert failing(target(load), tmp_path, only="disk")
    assert loaded


def test_bytes_that_depend_on_the_day_are_caught(tmp_path: Any) -> None:
    days = iter(range(1000))
    broken = target(emit=lambda low: {**PYTHON.emit(low), "day.txt": str(next(days))})
    assert failing(broken, tmp_path, only="bytes")


def test_a_target_that_takes_what_it_declares_unable_is_caught(tmp_path: Any) -> None:
    """Here compiling does not raise what the capabilities say."""

    class Quiet(Target[Any]):
        def compile(self, ruleset: Any, numerics: Any, options: Any = None) -> Any:
            del options
            return PYTHON.compile(ruleset, numerics)

    fields = {field.name: getattr(PYTHON, field.name) for field in dataclasses.fields(PYTHON)}
    fields["capabilities"] = Capabilities(hit_policies=frozenset({HitPolicy.FIRST}))
    assert failing(Quiet(**fields), tmp_path, only="corpus")


def test_a_target_that_refuses_more_than_it_declares_is_caught(tmp_path: Any) -> None:
    class Shy(Target[Any]):
        def compile(self, ruleset: Any, numerics: Any, options: Any = None) -> Any:
            if len(ruleset.rules) > 1:
                raise UnsupportedError(self.name, ())
            return super().compile(ruleset, numerics, options)

    fields = {field.name: getattr(PYTHON, field.name) for field in dataclasses.fields(PYTHON)}
    assert failing(Shy(**fields), tmp_path, only="corpus")


def test_a_target_that_refuses_everything_is_caught(tmp_path: Any) -> None:
    assert failing(target(capabilities=Capabilities(numerics=frozenset())), tmp_path, only="disk")


def test_a_refusal_as_declared_is_the_right_answer(tmp_path: Any) -> None:
    shy = target(
        capabilities=Capabilities(hit_policies=frozenset({HitPolicy.FIRST}), dtypes=frozenset({DType.INT32}))
    )
    for name in ("corpus", "values", "columns", "keys"):
        assert not failing(shy, tmp_path, only=name)


@pytest.mark.parametrize("dtype", DType)
def test_no_wrong_value_is_taken_by_the_semantics(dtype: DType) -> None:
    ruleset = reading(dtype)
    assert decide(ruleset, {}).outcome == "none"
    assert len(WRONG[dtype]) >= 4
    assert contract(target()).runner(ruleset, Native()) is not None


FRAME = frame_of(reading(DType.INT32).schema, [{"x": 1}, {}])
DECIDED = PYTHON.compile(reading(DType.INT32), Native()).load().batch(FRAME, hits=True)
EXPECTED = [decide(reading(DType.INT32), event) for event in ({"x": 1}, {})]


def test_a_right_frame_passes() -> None:
    check_frame(reading(DType.INT32), FRAME, DECIDED, EXPECTED)
    check_frame(reading(DType.INT32), FRAME, DECIDED.drop("hits"), EXPECTED, hits=False)


@pytest.mark.parametrize(
    "wrong",
    [
        DECIDED.drop("rule"),
        DECIDED.drop("hits"),
        DECIDED.select("outcome", "rule", "hits", "x"),
        DECIDED.with_columns(pl.col("x").fill_null(0)),
        DECIDED.with_columns(pl.col("x").cast(pl.Int64)),
        DECIDED.with_columns(pl.lit(None, DECIDED.schema["rule"]).alias("rule")),
        DECIDED.with_columns(pl.col("outcome").cast(pl.String)),
        DECIDED.with_columns(pl.col("outcome").reverse()),
        DECIDED.with_columns(more=1),
        DECIDED[:1],
    ],
)
def test_a_wrong_frame_is_caught(wrong: pl.DataFrame) -> None:
    with pytest.raises(AssertionError):
        check_frame(reading(DType.INT32), FRAME, wrong, EXPECTED)


def test_a_stray_frame_has_the_same_events() -> None:
    frame = pl.DataFrame({"a": [1, 2], "b": [3, 4]})
    found = stray(frame)
    assert found.columns == [EXTRA_KEY, "b", "a"]
    assert found.select("a", "b").equals(frame)
