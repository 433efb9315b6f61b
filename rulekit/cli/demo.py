"""``rulekit demo``: the whole journey on generated events, through the command line itself."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rulekit.errors import RulekitError
from rulekit.registry import Registry
from rulekit.tables import interval_of, percent_of, table

if TYPE_CHECKING:
    from collections.abc import Sequence

_TEACHER_EVENTS = 100_000


@dataclass(frozen=True, slots=True)
class _Journey:
    """One pack's part of the demo: what is selected, and within which budget."""

    pack: str
    law: str
    budget: tuple[str, ...]
    outcomes: tuple[str, str]
    fpga: bool = False
    logged: bool = False


_JOURNEYS = (
    _Journey("hep", "rules/hep/level1", ("--fpr", "0.01", "--rules", "8"), ("accept", "reject"), fpga=True),
    _Journey(
        "fraud",
        "rules/fraud/card_payments",
        ("--alert-rate", "0.01", "--rules", "8"),
        ("review", "approve"),
        logged=True,
    ),
)


def demo(
    out: Annotated[Path, typer.Option("--out", help="Folder for everything the demo makes.")] = Path("demo"),
    events: Annotated[
        int, typer.Option("--events", help="Events to induce from, and again to decide.")
    ] = 100_000,
    seed: Annotated[int, typer.Option("--seed", help="Seed of the generators and the induction.")] = 0,
) -> None:
    """Run the whole journey on generated events.

    For trigger and for fraud events: train a teacher, induce its law, check, compile, decide, audit. What is
    decided about payments is kept in a log, which is verified and decided again.
    """
    start = time.perf_counter()
    reports = [_travel(journey, out / journey.pack, events, seed) for journey in _JOURNEYS]
    head = ("pack", "rules/literals", "efficiency", "teacher", "false positives", "rate")
    lines = [_line(journey, out, report) for journey, report in zip(_JOURNEYS, reports, strict=True)]
    typer.echo("\n" + table(head, lines))
    seconds = time.perf_counter() - start
    typer.echo(f"\nOn {events:,} fresh events; the teacher at the same rate. {seconds:.0f} s in all.")
    for journey in _JOURNEYS:
        typer.echo(f"law:    {out / journey.pack / journey.law / 'ruleset.yaml'}")
    for journey in _JOURNEYS:
        typer.echo(f"report: {out / journey.pack / 'report.html'}")


def _travel(journey: _Journey, folder: Path, events: int, seed: int) -> dict[str, Any]:
    """Run one journey and return the audit as JSON."""
    typer.echo(f"\n{journey.pack}: generating events, training the teacher")
    truth, identity = _prepare(journey, folder, events, seed)
    law, teacher = str(folder / journey.law), str(folder / "teacher.onnx")
    accept, otherwise = journey.outcomes
    induce = ["induce", "--teacher", teacher, "--events", str(folder / "induce.parquet"), "--truth", truth]
    induce += [*journey.budget, "--accept", accept, "--otherwise", otherwise, "--seed", str(seed)]
    _run([*induce, "--name", law_name(journey), "--out", law])
    _run(["check", law])
    _run(["compile", law, "--target", "python", "--out", str(folder / "build" / "python")])
    if journey.fpga:
        _make_firmware(law, folder, truth)
    decisions, events_file = str(folder / "decisions.parquet"), str(folder / "events.parquet")
    log = ["--log", str(folder / "log.sqlite"), "--log-key", str(folder / "keys" / "site.key")]
    decide = ["decide", law, events_file, "--id", identity, "--out", decisions]
    _run([*decide, *log] if journey.logged else decide)
    if journey.logged:
        _look_back(law, folder, f"{identity}={_first_alert(decisions, identity, accept)}")
    report = ["--truth", truth, "--teacher", teacher, "--rules", law, "--out", str(folder / "report.html")]
    audited: dict[str, Any] = json.loads(_run(["audit", decisions, *report], as_json=True))
    typer.echo(audited["replay"]["sentence"])
    return audited


