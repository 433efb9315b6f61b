"""Timing targets on a user's own ruleset and events, after checking that they decide alike.

Where two targets differ on one event, or one differs from the reference semantics, nothing is timed and the event
is shown: speed counts only for the right decision.
"""

from __future__ import annotations

import json
import os
import platform
import statistics
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from rulekit import html
from rulekit.errors import EventError, RulekitError, UnsupportedError
from rulekit.findings import Finding
from rulekit.frames import Frame, collect, scan
from rulekit.ir.decision import Decision
from rulekit.ir.numerics import Native, Numerics
from rulekit.ir.ruleset import Ruleset
from rulekit.ir.schema import Model
from rulekit.ir.semantics import decide
from rulekit.store.lookup import RulesetSource, load
from rulekit.targets import targets as registry
from rulekit.targets.artifact import Runner
from rulekit.targets.shared.columns import HITS, decision_columns
from rulekit.version import installed_versions

PATIENCE = 5.0
"""Seconds that one target may take over all events; a slower target gets a sample."""
_PROBE = 1000
_REPLAYED = 500
_SINGLE = 2000
_LIBRARIES = ("rulekit-engine", "polars", "numpy", "numba", "onnxruntime", "duckdb")


class Timing(Model):
    """The speed of one target.

    Attributes
    ----------
    target : its name.
    median_us, p99_us : median and 99th percentile of the time for a single event, in microseconds.
    events : how many events the frame had that was timed.
    events_per_second : of that frame.
    ratio : how many times as long as the fastest target it takes for an event of a frame.

    """

    target: str
    median_us: float
    p99_us: float
    events: int
    events_per_second: float
    ratio: float

    def cells(self) -> tuple[str, ...]:
        """Return the numbers as text, one for each heading of :data:`TIMING_HEAD`."""
        speed = self.events_per_second / 1e6
        return self.target, f"{self.median_us:.1f}", f"{self.p99_us:.1f}", f"{speed:.3f}", f"{self.ratio:.1f}"


TIMING_HEAD = ("target", "one event, us", "p99, us", "frame, M events/s", "times as long")


class BenchResult(Model):
    """The result of a comparison of targets.

    Attributes
    ----------
    machine : processor, cores and Python.
    versions : of the libraries that decide.
    events : how many events were given.
    checked : on how many events each target was compared with the first.
    replayed : on how many events the first target was compared with the reference semantics.
    timings : the speed of each target; empty when there are findings.
    left_out : why a target was not run, by its name.
    findings : the first event on which two of them differ, if any do.

    """

    machine: str
    versions: dict[str, str]
    events: int
    checked: dict[str, int]
    replayed: int
    timings: tuple[Timing, ...]
    left_out: dict[str, str]
    findings: tuple[Finding, ...]

    def to_document(self) -> dict[str, Any]:
        """Return the result as plain JSON."""
        return self.model_dump(mode="json")

    def to_json(self) -> str:
        """Return :meth:`to_document` as indented JSON text."""
        return json.dumps(self.to_document(), indent=2, ensure_ascii=False)

    @property
    def fastest_first(self) -> list[Timing]:
        """The timings, the fastest target first."""
        return sorted(self.timings, key=lambda timing: timing.ratio)

    def __repr__(self) -> str:
        speeds = [f"{t.target} {t.events_per_second / 1e6:.3g} M events/s" for t in self.fastest_first]
        found = "; ".join(map(str, self.findings)) or ", ".join(speeds)
        return f"<BenchResult on {self.events:,} events: {found}>"

    def _repr_html_(self) -> str:
        rows = [timing.cells() for timing in self.fastest_first]
        return html.page(
            f"Targets on {self.events:,} events",
            self.machine,
            *(f"{finding}; nothing was timed" for finding in self.findings),
            *([html.table(TIMING_HEAD, rows, numbers=range(1, len(TIMING_HEAD)))] if rows else []),
            *(f"{name} was not run: {why}" for name, why in self.left_out.items()),
        )


def bench(
    ruleset: RulesetSource,
    events: Frame,
    targets: Sequence[str] = (),
    *,
    numerics: Numerics | None = None,
    cast: bool = False,
) -> BenchResult:
    """Compare the decisions of targets on the same events, then time each target.

    Parameters
    ----------
    ruleset : the law, named in any way that :func:`rulekit.load` takes.
    events : the events to decide.
    targets : names of targets (default: every target that is registered).
    numerics : native or fixed point (default: native).
    cast : round numbers to the schema's floats.

    Raises
    ------
    LawError
        when the law can't be read.
    EventError
        when the events can't be read, do not fit the schema, or there are none.
    RulekitError
        when a name is no target, or no target can decide the ruleset here.

    """
    ruleset = load(ruleset)
    frame = collect(scan(events, ruleset.schema))
    if not frame.height:
        raise EventError("there are no events to decide", expected="at least one")
    runners, left_out = _runners(ruleset, numerics or Native(), targets or registry.names())
    samples = {name: _sample(frame, _affordable(runner, frame, cast)) for name, runner in runners.items()}
    first = max(samples, key=lambda name: samples[name].height)
    ordered = {name: runners[name] for name in sorted(runners, key=first.__ne__)}
    replayed, findings = _disagreements(ordered, samples, cast=cast)
    timings = [] if findings else [_time(n, runners[n], samples[n], cast=cast) for n in runners]
    best = max((timing.events_per_second for timing in timings), default=0.0)
    return BenchResult(
        machine=machine(),
        versions=installed_versions(_LIBRARIES),
        events=frame.height,
        checked={name: samples[name].height for name in ordered},
        replayed=replayed,
        timings=tuple(t.model_copy(update={"ratio": best / t.events_per_second}) for t in timings),
        left_out=left_out,
        findings=tuple(findings),
    )


