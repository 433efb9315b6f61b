"""What the tests of the ``sql`` target share: a law of many rules."""

from __future__ import annotations

import pytest

import rulekit

pytest.importorskip("sqlglot", reason="pip install 'rulekit-engine[sql]'")


def many(count: int, policy: str = "first") -> rulekit.Ruleset:
    effect = "points: 2000000000" if policy == "score" else "then: hit"
    thresholds = f"thresholds: {{hit: 1, all: {2000000000 * count}}}\n" if policy == "score" else ""
    rules = "".join(f"  - {{id: r{i}, when: [x >= {i}, y is missing], {effect}}}\n" for i in range(count))
    features = "[{name: x, dtype: int64}, {name: y, dtype: float64}]"
    return rulekit.load(
        f"name: many\nversion: 0.1.0\nschema: {{name: many, version: 1.0.0, features: {features}}}\n"
        f"hit_policy: {policy}\notherwise: none\n{thresholds}rules:\n{rules}"
    )
