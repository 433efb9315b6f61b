"""``rulekit law``: what was in force at a time, once everything in the folder was verified."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from rulekit.cli.acts import Folder, time_of
from rulekit.cli.common import Json, answer, findings_text, finish, table

if TYPE_CHECKING:
    from rulekit.store.acts.model import Term
    from rulekit.store.lookup import Standing


def law(
    folder: Folder,
    at: Annotated[str | None, typer.Option("--at", help="A time, as 2026-03-01T12:00Z; now without.")] = None,
    json: Json = False,
) -> None:
    """Say what was in force at a time, and name whatever was tampered with."""
    from rulekit.store.lookup import standing

    stands = standing(folder, time_of(at))
    answer(json, _document(stands), _text(stands))
    finish(stands.findings)


def _document(stands: Standing) -> dict[str, Any]:
    from rulekit.store.folder.times import time_text

    return {
        "name": stands.name,
        "at": time_text(stands.at),
        "sound": not stands.findings,
        "in_force": None if stands.term is None else _term(stands.term),
        "acts": [_term(term) for term in stands.terms],
        "notes": list(stands.notes),
        "findings": [finding.model_dump(mode="json") for finding in stands.findings],
    }


def _term(term: Term) -> dict[str, Any]:
    return term.model_dump(mode="json", by_alias=True)


def _text(stands: Standing) -> str:
    parts = [
        _headline(stands),
        table(("act", "version", "from", "until", "status"), map(_row, stands.terms)) if stands.terms else "",
        "\n".join(f"note     {note}" for note in stands.notes),
        findings_text(stands.findings)
        or ("sound: every act, approval and copy holds" if stands.terms else ""),
    ]
    return "\n\n".join(part for part in parts if part)


def _headline(stands: Standing) -> str:
    from rulekit.store.folder.times import time_text

    at, term = time_text(stands.at), stands.term
    if term is None:
        repealed = next((other for other in stands.terms if other.status == "repeal"), None)
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
    return "\n".join([f"at {at} {stands.name} {term.version} is in force", *lines])


def _row(term: Term) -> tuple[str, ...]:
    shown = _term(term)
    return (term.act, term.version, shown["from"], shown["until"] or "", term.status)