def machine() -> str:
    """Return processor, cores and Python in one line."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.exists() else []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    processor = names[0] if names else platform.processor() or "unknown processor"
    return f"{processor}, {os.cpu_count()} cores, Python {platform.python_version()}"


def _runners(
    ruleset: Ruleset, numerics: Numerics, names: Sequence[str]
) -> tuple[dict[str, Runner], dict[str, str]]:
    runners: dict[str, Runner] = {}
    left_out = {}
    for name in dict.fromkeys(names):
        target = registry.get(name)
        absent = target.absent()
        if absent is not None:
            left_out[name] = "; ".join(part for part in (absent.what, absent.hint) if part)
            continue
        try:
            runners[name] = target.compile(ruleset, numerics).load()
        except UnsupportedError as error:
            left_out[name] = "; ".join(str(refusal) for refusal in error.refusals)
    if not runners:
        why = ", ".join(f"{name} ({reason})" for name, reason in left_out.items())
        raise RulekitError("no target can decide these events", got=why)
    return runners, left_out


def _affordable(runner: Runner, frame: pl.DataFrame, cast: bool) -> int:  # noqa: FBT001 - as the caller has it
    """Return how many events the target decides within :data:`PATIENCE`."""
    probe = _sample(frame, _PROBE)
    runner.batch(probe, hits=True, cast=cast)
    start = time.perf_counter()
    runner.batch(probe, hits=True, cast=cast)
    per_event = (time.perf_counter() - start) / probe.height
    return max(_PROBE, int(PATIENCE / per_event))


def _sample(frame: pl.DataFrame, most: int) -> pl.DataFrame:
    """Return at most so many events, evenly spread; all of them when there are fewer."""
    return frame.gather_every(-(-frame.height // most))


def _disagreements(
    runners: Mapping[str, Runner], samples: Mapping[str, pl.DataFrame], *, cast: bool
) -> tuple[int, list[Finding]]:
    """Return on how many events the first target was replayed, and where another target differs from it."""
    (first, runner), *others = runners.items()
    ruleset = runner.artifact.ruleset
    added = list(decision_columns(ruleset, hits=True))
    whole = runner.batch(samples[first], hits=True, cast=cast).select(added)
    replayed = _sample(samples[first], _REPLAYED)
    meant = [decide(ruleset, event, runner.artifact.numerics) for event in replayed.to_dicts()]
    reference = pl.DataFrame([_row(decision, added) for decision in meant], schema=whole.schema, orient="row")
    ours = whole.gather_every(-(-whole.height // _REPLAYED))
    findings = _differing(("semantics", reference), (first, ours), replayed, ruleset)
    for name, other in others:
        sample = samples[name]
        mine = whole if sample.height == whole.height else runner.batch(sample, hits=True, cast=cast)
        theirs = other.batch(sample, hits=True, cast=cast).select(added)
        findings += _differing((first, mine.select(added)), (name, theirs), sample, ruleset)
    return replayed.height, findings


def _row(decision: Decision, columns: Sequence[str]) -> list[Any]:
    return [list(decision.hits or ()) if name == HITS else getattr(decision, name) for name in columns]


def _differing(
    one: tuple[str, pl.DataFrame], other: tuple[str, pl.DataFrame], events: pl.DataFrame, ruleset: Ruleset
) -> list[Finding]:
    """Return a finding that shows the first event on which two tables of decisions differ, if there is one."""
    if one[1].equals(other[1]):
        return []
    rows = zip(one[1].iter_rows(named=True), other[1].iter_rows(named=True), strict=True)
    unequal = [place for place, (left, right) in enumerate(rows) if left != right]
    first = unequal[0]
    read = [feature.name for feature in ruleset.read]
    message = f"event {events.select(read).row(first, named=True) if read else {}}: " + ", but ".join(
        f"{name} decides {decided.row(first, named=True)}" for name, decided in (one, other)
    )
    return [Finding(code="mismatch", subject=f"{one[0]} and {other[0]}", message=message, count=len(unequal))]


def _time(name: str, runner: Runner, frame: pl.DataFrame, *, cast: bool) -> Timing:
    singles = sorted(_singles(runner, frame))
    seconds = _best(runner, frame, cast=cast)
    return Timing(
        target=name,
        median_us=statistics.median(singles),
        p99_us=singles[int(len(singles) * 0.99)],
        events=frame.height,
        events_per_second=frame.height / seconds,
        ratio=1.0,
    )


def _singles(runner: Runner, frame: pl.DataFrame) -> list[float]:
    """Return the microseconds that each of some single events takes; an event is a dict, as in a stream."""
    read = [feature.name for feature in runner.artifact.ruleset.read]
    events = _sample(frame, _SINGLE).select(read).to_dicts() if read else [{}]
    for event in events[:_PROBE]:
        runner.one(event)
        if len(events) == 1:
            break
    times, until = [], time.perf_counter() + PATIENCE
    for event in events:
        start = time.perf_counter_ns()
        runner.one(event)
        times.append((time.perf_counter_ns() - start) / 1000)
        if time.perf_counter() > until:
            break
    return times


def _best(runner: Runner, frame: pl.DataFrame, *, cast: bool) -> float:
    """Return the shortest of several wall times of the whole frame, in seconds; the first run was not timed."""
    times: list[float] = []
    while len(times) < 3 or (sum(times) < 1 and len(times) < 50):
        start = time.perf_counter()
        runner.batch(frame, cast=cast)
        times.append(time.perf_counter() - start)
        if sum(times) > PATIENCE:
            break
    return min(times)
