"""Prescales of whole frames: which hits are kept, bit for bit as :mod:`rulekit.ir.prescale` defines it."""

from __future__ import annotations

from functools import reduce

import polars as pl

from rulekit.errors import EventError, RulekitError
from rulekit.ir.prescale import EVENT_IDS, STEPS, WORD, Step, key, last_kept, number
from rulekit.ir.ruleset import Ruleset

_TEXT = (pl.String, pl.Categorical, pl.Enum)
_EACH = pl.col("word")


def prescaled(ruleset: Ruleset, ids: pl.Series, hits: pl.DataFrame, seed: int = 0) -> pl.DataFrame:
    """Return the hits that are kept; the others are suppressed.

    Parameters
    ----------
    ruleset : the ruleset whose prescales apply.
    ids : the event ids: text, or integers from 0 to 2**64 - 1; shape (events,).
    hits : one Boolean column per rule id, as ``hit_matrix`` returns it; shape (events, rules).
    seed : the seed of the run; another seed keeps other events. Default: 0.

    Returns
    -------
    One Boolean column per rule id, shape (events, rules).

    Raises
    ------
    EventError
        when an id is missing, or of a kind that prescales do not accept.
    RulekitError
        when the hits are of other rules, or there is not one id per event.

    """
    _check(ruleset, ids, hits)
    scaled = [rule for rule in ruleset.rules if rule.prescale > 1]
    if not scaled:
        return hits
    folds = _folds(numbers(ids))
    kept = {rule.id: _places(folds, key(seed, rule.id)) <= last_kept(rule.prescale) for rule in scaled}
    return hits.with_columns((hits[name] & keeps).alias(name) for name, keeps in kept.items())


def kept(ids: pl.Series, name: str, prescale: int, seed: int = 0) -> pl.Series:
    """Return which events are kept under a name, one in ``prescale``: Boolean, shape (events,).

    Parameters
    ----------
    ids : the event ids, as in :func:`prescaled`.
    name : the name that the choice depends on, such as a rule id.
    prescale : keep one event in this many; at least 1.
    seed : the seed of the run; default: 0.

    Raises
    ------
    EventError
        when an id is missing, or of a kind that prescales do not accept.
    LawError
        when the prescale is less than 1.

    """
    return _places(_folds(numbers(ids)), key(seed, name)) <= last_kept(prescale)


def numbers(ids: pl.Series) -> pl.Series:
    """Return the numbers of events, UInt64, shape (events,), as :func:`rulekit.ir.prescale.number` defines them.

    Raises
    ------
    EventError
        when an id is missing, or of a kind that prescales do not accept.

    """
    if ids.dtype in _TEXT:
        texts = ids.cast(pl.String).to_list()
        values = [None if text is None else number(text) for text in texts]
        found = pl.Series(ids.name, values, dtype=pl.UInt64)
    elif ids.dtype.is_integer():
        found = ids.cast(pl.UInt64, strict=False)
    else:
        raise EventError(f"the ids {ids.name} can't be prescaled by", expected=EVENT_IDS, got=str(ids.dtype))
    if found.null_count():
        row = found.is_null().arg_max() or 0
        got = f"{ids[row]!r} in row {row}"
        raise EventError(f"an event id of {ids.name} can't be prescaled by", expected=EVENT_IDS, got=got)
    return found


def _check(ruleset: Ruleset, ids: pl.Series, hits: pl.DataFrame) -> None:
    rules = [rule.id for rule in ruleset.rules]
    if hits.columns != rules:
        raise RulekitError(
            "these hits are of other rules", expected=", ".join(rules), got=", ".join(hits.columns)
        )
    if rules and len(ids) != hits.height:
        what = "each event has one id"
        raise RulekitError(what, expected=f"{hits.height} ids", got=f"{len(ids)}")


def _folds(events: pl.Series) -> pl.Series:
    high = _mixed(_worked(events, _EACH // (WORD + 1)))
    return _mixed(high ^ _worked(events, _EACH & _word(WORD)))


def _places(folds: pl.Series, rule_key: int) -> pl.Series:
    mixed = _mixed(_worked(folds, _EACH ^ _word(rule_key & WORD)))
    return _worked(mixed, _EACH ^ _word(rule_key >> 32))


def _mixed(words: pl.Series) -> pl.Series:
    """Return words after all steps, each computed before the next: one expression would be 64 times the size."""
    return reduce(_worked, map(_step, STEPS), words)


def _step(step: Step) -> pl.Expr:
    """Return one step of the hash: 64-bit arithmetic, cut back to 32 bits."""
    factor, constant = _word(1 << abs(step.shift)), _word(step.constant)
    shifted = _EACH * factor if step.shift > 0 else _EACH // factor
    joined = _EACH + constant if step.inner == "+" else _EACH ^ constant
    return (joined + shifted if step.outer == "+" else joined ^ shifted) & _word(WORD)


def _worked(words: pl.Series, expression: pl.Expr) -> pl.Series:
    return words.to_frame("word").select(expression.alias("word")).to_series()


def _word(value: int) -> pl.Expr:
    return pl.lit(value, pl.UInt64)
