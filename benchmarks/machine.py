"""What the benchmarks print about the machine, and how they time."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

from rulekit.runtime.bench import machine
from rulekit.version import installed_versions


def describe(*distributions: str) -> str:
    """Return one line: processor, cores, Python and the versions of the named distributions."""
    found = installed_versions(distributions)
    return f"{machine()}; " + ", ".join(f"{name} {found.get(name, 'absent')}" for name in distributions)


def best_of(runs: int, function: Callable[[], object]) -> float:
    """Return the shortest of several wall times, in seconds; one warm-up is not counted."""
    function()
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        function()
        times.append(time.perf_counter() - start)
    return min(times)


def per_event(
    decide: Callable[[dict[str, float]], object], events: list[dict[str, float]]
) -> tuple[float, float]:
    """Return median and 99th percentile of the time for one event, in microseconds."""
    for event in events[:200]:
        decide(event)
    times = []
    for event in events:
        start = time.perf_counter_ns()
        decide(event)
        times.append((time.perf_counter_ns() - start) / 1000)
    times.sort()
    return statistics.median(times), times[int(len(times) * 0.99)]
