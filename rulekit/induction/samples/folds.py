"""The split of events into fit, selection and calibration folds.

Events of one card, one engine or one trip resemble each other. Spread over the folds, they would test a rule on
what it was found on. So groups stay whole. Even then there are fewer independent observations than events, so a
limit that is to hold for new groups must count groups (:mod:`rulekit.statistics.upper_limits`).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from rulekit.errors import BudgetError
from rulekit.induction.samples.sample import Folds, Sample
from rulekit.labels import Groups

FRACTIONS = (0.5, 0.2, 0.3)
"""Shares of the events that go to the fit, the selection and the calibration fold."""

_FEWEST = 100
_FEWEST_OF_A_CLASS = 10
_FEWEST_GROUPS = 10


def split(sample: Sample, seed: int, strata: npt.NDArray[Any] | None = None) -> Folds:
    """Split events at random, with equal shares of each stratum in each fold.

    Parameters
    ----------
    sample : the events. Groups stay whole, and shares are then as equal as that allows.
    seed : the only source of chance.
    strata : number of the stratum of each event, shape (events,); default: signal and background, and without truth
        high and low scores.

    Raises
    ------
    BudgetError
        when there are too few events or groups, or none of one class in some fold.

    """
    check_size(sample)
    rng = np.random.default_rng(seed)
    if strata is None:
        strata = sample.truth if sample.truth is not None else sample.scores >= np.median(sample.scores)
    fold = _by_event(strata, rng) if sample.groups is None else _by_group(sample.groups, strata, rng)
    parts = [sample.take(fold == number) for number in range(len(FRACTIONS))]
    if sample.groups is not None:
        _check_classes(parts)
    return Folds(*parts)


def _by_event(strata: npt.NDArray[Any], rng: np.random.Generator) -> npt.NDArray[np.int8]:
    """Return the fold of each event."""
    fold = np.empty(len(strata), dtype=np.int8)
    for stratum in np.unique(strata):
        index = rng.permutation(np.flatnonzero(strata == stratum))
        edges = np.rint(np.cumsum(FRACTIONS)[:-1] * len(index)).astype(int)
        for number, part in enumerate(np.split(index, edges)):
            fold[part] = number
    return fold


def _by_group(groups: Groups, strata: npt.NDArray[Any], rng: np.random.Generator) -> npt.NDArray[np.int8]:
    """Return the fold of each event: each group goes to the fold that lacks most of what the group holds.

    This is greedy descent on the squared distance of the folds' shares of each stratum from :data:`FRACTIONS`.
    Large groups come first, because small ones can fill the gaps; groups of about one size come in random order.
    """
    _, member = np.unique(groups, return_inverse=True)
    kinds = np.unique(strata)
    counts = np.stack([np.bincount(member, weights=strata == kind) for kind in kinds], axis=1)
    shares = counts / np.maximum(counts.sum(axis=0), 1)
    lacking = np.outer(FRACTIONS, np.ones(len(kinds)))
    order = rng.permutation(len(counts))
    fold = np.empty(len(counts), dtype=np.int8)
    for group in order[np.argsort(-np.floor(np.log2(counts[order].sum(axis=1))), kind="stable")]:
        fold[group] = np.argmax(lacking @ shares[group])
        lacking[fold[group]] -= shares[group]
    return fold[member]


def _check_classes(parts: list[Sample]) -> None:
    for name, part in zip(("fit", "selection", "calibration"), parts, strict=True):
        held = np.ones(0, dtype=np.bool_) if part.truth is None else part.truth
        if len(part) and (part.truth is None or (held.any() and not held.all())):
            continue
        raise BudgetError(f"whole groups leave the {name} fold without events of one class",
                          expected="signal and background in each fold",
                          hint="is nearly all of one class in a few groups? give more groups")  # fmt: skip


def check_size(sample: Sample) -> None:
    """Refuse a sample that is too small to be split, or has too few groups, or one class only."""
    if len(sample) < _FEWEST:
        raise BudgetError(
            "there are too few events to induce from", expected=f"at least {_FEWEST}", got=str(len(sample))
        )
    groups = len(sample) if sample.groups is None else len(np.unique(sample.groups))
    if groups < _FEWEST_GROUPS:
        raise BudgetError("there are too few groups of events to spread over the folds", got=str(groups),
                          expected=f"at least {_FEWEST_GROUPS}")  # fmt: skip
    if sample.truth is None:
        return
    signal = int(sample.truth.sum())
    for name, count in (("signal", signal), ("background", len(sample) - signal)):
        if count == 0:
            raise BudgetError(f"there is no {name} among the events", expected="both classes",
                              hint="is it the right truth column?")  # fmt: skip
        if count < _FEWEST_OF_A_CLASS:
            raise BudgetError(f"there is too little {name} among the events", got=str(count),
                              expected=f"at least {_FEWEST_OF_A_CLASS}")  # fmt: skip
