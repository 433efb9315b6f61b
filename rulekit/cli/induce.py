"""``rulekit induce``: a teacher and events into a law folder, as a draft."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rulekit.cli.common import Json, answer, command_line, interval, percent, percent_of, table

if TYPE_CHECKING:
    from collections.abc import Callable

    from rulekit.frames import Frame
    from rulekit.induction.result import Induction
    from rulekit.ir.ruleset import Ruleset
    from rulekit.ir.schema import Schema


def induce(
    teacher: Annotated[
        str, typer.Option("--teacher", help="An .onnx file, or a score column.", show_default=False)
    ],
    events: Annotated[
        str, typer.Option("--events", help="Parquet, CSV or Arrow IPC file.", show_default=False)
    ],
    out: Annotated[Path, typer.Option("--out", help="Law folder to draft into.", show_default=False)],
    truth: Annotated[str | None, typer.Option("--truth", help="Boolean column: signal or not.")] = None,
    schema: Annotated[
        Path | None, typer.Option("--schema", help="schema.yaml; from the events without.")
    ] = None,
    fpr: Annotated[
        float | None, typer.Option("--fpr", help="Budget: false-positive rate (needs --truth).")
    ] = None,
    alert_rate: Annotated[
        float | None, typer.Option("--alert-rate", help="Budget: share of events accepted.")
    ] = None,
    rules: Annotated[int, typer.Option("--rules", help="Budget: number of rules.")] = 20,
    literals: Annotated[int | None, typer.Option("--literals", help="Budget: number of literals.")] = None,
    features: Annotated[
        int | None, typer.Option("--features", help="Budget: number of distinct features.")
    ] = None,
    lut: Annotated[int | None, typer.Option("--lut", help="Budget: predicted look-up tables.")] = None,
    confidence: Annotated[float, typer.Option("--confidence", help="Of the upper limit on the rate.")] = 0.95,
    certified: Annotated[
        bool, typer.Option("--certified", help="The limit, not only the rate, keeps to the budget.")
    ] = False,
    method: Annotated[str, typer.Option("--method", help="Name of the inducer; auto runs a race.")] = "auto",
    hit_policy: Annotated[str | None, typer.Option("--hit-policy", help="any, first or score.")] = None,
    weight: Annotated[str | None, typer.Option("--weight", help="Column with event weights.")] = None,
    groups: Annotated[
        str | None, typer.Option("--groups", help="Column: events of one group stay together.")
    ] = None,
    forbid: Annotated[
        str | None, typer.Option("--forbid", help="Features that no rule may ask for: a,b,c.")
    ] = None,
    more: Annotated[str | None, typer.Option("--more", help="Rules may only ask for more of: a,b.")] = None,
    less: Annotated[str | None, typer.Option("--less", help="Rules may only ask for less of: a,b.")] = None,
    drop: Annotated[str | None, typer.Option("--drop", help="Columns that are no features: a,b,c.")] = None,
    name: Annotated[
        str | None, typer.Option("--name", help="Name of the ruleset; from --out without.")
    ] = None,
    accept: Annotated[str, typer.Option("--accept", help="Outcome of the rules.")] = "accept",
    otherwise: Annotated[str, typer.Option("--otherwise", help="Outcome of everything else.")] = "reject",
    seed: Annotated[int, typer.Option("--seed", help="Same seed, same digest.")] = 0,
    resamples: Annotated[
        int, typer.Option("--resamples", help="Draw events anew so often: is each rule found again?")
    ] = 0,
    time_limit: Annotated[
        float | None, typer.Option("--time-limit", help="Seconds; then the best so far. So does Ctrl-C.")
    ] = None,
    json: Json = False,
) -> None:
    """Distil a teacher into a short ruleset within a budget.

    The ruleset is written into a law folder as a draft; nothing becomes law by itself.
    """
    from rulekit.frames import scan
    from rulekit.induction.budget import Budget
    from rulekit.induction.induce import induce as induce_ruleset
    from rulekit.store.folder import draft

    budget = Budget(
        false_positive_rate=fpr, alert_rate=alert_rate, rules=rules, literals=literals, features=features,
        lut=lut, confidence=confidence, certified=certified,
    )  # fmt: skip
    not_features = {column for column in (truth, weight, teacher, groups, *_names(drop)) if column}
    vocabulary = _schema(schema, out, lambda: scan(events), not_features)
    result = induce_ruleset(
        teacher,
        events,
        truth,
        schema=vocabulary,
        budget=budget,
        method=method,
        hit_policy=hit_policy,
        weight=weight,
        name=name or _name(out),
        outcome=accept,
        otherwise=otherwise,
        seed=seed,
        time_limit=time_limit,
        groups=groups,
        forbidden=_names(forbid),
        directions=dict.fromkeys(_names(more), 1) | dict.fromkeys(_names(less), -1),
        resamples=resamples,
    )
    folder = draft(_with_command(result.ruleset), out)
    answer(json, _document(result, folder), _text(result, folder, by_rate=alert_rate is not None))


def _names(text: str | None) -> list[str]:
    return [name.strip() for name in (text or "").split(",") if name.strip()]


def _schema(path: Path | None, out: Path, frame: Callable[[], Frame], not_features: set[str]) -> Schema:
    from rulekit.frames import infer_schema
    from rulekit.ir.lawfile import load_schema
    from rulekit.store.folder import SCHEMA

    for known in (path, out / SCHEMA):
        if known is not None and (known == path or known.exists()):
            return load_schema(known)
    return infer_schema(frame(), _name(out), not_features)


def _name(out: Path) -> str:
    """Return a ruleset's name from its folder: ``rules/hep/level1`` is ``hep.level1``."""
    parts = [re.sub(r"[^a-z0-9_]+", "_", part.lower()).strip("_") for part in out.resolve().parts[-2:]]
    return ".".join(part for part in parts if part and part != "rules") or "ruleset"


