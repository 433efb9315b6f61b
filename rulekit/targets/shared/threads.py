"""Spread the events of a frame over threads, for engines that release the GIL."""

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
    """Call ``decide(start, stop)`` for shares of the events, each in a thread of its own.

    Parameters
    ----------
    decide : decides the events from ``start`` to ``stop``.
    events : how many there are.
    threads : most shares.
    least : about how many events a share has at least. A single share is decided in the calling thread.
    multiple : every share begins at a multiple of this. Default: 1.

    """
    shares = max(1, min(threads, events // least))
    step = -(-events // (shares * multiple)) * multiple or 1
    starts = range(0, events, step)
    if len(starts) == 1:
        decide(0, events)
        return
    list(_pool().map(lambda start: decide(start, min(start + step, events)), starts))
