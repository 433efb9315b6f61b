"""What a user may write, over the whole public face. Type checkers read this file; nobody runs it."""

from __future__ import annotations

from pathlib import Path
from typing import assert_type

import polars as pl

import rulekit
from rulekit import reference


def laws(folder: Path) -> rulekit.Ruleset:
    schema = rulekit.Schema(
        name="hep.menu",
        version="1.0.0",
        features=[
            rulekit.Feature(name="pt", dtype="float32", unit="GeV", bounds=(0, 500), required=True),
            rulekit.Feature(name="flavour", dtype=rulekit.DType.CATEGORY, categories=("e", "mu")),
        ],
    )
    hard = rulekit.Rule(id="hard", title="Hard", when=["pt > 30", {"any": ["flavour == mu"]}], then="accept")
    built = rulekit.AllOf((rulekit.Compare("pt", ">", 3), rulekit.AnyOf((rulekit.Missing("flavour"),))))
    soft = rulekit.Rule(id="soft", when=built, then="accept", because="Also this.")
    ruleset = rulekit.Ruleset(
        name="hep.menu",
        version="1.0.0",
        schema=schema,
        hit_policy="first",
        otherwise="reject",
        rules=[hard, soft],
    )
    assert_type(ruleset.schema, rulekit.Schema)
    assert_type(ruleset.rules[0].when, rulekit.Condition)
    assert_type(ruleset.accepting, tuple[str, ...])
    assert_type(ruleset.outcome_of(3), str)
    assert_type(ruleset.to_json(), str)
    named: list[rulekit.RulesetSource] = [
        ruleset,
        folder,
        "rules/hep/menu@1.2.0",
        "name: hep.menu\nrules: []",
    ]
    assert_type(rulekit.load(named[0]), rulekit.Ruleset)
    return ruleset


def decisions(law: rulekit.RulesetSource, events: pl.DataFrame, lazy: pl.LazyFrame, file: Path) -> None:
    kernel = rulekit.compile(law).load()
    assert_type(kernel, rulekit.KernelRunner)
    assert_type(rulekit.compile(law, "kernel").load(), rulekit.KernelRunner)
    assert_type(rulekit.compile(law, "python").load(), rulekit.PythonRunner)
    assert_type(rulekit.compile(law, "polars", rulekit.Native()).load(), rulekit.PolarsRunner)
    assert_type(rulekit.compile(law, "sql").load(), rulekit.DuckDBRunner)
    assert_type(rulekit.compile(law, "onnx").load(), rulekit.OnnxRunner)
    assert_type(rulekit.compile(law, target="c").load(), rulekit.CRunner)
    firmware = rulekit.compile(law, "systemverilog", formats(), stages=2, outputs=("accept",), rows=None)
    assert_type(firmware.load(), rulekit.HardwareRunner)
    runner: rulekit.Runner = kernel
    assert_type(runner.batch(lazy), pl.LazyFrame)
    assert_type(runner.batch(events, hits=True), pl.DataFrame)
    assert_type(kernel.batch(file, cast=True), pl.DataFrame)
    assert_type(kernel.batch(lazy), pl.LazyFrame)
    assert_type(runner.hit_matrix("events.parquet"), pl.DataFrame)
    assert_type(runner.one({"pt": 31.0, "flavour": None}), rulekit.Decision)
    decision = rulekit.decide(law, {"pt": 31.0})
    assert_type(decision.rule, str | None)
    assert_type(decision.hits, tuple[str, ...] | None)
    assert_type(events.filter(rulekit.expr(law, outcome="accept")), pl.DataFrame)
    assert_type(reference.decide(rulekit.load(law), {"pt": 31.0}), rulekit.Decision)
    assert_type(rulekit.bench(law, events, ["kernel", "python"]), rulekit.BenchResult)
    assert_type(rulekit.quantise(law, events, loss=0.001), rulekit.Quantisation)


def any_target(law: rulekit.Ruleset, name: str) -> rulekit.Runner:
    return rulekit.compile(law, name).load()


def formats() -> rulekit.Numerics:
    return rulekit.Fixed(formats={"pt": rulekit.FixedFormat(width=12, fraction=2)}, rounding="floor")


def laws_in_time(folder: Path, key: rulekit.PrivateKey) -> None:
    found_wrong: list[rulekit.Finding] = rulekit.check(folder)
    assert_type(found_wrong[0].message, str)
    found = rulekit.diff(f"{folder}@in-force", folder)
    assert_type(found, rulekit.Comparison)
    assert_type(found.least, str)
    assert_type(rulekit.approve(folder, key), rulekit.ApprovalStatus)
    assert_type(rulekit.enact(folder, key=key), rulekit.Act)
    assert_type(rulekit.rollback(folder, "1.0.0", "It was better."), rulekit.Act)
    assert_type(rulekit.repeal(folder, "No more."), rulekit.Act)


def induced(events: pl.DataFrame, schema: rulekit.Schema) -> rulekit.Induction:
    budget = rulekit.Budget(false_positive_rate=0.02, rules=12)
    result = rulekit.induce("score", events, "label", schema=schema, budget=budget, monotone={"pt": "up"})
    assert_type(result.ruleset, rulekit.Ruleset)
    assert_type(result.measures, rulekit.Measures)
    assert_type(result.path, tuple[rulekit.PathPoint, ...])
    several = rulekit.induce_classes("score", events, schema=schema, budgets={"muon": budget})
    assert_type(several, rulekit.ClassInduction)
    return result


def reviewed(law: rulekit.RulesetSource, event: dict[str, float]) -> None:
    told = rulekit.explain(law, event, toward="accept", immutable=["pt"], monotone={"pt": "up"})
    assert_type(told, rulekit.Explanation)
    explainer = rulekit.Explainer(rulekit.load(law), losable=True)
    assert_type(explainer.explain(event), rulekit.Explanation)
    assert_type(rulekit.audit("decisions.parquet", truth="label"), rulekit.Audit)
    assert_type(rulekit.replay("decisions.sqlite", law), rulekit.LogReplay)


def logged(law: rulekit.Ruleset, events: pl.DataFrame) -> None:
    with rulekit.open_log("decisions.sqlite", rulekit.LogOptions(sample={"reject": 100})) as log:
        runner = rulekit.LoggedRunner(rulekit.compile(law).load(), log, id_column="event")
        runner.batch(events)
    assert_type(rulekit.verify_log("decisions.sqlite"), rulekit.Verification)


def errors(text: str) -> str:
    try:
        return rulekit.load(text).digest
    except rulekit.ParseError as error:
        return f"{error.where.line}: {error.hint or error.what}"
    except rulekit.UnsupportedError as error:
        return ", ".join(refusal.reason for refusal in error.refusals)
    except rulekit.RulekitError as error:
        return str(error)


def modules(law: rulekit.Ruleset, matrix: list[list[float]], labels: list[bool]) -> str:
    """Use the public modules, which need no import of their own."""
    slow: rulekit.Decision = rulekit.reference.decide(law, {"amount": 63.5})
    classifier = rulekit.sklearn.RuleClassifier(budget=rulekit.Budget(alert_rate=0.1), seed=1)
    learnt: rulekit.Ruleset = classifier.fit(matrix, labels).ruleset_
    contract: type[rulekit.testing.TargetContract] = rulekit.testing.TargetContract
    return f"{slow.outcome} {learnt.digest} {contract.__name__}"
