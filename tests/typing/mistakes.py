"""What a type checker must refuse. Each line that ends in a ``refused`` comment has an error, and no other has."""

from __future__ import annotations

import polars as pl

import rulekit


def options(law: rulekit.Ruleset) -> None:
    rulekit.compile(law, "systemverilog", stagse=2)  # refused: a misspelt option
    rulekit.compile(law, "systemverilog", architecture="gates")  # refused: no such architecture
    rulekit.compile(law, "kernel", stages=2)  # refused: an option of another target
    rulekit.compile(3, "kernel")  # refused: this names no law


def runners(law: rulekit.Ruleset, lazy: pl.LazyFrame, events: pl.DataFrame) -> None:
    wrong: rulekit.PolarsRunner = rulekit.compile(law, "kernel").load()  # refused: another runner
    runner = rulekit.compile(law).load()
    decided: pl.DataFrame = runner.batch(lazy)  # refused: lazy in, lazy out
    later: pl.LazyFrame = runner.batch(events)  # refused: a frame gives a frame
    runner.batch({"pt": [31.0]})  # refused: a dictionary is no frame
    del wrong, decided, later


def values(law: rulekit.Ruleset, events: pl.DataFrame) -> None:
    rulekit.Feature(name="pt", dtype="float16")  # refused: no such dtype
    rulekit.Rule(id="hard", wen=["pt > 30"])  # refused: a misspelt field
    _ = rulekit.decide(law, {"pt": 31.0}).outcom  # refused: a misspelt field of a decision
    rulekit.explain(law, {"pt": 31.0}, monotone={"pt": "rising"})  # refused: up or down
    rulekit.expr(law, engine="sql")  # refused: no engine of expressions
    rulekit.indcue("score", events)  # refused: a misspelt verb
