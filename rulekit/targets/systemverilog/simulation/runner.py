"""Decide events by simulating the emitted design: slower than other targets, and the hardware's own answer."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any, cast, overload

import numpy as np
import numpy.typing as npt
import polars as pl

from rulekit.errors import ArtifactError, EventError, RulekitError
from rulekit.frames import EagerFrame, Frame
from rulekit.ir.decision import Decision
from rulekit.ir.numerics import Fixed
from rulekit.ir.ruleset import INVALID
from rulekit.targets.artifact import Artifact
from rulekit.targets.lower import LowFeature
from rulekit.targets.polars.prelude import number
from rulekit.targets.shared.answers import Answers, Hits, batch_by_answers, hit_matrix_by_answers
from rulekit.targets.shared.columns import one_by_frame
from rulekit.targets.shared.encode import encoding
from rulekit.targets.systemverilog.design import design_of
from rulekit.targets.systemverilog.names import width_of
from rulekit.targets.systemverilog.simulation.simulate import Simulation
from rulekit.targets.systemverilog.simulation.vectors import Columns


class HardwareRunner:
    """Decides events with the simulated design.

    Each answer is checked as far as the design tells the same thing twice: its outcome and its ``accept`` against
    its first rule or score.
    """

    def __init__(self, artifact: Artifact) -> None:
        self.artifact = artifact
        self.design = design_of(artifact)
        decides = "score" if self.design.low.is_score else "rule"
        lacking = [name for name in (decides, "outcome", "fired") if name not in self.design.options.outputs]
        if lacking:
            what = f"the design has no output {lacking[0]}, without which its answers can't be read"
            raise ArtifactError(what, hint="compile with all outputs to decide events")

    @cached_property
    def simulation(self) -> Simulation:
        """The design under simulation."""
        return Simulation(self.design, self.artifact.files)

    def one(self, event: Mapping[str, Any], *, hits: bool = False) -> Decision:
        """Decide one event; see :class:`rulekit.targets.artifact.Runner`."""
        return one_by_frame(self, event, hits=hits)

    @overload
    def batch(self, events: pl.LazyFrame, *, hits: bool = False, cast: bool = False) -> pl.LazyFrame: ...

    @overload
    def batch(self, events: EagerFrame, *, hits: bool = False, cast: bool = False) -> pl.DataFrame: ...

    def batch(self, events: Frame, *, hits: bool = False, cast: bool = False) -> pl.DataFrame | pl.LazyFrame:
        """Decide events; see :class:`rulekit.targets.artifact.Runner`."""
        return batch_by_answers(self, events, self.answers, hits=hits, cast=cast)

    def hit_matrix(self, events: Frame, *, cast: bool = False) -> pl.DataFrame:
        """Return which rules hit; see :class:`rulekit.targets.artifact.Runner`."""
        return hit_matrix_by_answers(self, events, self.answers, cast=cast)

    def answers(self, columns: pl.DataFrame, hits: bool = False) -> Answers:  # noqa: FBT001, FBT002 - the shape of an Engine
        """Decide bound columns (one per feature that is read, categories as codes) into codes.

        Raises
        ------
        EventError
            when a value is missing, and the design has no input for that.
        RulekitError
            when a simulator fails, or the design contradicts itself.

        """
        found = self.simulation.decide(self.codes(columns), columns.height)
        rules = len(self.artifact.ruleset.rules)
        matrix = found["fired"][:, :rules]
        codes, scores = self._decided(found)
        return Answers(codes.astype(np.uint32), scores, Hits.from_matrix(matrix) if hits else None)

    def codes(self, columns: pl.DataFrame) -> Columns:
        """Return bound columns as codes by input: values in steps of the grid, and a bit for what is missing."""
        names = self.design.names
        ports: dict[str, npt.NDArray[np.int64]] = {}
        for feature in self.design.low.features:
            read = feature.name in columns.columns  # tables have features that other rulesets read
            missing = _missing(feature, columns) if read else np.ones(columns.height, np.int64)
            if self.design.options.missing:
                ports[names.missing(feature.name)] = missing
            elif read and missing.any():
                hint = "compile without missing=false, or leave such events out"
                raise EventError(
                    f"{feature.name} is missing, and the design has no input for that", hint=hint
                )
            if width_of(feature):
                value = self._encoded(feature, columns) if read else np.zeros(columns.height, np.int64)
                ports[names.value(feature.name)] = value
        return ports

    def _encoded(self, feature: LowFeature, columns: pl.DataFrame) -> npt.NDArray[np.int64]:
        numerics = cast("Fixed", self.artifact.numerics)
        code = encoding(feature, pl.col(feature.name), numerics).fill_null(0)
        return columns.select(code).to_series().to_numpy()

    def _decided(
        self, found: Mapping[str, npt.NDArray[Any]]
    ) -> tuple[npt.NDArray[Any], npt.NDArray[Any] | None]:
        """Return codes and scores, after checking ``outcome`` and ``accept`` against what they follow from."""
        ruleset, said = self.artifact.ruleset, found["outcome"]
        rules, outcomes = len(ruleset.rules), ruleset.outcomes
        if self.design.low.is_score:
            steps = np.searchsorted([least for _, least in ruleset.ladder], found["score"], side="right")
            named = [ruleset.otherwise, *(outcome for outcome, _ in ruleset.ladder)]
            invalid = said == len(outcomes) - 1
            codes, scores = np.where(invalid, rules, rules + 1), found["score"]
            expected = np.where(invalid, said, np.array([outcomes.index(name) for name in named])[steps])
        else:
            named = [*(str(rule.then) for rule in ruleset.rules), INVALID, ruleset.otherwise]
            codes, scores = found["rule"], None
            expected = np.array([outcomes.index(name) for name in named])[codes]
        accepting = np.array([name in ruleset.accepting for name in outcomes])
        agree = (said == expected).all() and (found.get("accept", accepting[said]) == accepting[said]).all()
        if not agree:
            raise RulekitError("the design contradicts itself: its outcome is not that of its rule or score")
        return codes, scores


def _missing(feature: LowFeature, columns: pl.DataFrame) -> npt.NDArray[np.int64]:
    return columns.select(_bound(feature).is_null().cast(pl.Int64)).to_series().to_numpy()


def _bound(feature: LowFeature) -> pl.Expr:
    column = pl.col(feature.name)
    return number(column) if feature.feature.dtype.is_float else column
