"""``rulekit induce``: a teacher and events into a law folder, as a draft."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from rulekit.cli.common import Json, answer, command_line
from rulekit.cli.induce_text import class_document, class_text, document, text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import polars as pl

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
    monotone: Annotated[
        str | None,
        typer.Option(
            "--monotone", help="Rules may only ask for more (up) or less (down): amount=up,age=down."
        ),
    ] = None,
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
    incumbent: Annotated[
        Path | None, typer.Option("--incumbent", help="Law in force: its rules stay where they can.")
    ] = None,
    classes: Annotated[
        list[str] | None,
        typer.Option(
            "--class", help="NAME=RATE, once a class, the most urgent first; --truth names classes."
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Distil a teacher into a short ruleset within a budget.

    With --class the teacher is a classifier of these classes, or a score column with {class} in its name. The
    ruleset is written into a law folder as a draft; nothing becomes law by itself.
    """
    from rulekit.frames import scan
    from rulekit.ir.monotone import parse_monotone

    rates = dict(map(_class, classes or ()))
    columns = [teacher.replace("{class}", name) for name in rates] or [teacher]
    not_features = {column for column in (truth, weight, *columns, groups, *_names(drop)) if column}
    asked = _Asked(
        teacher, events, truth, out,
        caps={
            "rules": rules, "literals": literals, "features": features, "lut": lut, "confidence": confidence,
            "certified": certified,
        },
        others={
            "schema": _schema(schema, out, lambda: scan(events), not_features), "method": method, "weight": weight,
            "name": name or _name(out), "otherwise": otherwise, "seed": seed, "time_limit": time_limit,
            "groups": groups, "forbidden": _names(forbid),
            "monotone": parse_monotone(monotone),
        },
    )  # fmt: skip
    single = {"--fpr": fpr, "--alert-rate": alert_rate, "--incumbent": incumbent, "--resamples": resamples}
    if rates:
        _refuse(single)
        answer(json, *_several(asked, rates, hit_policy))
        return
    found = _one(asked, fpr, alert_rate, hit_policy=hit_policy, outcome=accept, resamples=resamples,
                 incumbent=incumbent)  # fmt: skip
    answer(json, *found)


class _Asked(NamedTuple):
    """What is asked for of one class or of several."""

    teacher: str
    events: str
    truth: str | None
    out: Path
    caps: dict[str, Any]
    others: dict[str, Any]


def _one(
    asked: _Asked, fpr: float | None, alert_rate: float | None, *, incumbent: Path | None, **more: Any
) -> tuple[object, str]:
    """Induce for one outcome and draft it; return the answer as JSON and for people."""
    from rulekit.budget import Budget
    from rulekit.induction.induce import induce as induce_ruleset
    from rulekit.store.folder.folder import draft, read

    budget = Budget(false_positive_rate=fpr, alert_rate=alert_rate, **asked.caps)
    force = None if incumbent is None else read(incumbent).ruleset
    result = induce_ruleset(
        asked.teacher, asked.events, asked.truth, budget=budget, incumbent=force, **asked.others, **more
    )
    folder = draft(_with_command(result.ruleset), asked.out)
    return document(result, folder, force), text(result, folder, force)


def _several(asked: _Asked, rates: dict[str, float], hit_policy: str | None) -> tuple[object, str]:
    """Induce for several classes and draft it; return the answer as JSON and for people."""
    from rulekit.budget import Budget
    from rulekit.induction.multiclass.induce import induce_classes
    from rulekit.store.folder.folder import draft

    kind = "alert_rate" if asked.truth is None else "false_positive_rate"
    budgets = {name: Budget.model_validate({kind: rate, **asked.caps}) for name, rate in rates.items()}
    result = induce_classes(
        asked.teacher,
        asked.events,
        asked.truth,
        budgets=budgets,
        hit_policy=hit_policy or "first",
        **asked.others,
    )
    folder = draft(_with_command(result.ruleset), asked.out)
    return class_document(result, folder), class_text(result, folder)


def _refuse(options: Mapping[str, object]) -> None:
    """Refuse what says nothing of several classes."""
    from rulekit.errors import BudgetError

    for name, value in options.items():
        if value:
            raise BudgetError(f"{name} is for a single outcome", got=f"{name} {value} beside --class",
                              hint="each class has its rate: --class NAME=RATE")  # fmt: skip


def _class(text: str) -> tuple[str, float]:
    """Return a class and its rate, from ``NAME=RATE``."""
    from rulekit.errors import BudgetError

    name, _, rate = text.rpartition("=")
    try:
        return name.strip(), float(rate if name.strip() else "")
    except ValueError:
        raise BudgetError("a class needs a rate", expected="--class NAME=RATE, as --class muon=0.01",
                          got=f"--class {text}") from None  # fmt: skip


def _names(text: str | None) -> list[str]:
    return [name.strip() for name in (text or "").split(",") if name.strip()]


def _schema(
    path: Path | None, out: Path, frame: Callable[[], pl.LazyFrame], not_features: set[str]
) -> Schema:
    from rulekit.frames import infer_schema
    from rulekit.ir.yaml_file import load_schema
    from rulekit.store.folder.folder import SCHEMA

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
