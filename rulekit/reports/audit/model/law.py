"""How a law stands, as values: its charter, its vocabulary, whether it is in force, and what it was held to."""

from __future__ import annotations

from typing import Literal

from rulekit.ir.schema import Model
from rulekit.reports.common.intervals import Share

GateVerdict = Literal["met", "not met", "can't tell"]


class Gate(Model):
    """One expectation of the record, and whether it was met.

    Attributes
    ----------
    name : what is expected: ``replay``, ``findings``, ``rate``, ``rules`` and so on.
    claim : the expectation in words.
    basis : where it comes from.
    got : what was found, in words.
    least, most : ends of what is allowed; None where there is no such end, or the expectation is no number.
    measured : the share that was measured, for expectations of shares.

    """

    name: str
    claim: str
    basis: Literal["every audit", "evidence", "budget", "asked for"]
    got: str
    verdict: GateVerdict
    least: float | None = None
    most: float | None = None
    measured: Share | None = None


class LawStatus(Model):
    """Whether a version is in force, since when, and who approved it; ``says`` is the whole in a sentence."""

    state: str
    says: str
    since: str | None = None
    until: str | None = None
    approved_by: tuple[str, ...] = ()


class Passage(Model):
    """A piece of the charter: a heading, a paragraph, or an item of a list."""

    kind: Literal["heading", "paragraph", "item"]
    text: str


class ReasonCode(Model):
    """What may stand as the reason of a decision, and how often it did.

    Attributes
    ----------
    code : a rule's id, or ``otherwise`` or ``invalid`` where no rule decides.
    outcome : what it leads to; points under SCORE.
    decided : number of events for which it was the deciding reason; under SCORE, where reasons add up, of events
        of another outcome than ``otherwise`` that the rule hits. None where hits are not known.

    """

    code: str
    title: str
    because: str
    outcome: str
    decided: int | None
