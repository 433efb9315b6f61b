"""Parts of the record, as values: subgroups of the events, and periods of time."""

from __future__ import annotations

from typing import Literal

from rulekit.ir.schema import Model
from rulekit.reports.common.intervals import Share
from rulekit.statistics.ratios import GroupRatio


class GroupShare(Model):
    """A measured share of a group, and its ratio to that of all other events."""

    share: Share
    ratio: GroupRatio


class Subgroup(Model):
    """One group of events; ``pooled`` is the number of small groups that it gathers."""

    name: str
    kind: Literal["value", "unknown", "missing", "others"]
    events: int
    rate: GroupShare
    efficiency: GroupShare | None = None
    false_positive_rate: GroupShare | None = None
    purity: Share | None = None
    pooled: int = 0


class Subgroups(Model):
    """The groups that a column of the events makes; ``tests`` is how many ratios Holm's correction counts."""

    column: str
    groups: tuple[Subgroup, ...]
    tests: int


class Period(Model):
    """A stretch of the record, with the first and the last time in it, as text."""

    first: str
    last: str
    events: int


class Band(Model):
    """A rate in a period, and the band in which it is expected; ``outside`` says that it lies beyond."""

    rate: Share
    low: float
    high: float
    outside: bool


class RateOverTime(Model):
    """A rate by period, and what it is expected to be; ``id`` is a rule's, and None for all that is accepted."""

    number: int | None
    id: str | None
    expected: Share
    periods: tuple[Band, ...]


class FeatureDrift(Model):
    """How far the values of a feature lie from the reference, by period: its population stability index.

    ``noise`` is what as many events without any drift give on average, and ``limit`` what they exceed once in a
    hundred times; ``bins`` is how many bins there are.
    """

    feature: str
    bins: int
    psi: tuple[float | None, ...]
    noise: tuple[float, ...]
    limit: tuple[float, ...]


class Drift(Model):
    """Rates and features over time.

    Attributes
    ----------
    column : gives the time; None is the order of the events.
    untimed : events without a time, which belong to no period.
    reference : what the expected rates and the bins are taken from.
    confidence : with which all bands of the page hold together, where nothing drifts.
    tests : how many bands there are.
    rates : of all that is accepted first, then by rule.

    """

    column: str | None
    untimed: int
    reference: str
    periods: tuple[Period, ...]
    confidence: float
    tests: int
    rates: tuple[RateOverTime, ...]
    features: tuple[FeatureDrift, ...]
