"""Which decisions a log keeps, where it keeps one in so many of an outcome.

The choice is made by the keyed hash of seed, outcome and event id that prescales use (:mod:`rulekit.ir.prescale`),
under a name that no rule can have. It is the same on one worker or a thousand, and independent of every prescale.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from rulekit.errors import LogError
from rulekit.ir.prescale import keeps
from rulekit.ir.ruleset import Ruleset
from rulekit.log.options import LogOptions
from rulekit.prescale import kept


def check_sampling(options: LogOptions, ruleset: Ruleset) -> None:
    """Refuse to sample an outcome that the ruleset does not have.

    Raises
    ------
    LogError
        when there is one.

    """
    unknown = [outcome for outcome in options.sample if outcome not in ruleset.outcomes]
    if unknown:
        what = f"there is no outcome {unknown[0]!r} to sample"
        raise LogError(what, expected=", ".join(ruleset.outcomes))


def kept_decisions(outcomes: pl.Series, ids: pl.Series, options: LogOptions) -> pl.Series | None:
    """Return which decisions are kept, Boolean, shape (events,); None when all are.

    Raises
    ------
    EventError
        when an id is of a kind that can't be sampled by.

    """
    shares = _shares(options.sample)
    if not shares:
        return None
    keep = pl.Series([True], dtype=pl.Boolean).new_from_index(0, len(outcomes))
    for outcome, one_in in shares.items():
        places = (outcomes == outcome).arg_true()
        if len(places):
            keep = keep.scatter(places, kept(ids.gather(places), _name(outcome), one_in, options.seed))
    return keep


def keeps_decision(outcome: str, event: int | str, options: LogOptions) -> bool:
    """Say whether one decision is kept; see :func:`kept_decisions`."""
    one_in = options.sample.get(outcome, 1)
    return one_in == 1 or keeps(options.seed, _name(outcome), event, one_in)


def _shares(sample: Mapping[str, int]) -> dict[str, int]:
    return {outcome: one_in for outcome, one_in in sample.items() if one_in > 1}


def _name(outcome: str) -> str:
    return f"outcome {outcome}"
