"""Literal status: which literals of a rule make it hit an event, or keep it from hitting."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rulekit.analysis.nearest.distance import Distances
from rulekit.analysis.space.space import Space
from rulekit.explanation.model import LiteralStatus
from rulekit.explanation.sentences import margin, status_in_words
from rulekit.ir.condition import AllOf, AnyOf, Condition, LiteralCondition
from rulekit.ir.notation.clauses import condition_to_when
from rulekit.ir.notation.describe import Range, as_range
from rulekit.ir.notation.literals import format_literal
from rulekit.ir.schema import Feature


@dataclass(frozen=True, slots=True)
class Leaf:
    """A literal or a range as it is written, and the atoms (bits) of its axis on which it holds."""

    literal: LiteralCondition | Range
    feature: Feature
    axis: int
    atoms: int
    text: str


@dataclass(frozen=True, slots=True)
class Branch:
    """Several parts: all must hold if ``every``, else one; ``range`` is set where two literals form a range."""

    every: bool
    parts: tuple[Leaf | Branch, ...]
    range: Leaf | None = None


Tree = Leaf | Branch


def tree_of(space: Space, written: Condition, bound: Condition) -> Tree:
    """Return a condition as a tree to check events against; ``bound`` is ``written`` bound to the schema."""
    if isinstance(written, (AllOf, AnyOf)):
        assert isinstance(bound, (AllOf, AnyOf))  # noqa: S101 - binding keeps the shape of a condition
        pairs = zip(written.terms, bound.terms, strict=True)
        parts = tuple(tree_of(space, one, other) for one, other in pairs)
        return Branch(isinstance(written, AllOf), parts, _range(written, parts))
    assert not isinstance(bound, (AllOf, AnyOf))  # noqa: S101 - binding keeps the shape of a condition
    axis = space.places[written.feature]
    where = space.axes[axis].where(bound)
    return Leaf(written, space.axes[axis].feature, axis, where, format_literal(written))


def _range(written: AllOf | AnyOf, parts: Sequence[Tree]) -> Leaf | None:
    ends = as_range(written) if isinstance(written, AllOf) else None
    if ends is None:
        return None
    low, high = (part for part in parts if isinstance(part, Leaf))
    (text,) = condition_to_when(AllOf((written,)))
    return Leaf(ends, low.feature, low.axis, low.atoms & high.atoms, str(text))


def leaves(tree: Tree) -> int:
    """Return the number of literals."""
    return 1 if isinstance(tree, Leaf) else sum(leaves(part) for part in tree.parts)


def explain_condition(tree: Tree, distances: Distances) -> tuple[bool, list[Leaf]]:
    """Return whether a condition holds on an event, and the literals that decide it.

    If none of the parts of an ``any`` holds, the literals are those of the nearest part: the one with the fewest
    failing literals, then with the least distance.
    """
    if isinstance(tree, Leaf):
        return bool(tree.atoms >> distances.point[tree.axis] & 1), [tree]
    if tree.range is not None and distances.values[tree.range.axis] is None:
        return False, [tree.range]
    told = [explain_condition(part, distances) for part in tree.parts]
    holding = [found for holds, found in told if holds]
    failing = [found for holds, found in told if not holds]
    if tree.every:
        return not failing, [leaf for found in failing or holding for leaf in found]
    if holding or not failing:
        return bool(holding), [leaf for found in holding for leaf in found]
    return False, min(failing, key=_effort(distances))


def _effort(distances: Distances) -> Callable[[list[Leaf]], tuple[int, float]]:
    def effort(failing: list[Leaf]) -> tuple[int, float]:
        there = (leaf for leaf in failing if leaf.atoms)
        apart = sum(distances.nearest(leaf.axis, leaf.atoms)[0] for leaf in there)
        return len(failing), apart if all(leaf.atoms for leaf in failing) else float("inf")

    return effort


def status_of(rule: str, leaf: Leaf, distances: Distances) -> LiteralStatus:
    """Return whether a literal holds on an event, by how much, and that in words."""
    value = distances.values[leaf.axis]
    holds = bool(leaf.atoms >> distances.point[leaf.axis] & 1)
    by = margin(leaf.feature, leaf.literal, value)
    return LiteralStatus(
        rule=rule,
        feature=leaf.feature.name,
        text=leaf.text,
        value=value,
        holds=holds,
        margin=None if by is None else float(abs(by)),
        words=status_in_words(leaf.feature, leaf.literal, value, holds=holds),
    )
