"""``rulekit audit``: a decisions file into a report that a reviewer can sign."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rulekit.cli.options import Accept, Json, LogKey, Truth, Weight, names_of
from rulekit.cli.output import command_line, findings_text, finish, print_answer, wrapped
from rulekit.tables import interval_of, percent_of, table

if TYPE_CHECKING:
    from rulekit.reports.audit.model.audit import Audit
    from rulekit.reports.audit.model.law import Gate
    from rulekit.reports.common.comparison_models import Swap


def audit(
    decisions: Annotated[
        str,
        typer.Argument(
            help="A decisions file of `rulekit decide`, or a decision log.",
            show_default=False,
            metavar="DECISIONS",
        ),
    ],
    out: Annotated[
        Path,
        typer.Option(
            "--out",
            help="The report to write (.html); its JSON lies beside it.",
            show_default=False,
            metavar="FILE",
        ),
    ],
    events: Annotated[
        str | None,
        typer.Option(
            "--events", help="The events that were decided. Default: as the manifest says.", metavar="EVENTS"
        ),
    ] = None,
    truth: Truth = None,
    teacher: Annotated[
        str | None, typer.Option("--teacher", help="An .onnx file, or a score column.", metavar="TEACHER")
    ] = None,
    weight: Weight = None,
    ruleset: Annotated[
        Path | None,
        typer.Option(
            "--ruleset",
            help="The law; a folder gives its charter and register, too. Default: as the manifest says.",
            metavar="RULESET",
        ),
    ] = None,
    accept: Accept = None,
    previous: Annotated[
        Path | None,
        typer.Option("--previous", help="Another version of the law, to compare with.", metavar="RULESET"),
    ] = None,
    by: Annotated[
        list[str] | None,
        typer.Option(
            "--by",
            help="Column that makes subgroups. Repeatable. Default: every category feature.",
            metavar="COLUMN",
        ),
    ] = None,
    time: Annotated[
        str | None,
        typer.Option("--time", help="Column of time. Default: the order of the events.", metavar="COLUMN"),
    ] = None,
    reference: Annotated[
        str | None,
        typer.Option(
            "--reference", help="Events to measure drift from. Default: the first period.", metavar="EVENTS"
        ),
    ] = None,
    expect: Annotated[
        list[str] | None,
        typer.Option(
            "--expect", help="An expectation, such as 'efficiency >= 0.7'. Repeatable.", metavar="TEXT"
        ),
    ] = None,
    id_column: Annotated[
        str | None,
        typer.Option("--id", help="Of a log: column of the events with the event id.", metavar="COLUMN"),
    ] = None,
    key: LogKey = None,
    sample: Annotated[
        int,
        typer.Option("--sample", help="Events that the reference semantics decides, too.", metavar="COUNT"),
    ] = 1000,
    fpga: Annotated[
        Path | None,
        typer.Option(
            "--fpga", help="A synthesised artifact of the law, target systemverilog.", metavar="FOLDER"
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Audit decisions, or a decision log, into a report to sign.

    Every decision is recomputed, and a sample is decided by the reference semantics. Ends with 1 when there are
    findings, or when the decisions break a promise: the evidence and budget of the law, or what --expect asks.
    """
    from rulekit.log.open import is_log
    from rulekit.reports.audit.api import audit as audit_decisions
    from rulekit.reports.audit.page.render import write

    if ruleset is None and is_log(decisions):
        raise typer.BadParameter("a log holds the digest of its law, not the law: name it with --ruleset")
    report = audit_decisions(
        decisions,
        ruleset=ruleset,
        events=events,
        truth=truth,
        teacher=teacher,
        weight=weight,
        accept=names_of(accept) or None,
        previous=previous,
        by=by or None,
        time=time,
        reference=reference,
        expect=expect or (),
        id_column=id_column,
        key=key,
        sample=sample,
        fpga=fpga,
        command=command_line(),
    )
    write(report, out)
    print_answer(json, report.to_document(), _text(report, out))
    finish(report.findings)
    if report.unmet:
        raise typer.Exit(1)


def _text(report: Audit, out: Path) -> str:
    from rulekit.reports.audit.page.fpga import fpga_line

    parts = [
        wrapped(report.replay.sentence),
        _gates(report.gates),
        _measures(report),
        _previous(report),
        "" if report.fpga is None else fpga_line(report.fpga),
        findings_text(report.findings),
        f"report: {out}",
    ]
    return "\n".join(part for part in parts if part)


def _gates(gates: Sequence[Gate]) -> str:
    """Return the gates: how many were met, and each of them."""
    counted = Counter(gate.verdict for gate in gates)
    lines = ["gates: " + ", ".join(f"{number} {verdict}" for verdict, number in counted.items())]
    width = max(len(gate.name) for gate in gates)
    for gate in gates:
        head = f"{gate.verdict.ljust(10)}  {gate.name.ljust(width)}  "
        basis = "" if gate.basis == "every audit" else f" ({gate.basis})"
        lines.append(wrapped(f"{gate.claim}{basis}: {gate.got}", head))
    return "\n".join(lines)


def _measures(report: Audit) -> str:
    measures = report.measures
    teacher = report.teacher.measures if report.teacher else None
    head = ("", "ruleset", *(("teacher",) if teacher else ()))
    lines = []
    for field in ("rate", "efficiency", "false_positive_rate", "purity", "accuracy", "fidelity"):
        share = getattr(measures, field)
        if share is not None:
            cells = [interval_of(share.model_dump())]
            if teacher:
                theirs = None if field == "fidelity" else getattr(teacher, field)
                cells.append(interval_of(theirs.model_dump()) if theirs is not None else "")
            lines.append((field.replace("_", " "), *cells))
    return table(head, lines)


def _previous(report: Audit) -> str:
    """Return the swap set in a sentence."""
    previous = report.previous
    if previous is None:
        return ""
    gained, lost = previous.gained, previous.lost
    text = f"Since version {previous.version}: {gained.count:,} events are newly accepted"
    text += _of_signal(gained) + f", {lost.count:,} no longer" + _of_signal(lost)
    return wrapped(text + ".")


def _of_signal(swap: Swap) -> str:
    return (
        "" if swap.purity is None or not swap.count else f" ({percent_of(swap.purity.model_dump())} signal)"
    )
