"""Models for parts of the record: subgroups of the events, and periods of time."""

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
    """The groups of one column of the events; ``tests`` is the number of ratios that Holm's correction covers."""

    column: str
    groups: tuple[Subgroup, ...]
    tests: int


class Period(Model):
    """A period of the record, with its first and last time as text."""

    first: str
    last: str
    events: int


class Band(Model):
    """A rate in one period and the band where it is expected; ``outside`` tells that it is not in the band."""

    rate: Share
    low: float
    high: float
    outside: bool


class RateOverTime(Model):
    """A rate by period and its expected value; ``id`` is a rule's, or None for all accepted events."""

    number: int | None
    id: str | None
    expected: Share
    periods: tuple[Band, ...]


class FeatureDrift(Model):
    """How far the values of a feature are from the reference, by period: the population stability index.

    Without any drift, as many events give ``noise`` on average and exceed ``limit`` once in a hundred times.
    ``bins`` is the number of bins.
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
    column : the column of the time; None is the order of the events.
    untimed : events without a time, which belong to no period.
    reference : where the expected rates and the bins come from.
    confidence : if nothing drifts, all bands hold at once with this probability.
    tests : the number of bands.
    rates : of all accepted events first, then by rule.

    """

    column: str | None
    untimed: int
    reference: str
    periods: tuple[Period, ...]
    confidence: float
    tests: int
    rates: tuple[RateOverTime, ...]
    features: tuple[FeatureDrift, ...]
