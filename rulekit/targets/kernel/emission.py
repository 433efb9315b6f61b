"""From the low form to the table that the artifact holds.

Literals stand in the order in which the loops decide them: by volume of rules, then feature and sign. Equal
literals and equal conditions are one entry, wherever they occur.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from rulekit.ir.condition import AllOf, AnyOf, Compare, Condition, LiteralCondition, Member, Missing
from rulekit.ir.schema import DType
from rulekit.targets.kernel.tables import CHAPTER, OPS, VOLUME
from rulekit.targets.lower import Lowered, LowFeature

ENTRY = "kernel.json"

Atom = tuple[int, str, Any]
"""One test: index of the feature, one of :data:`OPS`, and the threshold (a place among categories for words)."""


def emit(low: Lowered) -> dict[str, str | bytes]:
    """Return the table."""
    builder = _Builder(low)
    parts = {
        "ruleset": [low.ruleset.name, low.ruleset.version, low.ruleset.digest],
        "floor": getattr(low.numerics, "rounding", "") == "floor",
        "is_score": low.is_score,
        "features": [_feature(feature) for feature in low.features],
        "literals": builder.literals,
        "nodes": builder.nodes,
        "rules": [
            [rule.rule.id, root, rule.rule.points or 0]
            for rule, root in zip(low.rules, builder.roots, strict=True)
        ],
        "chapters": builder.chapters,
    }
    return {ENTRY: "{\n" + ",\n".join(f'"{name}": {_lines(part)}' for name, part in parts.items()) + "\n}\n"}


def _lines(part: Any) -> str:
    """Return JSON with one line for each item of a list, so that a diff shows what changed."""
    if not isinstance(part, list) or not part or not isinstance(part[0], (list, tuple, dict)):
        return json.dumps(part, ensure_ascii=False)
    return "[\n" + ",\n".join("  " + json.dumps(item, ensure_ascii=False) for item in part) + "\n]"


def _feature(feature: LowFeature) -> dict[str, Any]:
    grid = feature.grid and {"fraction": feature.grid.fraction, "range": feature.grid.range}
    return {
        "name": feature.name,
        "dtype": feature.feature.dtype.value,
        "required": feature.feature.required,
        "grid": grid,
    }


class _Builder:
    """Numbers literals and nodes. Slots: literals from 0, then nodes; -1 always holds, -2 never."""

    def __init__(self, low: Lowered) -> None:
        self._low = low
        self._places = {feature.name: place for place, feature in enumerate(low.features)}
        self.chapters = [[0, 0, 0]]
        self.literals: list[Atom] = []
        self._slots: dict[Any, int] = {}
        trees = [self._tree(rule.condition) for rule in low.rules]
        chapters = [trees[start : start + CHAPTER] for start in range(0, len(trees), CHAPTER)]
        ends: list[int] = []
        for volume in range(0, len(trees), VOLUME * CHAPTER):
            ends += [self._number_literals(trees[volume : volume + VOLUME * CHAPTER])] * VOLUME
        self.nodes: list[tuple[str, list[int]]] = []
        self.roots: list[int] = []
        for chapter, literals in zip(chapters, ends, strict=False):
            self.roots.extend(self._number_nodes(tree) for tree in chapter)
            self.chapters.append([literals, len(self.nodes), len(self.roots)])

    def _tree(self, condition: Condition) -> Any:
        """Return the condition over atoms: an atom, or ``("all" | "any", trees)``."""
        if isinstance(condition, (AllOf, AnyOf)):
            kind = "all" if isinstance(condition, AllOf) else "any"
            return kind, tuple(self._tree(term) for term in condition.terms)
        if isinstance(condition, Member):
            return self._member(condition)
        return self._atom(condition)

    def _atom(self, literal: LiteralCondition) -> Atom:
        place = self._places[literal.feature]
        if isinstance(literal, Missing):
            return place, "is not missing" if literal.negated else "is missing", 0
        assert isinstance(literal, Compare)  # noqa: S101 - members are taken apart before
        if self._low.features[place].feature.dtype is DType.BOOL:
            return place, "is true" if literal.value else "is false", 0
        return place, literal.sign, literal.value

    def _member(self, member: Member) -> Any:
        place = self._places[member.feature]
        categories = self._low.features[place].feature.categories
        values: Iterable[Any] = member.values
        if categories is not None:
            values = [categories.index(str(value)) for value in values]
        atoms = tuple((place, "!=" if member.negated else "==", value) for value in values)
        return atoms[0] if len(atoms) == 1 else ("all" if member.negated else "any", atoms)

    def _number_literals(self, trees: Iterable[Any]) -> int:
        new = {atom for tree in trees for atom in _atoms(tree) if atom not in self._slots}
        for atom in sorted(new, key=lambda atom: (atom[0], OPS.index(atom[1]), atom[2])):
            self._slots[atom] = len(self.literals)
            self.literals.append(atom)
        return len(self.literals)

    def _number_nodes(self, tree: Any) -> int:
        """Return the slot of a tree; -1 and -2 stand for what always and what never holds."""
        if tree in self._slots:
            return self._slots[tree]
        kind, terms = tree
        if not terms:
            return -1 if kind == "all" else -2
        children = [self._number_nodes(term) for term in terms]
        self.nodes.append((kind, children))
        self._slots[tree] = len(self.literals) + len(self.nodes) - 1
        return self._slots[tree]


def _atoms(tree: Any) -> Iterable[Atom]:
    if len(tree) == 3:
        yield tree
        return
    for term in tree[1]:
        yield from _atoms(term)
