"""Pairs the rules of two rulesets, since only unpaired rules can change a decision."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

from rulekit.analysis.space.boxed_ruleset import BoxedRuleset
from rulekit.ir.ruleset import HitPolicy

Pair = tuple[int | None, int | None]
"""The places of a rule in the old and in the new law; None where there is none."""


class _Token(NamedTuple):
    """What identifies a rule: its position, its boxes, its id, and the effect of a hit."""

    place: int
    boxes: Hashable
    id: str
    effect: str | int | None


_Key = Callable[[_Token], Hashable]
_KEYS: tuple[_Key, ...] = (lambda it: (it.boxes, it.effect), lambda it: (it.id, it.effect))


def align(old: BoxedRuleset, new: BoxedRuleset) -> list[Pair]:
    """Return all rules of both rulesets in one order that keeps both orders; paired rules have the same effect.

    Rules with equal boxes are paired first, whatever their ids, and then rules with equal ids. Under SCORE the
    order does not matter. A ruleset under SCORE has no pair with one that is not.
    """
    ours, theirs = _tokens(old), _tokens(new)
    summed = [law.ruleset.hit_policy is HitPolicy.SCORE for law in (old, new)]
    if any(summed):
        return _in_any_order(ours, theirs, _KEYS if all(summed) else ())
    return _in_order(ours, theirs, _KEYS)


def _tokens(law: BoxedRuleset) -> list[_Token]:
    return [
        _Token(
            place,
            frozenset(frozenset(region.items()) for region in law.regions(place)),
            rule.id,
            rule.points if rule.then is None else rule.then,
        )
        for place, rule in enumerate(law.ruleset.rules)
    ]


def _in_order(ours: Sequence[_Token], theirs: Sequence[_Token], keys: Sequence[_Key]) -> list[Pair]:
    """Pair what agrees by the first key, then what lies between the pairs by the other keys."""
    if not keys or not ours or not theirs:
        return _alone(ours, theirs)
    found: list[Pair] = []
    matcher = SequenceMatcher(None, list(map(keys[0], ours)), list(map(keys[0], theirs)), autojunk=False)
    for kind, start, end, first, last in matcher.get_opcodes():
        left, right = ours[start:end], theirs[first:last]
        if kind == "equal":
            found += [(one.place, other.place) for one, other in zip(left, right, strict=True)]
        else:
            found += _in_order(left, right, keys[1:])
    return found


def _in_any_order(ours: Sequence[_Token], theirs: Sequence[_Token], keys: Sequence[_Key]) -> list[Pair]:
    left, right, found = list(ours), list(theirs), list[Pair]()
    for key in keys:
        waiting = {key(token): token for token in reversed(right)}
        pairs = [(token, waiting.pop(key(token))) for token in left if key(token) in waiting]
        taken = {(side, token.place) for pair in pairs for side, token in enumerate(pair)}
        found += [(one.place, other.place) for one, other in pairs]
        left = [token for token in left if (0, token.place) not in taken]
        right = [token for token in right if (1, token.place) not in taken]
    return [*found, *_alone(left, right)]


def _alone(ours: Sequence[_Token], theirs: Sequence[_Token]) -> list[Pair]:
    return [*((token.place, None) for token in ours), *((None, token.place) for token in theirs)]
