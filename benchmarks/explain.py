"""Explaining single events: the rule and why, what was near, the nearest counterfactual, the reasons.

Claim: with 40 rules of 4 literals over 12 features the median event takes at most 1 ms once the law is loaded, the
exact counterfactual included, under every hit policy.

Before anything is timed, answers are checked. Every explanation is held to the reference semantics, and so is the
outcome of every counterfactual. For 40 rules and 40 events, *all* points of the space that cost less than the
answer are decided one by one: none may have another outcome. That search is timed, too, as the plain way.
Packages for counterfactuals (DiCE, alibi) sample or descend; they promise no nearest one, so there is no peer.

Wall time is what a caller waits for; the time of the thread leaves out what else the machine does.

Run: python benchmarks/explain.py [--events 1000]
"""

from __future__ import annotations

import argparse
import random
import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from decide_basic import FEATURES, draw_rules
from machine import describe

import rulekit
from rulekit.analysis.nearest.distance import Distances, start_box
from rulekit.analysis.space.axes import places
from rulekit.explanation.result import Explanation
from rulekit.ir.semantics import decide

SIZES = (10, 40, 200)
POLICIES = ("first", "any", "score")
CHECKED = 200
PROVED, EXHAUSTED = 40, 40
Event = dict[str, float]


def draw_law(count: int, policy: str, seed: int = 1) -> rulekit.Ruleset:
    """Draw a law of rules with 4 literals each, on 12 features between 0 and 1."""
    rng = random.Random(seed)
    features = tuple(rulekit.Feature(name=name, dtype="float64", bounds=(0, 1)) for name in FEATURES)
    rules = tuple(
        rulekit.Rule(id=f"r{number}", when=[f"{f} {s} {v}" for f, s, v in rule], **_effect(policy, rng))
        for number, rule in enumerate(draw_rules(count, 4, seed))
    )
    usual = 0.0256 * sum(rule.points or 0 for rule in rules)  # a rule hits 0.4 ** 4 of the events
    return rulekit.Ruleset(
        name="bench",
        version="1.0.0",
        schema=rulekit.Schema(name="bench", version="1.0.0", features=features),
        hit_policy=policy,
        otherwise="reject",
        thresholds={"review": round(usual) + 2, "accept": round(2 * usual) + 4}
        if policy == "score"
        else None,
        rules=rules,
    )


def _effect(policy: str, rng: random.Random) -> dict[str, Any]:
    if policy == "score":
        return {"points": rng.randint(1, 5) if rng.random() < 0.8 else -rng.randint(1, 3)}
    return {"then": rng.choice(("accept", "review")) if policy == "first" else "accept"}


def draw_events(count: int, seed: int = 2) -> list[Event]:
    """Draw events, uniform in 0 to 1."""
    rng = random.Random(seed)
    return [{name: rng.random() for name in FEATURES} for _ in range(count)]


def check(law: rulekit.Ruleset, event: Event, told: Explanation) -> None:
    """Hold an explanation and its counterfactual to the reference semantics."""
    decision = decide(law, event)
    assert (told.outcome, told.rule, told.score) == (decision.outcome, decision.rule, decision.score)
    assert tuple(hit.rule for hit in told.hits) == decision.hits
    found = told.counterfactual
    assert found.answer == "found", found.words
    changed = decide(law, event | {one.feature: one.after for one in found.changes})
    assert changed.outcome == found.outcome != decision.outcome
    assert abs(sum(abs(one.after - event[one.feature]) for one in found.changes) - found.cost) < 1e-9


def exhaust(explainer: rulekit.Explainer, event: Event, wanted: set[str], limit: int) -> tuple[int, int]:
    """Decide all points that cost less than a limit; return their number, and how many give a wanted outcome."""
    index, decider = explainer.law.index, explainer.law.decider
    decided = nearer = 0
    for point in cheaper(explainer, explainer.distances(event), limit):
        decided += 1
        nearer += decider.point(index.hits(point)) in wanted
    return decided, nearer


