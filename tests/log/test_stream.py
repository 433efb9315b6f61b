"""Deciding a file of events with a log: the same decisions, each in the log first, in bounded memory."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest
from logs import event_ids, events

import rulekit
from rulekit.errors import EventError, LogError
from rulekit.ir.notation.document import ruleset_to_json
from rulekit.log.options import LogOptions
from rulekit.log.read.records import read_batches
from rulekit.log.read.verify import verify_log
from rulekit.log.write.writer import open_log
from rulekit.runtime.decide_file import decide_file, manifest_path

COUNT = 1000


@pytest.fixture
def artifact(fraud):
    return rulekit.compile(fraud, "polars")


@pytest.fixture
def source(tmp_path, monkeypatch):
    monkeypatch.setattr("rulekit.log.stream.BATCH", 128)
    events(COUNT).with_columns(outcome=pl.lit("a label")).write_parquet(tmp_path / "events.parquet")
    return str(tmp_path / "events.parquet")


@pytest.mark.parametrize("id_column", ["id", None])
def test_the_decisions_are_those_without_a_log(artifact, source, where, tmp_path, id_column):
    decide_file(artifact, source, tmp_path / "plain.parquet", id_column=id_column)
    with open_log(where) as log:
        summary = decide_file(artifact, source, tmp_path / "logged.parquet", id_column=id_column, log=log)
    plain, logged = (pl.read_parquet(tmp_path / f"{name}.parquet") for name in ("plain", "logged"))
    assert logged.equals(plain)
    assert logged.schema == plain.schema
    read = pl.concat(read_batches(where))
    assert read["seq"].to_list() == list(range(COUNT))
    assert read["event"].to_list() == plain[id_column or "event"].cast(pl.String).to_list()
    for column in ("outcome", "rule"):
        assert read[column].equals(plain[column].cast(pl.String))
    assert read["hits"].to_list() == plain["hits"].to_list()
    assert summary.log.kept == summary.counts
    told = json.loads(manifest_path(tmp_path / "logged.parquet").read_text())["log"]
    assert (told["log"], told["kept"]) == (verify_log(where).log, summary.counts)
    assert "log" not in json.loads(manifest_path(tmp_path / "plain.parquet").read_text())


def test_a_run_tells_what_it_left_in_the_log(artifact, source, where, tmp_path):
    with open_log(where, LogOptions(sample={"approve": 50}, masked=("country",))) as log:
        summary = decide_file(artifact, source, tmp_path / "d.parquet", id_column="id", log=log)
    found = verify_log(where)
    assert (summary.log.kept, summary.log.sampled, summary.log.lost) == (found.kept, found.sampled, {})
    assert summary.log.notes == ("the decisions can't be replayed: the log withholds country",)


@pytest.mark.parametrize("policy", ["closed", "open"])
def test_a_log_that_fails_follows_its_policy(artifact, source, tmp_path, policy):
    where = tmp_path / "log.sqlite"
    log = open_log(where, LogOptions(on_failure=policy))
    log._store._connection.execute("PRAGMA max_page_count = 40")
    if policy == "closed":
        with pytest.raises(LogError, match="full"):
            decide_file(artifact, source, tmp_path / "d.parquet", id_column="id", log=log)
        assert not (tmp_path / "d.parquet").exists()
    else:
        summary = decide_file(artifact, source, tmp_path / "d.parquet", id_column="id", log=log)
        lost = sum(summary.log.lost.values())
        assert pl.read_parquet(tmp_path / "d.parquet").height == COUNT
        assert lost + sum(summary.log.kept.values()) == COUNT
        assert [(f.code, f.count) for f in summary.findings if f.code == "log-lost"] == [("log-lost", lost)]
        assert lost > 0
    log._store._connection.execute("PRAGMA max_page_count = 100000")
    log.close()
    verified = verify_log(where)
    assert sum(verified.kept.values()) == len(event_ids(str(where))) < COUNT


def test_events_that_can_not_be_read_leave_no_decisions(artifact, tmp_path):
    bad = tmp_path / "bad.csv"
    bad.write_text("amount,cards_per_device_1h,country,device_age\n1.0,2,SE,3\nnot a number,2,SE,3\n")
    with open_log(tmp_path / "log.sqlite") as log, pytest.raises(EventError, match="can't be read"):
        decide_file(artifact, str(bad), tmp_path / "d.csv", log=log)
    assert not (tmp_path / "d.csv").exists()


_PEAK = """
import sys, rulekit
from pathlib import Path
from rulekit.runtime.decide_file import decide_file
from rulekit.log.write.writer import open_log
law, events, out, where = sys.argv[1:]
with open_log(where) as log:
    decide_file(rulekit.compile(rulekit.load(law), "polars"), events, Path(out), log=log)
status = Path("/proc/self/status").read_text().splitlines()
print(next(line.split()[1] for line in status if line.startswith("VmHWM")))
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="peak memory is read from Linux's /proc")
def test_memory_stays_bounded(tmp_path, fraud):
    """Ten times the events take nowhere near the memory that the texts of their records would take."""
    law = tmp_path / "law.json"
    law.write_text(ruleset_to_json(fraud))
    peaks = []
    for count in (40_000, 400_000):
        big = tmp_path / f"{count}.parquet"
        pl.concat([events(4).drop("id")] * (count // 4)).write_parquet(big, row_group_size=20_000)
        command = [
            sys.executable,
            "-c",
            _PEAK,
            str(law),
            str(big),
            str(tmp_path / "d.parquet"),
            str(tmp_path / "log.sqlite"),
        ]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        peaks.append(int(done.stdout) / 1024)
    assert peaks[1] - peaks[0] < 400_000 * 400 / 2**20
