"""Counting events while they are decided, so that nothing is read a second time."""

from __future__ import annotations

from threading import Lock

import polars as pl

from rulekit.findings import Finding, event_counts, event_findings
from rulekit.frames import bind_columns
from rulekit.ir.ruleset import INVALID, Ruleset
from rulekit.targets.shared.columns import OUTCOME


class EventCounts:
    """Outcomes and odd values of the events that pass through a plan.

    Parameters
    ----------
    ruleset : decides the events.
    events : the undecided events; only their columns are looked at here.
    cast : as the runner is told.

    Raises
    ------
    EventError
        when a column is absent or has another dtype than its feature.

    """

    def __init__(self, ruleset: Ruleset, events: pl.LazyFrame, *, cast: bool) -> None:
        self._ruleset = ruleset
        columns = bind_columns(events, ruleset.schema, ruleset.read, cast=cast)
        self._odd = event_counts(ruleset.read, columns)
        self._odd_values: dict[str, int] = {}
        self._outcomes = dict.fromkeys(ruleset.outcomes, 0)
        # Comparing codes is several times as fast as counting their values.
        code = pl.col(OUTCOME).to_physical()
        self._each = [(code == place).sum().alias(name) for place, name in enumerate(ruleset.outcomes)]
        self._alone = Lock()

    def counted(self, decided: pl.LazyFrame) -> pl.LazyFrame:
        """Return the decided events unchanged; each batch is counted when it is read, so read them once."""
        schema = decided.collect_schema()  # every column is wanted here, whatever a later step selects
        return decided.map_batches(self._count, schema=schema, streamable=True, projection_pushdown=False)

    @property
    def outcomes(self) -> dict[str, int]:
        """How many events have which outcome, every outcome of the ruleset in its order."""
        return dict(self._outcomes)

    def findings(self) -> list[Finding]:
        """Return what was odd about the events: those not decided, then values out of bounds or unknown."""
        count = self.outcomes[INVALID]
        message = f"{count} events lack a required feature and were not decided"
        found = [Finding(code="invalid-events", subject=INVALID, message=message, count=count)]
        return (found if count else []) + event_findings(self._ruleset.read, self._odd_values)

    def _count(self, batch: pl.DataFrame) -> pl.DataFrame:
        """Add the counts of a batch; Polars calls this from several threads at once."""
        outcomes = batch.select(self._each).row(0, named=True)
        odd = batch.select(self._odd).row(0, named=True) if self._odd else {}
        with self._alone:
            for name, count in outcomes.items():
                self._outcomes[name] += count
            for name, count in odd.items():
                self._odd_values[name] = self._odd_values.get(name, 0) + count
        return batch
