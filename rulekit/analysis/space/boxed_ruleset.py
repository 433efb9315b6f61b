"""A ruleset as boxes: what :mod:`rulekit.analysis.check.properties` are tested on."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate

from rulekit.analysis.space.axes import places
from rulekit.analysis.space.index import Index
from rulekit.analysis.space.outcome_functions import FirstHitOutcome, OutcomeFunction, ScoreOutcome
from rulekit.analysis.space.space import Region, Space, bound_conditions
from rulekit.analysis.space.variants import Dropped, dropped_literals
from rulekit.errors import TooManyBoxesError
from rulekit.ir.numerics import Native, Numerics
from rulekit.ir.ruleset import HitPolicy, Ruleset


@dataclass(frozen=True, slots=True)
class Variant:
    """A rule without one of its literals, as boxes; see :class:`rulekit.analysis.space.variants.Dropped`.

    Attributes
    ----------
    place : position of the literal, in text order.
    difference, rest : the boxes of both; ``rest`` is None where dropping the literal only adds events.
    reason : why there are no boxes; empty when there are.

    """

    place: int
    difference: tuple[Region, ...] = ()
    rest: tuple[Region, ...] | None = None
    reason: str = ""


@dataclass(frozen=True)
class BoxedRuleset:
    """The boxes of a ruleset's rules, in text order, at their bits in an index.

    Attributes
    ----------
    ruleset : the ruleset.
    index : the index of its boxes, and perhaps of another ruleset's boxes.
    bits : the boxes of each rule.
    labels : for each bit, the outcome of the rule that owns the box.

    """

    ruleset: Ruleset
    index: Index
    bits: tuple[int, ...]
    labels: tuple[str, ...]

    @cached_property
    def all(self) -> int:
        """All boxes of the ruleset."""
        return sum(self.bits)

    @cached_property
    def _before(self) -> list[int]:
        return list(accumulate(self.bits, initial=0))

    @cached_property
    def _outcomes(self) -> dict[str | None, int]:
        found: dict[str | None, int] = {}
        for bits, rule in zip(self.bits, self.ruleset.rules, strict=True):
            found[rule.then] = found.get(rule.then, 0) | bits
        return found

    @cached_property
    def owners(self) -> dict[int, int]:
        """For each bit, the position of the rule that owns the box."""
        return {place: rule for rule, bits in enumerate(self.bits) for place in places(bits)}

    @cached_property
    def variants(self) -> tuple[tuple[Variant, ...], ...]:
        """Each rule without each of its literals; computed once, used by several checks."""
        conditions = bound_conditions(self.ruleset, self.index.space.numerics)
        return tuple(tuple(map(self._variant, dropped_literals(condition))) for condition in conditions)

    def _variant(self, dropped: Dropped) -> Variant:
        regions = self.index.space.regions
        try:
            difference = tuple(regions(dropped.difference))
            rest = None if dropped.rest is None else tuple(regions(dropped.rest))
        except TooManyBoxesError as error:
            return Variant(dropped.place, reason=error.what)
        return Variant(dropped.place, difference, rest)

    @cached_property
    def outcome_function(self) -> OutcomeFunction:
        """What the ruleset decides on a box."""
        return outcome_function(self)

    def regions(self, rule: int) -> tuple[Region, ...]:
        """Return the boxes of a rule, which are adjacent in the index."""
        bits = self.bits[rule]
        end = bits.bit_length()
        return self.index.regions[end - bits.bit_count() : end]

    def before(self, rule: int) -> int:
        """Return the boxes of all rules before one in text order."""
        return self._before[rule]

    def outcome(self, rule: int) -> int:
        """Return the boxes of all rules with the same outcome as one."""
        return self._outcomes[self.ruleset.rules[rule].then]

    def rules_of(self, bits: int) -> tuple[int, ...]:
        """Return the rules that own any of some boxes, in text order."""
        return tuple(dict.fromkeys(self.owners[place] for place in places(bits)))


def outcome_function(law: BoxedRuleset, *, without: int | None = None, base: int = 0) -> OutcomeFunction:
    """Return what a ruleset decides on a box.

    Parameters
    ----------
    law : the ruleset.
    without : the position of a rule to leave out; default: none.
    base : points that every event has, under SCORE; default: 0.

    """
    ruleset, gone = law.ruleset, 0 if without is None else law.bits[without]
    if ruleset.hit_policy is not HitPolicy.SCORE:
        return FirstHitOutcome(law.all & ~gone, law.labels, ruleset.otherwise)
    rules = [
        (bits, rule.points or 0)
        for place, (bits, rule) in enumerate(zip(law.bits, ruleset.rules, strict=True))
        if place != without
    ]
    return ScoreOutcome(rules, ruleset.ladder, ruleset.otherwise, base)


def box_ruleset(ruleset: Ruleset, numerics: Numerics | None = None) -> BoxedRuleset:
    """Return a ruleset as boxes.

    Raises
    ------
    LawError
        when a rule does not fit its schema or the numerics.
    TooManyBoxesError
        when a rule needs too many.

    """
    return box_rulesets([ruleset], numerics)[0]


def box_rulesets(rulesets: list[Ruleset], numerics: Numerics | None = None) -> list[BoxedRuleset]:
    """Return several rulesets as boxes of one index; their common features must agree."""
    numerics = numerics or Native()
    space = Space.of(rulesets, numerics)
    regions: list[Region] = []
    found = []
    for ruleset in rulesets:
        bits, labels = [], [""] * len(regions)
        for rule, condition in zip(ruleset.rules, bound_conditions(ruleset, numerics), strict=True):
            try:
                boxes = space.regions(condition)
            except TooManyBoxesError as error:
                raise TooManyBoxesError(f"rule {rule.id} needs {error.what}") from None
            bits.append(((1 << len(boxes)) - 1) << len(regions))
            labels += [rule.then or rule.id] * len(boxes)
            regions += boxes
        found.append((ruleset, tuple(bits), tuple(labels)))
    index = Index(space, regions)
    return [BoxedRuleset(ruleset, index, bits, labels) for ruleset, bits, labels in found]
