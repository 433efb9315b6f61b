"""Spreading the events of a frame over cores, for engines that let go of the interpreter's lock."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache


def cores() -> int:
    """Return how many cores this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(cores(), thread_name_prefix="rulekit")


def spread(
    decide: Callable[[int, int], object], events: int, threads: int, *, least: int, multiple: int = 1
) -> None:
    """Call ``decide(start, stop)`` for shares of the events, each on a thread of its own.

    A share has at least about ``least`` events, because a thread has to be worth its start, and begins at a
    multiple of ``multiple``. A single share is decided where it is, without a thread.
    """
    shares = max(1, min(threads, events // least))
    step = -(-events // (shares * multiple)) * multiple or 1
    starts = range(0, events, step)
    if len(starts) == 1:
        decide(0, events)
        return
    list(_pool().map(lambda start: decide(start, min(start + step, events)), starts))