def cheaper(explainer: rulekit.Explainer, distances: Distances, limit: int) -> Iterator[list[int]]:
    """Yield every point of the space that costs less than a limit."""
    moves = [
        sorted((distances.cost(axis, place), place) for place in places(atoms))
        for axis, atoms in enumerate(start_box(explainer.limits, distances))
    ]
    point = [0] * len(moves)

    def walk(axis: int, cost: int) -> Iterator[list[int]]:
        if axis == len(moves):
            yield point
            return
        for more, place in moves[axis]:
            if cost + more >= limit:
                break
            point[axis] = place
            yield from walk(axis + 1, cost + more)

    yield from walk(0, 0)


def timed(function: Callable[[Event], object], events: list[Event]) -> tuple[list[float], list[float]]:
    """Return wall time and thread time for each event, in milliseconds, rising."""
    wall, thread = [], []
    for event in events:
        start, began = time.perf_counter(), time.thread_time()
        function(event)
        thread.append(1e3 * (time.thread_time() - began))
        wall.append(1e3 * (time.perf_counter() - start))
    return sorted(wall), sorted(thread)


def steps(explainer: rulekit.Explainer, event: Event, told: Explanation) -> int:
    """Return the exact cost of the counterfactual."""
    changed = event | {one.feature: one.after for one in told.counterfactual.changes}
    distances = explainer.distances(event)
    axes = [ruler.axis for ruler in distances.axes]
    return sum(distances.cost(n, axis.place(changed[axis.feature.name])) for n, axis in enumerate(axes))


def exhaust_all(policy: str) -> None:
    """Decide everything that is nearer than the answers for one law, and say how long that takes."""
    explainer = rulekit.Explainer(draw_law(PROVED, policy))
    points, times = 0, []
    for event in draw_events(EXHAUSTED, seed=3):
        told = explainer.explain(event)
        limit, wanted = steps(explainer, event, told), set(told.counterfactual.toward)
        start = time.perf_counter()
        decided, nearer = exhaust(explainer, event, wanted, limit)
        times.append(1e3 * (time.perf_counter() - start))
        points += decided
        assert not nearer, (event, told)
    print(
        f"{policy:6} {PROVED:>4} rules  {points:,} points nearer than {EXHAUSTED} counterfactuals, none of another "
        f"outcome; to decide them: median {statistics.median(times):.1f} ms, most {max(times):,.0f} ms"
    )


def measure(policy: str, size: int, events: list[Event]) -> None:
    """Print how long explanations take under one policy."""
    law = draw_law(size, policy)
    start = time.perf_counter()
    explainer = rulekit.Explainer(law)
    load = 1e3 * (time.perf_counter() - start)
    outcomes: Counter[str] = Counter()
    for event in events[:CHECKED]:
        told = explainer.explain(event)
        outcomes[told.outcome] += 1
        check(law, event, told)
    deciding, _ = timed(lambda event: decide(law, event), events[:CHECKED])
    wall, thread = timed(explainer.explain, events)
    shares = ", ".join(f"{count / CHECKED:.0%} {name}" for name, count in sorted(outcomes.items()))
    print(
        f"{policy:6} {size:>4} rules  median {statistics.median(wall):6.3f} ms  p99 {_p99(wall):7.3f} ms  "
        f"thread p99 {_p99(thread):7.3f} ms  load {load:5.1f} ms  semantics {statistics.median(deciding):.3f} ms"
        f"  ({shares})"
    )


def _p99(rising: list[float]) -> float:
    return rising[int(0.99 * len(rising))]


def main() -> None:
    """Check, time, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--events", type=int, default=1000)
    events = draw_events(parser.parse_args().events)
    print(describe("rulekit-engine", "pydantic"))
    for policy in POLICIES:
        exhaust_all(policy)
    for policy in POLICIES:
        for size in SIZES:
            measure(policy, size, events)


if __name__ == "__main__":
    main()