def _make_firmware(law: str, folder: Path, truth: str) -> None:
    """Choose how few bits the features need, and write the logic."""
    numerics, build = str(folder / "numerics.yaml"), str(folder / "build" / "fpga")
    _run(["quantise", law, str(folder / "induce.parquet"), "--truth", truth, "--out", numerics])
    _run(["compile", law, "--target", "systemverilog", "--numerics", numerics, "--out", build])


def _look_back(law: str, folder: Path, event: str) -> None:
    """Verify the log, decide all of it again, and explain one decision."""
    log, key = str(folder / "log.sqlite"), str(folder / "keys" / "site.pub")
    _run(["log", "verify", log, "--key", key])
    _run(["replay", log, "--rules", law, "--key", key])
    _run(["explain", law, "--events", str(folder / "events.parquet"), "--id", event])


def _first_alert(decisions: str, identity: str, outcome: str) -> object:
    """Return the id of the first event that got an outcome."""
    import polars as pl

    found = pl.scan_parquet(decisions).filter(pl.col("outcome") == outcome).select(identity).head(1)
    return found.collect().item()


def law_name(journey: _Journey) -> str:
    """Return the name of the ruleset that a journey induces: ``hep.level1``."""
    return ".".join(journey.law.split("/")[1:])


def _prepare(journey: _Journey, folder: Path, events: int, seed: int) -> tuple[str, str]:
    """Write the teacher, the events to induce from and the events to decide; return truth and id column."""
    from rulekit.induction.teachers.export import export_onnx
    from rulekit.ir.yaml_file import dump_schema

    pack = Registry[Any]("pack", "rulekit.packs", {}).get(journey.pack)
    law = folder / journey.law
    law.mkdir(parents=True, exist_ok=True)
    if journey.logged:
        _new_log(folder)
    (law / "schema.yaml").write_text(dump_schema(pack.SCHEMA), encoding="utf-8")
    teacher_events = pack.generate(min(events, _TEACHER_EVENTS), 3 * seed + 1)
    export_onnx(pack.teacher(seed), teacher_events, pack.TRUTH, pack.SCHEMA, folder / "teacher.onnx")
    pack.generate(events, 3 * seed + 2).write_parquet(folder / "induce.parquet")
    pack.generate(events, 3 * seed + 3).write_parquet(folder / "events.parquet")
    return str(pack.TRUTH), str(pack.ID)


def _new_log(folder: Path) -> None:
    """Make room for a log and for the key that signs it; those of an earlier demo go."""
    from rulekit.keys import new_key

    for old in (*folder.glob("log.sqlite*"), *folder.glob(".log.sqlite*"), *folder.glob("keys/site.*")):
        old.unlink()
    new_key("site", folder / "keys")


def _run(arguments: Sequence[str], *, as_json: bool = False) -> str:
    """Run a verb in a process of its own, as a user would, and show it."""
    typer.echo(f"\n$ {shlex.join(['rulekit', *arguments])}")
    command = [sys.executable, "-m", "rulekit", *arguments, *(["--json"] if as_json else [])]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)  # noqa: S603 - our own verbs
    if not as_json:
        typer.echo(done.stdout.rstrip())
    if done.returncode not in {0, 1} or not done.stdout:  # what went wrong is on stderr already
        raise RulekitError(f"the demo stopped: `rulekit {arguments[0]}` failed")
    return done.stdout


def _line(journey: _Journey, out: Path, report: dict[str, Any]) -> tuple[str, ...]:
    from rulekit.ir.condition import literals
    from rulekit.store.folder.folder import read

    conditions = read(out / journey.pack / journey.law).ruleset.bound
    measures, teacher = report["measures"], report["teacher"]["measures"]
    return (
        journey.pack,
        f"{len(conditions)}/{sum(1 for condition in conditions for _ in literals(condition))}",
        interval_of(measures["efficiency"]),
        percent_of(teacher["efficiency"]),
        percent_of(measures["false_positive_rate"]),
        percent_of(measures["rate"]),
    )
