"""Shares of events: each event once, in any number of threads."""

from __future__ import annotations

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rulekit.targets.shared import threads
from rulekit.targets.shared.threads import cores, spread


def shares(events: int, count: int, *, least: int, multiple: int = 1) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    spread(lambda start, stop: found.append((start, stop)), events, count, least=least, multiple=multiple)
    return sorted(found)


@given(st.integers(0, 5000), st.integers(1, 9), st.integers(1, 600), st.sampled_from([1, 7, 64, 512]))
def test_every_event_is_in_one_share(events: int, count: int, least: int, multiple: int) -> None:
    found = shares(events, count, least=least, multiple=multiple)
    if events:
        assert [place for start, stop in found for place in range(start, stop)] == list(range(events))
    assert all(start % multiple == 0 for start, _ in found)
    assert len(found) <= max(1, min(count, events // least))


def test_no_events_are_decided_once_or_not_at_all() -> None:
    assert shares(0, 4, least=10) in ([], [(0, 0)])


def test_shares_are_about_equal() -> None:
    assert shares(4096, 4, least=512, multiple=512) == [(0, 1024), (1024, 2048), (2048, 3072), (3072, 4096)]
    assert shares(4097, 4, least=512, multiple=512)[0] == (0, 1536)


def test_a_single_share_is_decided_where_it_is() -> None:
    seen: list[threading.Thread] = []
    spread(lambda *_: seen.append(threading.current_thread()), 100, 8, least=51)
    assert seen == [threading.current_thread()]


def test_several_shares_are_decided_by_threads_of_the_pool() -> None:
    seen: list[str] = []
    spread(lambda *_: seen.append(threading.current_thread().name), 100, 2, least=50)
    assert len(seen) == 2
    assert all(name.startswith("rulekit") for name in seen)


def test_an_error_in_a_share_is_raised() -> None:
    def decide(start: int, stop: int) -> None:
        del stop
        if start:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        spread(decide, 100, 4, least=10)


def test_cores_are_those_that_the_process_may_use(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threads.os, "sched_getaffinity", lambda _: {3, 5, 9}, raising=False)
    assert cores() == 3
    monkeypatch.delattr(threads.os, "sched_getaffinity")
    monkeypatch.setattr(threads.os, "cpu_count", lambda: 6)
    assert cores() == 6
    monkeypatch.setattr(threads.os, "cpu_count", lambda: None)
    assert cores() == 1
