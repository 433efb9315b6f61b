"""What an inducer is given, and what it answers."""

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
    labels : what the teacher accepts at the working point, shape (events,); both values occur.
    signal : how much signal the teacher's score makes one expect of each event, from 0 to 1, shape (events,).
    weights : positive event weights, shape (events,).
    rules : the cap on rules.
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

    ``value`` is the weight of an additive model (SCORE), or the purity of an exit of a rule list (FIRST).
    """

    region: Region
    value: float = 0.0


class Proposal(NamedTuple):
    """One answer: a pool in no order (ANY), a list that is read from the top (FIRST), or a sum (SCORE)."""

    policy: HitPolicy
    candidates: tuple[CandidateRule, ...]


class Inducer(Protocol):
    """Something that learns rules. Registered by name, from here or from another distribution.

    Attributes
    ----------
    summary : one line for the list of inducers.
    policies : the hit policies of its proposals, the natural one first.
    working_points : multiples of the budget; it is given the labels of the teacher at each of these rates.
    most_events : how many events of the fit fold it is given at most; the rest is left out at random.

    """

    summary: str
    policies: tuple[HitPolicy, ...]
    working_points: tuple[float, ...]
    most_events: int

    def propose(self, task: Task, policy: HitPolicy) -> list[Proposal]:
        """Return proposals for one policy; none when nothing was found.

        Equal tasks must give equal proposals, whatever the number of threads.
        """
        ...
