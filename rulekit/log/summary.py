"""What a run left in its log."""

from __future__ import annotations

from rulekit.ir.schema import Model


class LogSummary(Model):
    """What a run left in its log.

    Attributes
    ----------
    where, log : the place and the name of the log.
    kept, sampled, lost : decisions of this run, by outcome: those in the log, those sampled away, those lost.
    notes : what a reviewer will miss in it, and what opening it had to mend.

    """

    where: str
    log: str
    kept: dict[str, int]
    sampled: dict[str, int]
    lost: dict[str, int]
    notes: tuple[str, ...]
