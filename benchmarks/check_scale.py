"""Checking whole laws: how the cost grows from 10 to 2,000 rules, beside the z3 solver on the same questions.

Laws are random over 20 features (ten int32, six float32, four categories), each with missing values. *Narrow*
rules have four literals that are ranges or sets, as rules are written; *wide* ones have four half-open literals,
each true of about half the events, so that a few hundred of them cover nearly everything: as hard as it gets.
All questions of ``rulekit check`` are asked. The peer answers one of them, whether rules before it take all
events of a rule, with an assertion per rule; float32 is left to z3 as real numbers on a grid that both can tell
apart. Both must give the same answers before the times are printed.

Run: python benchmarks/check_scale.py [--rules 10 40 200 1000 2000] [--peer 200]
"""

from __future__ import annotations

import argparse
import random
import time
from collections import Counter
from typing import Any

from machine import describe

import rulekit
from rulekit.analysis.check.check_ruleset import check_ruleset
from rulekit.analysis.check.properties import never_decides
from rulekit.analysis.space.boxed_ruleset import box_ruleset
from rulekit.ir.condition import AllOf, Compare, Condition, Member
from rulekit.ir.notation.document import ruleset_from_document

LITERALS, TOP = 4, 1000
WORDS = "abcdefgh"
FEATURES = [
    *({"name": f"n{n}", "dtype": "int32", "bounds": [0, TOP]} for n in range(10)),
    *({"name": f"x{n}", "dtype": "float32", "bounds": [0, TOP]} for n in range(6)),
    *({"name": f"c{n}", "dtype": "category", "categories": list(WORDS)} for n in range(4)),
]


def random_law(size: int, policy: str, *, wide: bool, seed: int = 0) -> rulekit.Ruleset:
    """Return a law of random rules."""
    chance = random.Random(seed)
    rules = []
    for number in range(size):
        chosen = chance.sample([str(feature["name"]) for feature in FEATURES], LITERALS)
        then = chance.choice("pqr") if policy == "first" else "p"
        rules.append(
            {"id": f"r{number}", "when": [literal(name, chance, wide=wide) for name in chosen], "then": then}
        )
    schema = {"name": "bench", "version": "1.0.0", "features": FEATURES}
    head = {"name": "bench", "version": "1.0.0", "schema": schema, "hit_policy": policy, "otherwise": "no"}
    return ruleset_from_document({**head, "rules": rules})


def literal(name: str, chance: random.Random, *, wide: bool) -> str:
    """Return a random literal on a feature."""
    if name.startswith("c"):
        return f"{name} in {{{', '.join(chance.sample(WORDS, 4 if wide else 2))}}}"
    if wide:
        return f"{name} {chance.choice(['<', '<=', '>', '>='])} {chance.randint(1, TOP - 1)}"
    low = chance.randint(0, TOP - 200)
    return f"{low} <= {name} < {low + chance.randint(20, 200)}"


def show(size: int, policy: str, *, wide: bool) -> None:
    """Check one law and print what it took."""
    start = time.perf_counter()
    ruleset = random_law(size, policy, wide=wide)
    loaded = time.perf_counter()
    found = check_ruleset(ruleset)
    seconds = time.perf_counter() - loaded
    counts: Counter[str] = Counter()
    for tally in found.counts:
        counts.update({"proved": tally.proved, "refuted": tally.refuted, "undecided": tally.undecided})
    print(
        f"  {size:5} {policy:6} {'wide' if wide else 'narrow':7} {loaded - start:7.2f} {seconds:8.3f} "
        f"{1e3 * seconds / size:9.2f} {counts['proved']:8,} {counts['refuted']:8,} {counts['undecided']:9,}",
        flush=True,
    )


def reach_by_z3(ruleset: rulekit.Ruleset) -> tuple[list[bool], float]:
    """Return for each rule whether some event reaches it, by z3, and the seconds that took."""
    import z3

    start = time.perf_counter()
    values = {
        str(feature["name"]): (z3.Real if feature["dtype"] == "float32" else z3.Int)(feature["name"])
        for feature in FEATURES
    }
    known = {name: z3.Bool(f"{name}?") for name in values}
    solver = z3.Solver()
    found = []
    for condition in ruleset.bound:
        hits = _formula(condition, values, known, z3)
        solver.push()
        solver.add(hits)
        found.append(solver.check() == z3.sat)
        solver.pop()
        solver.add(z3.Not(hits))
    return found, time.perf_counter() - start


def _formula(condition: Condition, values: dict[str, Any], known: dict[str, Any], z3: Any) -> Any:
    if isinstance(condition, AllOf):
        return z3.And(*(_formula(term, values, known, z3) for term in condition.terms))
    assert isinstance(condition, (Compare, Member))
    value, present = values[condition.feature], known[condition.feature]
    if isinstance(condition, Member):
        return z3.And(present, z3.Or(*(value == WORDS.index(str(word)) for word in condition.values)))
    signs = {"<": value.__lt__, "<=": value.__le__, ">": value.__gt__, ">=": value.__ge__}
    return z3.And(present, signs[condition.sign](int(condition.value)))


def beside_z3(size: int, *, wide: bool) -> None:
    """Ask both which rules are ever reached, compare, and print the ratio."""
    ruleset = random_law(size, "first", wide=wide)
    ruleset.bound  # noqa: B018 - bound once, outside of both times
    start = time.perf_counter()
    ours = [answer.verdict == "refuted" for answer in never_decides(box_ruleset(ruleset))]
    seconds = time.perf_counter() - start
    theirs, peer = reach_by_z3(ruleset)
    if ours != theirs:
        raise SystemExit(f"the answers differ for {size} rules")
    print(
        f"  {size:5} {'wide' if wide else 'narrow':7} rulekit {seconds:8.3f} s, z3 {peer:8.3f} s: "
        f"{peer / seconds:6.1f} times as long; {sum(ours)} of {size} reached, by both",
        flush=True,
    )


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rules", type=int, nargs="+", default=[10, 40, 200, 1000, 2000])
    parser.add_argument("--peer", type=int, nargs="+", default=[40, 200])
    given = parser.parse_args()
    print(describe("rulekit-engine", "z3-solver"))
    print(
        "\nall questions of a check\n  rules policy literals  load s  check s  ms/rule   proved  refuted undecided"
    )
    for wide in (False, True):
        for policy in ("first", "any"):
            for size in given.rules:
                show(size, policy, wide=wide)
    print("\nwhich rules are ever reached under FIRST")
    for wide in (False, True):
        for size in given.peer:
            beside_z3(size, wide=wide)


if __name__ == "__main__":
    main()
