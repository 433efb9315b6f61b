"""``rulekit decide``: a file of events into a decisions file."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rulekit.cli.log import log_options, private_key
from rulekit.cli.options import Cast, EventsArgument, IdColumn, Json, RulesetArgument, TargetName
from rulekit.cli.output import command_line, findings_text, finish, print_answer
from rulekit.tables import table

if TYPE_CHECKING:
    from rulekit.log.counts import LogSummary
    from rulekit.log.write.writer import DecisionLog
    from rulekit.runtime.decide_file import DecideSummary
    from rulekit.targets.artifact import Artifact


def decide(
    ruleset: RulesetArgument,
    events: EventsArgument,
    out: Annotated[
        Path,
        typer.Option(
            "--out", help="Decisions file: .parquet, .csv or .arrow.", show_default=False, metavar="FILE"
        ),
    ],
    id_column: IdColumn = None,
    target: TargetName = "kernel",
    cast: Cast = False,
    log: Annotated[
        str | None,
        typer.Option(
            "--log",
            help="Keep every decision: a .sqlite file, a folder, or postgresql://host/db#name.",
            metavar="LOG",
        ),
    ] = None,
    log_key: Annotated[
        Path | None, typer.Option("--log-key", help="Private key that signs the log.", metavar="FILE")
    ] = None,
    log_sample: Annotated[
        list[str] | None,
        typer.Option(
            "--log-sample",
            help="Log only one in N decisions with this outcome. Repeatable.",
            metavar="OUTCOME=N",
        ),
    ] = None,
    mask: Annotated[
        str | None, typer.Option("--mask", help="Features left out of the log: a,b.", metavar="LIST")
    ] = None,
    hash_: Annotated[
        str | None, typer.Option("--hash", help="Features hashed in the log: a,b.", metavar="LIST")
    ] = None,
    hash_ids: Annotated[bool, typer.Option("--hash-ids", help="Hash the event ids in the log, too.")] = False,
    salt: Annotated[
        Path | None, typer.Option("--salt", help="File with the secret salt of the hashes.", metavar="FILE")
    ] = None,
    log_policy: Annotated[
        str | None,
        typer.Option(
            "--log-policy",
            help="When the log fails: closed stops, open goes on. Default: as the charter says, or closed.",
            metavar="POLICY",
        ),
    ] = None,
    log_losses: Annotated[
        Path | None,
        typer.Option(
            "--log-losses", help="File that counts losses while a log server is away.", metavar="FILE"
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Decide a file of events into a decisions file.

    Files of any size stream in bounded memory. A manifest with the law is written beside the decisions. With --log
    each decision is in the log before it is in the file. Ends with 1 when the events are odd: values out of bounds,
    unknown categories, or required features that are missing.
    """
    from rulekit.store.lookup import read_law
    from rulekit.targets.api import compile

    law = read_law(ruleset)
    decide_into = partial(_decide, compile(law.ruleset, target), events, out, id_column, cast)
    if log is None:
        _refuse_without_log(log_key, log_sample, mask, hash_, hash_ids, salt, log_policy, log_losses)
        summary = decide_into()
    else:
        from rulekit.log.write.writer import open_log

        policy = log_policy or _policy(law.folder)
        options = log_options(log_sample, mask, hash_, salt, policy, hash_ids=hash_ids, losses=log_losses)
        with open_log(log, options, private_key(log_key)) as opened:
            summary = decide_into(opened)
    print_answer(json, summary.to_document(), _text(summary))
    finish(summary.findings)


def _decide(
    artifact: Artifact,
    events: str,
    out: Path,
    id_column: str | None,
    cast: bool,
    log: DecisionLog | None = None,
) -> DecideSummary:
    from rulekit.runtime.decide_file import decide_file

    return decide_file(artifact, events, out, id_column=id_column, cast=cast, command=command_line(), log=log)


def _refuse_without_log(*options: object) -> None:
    if any(options):
        raise typer.BadParameter("there is no log to apply it to: name one with --log")


def _policy(folder: Path | None) -> str:
    """Return what the charter says about a log that fails; closed without a charter."""
    from rulekit.store.folder.charter import LogPolicy, read_charter
    from rulekit.store.folder.folder import CHARTER

    charter = None if folder is None else folder / CHARTER
    policy = LogPolicy() if charter is None or not charter.exists() else read_charter(charter).log
    return policy.on_failure


def _text(summary: DecideSummary) -> str:
    total = max(summary.events, 1)
    lines = [(name, f"{count:,}", f"{100 * count / total:.3f} %") for name, count in summary.counts.items()]
    parts = [
        table(("outcome", "events", "share"), [*lines, ("all", f"{summary.events:,}", "")]),
        findings_text(summary.findings),
        f"decisions: {summary.decisions}",
        "" if summary.log is None else _log_text(summary.log),
    ]
    return "\n".join(part for part in parts if part)


def _log_text(log: LogSummary) -> str:
    kept, sampled, lost = (sum(counts.values()) for counts in (log.kept, log.sampled, log.lost))
    counts = [
        f"{kept:,} kept",
        f"{sampled:,} sampled away" if sampled else "",
        f"{lost:,} LOST" if lost else "",
    ]
    lines = [f"log: {log.where}: {', '.join(count for count in counts if count)}"]
    return "\n".join([*lines, *(f"note: {note}" for note in log.notes)])
