"""``rulekit audit``: a decisions file into a report that a reviewer can sign."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rulekit.cli.common import Json, answer, command_line, findings_text, finish, interval_of, table

if TYPE_CHECKING:
    from rulekit.reports.model import Audit


def audit(
    decisions: Annotated[
        Path, typer.Argument(help="A decisions file of `rulekit decide`.", show_default=False)
    ],
    out: Annotated[
        Path, typer.Option("--out", help="The report to write (.html); its JSON twin lies beside it.")
    ],
    events: Annotated[
        str | None, typer.Option("--events", help="The events; from the manifest without.")
    ] = None,
    truth: Annotated[
        str | None, typer.Option("--truth", help="Boolean column of the events: signal or not.")
    ] = None,
    teacher: Annotated[
        str | None, typer.Option("--teacher", help="An .onnx file, or a score column.")
    ] = None,
    weight: Annotated[str | None, typer.Option("--weight", help="Column of the events with weights.")] = None,
    rules: Annotated[Path | None, typer.Option("--rules", help="The law; from the manifest without.")] = None,
    accept: Annotated[
        str | None, typer.Option("--accept", help="Outcomes that count as accepted: a,b.")
    ] = None,
    sample: Annotated[
        int, typer.Option("--sample", help="Events to replay by the reference semantics.")
    ] = 1000,
    fpga: Annotated[
        Path | None, typer.Option("--fpga", help="A synthesised artifact of the law, target systemverilog.")
    ] = None,
    json: Json = False,
) -> None:
    """Audit a decisions file into a report to sign.

    Every decision is recomputed and a sample is replayed by the reference semantics.
    """
    from rulekit.induction.teachers import teacher as read_teacher
    from rulekit.reports.audit import audit as audit_decisions
    from rulekit.reports.audit import recorded_ruleset
    from rulekit.reports.render import write
    from rulekit.store.folder import read

    ruleset = read(rules).ruleset if rules else recorded_ruleset(decisions)
    report = audit_decisions(
        decisions,
        ruleset=ruleset,
        events=events,
        truth=truth,
        teacher=read_teacher(teacher, ruleset.schema) if teacher else None,
        weight=weight,
        accept=tuple(accept.split(",")) if accept else None,
        sample=sample,
        command=command_line(),
        fpga=fpga,
    )
    write(report, out)
    answer(json, report.to_json(), _text(report, out))
    finish(report.findings)


def _text(report: Audit, out: Path) -> str:
    from rulekit.reports.fpga_view import fpga_line

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
    design = "" if report.fpga is None else fpga_line(report.fpga)
    parts = [
        report.replay.sentence,
        table(head, lines),
        design,
        findings_text(report.findings),
        f"report: {out}",
    ]
    return "\n".join(part for part in parts if part)
