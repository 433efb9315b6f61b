"""Proof times: of the benchmark's own designs, and of random rulesets of 50 and 200 rules."""

from __future__ import annotations

import random
import time
from collections.abc import Iterable

import rulekit
from rulekit.ir.formats import fixed_for
from rulekit.ir.notation.document import ruleset_from_document
from rulekit.ir.numerics import Fixed
from rulekit.targets.systemverilog.proof.prove import prove

FEATURES, LITERALS, BITS = 12, 4, 10
SIZES = (50, 200)
RULE_STAGES, SUM_STAGES = 3, 8
"""Register cuts, as in fpga_peers.py: a sum of points is a longer path."""


def prove_points(named: Iterable[tuple[str, rulekit.Ruleset]], numerics: Fixed) -> None:
    """Prove some rulesets' designs and print how long each takes."""
    for name, ruleset in named:
        _show(name, ruleset, numerics, RULE_STAGES)


def prove_random() -> None:
    """Prove random rulesets of each size under three hit policies."""
    print(f"\nproofs of random rulesets, {FEATURES} features of {BITS} bits, {LITERALS} literals a rule")
    for size in SIZES:
        for policy in ("any", "first", "score"):
            ruleset, stages = random_ruleset(size, policy), SUM_STAGES if policy == "score" else RULE_STAGES
            _show(f"{size} rules, {policy}, {stages} stages", ruleset, fixed_for(ruleset, BITS), stages)


def _show(name: str, ruleset: rulekit.Ruleset, numerics: Fixed, stages: int) -> None:
    start = time.perf_counter()
    proof = prove(rulekit.compile(ruleset, "systemverilog", numerics, stages=stages), timeout=600)
    parts = ", ".join(
        f"{each.name} {each.seconds:.1f}{'' if each.shown else ' NOT SHOWN'}" for each in proof.statements
    )
    verdict = "proved" if proof.holds else "NOT PROVED"
    print(f"  {verdict} in {time.perf_counter() - start:6.1f} s: {name} ({parts})", flush=True)


def random_ruleset(size: int, policy: str, seed: int = 0) -> rulekit.Ruleset:
    """Return a ruleset of random thresholds."""
    chance = random.Random(seed)
    features = [{"name": f"x{n}", "dtype": "float64", "bounds": [0, 1000]} for n in range(FEATURES)]
    rules: list[dict[str, object]] = []
    for number in range(size):
        picked = chance.sample(range(FEATURES), LITERALS)
        when = [f"x{n} {chance.choice(['>', '<='])} {chance.randint(1, 9999) / 10}" for n in picked]
        points = chance.choice([-3, -2, -1, 1, 2, 3, 4, 5, 6, 7])
        then = chance.choice("abc") if policy == "first" else "accept"
        rules.append(
            {
                "id": f"r{number}",
                "when": when,
                **({"points": points} if policy == "score" else {"then": then}),
            }
        )
    document: dict[str, object] = {
        "name": "random", "version": "1.0.0", "hit_policy": policy, "otherwise": "reject", "rules": rules,
        "schema": {"name": "random", "version": "1.0.0", "features": features},
    }  # fmt: skip
    if policy == "score":
        document["thresholds"] = {"review": 5, "block": 11}
    return ruleset_from_document(document)
