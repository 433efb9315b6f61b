"""Which outcomes count as accepted."""

from __future__ import annotations

import polars as pl

from rulekit.errors import RulekitError
from rulekit.ir.ruleset import Ruleset


def accepted_outcomes(ruleset: Ruleset, accept: tuple[str, ...] | None) -> tuple[str, ...]:
    """Return the outcomes that count as accepted: those asked for, or all but ``otherwise`` and ``invalid``."""
    if accept is None:
        return ruleset.accepting
    unknown = [name for name in accept if name not in ruleset.outcomes]
    if unknown:
        expected = "one of " + ", ".join(ruleset.outcomes)
        raise RulekitError("there is no such outcome to accept", expected=expected, got=unknown[0])
    return accept


def accepted_by(decisions: pl.DataFrame, accept: tuple[str, ...]) -> pl.Series:
    """Return which decisions count as accepted."""
    return decisions["outcome"].is_in(list(accept)).fill_null(value=False).alias("accepted")