def _with_command(ruleset: Ruleset) -> Ruleset:
    if ruleset.provenance is None:
        return ruleset
    return replace(ruleset, provenance=ruleset.provenance.model_copy(update={"command": command_line()}))


def _document(result: Induction, folder: Path) -> dict[str, object]:
    return {
        "folder": str(folder),
        "digest": result.ruleset.digest,
        "rules": len(result.ruleset.rules),
        "measures": result.measures.to_json(),
        "rate_limit": result.limit,
        "stopped": result.stopped,
        "selection": None if result.selection is None else result.selection.to_json(),
        "path": [
            {"rules": point.rules, "literals": point.literals, "rate_limit": point.limit,
             **point.measures.to_json()}
            for point in result.path
        ],
    }  # fmt: skip


def _text(result: Induction, folder: Path, *, by_rate: bool) -> str:
    lines = []
    for point in result.path:
        measures = point.measures
        rate = measures.rate if by_rate else measures.false_positive_rate
        chosen = "<" if point is result.path[-1] else ""
        size = f"{point.rules}/{point.literals}"
        shares = (
            interval(measures.efficiency),
            interval(rate),
            percent_of({"value": point.limit}),
            percent(measures.purity),
        )
        lines.append((size, *shares, chosen))
    head = ("size", "efficiency", "rate" if by_rate else "false positives", "limit", "purity", "")
    note = (
        "Size is rules/literals. Measured on the calibration fold, with 95 % intervals;\n"
        "limit: the upper limit on the rate. < is the one drafted."
    )
    draft = f"{folder}: draft of {result.ruleset.name}, {result.ruleset.digest[:19]}"
    return "\n".join([table(head, lines), note, *_remarks(result), draft])


def _remarks(result: Induction) -> list[str]:
    found = []
    if result.stability is not None:
        again = zip(result.ruleset.rules, result.stability, strict=True)
        found.append(
            table(("rule", "found again"), [(rule.id, f"{100 * share:.0f} %") for rule, share in again])
        )
    if result.selection is not None:
        of, more = result.selection.candidates, 100 * result.selection.room
        found.append(f"Selected by a solver from {of} boxes, which hold at most {more:.1f} % more.")
    if result.stopped is not None:
        found.append(f"Stopped early ({result.stopped}): this is the best so far.")
    return found
