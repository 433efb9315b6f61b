"""Models for the law's status, charter, reasons and gates."""

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
    basis : where the expectation comes from.
    got : what was found, in words.
    least, most : the allowed range; None for no limit, or if the expectation is no number.
    measured : the measured share; None if the expectation is about no share.

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
    """Whether a version is in force, since when, and who approved it; ``says`` tells all of it in one sentence."""

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
    """A possible reason of a decision, and how often it was one.

    Attributes
    ----------
    code : a rule's id, or ``otherwise`` or ``invalid`` where no rule decides.
    outcome : what it leads to; points under SCORE.
    decided : number of events that it decided. Under SCORE, where reasons add up: number of hits on events with
        another outcome than ``otherwise``. None if hits are not known.

    """

    code: str
    title: str
    because: str
    outcome: str
    decided: int | None
