"""What the tests of tables share: laws drawn over the small schema."""

from __future__ import annotations

import random

from hardware import (
    SMALL,
    SMALL_GRID,
    law,
)

import rulekit

FEATURES = [feature.model_dump() for feature in SMALL.schema.features]


OUTCOMES = ("keep", "drop", "look")


def seeded(seed):
    return random.Random(seed)  # noqa: S311 - no secret depends on it


def tables(ruleset, numerics=SMALL_GRID, **options):
    return rulekit.compile(ruleset, "systemverilog", numerics, architecture="tables", **options)


def literal(rng):
    feature = rng.choice(["met", "eta", "jets", "kind", "tight"])
    if rng.random() < 0.15:
        return f"{feature} is {rng.choice(['', 'not '])}missing"
    if feature == "kind":
        return f"kind {rng.choice(['', 'not '])}in {{{', '.join(rng.sample(['qcd', 'top', 'w'], 2))}}}"
    if feature == "tight":
        return f"tight == {rng.choice(['true', 'false'])}"
    value = {"met": 4 * rng.randrange(256), "eta": rng.randrange(-80, 80) / 16, "jets": rng.randrange(16)}[
        feature
    ]
    return f"{feature} {rng.choice(['<', '<=', '>', '>=', '==', '!='])} {value}"


def term(rng, depth=2):
    if depth == 0 or rng.random() < 0.5:
        return literal(rng)
    return {rng.choice(["any", "any", "all"]): [term(rng, depth - 1) for _ in range(rng.randint(1, 3))]}


def drawn(rng, policy, rules=5, **more):
    """Return a law over the small schema whose rules nest lists."""
    effect = (lambda: rng.choice((-9, -2, 1, 3, 9))) if policy == "score" else (lambda: rng.choice(OUTCOMES))
    if policy == "score":
        least = sorted(rng.sample(range(-8, 12), 2))
        more = {"thresholds": dict(zip(rng.sample(OUTCOMES[:2], 2), least, strict=True)), **more}
    every = [{"any": ["kind is missing", "tight is missing", "met > 80"]}]
    written = [("all-features", every, 9 if policy == "score" else OUTCOMES[0])]
    written += [(f"r{n}", [term(rng) for _ in range(rng.randint(0, 2))], effect()) for n in range(rules - 1)]
    return law(FEATURES, written, policy=policy, name="hep.drawn", otherwise="drop", **more)
