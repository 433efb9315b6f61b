"""The contract of a target: the same decision as :mod:`rulekit.ir.semantics` on every event, exactly.

Nothing here names a target, and nothing has a tolerance. A plugin's test file is three lines::

    from rulekit.testing import TargetContract

    class TestMine(TargetContract):
        target = my_target
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import groupby
from typing import TYPE_CHECKING, Any, ClassVar

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rulekit.errors import EventError, UnsupportedError
from rulekit.ir.decision import Decision
from rulekit.ir.notation.document import ruleset_from_document
from rulekit.ir.numerics import Native, Numerics
from rulekit.ir.ruleset import HitPolicy, Ruleset
from rulekit.ir.schema import DType, Feature
from rulekit.ir.semantics import decide
from rulekit.targets.read import read_artifact
from rulekit.testing.cases import Case, load_corpus
from rulekit.testing.events import EXTRA_KEY, events, frame_of
from rulekit.testing.strategies import numerics, rulesets

if TYPE_CHECKING:
    from pathlib import Path

    from rulekit.targets.artifact import Runner
    from rulekit.targets.base import Target

WRONG: dict[DType, tuple[Any, ...]] = {
    DType.BOOL: (1, 0.0, "true", b"", []),
    DType.INT32: (True, 1.0, "1", 2**31, -(2**31) - 1, [1]),
    DType.INT64: (True, 1.0, "1", 2**63, -(2**63) - 1, {}),
    DType.FLOAT32: (True, "1.0", "nan", 10**400, (1.0,), 1j, pl.Series([1.0, 2.0])),
    DType.FLOAT64: (False, "1.0", "", 10**400, b"1", object()),
    DType.CATEGORY: (1, True, 0.5, b"SE", ["SE"]),
}
"""Values that do not fit a feature of the dtype: deciding must raise, never convert them."""

_CORPUS = tuple(tuple(cases) for _, cases in groupby(load_corpus(), key=lambda case: case.file))
_drawn = settings(deadline=None, suppress_health_check=(HealthCheck.differing_executors,))


@dataclass(frozen=True, slots=True)
class Drawn:
    """A ruleset, numerics that it binds to, and raw events that aim at its thresholds."""

    ruleset: Ruleset
    numerics: Numerics
    events: list[dict[str, Any]]

    @property
    def expected(self) -> list[Decision]:
        """The decisions of the reference evaluator, one for each event."""
        return [decide(self.ruleset, event, self.numerics) for event in self.events]


@st.composite
def drawn(draw: st.DrawFn, *, prescale: bool = False, size: int = 16) -> Drawn:
    """Return a strategy for a ruleset, numerics that it binds to, and ``size // 2`` to ``size`` events."""
    ruleset = draw(rulesets(prescale=prescale))
    chosen = draw(numerics(ruleset))
    return Drawn(ruleset, chosen, draw(st.lists(events(ruleset, chosen), min_size=size // 2, max_size=size)))


class TargetContract:
    """What every target must do. Subclass it as ``Test...`` and set ``target``; pytest runs the checks.

    Attributes
    ----------
    target : the target to test.

    """

    target: ClassVar[Target]

    def runner(self, ruleset: Ruleset, numerics: Numerics) -> Runner | None:
        """Return a runner, or None where the target refuses; refusals must be those that it declares."""
        refusals = self.target.refusals(ruleset, numerics)
        if not refusals:
            return self.target.load(self.target.compile(ruleset, numerics))
        with pytest.raises(UnsupportedError) as raised:
            self.target.compile(ruleset, numerics)
        assert raised.value.refusals == refusals
        assert raised.value.target == self.target.name
        assert all(refusal.subject and refusal.reason and refusal.remedy for refusal in refusals)
        return None

    @pytest.mark.parametrize("cases", _CORPUS, ids=lambda cases: cases[0].file)
    def test_decides_the_corpus(self, cases: tuple[Case, ...]) -> None:
        """Each event of the corpus gets its decision, alone and in a frame."""
        runner = self.runner(cases[0].ruleset, cases[0].numerics)
        if runner is None:  # refused just as declared, which is the right answer too
            return
        for case in cases:
            assert runner.one(case.event, hits=True) == case.expected, f"{case}: {case.why}"
        frame = frame_of(cases[0].ruleset.schema, [case.event for case in cases])
        check_frame(
            cases[0].ruleset, frame, runner.batch(frame, hits=True), [case.expected for case in cases]
        )

    @_drawn
    @given(drawn(prescale=True))
    def test_decides_events_as_semantics_does(self, case: Drawn) -> None:
        """Each event alone gets the decision of the reference, with and without hits."""
        runner = self.runner(case.ruleset, case.numerics)
        if runner is None:
            return
        for event, expected in zip(case.events, case.expected, strict=True):
            assert runner.one(event, hits=True) == expected
            assert runner.one(event) == replace(expected, hits=None)

    @_drawn
    @given(drawn(size=40))
    def test_decides_frames_as_semantics_does(self, case: Drawn) -> None:
        """Frames get the decisions of the reference: eager, lazy, streamed, wide, short, with and without hits."""
        runner = self.runner(case.ruleset, case.numerics)
        if runner is None:
            return
        frame, expected = stray(frame_of(case.ruleset.schema, case.events)), case.expected
        eager = runner.batch(frame, hits=True)
        check_frame(case.ruleset, frame, eager, expected)
        for hits in (False, True):
            lazy = runner.batch(frame.lazy(), hits=hits)
            assert isinstance(lazy, pl.LazyFrame)
            check_frame(case.ruleset, frame, lazy.collect(engine="in-memory"), expected, hits=hits)
            check_frame(case.ruleset, frame, lazy.collect(engine="streaming"), expected, hits=hits)
            check_frame(case.ruleset, frame, runner.batch(frame, hits=hits), expected, hits=hits)
        fired = runner.hit_matrix(frame)
        assert fired.columns == [rule.id for rule in case.ruleset.rules]
        if fired.width:  # a frame of no columns has no events either
            assert fired.rows() == [tuple(name in (e.hits or ()) for name in fired.columns) for e in expected]
        wide = frame_of(case.ruleset.schema, case.events, wide=True)
        check_frame(case.ruleset, wide, runner.batch(wide, hits=True, cast=True), expected)
        for rows in (0, 1):
            check_frame(case.ruleset, frame[:rows], runner.batch(frame[:rows], hits=True), expected[:rows])

    def test_decides_the_same_after_a_walk_over_the_disk(self, tmp_path: Path) -> None:
        """An artifact that is written and read back decides as before."""
        decided = 0
        for cases in _CORPUS:
            ruleset, chosen = cases[0].ruleset, cases[0].numerics
            if self.target.refusals(ruleset, chosen):
                continue
            artifact = self.target.compile(ruleset, chosen)
            read = read_artifact(artifact.write(tmp_path / cases[0].file))
            assert (read.files, read.manifest) == (artifact.files, artifact.manifest)
            runner = self.target.load(read)
            for case in cases:
                assert runner.one(case.event, hits=True) == case.expected, f"{case}: {case.why}"
                decided += 1
        assert decided, "the target refuses the whole corpus"

    def test_compiles_equal_input_to_equal_bytes(self) -> None:
        """Compiling twice gives the same files and manifest."""
        for cases in _CORPUS:
            ruleset, chosen = cases[0].ruleset, cases[0].numerics
            if not self.target.refusals(ruleset, chosen):
                once, again = (self.target.compile(ruleset, chosen) for _ in range(2))
                assert (once.files, once.manifest) == (again.files, again.manifest)

    @pytest.mark.parametrize("dtype", DType)
    def test_refuses_values_of_another_type(self, dtype: DType) -> None:
        """A value that does not fit the schema raises, and is never converted in silence."""
        ruleset = reading(dtype)
        runner = self.runner(ruleset, Native())
        if runner is None:
            return
        for value in WRONG[dtype]:
            with pytest.raises(EventError):
                decide(ruleset, {"x": value})
            with pytest.raises(EventError):
                runner.one({"x": value})

    @pytest.mark.parametrize("lazy", [False, True], ids=["eager", "lazy"])
    @pytest.mark.parametrize("dtype", DType)
    def test_refuses_frames_that_do_not_fit(self, dtype: DType, *, lazy: bool) -> None:
        """A column that is absent, has another dtype, or would be overwritten raises."""
        ruleset = reading(dtype)
        runner = self.runner(ruleset, Native())
        if runner is None:
            return
        good = frame_of(ruleset.schema, [{}])
        bad = [good.rename({"x": "y"}), good.cast(pl.Duration()), good.with_columns(outcome=pl.lit("mine"))]
        check_frame(ruleset, good, runner.batch(good, hits=True), [decide(ruleset, {})])
        for frame in bad:
            with pytest.raises(EventError):
                runner.batch(frame.lazy() if lazy else frame)

    def test_leaves_the_event_and_unknown_keys_alone(self) -> None:
        """Deciding does not change the event, and does not use keys that are not in the schema."""
        for cases in _CORPUS:
            runner = self.runner(cases[0].ruleset, cases[0].numerics)
            event = {**cases[0].event, EXTRA_KEY: object()}
            before = dict(event)
            if runner is not None:
                assert runner.one(event, hits=True) == cases[0].expected
                assert {name: id(value) for name, value in event.items()} == {
                    k: id(v) for k, v in before.items()
                }


def stray(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the frame with its columns in another order, beside one that the schema does not know."""
    return frame.select(reversed(frame.columns)).with_row_index(EXTRA_KEY)


@lru_cache
def reading(dtype: DType) -> Ruleset:
    """Return a ruleset that reads one feature of the dtype."""
    feature = Feature(name="x", dtype=dtype, categories=("SE",) if dtype is DType.CATEGORY else None)
    document: dict[str, Any] = {
        "name": "reading",
        "version": "1.0.0",
        "schema": {"name": "reading", "version": "1.0.0", "features": (feature,)},
        "hit_policy": "first",
        "otherwise": "none",
        "rules": [{"id": "present", "when": ["x is not missing"], "then": "seen"}],
    }
    return ruleset_from_document(document)


def check_frame(
    ruleset: Ruleset,
    frame: pl.DataFrame,
    decided: pl.DataFrame,
    expected: list[Decision],
    *,
    hits: bool = True,
) -> None:
    """Check a decided frame: the events unchanged, then exactly the promised columns, dtypes and values.

    Parameters
    ----------
    ruleset : what decided.
    frame : the events that were given.
    decided : what the runner returned.
    expected : the decision of each event.
    hits : whether the column ``hits`` was asked for. Default: True.

    Raises
    ------
    AssertionError
        at the first difference.

    """
    ids = pl.Enum([rule.id for rule in ruleset.rules])
    columns: dict[str, pl.DataType] = {"outcome": pl.Enum(ruleset.outcomes), "rule": ids}
    if ruleset.hit_policy is HitPolicy.SCORE:
        columns["score"] = pl.Int64()
    if hits:
        columns["hits"] = pl.List(ids)
    assert decided.schema == pl.Schema({**frame.schema, **columns})
    assert decided.select(frame.columns).equals(frame, null_equal=True)
    for name in columns:
        values = [list(v) if isinstance(v := getattr(decision, name), tuple) else v for decision in expected]
        assert decided[name].to_list() == values, name
