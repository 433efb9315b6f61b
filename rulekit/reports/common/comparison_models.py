"""The law against another way of deciding the same events, as values: the previous version, and the teacher."""

from __future__ import annotations

from typing import Literal

from rulekit.ir.schema import Model
from rulekit.reports.common.intervals import Changes, MeasureTable, Share


class Example(Model):
    """One event: what it holds (as text; None is missing), and how it was decided.

    ``decided`` and ``otherwise`` name the outcome and the deciding rule: by the law, and by what it is compared
    with.
    """

    event: str
    values: dict[str, str | None]
    decided: str
    otherwise: str | None = None
    score: float | None = None
    truth: bool | None = None


class Swap(Model):
    """Events of one kind of change: their number, their share of all, and the share of signal among them."""

    before: str
    after: str
    count: int
    rate: Share
    purity: Share | None = None


class Previous(Model):
    """What another version decides on the same events.

    Attributes
    ----------
    changes : what the audited law accepts more than the previous version.
    gained, lost : events that only the audited law accepts, and that only the previous version does.
    swaps : events by outcome then and now, where these differ; the most frequent first.
    newly, no_longer : examples of the events gained and lost.
    only_now, only_then : ids of the rules that only one of both has.

    """

    name: str
    version: str
    digest: str
    accept: tuple[str, ...]
    measures: MeasureTable
    changes: Changes
    gained: Swap
    lost: Swap
    swaps: tuple[Swap, ...]
    newly: tuple[Example, ...]
    no_longer: tuple[Example, ...]
    only_now: tuple[str, ...]
    only_then: tuple[str, ...]


class ScoreBin(Model):
    """Events whose teacher's score is from ``low`` to ``high``, both included, and what the law accepts of them.

    ``top`` is the share of all events with such a score or a higher one.
    """

    low: float
    high: float
    top: float
    events: int
    accepted: Share
    signal: Share | None = None


class RuleDoubt(Model):
    """What the teacher thinks of a rule's hits: the share that it rejects, and its lowest and middle score of them.

    ``signal`` is the share of signal among the hits that the teacher rejects.
    """

    number: int
    id: str
    hits: int
    rejected: Share
    median: float
    signal: Share | None = None


class NearMiss(Model):
    """Events that the teacher takes, the law leaves, and one rule would take but for one of its terms.

    An event may be near to several rules. ``words`` is the term, and ``text`` the same exactly where it is one
    literal; ``signal`` is the share of signal among the events.
    """

    number: int
    id: str
    words: str
    text: str | None
    count: int
    share: Share
    signal: Share | None = None


class Disagreement(Model):
    """Where the teacher and the law disagree.

    Attributes
    ----------
    only_law, only_teacher : share of all events that only one of both accepts.
    signal_law, signal_teacher : share of signal among these, where truth is known.
    bins : from the highest scores down.
    rules : those whose hits the teacher rejects, the most doubted first.
    misses : by how little the law leaves what the teacher takes, the most frequent first.
    far : of the events that only the teacher accepts, those that lack two terms or more of every rule.
    accepted, rejected : events that the law accepts at the lowest scores, and rejects at the highest.

    """

    teacher: str
    threshold: float | None
    matched: Literal["false-positive rate", "rate"]
    only_law: Share
    only_teacher: Share
    signal_law: Share | None
    signal_teacher: Share | None
    bins: tuple[ScoreBin, ...]
    rules: tuple[RuleDoubt, ...]
    misses: tuple[NearMiss, ...]
    far: int | None
    accepted: tuple[Example, ...]
    rejected: tuple[Example, ...]
