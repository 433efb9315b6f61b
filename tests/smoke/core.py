"""The core alone: what it does, and what it says where an extra is missing. Run by ``run.sh``."""

from __future__ import annotations

import importlib.util
import json
import subprocess
from pathlib import Path

import polars as pl

import rulekit

LAW = """
name: smoke.cards
version: 1.0.0
schema:
  name: smoke.cards
  version: 1.0.0
  features:
    - {name: amount, dtype: float32, unit: EUR, bounds: [0, 50000], required: true}
    - {name: country, dtype: category, categories: [SE, NO]}
hit_policy: first
otherwise: approve
rules:
  - {id: large, title: Large abroad, when: [amount > 50, "country in {NO}"], then: review, because: A smoke test.}
"""
OPTIONAL = (
    "numba",
    "onnx",
    "sqlglot",
    "sklearn",
    "jinja2",
    "cryptography",
    "psycopg",
    "pandas",
    "numpy",
    "pyarrow",
)


def run(*command: str) -> tuple[int, str, str]:
    """Run the command line and return exit code, stdout and stderr; a traceback is a failure."""
    ended = subprocess.run(["rulekit", *command], capture_output=True, text=True, check=False)
    assert "Traceback" not in ended.stderr, ended.stderr
    return ended.returncode, ended.stdout, ended.stderr


def hint(extra: str, *command: str) -> None:
    """Demand that a command fails for lack of an extra, and that it names the extra."""
    code, _, err = run(*command)
    assert code == 2, (command, code, err)
    assert f"pip install 'rulekit-engine[{extra}]'" in err, (command, err)


def main() -> None:
    """Load, check, decide and explain without any extra; then ask for what each extra brings."""
    there = [name for name in OPTIONAL if importlib.util.find_spec(name) is not None]
    assert there == [], f"this environment is not the core alone: {there}"
    law = rulekit.load(LAW)
    decision = rulekit.decide(law, {"amount": 60.0, "country": "NO"})
    assert (decision.outcome, decision.rule) == ("review", "large")
    assert "large" in str(rulekit.explain(law, {"amount": 60.0, "country": "NO"}))
    Path("law.yaml").write_text(LAW, encoding="utf-8")
    frame = pl.DataFrame(
        {"amount": [60.0, 10.0], "country": ["NO", "SE"]}, schema={"amount": pl.Float32, "country": str}
    )
    frame.write_parquet("events.parquet")

    code, out, _ = run("--help")
    assert (code, "induce" in out) == (0, True)
    assert run("check", "law.yaml")[0] == 0
    assert run("decide", "law.yaml", "events.parquet", "--out", "decisions.parquet")[0] == 0
    assert pl.read_parquet("decisions.parquet")["outcome"].to_list() == ["review", "approve"]
    code, out, _ = run("explain", "law.yaml", '{"amount": 60, "country": "NO"}', "--json")
    assert (code, json.loads(out)["outcome"]) == (0, "review")
    for target in ("python", "polars"):
        assert run("compile", "law.yaml", "--target", target, "--out", f"build/{target}")[0] == 0

    hint("onnx", "compile", "law.yaml", "--target", "onnx", "--out", "build/onnx")
    hint("sql", "compile", "law.yaml", "--target", "sql", "--out", "build/sql")
    hint("law", "keys", "new", "alice", "--folder", "keys")
    hint(
        "reports",
        "audit",
        "decisions.parquet",
        "--ruleset",
        "law.yaml",
        "--events",
        "events.parquet",
        "--out",
        "a.html",
    )
    budget = ("--truth", "y", "--fpr", "0.1", "--out", "mine")
    hint("induction", "induce", "--teacher", "score", "--events", "events.parquet", *budget)
    hint("kernel", "quantise", "law.yaml", "events.parquet", "--out", "n.yaml")
    hint("reports", "diff", "law.yaml", "law.yaml")
    code, _, err = run("decide", "law.yaml", "events.parquet", "--target", "kernel", "--out", "other.parquet")
    assert (code, "pip install 'rulekit-engine[kernel]'" in err) == (0, True), err  # it decides all the same
    print("smoke, core alone: passed")


if __name__ == "__main__":
    main()
