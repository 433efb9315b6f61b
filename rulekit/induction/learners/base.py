"""The interface of inducers: what one is given, and what it returns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, Protocol

from rulekit.induction.regions.region import Region
from rulekit.induction.samples.encoding import Encoding
from rulekit.ir.ruleset import HitPolicy
from rulekit.labels import Mask, Weights


@dataclass(frozen=True)
class Task:
    """The fit fold as an inducer sees it, with labels at one working point of the teacher.

    Attributes
    ----------
    encoding : the matrix to learn from.
    labels : whether the teacher accepts each event at the working point, shape (events,); both values occur.
    signal : expected signal of each event by the teacher's score, from 0 to 1, shape (events,).
    weights : positive event weights, shape (events,).
    rules : the most rules that the budget allows.
    seed : the only source of chance.

    """

    encoding: Encoding
    labels: Mask
    signal: Weights
    weights: Weights
    rules: int
    seed: int


class CandidateRule(NamedTuple):
    """A region that may become a rule.

    Attributes
    ----------
    region : the events it takes.
    value : its weight in a sum (SCORE), or its purity in a rule list (FIRST); unused under ANY.

    """

    region: Region
    value: float = 0.0


class Proposal(NamedTuple):
    """One answer of an inducer: a pool in no order (ANY), a list read from the top (FIRST), or a sum (SCORE)."""

    policy: HitPolicy
    candidates: tuple[CandidateRule, ...]


class Inducer(Protocol):
    """Something that learns rules. It is registered by name, here or by another distribution.

    Attributes
    ----------
    summary : one line for the list of inducers.
    policies : the hit policies of its proposals, the default first.
    working_points : multiples of the budget; the inducer gets the teacher's labels at each of these rates.
    most_events : the most events of the fit fold that it gets; the rest is left out at random.

    """

    summary: str
    policies: tuple[HitPolicy, ...]
    working_points: tuple[float, ...]
    most_events: int

    def propose(self, task: Task, policy: HitPolicy) -> list[Proposal]:
        """Return proposals for one policy; an empty list when nothing was found.

        Equal tasks must give equal proposals for any number of threads.
        """
        ...
