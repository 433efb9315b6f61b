"""``rulekit replay``: a decision log, recomputed from its own values."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rulekit.cli.options import EventId, Json, LogArgument, LogKey, TargetName, time_of
from rulekit.cli.output import finish, print_answer, wrapped
from rulekit.tables import table

if TYPE_CHECKING:
    from rulekit.reports.replay.model import LawReplay, LogReplay, RecordMismatch


def replay(
    where: LogArgument,
    rulesets: Annotated[
        list[Path],
        typer.Option(
            "--ruleset",
            help="A law folder, a tree of them, or a ruleset file. Repeatable.",
            show_default=False,
            metavar="RULESET",
        ),
    ],
    sample: Annotated[
        int,
        typer.Option(
            "--sample",
            min=0,
            help="Records of each law that the reference semantics decides, too.",
            metavar="COUNT",
        ),
    ] = 1000,
    seed: Annotated[int, typer.Option("--seed", help="Seed that draws the sample.")] = 0,
    event: EventId = None,
    since: Annotated[
        str | None, typer.Option("--since", help="Only decisions from this time on.", metavar="TIME")
    ] = None,
    until: Annotated[
        str | None, typer.Option("--until", help="Only decisions before this time.", metavar="TIME")
    ] = None,
    key: LogKey = None,
    no_verify: Annotated[
        bool, typer.Option("--no-verify", help="Leave out the check of the chain of hashes.")
    ] = False,
    prescale_seed: Annotated[
        int | None, typer.Option("--prescale-seed", help="Prescale seed of the run that wrote the log.")
    ] = None,
    target: TargetName = "kernel",
    out: Annotated[
        Path | None,
        typer.Option("--out", help="Write every difference to a file: .parquet or .csv.", metavar="FILE"),
    ] = None,
    json: Json = False,
) -> None:
    """Decide every record of a log again, and compare.

    A record is decided from its own values, by the law whose digest it holds. The log is verified first. Ends with
    1 when a record differs from what its law says, when its law is unknown or was not in force, or when anything is
    wrong with the log.
    """
    from rulekit.reports.replay.log import replay as replay_log

    found = replay_log(
        where,
        rulesets,
        target=target,
        sample=sample,
        seed=seed,
        event=event,
        since=time_of(since),
        until=time_of(until),
        prescale_seed=prescale_seed,
        key=key,
        verify=not no_verify,
        out=out,
    )
    print_answer(json, found.model_dump(mode="json"), _text(found, out))
    finish(found.findings)


def _text(found: LogReplay, out: Path | None) -> str:
    parts = [
        _head(found),
        _counts(found),
        "\n".join(line for law in found.laws for line in _law(law, found.options.seed)),
        "\n".join(line for mismatch in found.mismatches for line in _mismatch(mismatch)),
        "\n".join(wrapped(note, "note     ") for note in found.notes),
        "\n".join(wrapped(str(finding), "finding  ") for finding in found.findings) or _sound(found),
        "" if out is None else f"differences: {out}",
    ]
    return "\n\n".join(part for part in parts if part)


def _sound(found: LogReplay) -> str:
    return f"sound: every record{' whose values are known' if found.withheld else ''} is what its law says"


def _head(found: LogReplay) -> str:
    lines = [found.where, f"log {found.log}, begun {found.created}"]
    verified = found.verification
    if verified is not None:
        signed = "" if verified.signed is None else f", {verified.signed:,} of them signed"
        lines.append(f"{verified.lines:,} lines hold{signed}")
    return "\n".join(lines)


def _counts(found: LogReplay) -> str:
    """Return how many records of which law are what it says; under them those that could not be replayed."""
    rows = [
        (f"{law.name} {law.version}", *_numbers(law.records, law.equal, law.different, law.withheld))
        for law in found.laws
    ]
    rows += [(f"{law.digest[:19]}, unknown", *_numbers(law.records, 0, 0, 0)) for law in found.unknown]
    rows += [("damaged", *_numbers(found.damaged, 0, 0, 0))] if found.damaged else []
    rows.append(("all", *_numbers(found.records, found.equal, found.different, found.withheld)))
    return table(("law", "records", "equal", "different", "withheld"), rows)


def _numbers(*counts: int) -> Iterator[str]:
    return (f"{count:,}" for count in counts)


def _law(law: LawReplay, seed: int) -> Iterator[str]:
    from rulekit.store.folder.times import time_text

    facts = {
        "decided": f"{time_text(law.first)} to {time_text(law.last)}, {' and '.join(law.numerics)} numerics",
        "replayed": f"{law.equal + law.different:,}, and {law.sampled:,} by the reference semantics (seed {seed})",
        "in force": "" if law.not_in_force is None else _in_force(law.not_in_force, law.records),
    }
    yield f"{law.name} {law.version}, {law.digest[:19]}, {law.place}"
    yield from (f"  {name:<11} {fact}" for name, fact in facts.items() if fact)


def _in_force(outside: int, records: int) -> str:
    return f"{outside:,} of {records:,} were decided when it was not" if outside else "whenever it decided"


def _mismatch(mismatch: RecordMismatch) -> Iterator[str]:
    yield f"line {mismatch.seq}, event {mismatch.event}, by the {mismatch.by}"
    for each in mismatch.differences:
        recorded, recomputed = each.recorded or "none", each.recomputed or "none"
        yield wrapped(f"recorded {recorded}, recomputed {recomputed}", f"  {each.field:<11}  ")
