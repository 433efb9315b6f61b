"""The audit report of a million decisions, all sections, as typed.

Claims: ``rulekit audit`` of 1,000,000 decisions takes at most 10 s in all on two cores, with truth, a column of
teacher's scores, the previous version, subgroups, drift and charter, and its page is under 1 MB. The parts of the
audit are timed beside it, in one process.

Run: python benchmarks/audit_report.py [--events 1000000] [--rules 8]
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
from machine import best_of, describe

from rulekit.ir.ruleset import Ruleset
from rulekit.store.folder.folder import draft, read
from rulekit_adapters import fraud

LAW = Path(__file__).parents[1] / "rules" / "fraud" / "card_payments"


def prepare(folder: Path, events: int, rules: int) -> None:
    """Write events with scores, the law with so many rules, an earlier version of it, and the decisions."""
    frame = fraud.generate(events, seed=5)
    signal = frame[fraud.TRUTH].to_numpy()
    noise = np.random.default_rng(0).normal(size=frame.height)
    scored = frame.with_columns(score=pl.Series(1 / (1 + np.exp(-(noise + 4.0 * signal - 2)))))
    scored.write_parquet(folder / "events.parquet")
    law = grown(read(LAW).ruleset, rules)
    draft(law, folder / "law")
    (folder / "law" / "CHARTER.md").write_text(
        (LAW / "CHARTER.md").read_text(encoding="utf-8"), encoding="utf-8"
    )
    draft(replace(law, version="0.0.9", rules=law.rules[:-2], provenance=None), folder / "previous")
    typed(folder, "decide", "law", "events.parquet", "--out", "decisions.parquet")


def grown(law: Ruleset, rules: int) -> Ruleset:
    """Return a law of so many rules: its own, again and again under other names."""
    copies = [
        rule.model_copy(update={"id": rule.id if turn == 0 else f"{rule.id}-again-{turn}"})
        for turn in range(-(-rules // len(law.rules)))
        for rule in law.rules
    ]
    return replace(law, rules=tuple(copies[:rules]))


def typed(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a verb as a user would; findings are no failure."""
    command = [sys.executable, "-m", "rulekit", *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode in {0, 1}, done.stderr
    return done


def processor_time() -> float:
    """Return the seconds that the processes started here have kept a processor busy: a busy machine adds none."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


WHOLE = (
    "audit", "decisions.parquet", "--ruleset", "law", "--truth", "fraud", "--teacher", "score",
    "--previous", "previous", "--by", "country", "--by", "merchant", "--by", "hour", "--out", "report.html",
)  # fmt: skip


def parts(folder: Path) -> dict[str, Callable[[], object]]:
    """Return the parts of an audit, each ready to be run alone."""
    from rulekit.induction.teachers.load import teacher
    from rulekit.reports.audit.api import audit
    from rulekit.reports.audit.inputs.align import align
    from rulekit.reports.audit.inputs.audit_input import AuditOptions, open_input
    from rulekit.reports.audit.inputs.law import recorded_ruleset
    from rulekit.reports.audit.page.render import render_html
    from rulekit.reports.audit.sections.disagreement import disagreement_of
    from rulekit.reports.audit.sections.drift import drift_of
    from rulekit.reports.audit.sections.previous import compare_previous
    from rulekit.reports.audit.sections.replay import replay_decisions
    from rulekit.reports.audit.sections.subgroups import subgroups_of
    from rulekit.reports.audit.sections.tables import overlap_rows
    from rulekit.reports.replay.recompute import hit_matrix
    from rulekit.reports.replay.record import read_record

    decisions = folder / "decisions.parquet"
    law = recorded_ruleset(decisions)
    options = AuditOptions(
        truth="fraud",
        teacher=teacher("score", law.schema),
        previous=read(folder / "previous").ruleset,
        by=("country", "merchant", "hour"),
    )
    record = read_record(decisions)
    audited = open_input(record, align(record, folder / "events.parquet"), options)
    hits = hit_matrix(audited.law, audited.decisions)
    whole = audit(decisions, events=folder / "events.parquet", truth="fraud")
    return {
        "reading the record": lambda: read_record(decisions),
        "replay": lambda: replay_decisions(audited, 1000, 0),
        "overlap": lambda: overlap_rows(hits, audited.known),
        "previous version": lambda: compare_previous(audited),
        "disagreement": lambda: disagreement_of(audited, hits),
        "subgroups": lambda: subgroups_of(audited),
        "drift": lambda: drift_of(audited, hits),
        "the page": lambda: render_html(whole),
    }


def main() -> None:
    """Prepare, time the verb, then its parts."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--rules", type=int, default=8)
    given = parser.parse_args()
    print(describe("rulekit-engine", "polars", "jinja2"))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        prepare(folder, given.events, given.rules)
        times, used = [], []
        for _ in range(3):
            start, before = time.perf_counter(), processor_time()
            said = typed(folder, *WHOLE)
            times.append(time.perf_counter() - start)
            used.append(processor_time() - before)
        size = (folder / "report.html").stat().st_size
        print(said.stdout)
        print(f"rulekit audit, {given.events:,} decisions, {given.rules} rules: best {min(times):.2f} s, "
              f"worst {max(times):.2f} s, processor time {min(used):.2f} s; page {size / 1e6:.3f} MB")  # fmt: skip
        for what, run in parts(folder).items():
            print(f"{what:<20} {best_of(2, run):6.2f} s")


if __name__ == "__main__":
    main()
