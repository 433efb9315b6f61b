"""``rulekit explain``: why one event was decided as it was, and the least that would change it."""

from __future__ import annotations

from typing import Annotated

import typer

from rulekit.cli.chosen_event import event_of_input, event_of_log
from rulekit.cli.options import Json, Monotone, RulesetArgument, names_of, pairs_of
from rulekit.cli.output import findings_text, finish, print_answer


def explain(
    ruleset: RulesetArgument,
    event: Annotated[
        str | None,
        typer.Argument(
            help="The event as a JSON object, or @FILE with one.", show_default=False, metavar="EVENT"
        ),
    ] = None,
    events: Annotated[
        str | None,
        typer.Option(
            "--events", help="File of events; choose one with --row, or --id and --event.", metavar="EVENTS"
        ),
    ] = None,
    row: Annotated[
        int | None, typer.Option("--row", help="Place of the event in the file, from 0.", metavar="NUMBER")
    ] = None,
    id_column: Annotated[
        str | None, typer.Option("--id", help="Column of the events with the event id.", metavar="COLUMN")
    ] = None,
    log: Annotated[
        str | None,
        typer.Option("--log", help="Decision log; choose a decision with --event or --line.", metavar="LOG"),
    ] = None,
    event_id: Annotated[
        str | None,
        typer.Option(
            "--event", help="Id of the event in the file, or in the log: its last decision.", metavar="ID"
        ),
    ] = None,
    line: Annotated[
        int | None, typer.Option("--line", help="Number of the line in the log, from 0.", metavar="NUMBER")
    ] = None,
    toward: Annotated[
        str | None,
        typer.Option(
            "--toward", help="Outcome that the least change must give. Default: any.", metavar="OUTCOME"
        ),
    ] = None,
    immutable: Annotated[
        str | None, typer.Option("--immutable", help="Features that can't change: a,b.", metavar="LIST")
    ] = None,
    monotone: Monotone = None,
    scale: Annotated[
        list[str] | None,
        typer.Option(
            "--scale", help="Change of a number that costs 1. Repeatable.", metavar="FEATURE=NUMBER"
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Explain one decision, and the least change that alters it.

    The answer names the rules that hit and why, the rules that nearly hit, and the least change of the event that
    gives another outcome. A decision of a log is explained by the law whose digest it holds. Ends with 1 when the
    log differs from that law.
    """
    from rulekit.explanation.explainer import Explainer
    from rulekit.explanation.text import as_text
    from rulekit.ir.monotone import parse_monotone, read_monotone

    if log is None:
        chosen = event_of_input(ruleset, event, events, row, id_column, event_id, line)
    else:
        if any(given is not None for given in (event, events, row, id_column)):
            raise typer.BadParameter("name one event: --log has its own")
        chosen = event_of_log(log, ruleset, event_id, line)
    explainer = Explainer(
        chosen.ruleset,
        numerics=chosen.numerics,
        immutable=names_of(immutable),
        monotone=read_monotone(parse_monotone(monotone), chosen.ruleset.schema),
        scales={name: _number(name, text) for name, text in pairs_of("--scale", scale or ())},
    )
    explanation = explainer.explain(chosen.event, toward=toward)
    findings = chosen.findings(explanation)
    document = explanation.model_dump(mode="json") | {
        "findings": [one.model_dump(mode="json") for one in findings]
    }
    print_answer(json, document, "\n\n".join(filter(None, (as_text(explanation), findings_text(findings)))))
    finish(findings)


def _number(name: str, text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise typer.BadParameter(f"--scale wants {name}=NUMBER, got {text!r}") from None
