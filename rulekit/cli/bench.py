"""``rulekit bench``: which target is the fastest on these rules and events."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from rulekit.cli.options import Cast, EventsArgument, Json, RulesetArgument
from rulekit.cli.output import findings_text, finish, print_answer, wrapped
from rulekit.tables import table

if TYPE_CHECKING:
    from rulekit.runtime.bench import BenchResult


def bench(
    ruleset: RulesetArgument,
    events: EventsArgument,
    target: Annotated[
        list[str] | None,
        typer.Option("--target", help="A target to run. Repeatable. Default: all.", metavar="NAME"),
    ] = None,
    cast: Cast = False,
    json: Json = False,
) -> None:
    """Time the targets on your ruleset and events.

    Their decisions are compared first. Ends with 1 when they differ: then nothing is timed.
    """
    from rulekit.runtime.bench import bench as bench_targets

    report = bench_targets(ruleset, events, target or (), cast=cast)
    print_answer(json, report.to_document(), _text(report))
    finish(report.findings)


def _text(report: BenchResult) -> str:
    from rulekit.runtime.bench import TIMING_HEAD

    versions = ", ".join(f"{name} {version}" for name, version in report.versions.items())
    parts = [wrapped(f"{report.machine}; {versions}"), _checked(report)]
    if report.findings:
        parts.append(findings_text(report.findings) + "\nnothing was timed")
    else:
        parts.append(table(TIMING_HEAD, [timing.cells() for timing in report.fastest_first]))
    parts += [wrapped(f"{name} was not run: {why}") for name, why in report.left_out.items()]
    return "\n\n".join(parts)


def _checked(report: BenchResult) -> str:
    some = [f"{name} on {count:,}" for name, count in report.checked.items() if count < report.events]
    listed = f" ({', '.join(some)} of them, for time)" if some else ""
    verb = "Compared" if report.findings else "Equal decisions"
    return wrapped(
        f"{verb}: {', '.join(report.checked)} on {report.events:,} events{listed}; "
        f"{report.replayed:,} replayed by the semantics."
    )
