"""``rulekit log``: verifying, showing and archiving a decision log."""

from __future__ import annotations

import json as json_
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rulekit.cli.options import EventId, Json, LogArgument, LogKey, names_of, public_key
from rulekit.cli.output import findings_text, finish, print_answer
from rulekit.tables import table

if TYPE_CHECKING:
    from rulekit.keys import PrivateKey
    from rulekit.log.options import LogOptions
    from rulekit.log.read.verify import Verification

log = typer.Typer(no_args_is_help=True, help="Verify, show and archive decision logs.")


@log.command("verify")
def verify(
    where: LogArgument,
    key: LogKey = None,
    head: Annotated[
        Path | None,
        typer.Option(
            "--head",
            help="A signed head that was kept elsewhere: the log must hold every line up to it.",
            metavar="FILE",
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Verify a log: its chain of hashes, heads, signatures and losses.

    Ends with 1 when anything is wrong; the number of the first bad line is printed.
    """
    from rulekit.log.read.verify import verify_log

    found = verify_log(where, public_key(key), None if head is None else _head(head))
    print_answer(json, found.model_dump(mode="json"), _verified(found))
    finish(found.findings)


@log.command("show")
def show(
    where: LogArgument,
    event: EventId = None,
    outcome: Annotated[
        str | None,
        typer.Option("--outcome", help="Only decisions with this outcome.", metavar="OUTCOME"),
    ] = None,
    last: Annotated[
        int, typer.Option("--last", min=1, help="Show at most so many, the last ones.", metavar="COUNT")
    ] = 10,
    json: Json = False,
) -> None:
    """Show the last decisions of a log, with the values they read."""
    from rulekit.log.read.records import find_records

    records = find_records(where, event=event, outcome=outcome, last=last)
    shown = "\n\n".join(_record(record) for record in records)
    print_answer(json, records, shown or "no such decision in the log")


@log.command("export")
def export(
    where: LogArgument,
    out: Annotated[
        Path,
        typer.Option("--out", help="A new folder of Parquet files.", show_default=False, metavar="FOLDER"),
    ],
    json: Json = False,
) -> None:
    """Copy a log into a folder of Parquet files.

    The copy is a log itself, and verifies as the original does.
    """
    from rulekit.log.export import export_log

    lines = export_log(where, out)
    print_answer(
        json, {"where": where, "out": str(out), "lines": lines}, f"{lines:,} lines and their heads: {out}"
    )


def log_options(
    sample: list[str] | None,
    mask: str | None,
    hash_: str | None,
    salt: Path | None,
    policy: str,
    *,
    hash_ids: bool,
    losses: Path | None,
) -> LogOptions:
    """Return what the options of a verb say about its log.

    Raises
    ------
    LogError
        when they contradict each other or can't be read.

    """
    from rulekit.log.options import LogOptions

    return LogOptions.model_validate(
        {
            "on_failure": policy,
            "sample": dict(_share(text) for text in sample or ()),
            "masked": names_of(mask),
            "hashed": names_of(hash_),
            "hash_events": hash_ids,
            "salt": salt,
            "losses": losses,
        }
    )


def private_key(path: Path | None) -> PrivateKey | None:
    """Return the key that signs, when there is one."""
    from rulekit.keys import load_private

    return None if path is None else load_private(path)


def _share(text: str) -> tuple[str, int]:
    from rulekit.errors import LogError

    outcome, _, one_in = text.rpartition("=")
    if not outcome or not one_in.isdecimal() or int(one_in) < 1:
        what = "this says of no outcome how many to keep"
        raise LogError(what, expected="OUTCOME=N, one in N is kept", got=text)
    return outcome, int(one_in)


def _head(path: Path) -> Any:
    from rulekit.ir.notation.yaml_file import read_text
    from rulekit.log.heads import head_from_text

    text = read_text(path)
    try:
        document = json_.loads(text)
    except ValueError:
        document = None
    inner = document["head"] if isinstance(document, dict) and "lines" in document else document
    return head_from_text(json_.dumps(inner).encode())


def _verified(found: Verification) -> str:
    lines = [f"{found.where}", f"log {found.log}, begun {found.created}"]
    head = f"{found.lines:,} lines hold"
    if found.signed is not None:
        head += f", {found.signed:,} of them signed"
    lines.append(head if found.first_bad is None else f"{head}; the first bad one is line {found.first_bad}")
    outcomes = sorted({*found.kept, *found.sampled, *found.lost})
    rows = [
        (name, *(f"{counts.get(name, 0):,}" for counts in (found.kept, found.sampled, found.lost)))
        for name in outcomes
    ]
    parts = [
        "\n".join(lines),
        table(("outcome", "kept", "sampled away", "lost"), rows) if rows else "",
        "\n".join(f"note     {note}" for note in found.notes),
        findings_text(found.findings) or "sound: nothing is amiss",
    ]
    return "\n\n".join(part for part in parts if part)


def _record(record: dict[str, Any]) -> str:
    facts = {
        "event": record["event"],
        "outcome": record["outcome"],
        "rule": record["rule"] or "none",
        "score": record.get("score"),
        "hits": ", ".join(record["hits"]) or "none",
        "missing": ", ".join(record["missing"]),
        "suppressed": ", ".join(record["suppressed"]),
        "one in": record.get("one_in"),
        "law": record["ruleset"][:19],
    }
    shown = [f"  {name:<11} {_value(fact)}" for name, fact in facts.items() if fact not in (None, "")]
    width = max(map(len, record["values"]), default=0)
    read = [f"    {name:<{width}}  {_value(value)}" for name, value in record["values"].items()]
    return "\n".join([f"line {record['id']}, {record['at']}", *shown, "  values", *read])


def _value(value: Any) -> str:
    if value is None:
        return "missing"
    if isinstance(value, dict):
        return (
            "masked"
            if "masked" in value
            else f"hashed {value['hashed']}"
            if "hashed" in value
            else value["integer"]
        )
    return value if isinstance(value, str) else json_.dumps(value)
