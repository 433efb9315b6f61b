"""``rulekit bench``: which target is the fastest on these rules and events."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Annotated

import typer

from rulekit.cli.common import Json, Rules, answer, findings_text, finish
from rulekit.tables import table

if TYPE_CHECKING:
    from rulekit.runtime.bench import Bench

_WIDTH = 80


def bench(
    rules: Rules,
    events: Annotated[
        str, typer.Argument(help="Parquet, CSV or Arrow IPC file, or a glob.", show_default=False)
    ],
    target: Annotated[
        list[str] | None, typer.Option("--target", help="A target to run; may be given again. All without.")
    ] = None,
    cast: Annotated[
        bool, typer.Option("--cast", help="Round numbers to the schema's floats (float64 to float32).")
    ] = False,
    json: Json = False,
) -> None:
    """Time every target on your rules and events, once all of them have given the same decisions."""
    from rulekit.runtime.bench import bench as bench_targets
    from rulekit.store.lookup import read_law

    report = bench_targets(read_law(rules).ruleset, events, target or (), cast=cast)
    answer(json, report.model_dump(mode="json"), _text(report))
    finish(report.findings)


def _text(report: Bench) -> str:
    versions = ", ".join(f"{name} {version}" for name, version in report.versions.items())
    parts = [_wrapped(f"{report.machine}; {versions}"), _checked(report)]
    if report.findings:
        parts.append(findings_text(report.findings) + "\nnothing was timed")
    else:
        parts.append(_timings(report))
    parts += [_wrapped(f"{name} was not run: {why}") for name, why in report.left_out.items()]
    return "\n\n".join(parts)


def _checked(report: Bench) -> str:
    some = [f"{name} on {count:,}" for name, count in report.checked.items() if count < report.events]
    listed = f" ({', '.join(some)} of them, for time)" if some else ""
    verb = "Compared" if report.findings else "Equal decisions"
    return _wrapped(
        f"{verb}: {', '.join(report.checked)} on {report.events:,} events{listed}; "
        f"{report.replayed:,} replayed by the semantics."
    )


def _timings(report: Bench) -> str:
    ordered = sorted(report.timings, key=lambda timing: timing.ratio)
    lines = [
        (t.target, f"{t.median_us:.1f}", f"{t.p99_us:.1f}", f"{t.events_per_second / 1e6:.3f}", f"{t.ratio:.1f}")
        for t in ordered
    ]  # fmt: skip
    return table(("target", "one event, us", "p99, us", "frame, M events/s", "times as long"), lines)


def _wrapped(text: str) -> str:
    return textwrap.fill(text, _WIDTH, break_long_words=False, break_on_hyphens=False)
