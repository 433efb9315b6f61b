"""Models that compare a ruleset with the previous version, and with the teacher, on the same events."""

from __future__ import annotations

from typing import Literal

from rulekit.ir.schema import Model
from rulekit.reports.common.intervals import Changes, MeasureTable, Share


class Example(Model):
    """One event: its values as text (None is missing) and how it was decided.

    ``decided`` names outcome and deciding rule by the ruleset, ``otherwise`` by what it is compared with.
    """

    event: str
    values: dict[str, str | None]
    decided: str
    otherwise: str | None = None
    score: float | None = None
    truth: bool | None = None


class Swap(Model):
    """Events that change in one way: their number, their share of all, and the share of signal among them."""

    before: str
    after: str
    count: int
    rate: Share
    purity: Share | None = None


class Previous(Model):
    """What another version decides on the same events.

    Attributes
    ----------
    changes : what the audited ruleset accepts more than the previous version.
    gained, lost : events that only the audited ruleset accepts, and that only the previous version accepts.
    swaps : events whose outcome differs, by outcome then and now; the most frequent first.
    newly, no_longer : examples of gained and lost events.
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
    """Events with a teacher score from ``low`` to ``high``, both included, and what the ruleset accepts of them.

    ``top`` is the share of all events that score ``low`` or more.
    """

    low: float
    high: float
    top: float
    events: int
    accepted: Share
    signal: Share | None = None


class RuleDoubt(Model):
    """What the teacher says of a rule's hits: the share that it rejects, and its median score of them.

    ``signal`` is the share of signal among the hits that the teacher rejects.
    """

    number: int
    id: str
    hits: int
    rejected: Share
    median: float
    signal: Share | None = None


class NearMiss(Model):
    """Events that the teacher accepts, the ruleset rejects, and one rule misses by a single term.

    An event may nearly hit several rules. ``words`` is the term in words; ``text`` is its exact text if it is one
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
    only_law, only_teacher : share of all events that only this one accepts.
    signal_law, signal_teacher : share of signal among these; None if truth is not known.
    bins : from the highest scores down.
    rules : rules with hits, those with the largest rejected share first.
    misses : the terms by which rules miss what the teacher accepts, the most frequent first.
    far : number of events that only the teacher accepts and that miss every rule by two terms or more.
    accepted, rejected : examples: accepted with the lowest scores, rejected with the highest.

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
