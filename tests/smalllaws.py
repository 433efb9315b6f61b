"""Laws over two whole numbers, small enough to compare by hand."""

from __future__ import annotations

from collections.abc import Sequence

import rulekit

LITERALS = ("a > 1", "a > 5", "b < 0", "b < 7", "a <= 3")


def small_law(rules: Sequence[tuple[str, str, str | int]], policy: str = "first") -> rulekit.Ruleset:
    """A law of rules given as (id, literal, effect)."""
    effect = "points" if policy == "score" else "then"
    ladder = "thresholds: {high: 3}\n" if policy == "score" else ""
    lines = "".join(f"  - {{id: {name}, when: [{when}], {effect}: {then}}}\n" for name, when, then in rules)
    return rulekit.load(
        "name: t\nversion: 1.0.0\n"
        "schema: {name: t, version: 1.0.0, features: [{name: a, dtype: int32}, {name: b, dtype: int32}]}\n"
        f"hit_policy: {policy}\notherwise: low\n{ladder}rules:{' []' if not rules else ''}\n{lines}"
    )
