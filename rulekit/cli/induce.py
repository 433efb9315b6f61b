"""``rulekit induce``: a teacher and events into a law folder, as a draft."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from rulekit.cli.induce_text import class_document, class_text, document, text
from rulekit.cli.options import Json, Truth, Weight, names_of
from rulekit.cli.output import command_line, print_answer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import polars as pl

    from rulekit.ir.ruleset import Ruleset
    from rulekit.ir.schema import Schema


def induce(
    teacher: Annotated[
        str,
        typer.Option(
            "--teacher", help="An .onnx file, or a score column.", show_default=False, metavar="TEACHER"
        ),
    ],
    events: Annotated[
        str,
        typer.Option(
            "--events",
            help="Parquet, CSV or Arrow IPC file, or a glob.",
            show_default=False,
            metavar="EVENTS",
        ),
    ],
    out: Annotated[
        Path,
        typer.Option(
            "--out", help="Law folder to write the draft into.", show_default=False, metavar="FOLDER"
        ),
    ],
    truth: Truth = None,
    weight: Weight = None,
    groups: Annotated[
        str | None,
        typer.Option(
            "--groups", help="Column whose equal values stay in one fold, such as a run.", metavar="COLUMN"
        ),
    ] = None,
    schema: Annotated[
        Path | None,
        typer.Option(
            "--schema",
            help="A schema.yaml. Default: the one of --out, or one made from the events.",
            metavar="FILE",
        ),
    ] = None,
    drop: Annotated[
        str | None, typer.Option("--drop", help="Columns that are no features: a,b.", metavar="LIST")
    ] = None,
    fpr: Annotated[
        float | None,
        typer.Option("--fpr", help="Budget: false-positive rate; needs --truth.", metavar="RATE"),
    ] = None,
    alert_rate: Annotated[
        float | None,
        typer.Option("--alert-rate", help="Budget: share of events accepted.", metavar="RATE"),
    ] = None,
    classes: Annotated[
        list[str] | None,
        typer.Option(
            "--class",
            help="Budget of one class that --truth names. Repeatable, the most urgent class first.",
            metavar="NAME=RATE",
        ),
    ] = None,
    rules: Annotated[int, typer.Option("--rules", help="Budget: number of rules.", metavar="COUNT")] = 20,
    literals: Annotated[
        int | None, typer.Option("--literals", help="Budget: number of literals.", metavar="COUNT")
    ] = None,
    features: Annotated[
        int | None, typer.Option("--features", help="Budget: number of distinct features.", metavar="COUNT")
    ] = None,
    lut: Annotated[
        int | None, typer.Option("--lut", help="Budget: predicted look-up tables.", metavar="COUNT")
    ] = None,
    confidence: Annotated[
        float,
        typer.Option("--confidence", help="Confidence of the upper limit on the rate.", metavar="SHARE"),
    ] = 0.95,
    certified: Annotated[
        bool,
        typer.Option("--certified", help="Keep the upper limit within the budget, not only the rate."),
    ] = False,
    method: Annotated[
        str, typer.Option("--method", help="Name of the inducer; auto compares several.", metavar="NAME")
    ] = "auto",
    hit_policy: Annotated[
        str | None,
        typer.Option(
            "--hit-policy", help="any, first or score. Default: any, or first with --class.", metavar="POLICY"
        ),
    ] = None,
    forbid: Annotated[
        str | None, typer.Option("--forbid", help="Features that no rule may read: a,b.", metavar="LIST")
    ] = None,
    monotone: Annotated[
        str | None,
        typer.Option(
            "--monotone",
            help="Numbers of which rules may only want more (up) or less (down): age=up,debt=down.",
            metavar="LIST",
        ),
    ] = None,
    name: Annotated[
        str | None,
        typer.Option("--name", help="Name of the ruleset. Default: from --out.", metavar="NAME"),
    ] = None,
    accept: Annotated[
        str, typer.Option("--accept", help="Outcome that the rules give.", metavar="OUTCOME")
    ] = "accept",
    otherwise: Annotated[
        str, typer.Option("--otherwise", help="Outcome where no rule hits.", metavar="OUTCOME")
    ] = "reject",
    incumbent: Annotated[
        Path | None,
        typer.Option(
            "--incumbent", help="Law in force, whose rules are kept where they can be.", metavar="FOLDER"
        ),
    ] = None,
    resamples: Annotated[
        int,
        typer.Option(
            "--resamples", help="Repeat on so many resamples: is each rule found again?", metavar="COUNT"
        ),
    ] = 0,
    seed: Annotated[int, typer.Option("--seed", help="Seed of all draws: equal seeds, equal digests.")] = 0,
    time_limit: Annotated[
        float | None,
        typer.Option(
            "--time-limit",
            help="Stop after so many seconds with the best so far; Ctrl-C does so, too.",
            metavar="SECONDS",
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Distil a teacher into a short ruleset within a budget.

    The ruleset is written into a law folder as a draft; nothing becomes law by itself. With --class the teacher is
    a classifier of these classes, or a score column with {class} in its name.
    """
    from rulekit.frames import scan
    from rulekit.ir.monotone import parse_monotone

    rates = dict(map(_class, classes or ()))
    columns = [teacher.replace("{class}", name) for name in rates] or [teacher]
    not_features = {column for column in (truth, weight, *columns, groups, *names_of(drop)) if column}
    asked = _Asked(
        teacher, events, truth, out,
        caps={
            "rules": rules, "literals": literals, "features": features, "lut": lut, "confidence": confidence,
            "certified": certified,
        },
        others={
            "schema": _schema(schema, out, lambda: scan(events), not_features), "method": method, "weight": weight,
            "name": name or _name(out), "otherwise": otherwise, "seed": seed, "time_limit": time_limit,
            "groups": groups, "forbidden": names_of(forbid),
            "monotone": parse_monotone(monotone),
        },
    )  # fmt: skip
    single = {"--fpr": fpr, "--alert-rate": alert_rate, "--incumbent": incumbent, "--resamples": resamples}
    if rates:
        _refuse(single)
        print_answer(json, *_several(asked, rates, hit_policy))
        return
    found = _one(asked, fpr, alert_rate, hit_policy=hit_policy, accept=accept, resamples=resamples,
                 incumbent=incumbent)  # fmt: skip
    print_answer(json, *found)


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


def _schema(
    path: Path | None, out: Path, frame: Callable[[], pl.LazyFrame], not_features: set[str]
) -> Schema:
    from rulekit.frames import infer_schema
    from rulekit.ir.notation.yaml_file import load_schema
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
