"""``rulekit bench`` as a user types it."""

import dataclasses
import json
from pathlib import Path

import polars as pl
import pytest
from fixtures import FRAUD

import rulekit
from rulekit.errors import MissingExtraError
from rulekit.ir.ruleset import HitPolicy
from rulekit.runtime import bench as library
from rulekit.targets import targets
from rulekit.targets.base import Capabilities

EVENTS = pl.DataFrame(
    {
        "amount": [60.0, 12.5, 6000.0, None] * 600,
        "cards_per_device_1h": [5, 0, 2, None] * 600,
        "country": ["DK", "SE", "XX", None] * 600,
        "device_age": [1.0, 400.0, float("nan"), None] * 600,
    },
    schema_overrides={"amount": pl.Float32, "cards_per_device_1h": pl.Int32},
)


BOTH = "--target python --target polars"


@pytest.fixture
def run(monkeypatch, typed, tmp_path):
    """Run a command line in a folder with a law and events; nothing is timed for long."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(library, "PATIENCE", 0.05)
    (tmp_path / "law.yaml").write_text(FRAUD)
    EVENTS.write_parquet("events.parquet")
    return typed


class Liar:
    """A runner that decides as polars does, but for the outcome of large amounts."""

    def __init__(self, artifact):
        self.artifact = artifact
        self._honest = rulekit.compile(artifact.ruleset, "polars").load()

    def one(self, event, *, hits=False):
        return self._honest.one(event, hits=hits)

    def batch(self, frame, *, hits=False, cast=False):
        decided = self._honest.batch(frame, hits=hits, cast=cast)
        wrong = pl.when(pl.col("amount") > 5000).then(pl.lit("approve")).otherwise(pl.col("outcome"))
        return decided.with_columns(outcome=wrong.cast(decided["outcome"].dtype))


@pytest.fixture
def added():
    """Return a function that adds a target like ``polars``, changed, for the time of the test."""
    names = []

    def add(name, **changes):
        targets.add(name, dataclasses.replace(targets.get("polars"), name=name, **changes))
        names.append(name)

    yield add
    for name in names:
        targets.remove(name)


def test_bench_checks_and_then_times(run):
    code, out, err = run(f"bench law.yaml events.parquet {BOTH}")
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert "Python 3." in out
    assert "rulekit-engine" in out
    assert "2,400 events" in " ".join(out.split())
    head = next(number for number, line in enumerate(lines) if line.startswith("target"))
    rows = {line.split()[0]: line.split()[1:] for line in lines[head + 2 : head + 4]}
    assert set(rows) == {"python", "polars"}
    assert min(float(row[-1]) for row in rows.values()) == 1.0
    assert max(map(len, lines)) <= 80


def test_bench_as_json(run):
    code, out, _ = run(f"bench law.yaml events.parquet {BOTH} --json")
    report = json.loads(out)
    assert code == 0
    assert report["events"] == 2400
    assert set(report["checked"]) == {"python", "polars"}
    assert max(report["checked"].values()) <= 2400
    assert 0 < report["replayed"] <= 500
    assert (report["findings"], report["left_out"]) == ([], {})
    for timing in report["timings"]:
        assert 0 < timing["median_us"] <= timing["p99_us"]
        assert timing["events_per_second"] > 0
    assert min(timing["ratio"] for timing in report["timings"]) == 1.0


def test_bench_refuses_to_time_targets_that_differ(run, added):
    added("liar", load=Liar)
    code, out, _ = run("bench law.yaml events.parquet --target polars --target liar --json")
    report = json.loads(out)
    assert (code, report["timings"]) == (1, [])
    (finding,) = [each for each in report["findings"] if "semantics" not in each["subject"]]
    assert finding["code"] == "mismatch"
    assert {"polars", "liar"} == set(finding["subject"].split(" and "))
    assert "'amount': 6000.0" in finding["message"]
    assert "'block'" in finding["message"]
    assert "'approve'" in finding["message"]
    code, out, _ = run("bench law.yaml events.parquet --target polars --target liar")
    assert (code, "nothing was timed" in out, "times as long" in out) == (1, True, False)


def test_bench_asks_the_semantics_when_all_targets_agree(run, added):
    added("liar", load=Liar)
    code, out, _ = run("bench law.yaml events.parquet --target liar --json")
    (finding,) = json.loads(out)["findings"]
    assert (code, finding["subject"]) == (1, "semantics and liar")


def test_bench_lists_what_it_could_not_run(run, added):
    added("away", absent=lambda: MissingExtraError("a library", "room"))
    added("narrow", capabilities=Capabilities(hit_policies=frozenset({HitPolicy.ANY})))
    code, out, _ = run("bench law.yaml events.parquet --target polars --target away --target narrow --json")
    left_out = json.loads(out)["left_out"]
    assert code == 0
    assert left_out["away"] == "a library is not installed; pip install 'rulekit-engine[room]'"
    assert "hit policy first" in left_out["narrow"]
    code, _, err = run("bench law.yaml events.parquet --target away")
    assert (code, "a library is not installed" in err) == (2, True)


BAD = {
    "no such law": ("bench absent.yaml events.parquet", "absent.yaml"),
    "no such events": ("bench law.yaml absent.parquet", "there is no such file of events"),
    "another dtype": ("bench law.yaml odd.parquet", "column amount has another dtype"),
    "no column": ("bench law.yaml short.parquet", "no column for feature"),
    "no such target": ("bench law.yaml events.parquet --target polrs", "did you mean 'polars'"),
    "an option that is none": ("bench law.yaml events.parquet --speed", "No such option"),
    "damaged events": ("bench law.yaml damaged.parquet", "can't be read"),
}


@pytest.mark.parametrize("line", BAD, ids=str)
def test_bad_input_is_one_message_and_exit_code_2(run, line):
    EVENTS.with_columns(pl.col("amount").cast(pl.String)).write_parquet("odd.parquet")
    EVENTS.drop("country").write_parquet("short.parquet")
    Path("damaged.parquet").write_bytes(Path("events.parquet").read_bytes()[:500])
    command, message = BAD[line]
    code, out, err = run(f"{command} --target python")
    assert (code, out) == (2, "")
    assert message in err
