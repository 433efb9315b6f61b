"""``rulekit law``: what was in force at a time, once everything in the folder was verified."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from rulekit.cli.options import FolderArgument, Json, time_of
from rulekit.cli.output import findings_text, finish, print_answer
from rulekit.tables import table

if TYPE_CHECKING:
    from rulekit.store.acts.model import ActStatus
    from rulekit.store.acts.status import RegisterStatus


def law(
    folder: FolderArgument,
    at: Annotated[
        str | None, typer.Option("--at", help="A time, as 2026-03-01T12:00Z. Default: now.", metavar="TIME")
    ] = None,
    json: Json = False,
) -> None:
    """Show which version is in force, now or at another time.

    Everything in the folder is verified first. Ends with 1 when anything was tampered with.
    """
    from rulekit.store.acts.status import status_at

    status = status_at(folder, time_of(at))
    print_answer(json, _document(status), _text(status))
    finish(status.findings)


def _document(status: RegisterStatus) -> dict[str, Any]:
    from rulekit.store.folder.times import time_text

    return {
        "name": status.name,
        "at": time_text(status.at),
        "sound": not status.findings,
        "in_force": None if status.current is None else _term(status.current),
        "acts": [_term(term) for term in status.acts],
        "notes": list(status.notes),
        "findings": [finding.model_dump(mode="json") for finding in status.findings],
    }


def _term(term: ActStatus) -> dict[str, Any]:
    return term.model_dump(mode="json", by_alias=True)


def _text(status: RegisterStatus) -> str:
    parts = [
        _headline(status),
        table(("act", "version", "from", "until", "status"), map(_row, status.acts)) if status.acts else "",
        "\n".join(f"note     {note}" for note in status.notes),
        findings_text(status.findings)
        or ("sound: every act, approval and copy holds" if status.acts else ""),
    ]
    return "\n\n".join(part for part in parts if part)


def _headline(status: RegisterStatus) -> str:
    from rulekit.store.folder.times import time_text

    at, term = time_text(status.at), status.current
    if term is None:
        repealed = next((other for other in status.acts if other.status == "repeal"), None)
        why = (
            ""
            if repealed is None
            else f"\n  repealed     {repealed.version}\n  because      {repealed.because}"
        )
        return f"at {at} nothing is in force{why}"
    facts = {
        "digest": term.digest,
        "approved by": ", ".join(term.approved_by) or "nobody: the charter asks for no approvals",
        "supersedes": term.supersedes,
        "because": term.because,
    }
    lines = [f"  {name:<12} {fact}" for name, fact in facts.items() if fact]
    return "\n".join([f"at {at} {status.name} {term.version} is in force", *lines])


def _row(term: ActStatus) -> tuple[str, ...]:
    shown = _term(term)
    return (term.act, term.version, shown["from"], shown["until"] or "", term.status)
