"""``rulekit log``: verifying, showing and archiving a decision log."""

from __future__ import annotations

import json as json_
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rulekit.cli.common import Json, answer, findings_text, finish
from rulekit.tables import table

if TYPE_CHECKING:
    from rulekit.keys import PrivateKey
    from rulekit.log.options import LogOptions
    from rulekit.log.read.verify import Verification

log = typer.Typer(no_args_is_help=True, help="Verify, show and archive decision logs.")

Log = Annotated[
    str, typer.Argument(help="A .sqlite file, a folder, or postgresql://host/db#name.", show_default=False)
]


@log.command("verify")
def verify(
    where: Log,
    key: Annotated[Path | None, typer.Option("--key", help="Public key that signs it (.pub).")] = None,
    head: Annotated[
        Path | None, typer.Option("--head", help="A head kept elsewhere: what came before it must be there.")
    ] = None,
    json: Json = False,
) -> None:
    """Follow the chain from the first line to the last, and check the heads, signatures and losses.

    Whatever is amiss is named, with the number of the first bad line.
    """
    from rulekit.keys import load_public
    from rulekit.log.read.verify import verify_log

    found = verify_log(
        where, None if key is None else load_public(key), None if head is None else _head(head)
    )
    answer(json, found.model_dump(mode="json"), _verified(found))
    finish(found.findings)


@log.command("show")
def show(
    where: Log,
    event: Annotated[str | None, typer.Option("--event", help="Decisions on this event id.")] = None,
    outcome: Annotated[str | None, typer.Option("--outcome", help="Decisions with this outcome.")] = None,
    last: Annotated[int, typer.Option("--last", min=1, help="At most so many, the last ones.")] = 10,
    json: Json = False,
) -> None:
    """Show the last decisions, or those on an event or with an outcome."""
    from rulekit.log.read.records import find_records

    records = find_records(where, event=event, outcome=outcome, last=last)
    shown = "\n\n".join(_record(record) for record in records)
    answer(json, records, shown or "no such decision in the log")


@log.command("export")
def export(
    where: Log,
    out: Annotated[Path, typer.Option("--out", help="A new folder, of Parquet files.", show_default=False)],
    json: Json = False,
) -> None:
    """Copy a log into an archive: a folder of Parquet files that is a log itself and verifies like it."""
    from rulekit.log.export import export_log

    lines = export_log(where, out)
    answer(json, {"where": where, "out": str(out), "lines": lines}, f"{lines:,} lines and their heads: {out}")


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
            "masked": _names(mask),
            "hashed": _names(hash_),
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


def _names(text: str | None) -> tuple[str, ...]:
    return tuple(text.split(",")) if text else ()


def _head(path: Path) -> Any:
    from rulekit.ir.yaml_file import read_text
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
