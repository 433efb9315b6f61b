"""``rulekit demo``: the whole journey on generated events, through the command line itself."""

from __future__ import annotations

import json as jsonlib
import shlex
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from rulekit.cli.options import Json
from rulekit.cli.output import print_answer
from rulekit.errors import RulekitError
from rulekit.registry import Registry
from rulekit.tables import interval_of, percent_of, table

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
    out: Annotated[
        Path, typer.Option("--out", help="Folder for everything that the demo makes.", metavar="FOLDER")
    ] = Path("demo"),
    events: Annotated[
        int,
        typer.Option("--events", help="Events to induce from, and as many to decide.", metavar="COUNT"),
    ] = 100_000,
    seed: Annotated[int, typer.Option("--seed", help="Seed of the generators and the induction.")] = 0,
    json: Json = False,
) -> None:
    """Run the whole journey on generated events.

    For trigger events and for payments: train a teacher, induce its law, check, compile, decide, audit. What is
    decided about payments is kept in a log, which is verified and decided again. With --json the verbs are shown on
    stderr.
    """
    start = time.perf_counter()
    travels = [_Travel(journey, out / journey.pack, events, seed, json) for journey in _JOURNEYS]
    documents = {travel.journey.pack: travel.run() for travel in travels}
    seconds = time.perf_counter() - start
    answer = {"events": events, "seed": seed, "seconds": round(seconds, 1), "packs": documents}
    print_answer(json, answer, _text(documents, events, seconds))


def _text(documents: dict[str, dict[str, Any]], events: int, seconds: float) -> str:
    head = ("pack", "rules/literals", "efficiency", "teacher", "false positives", "rate")
    lines = [_line(pack, document) for pack, document in documents.items()]
    return "\n".join([
        "\n" + table(head, lines),
        f"\nOn {events:,} fresh events; the teacher at the same rate. {seconds:.0f} s in all.",
        *(f"law:    {document['law']}" for document in documents.values()),
        *(f"report: {document['report']}" for document in documents.values()),
    ])  # fmt: skip


def _line(pack: str, document: dict[str, Any]) -> tuple[str, ...]:
    measures = document["measures"]
    return (
        pack,
        f"{document['rules']}/{document['literals']}",
        interval_of(measures["efficiency"]),
        percent_of(document["teacher"]["efficiency"]),
        percent_of(measures["false_positive_rate"]),
        percent_of(measures["rate"]),
    )


@dataclass(frozen=True, slots=True)
class _Travel:
    """A journey into a folder; what it shows goes to stderr when the answer is JSON."""

    journey: _Journey
    folder: Path
    events: int
    seed: int
    as_json: bool

    @property
    def law(self) -> str:
        """The law folder."""
        return str(self.folder / self.journey.law)

    def run(self) -> dict[str, Any]:
        """Go the journey, and return where law and report lie and what was measured."""
        journey, folder, law = self.journey, self.folder, self.law
        self._say(f"\n{journey.pack}: generating events, training the teacher")
        truth, identity = _prepare(journey, folder, self.events, self.seed)
        accept, otherwise = journey.outcomes
        teacher = str(folder / "teacher.onnx")
        induce = [
            "induce",
            "--teacher",
            teacher,
            "--events",
            str(folder / "induce.parquet"),
            "--truth",
            truth,
        ]
        induce += [*journey.budget, "--accept", accept, "--otherwise", otherwise, "--seed", str(self.seed)]
        self._verb(*induce, "--name", law_name(journey), "--out", law)
        self._verb("check", law)
        self._verb("compile", law, "--target", "python", "--out", str(folder / "build" / "python"))
        if journey.fpga:
            self._make_firmware(truth)
        decisions = str(folder / "decisions.parquet")
        log = ["--log", str(folder / "log.sqlite"), "--log-key", str(folder / "keys" / "site.key")]
        decide = ["decide", law, str(folder / "events.parquet"), "--id", identity, "--out", decisions]
        self._verb(*decide, *(log if journey.logged else ()))
        if journey.logged:
            self._look_back(identity, _first_event(decisions, identity, accept))
        page = str(folder / "report.html")
        report = ["--truth", truth, "--teacher", teacher, "--ruleset", law, "--out", page]
        audited = self._verb("audit", decisions, *report, as_json=True)
        self._say(audited["replay"]["sentence"])
        return self._document(audited, page)

    def _document(self, audited: dict[str, Any], page: str) -> dict[str, Any]:
        from rulekit.ir.condition import literals
        from rulekit.store.folder.folder import read

        conditions = read(self.law).ruleset.bound
        return {
            "law": str(Path(self.law) / "ruleset.yaml"),
            "report": page,
            "rules": len(conditions),
            "literals": sum(1 for condition in conditions for _ in literals(condition)),
            "verdict": audited["replay"]["verdict"],
            "measures": audited["measures"],
            "teacher": audited["teacher"]["measures"],
        }

    def _make_firmware(self, truth: str) -> None:
        """Choose how few bits the features need, and write the logic."""
        numerics, build = str(self.folder / "numerics.yaml"), str(self.folder / "build" / "fpga")
        events = str(self.folder / "induce.parquet")
        self._verb("quantise", self.law, events, "--truth", truth, "--out", numerics)
        fixed = ["--target", "systemverilog", "--numerics", numerics]
        self._verb("compile", self.law, *fixed, "--out", build)

    def _look_back(self, identity: str, event: object) -> None:
        """Verify the log, decide all of it again, and explain one decision."""
        log, key = str(self.folder / "log.sqlite"), str(self.folder / "keys" / "site.pub")
        self._verb("log", "verify", log, "--key", key)
        self._verb("replay", log, "--ruleset", self.law, "--key", key)
        events = str(self.folder / "events.parquet")
        self._verb("explain", self.law, "--events", events, "--id", identity, "--event", str(event))

    def _verb(self, *arguments: str, as_json: bool = False) -> Any:
        """Run a verb in a process of its own, as a user would, and show it; return its JSON where asked."""
        self._say(f"\n$ {shlex.join(['rulekit', *arguments])}")
        command = [sys.executable, "-m", "rulekit", *arguments, *(["--json"] if as_json else [])]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)  # noqa: S603 - our own verbs
        if done.returncode not in {0, 1} or not done.stdout:  # what went wrong is on stderr already
            raise RulekitError(f"the demo stopped: `rulekit {arguments[0]}` failed")
        if as_json:
            return jsonlib.loads(done.stdout)
        self._say(done.stdout.rstrip())
        return None

    def _say(self, text: str) -> None:
        typer.echo(text, err=self.as_json)


def _first_event(decisions: str, identity: str, outcome: str) -> object:
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
    from rulekit.ir.notation.yaml_file import dump_schema

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
    """Make a key that signs the log; remove log and key of an earlier demo."""
    from rulekit.keys import new_key

    for old in (*folder.glob("log.sqlite*"), *folder.glob(".log.sqlite*"), *folder.glob("keys/site.*")):
        old.unlink()
    new_key("site", folder / "keys")
