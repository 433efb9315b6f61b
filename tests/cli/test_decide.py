"""``rulekit decide`` as a user types it."""

import json

import polars as pl
import pytest
from payments import PAYMENTS


@pytest.fixture
def run(typed, law_and_events):
    """Run a command line in a folder with a law and events."""
    return typed


def test_decide_prints_a_table_and_writes_decisions(run, tmp_path):
    code, out, _ = run("decide law.yaml events.parquet --out d.parquet")
    assert code == 0
    assert out.splitlines()[0].split() == ["outcome", "events", "share"]
    assert pl.read_parquet(tmp_path / "d.parquet")["outcome"].to_list() == ["review", "approve"]
    assert max(map(len, out.splitlines())) <= 80
    assert (
        json.loads((tmp_path / "d.parquet.json").read_text())["command"]
        == "rulekit decide law.yaml events.parquet --out d.parquet"
    )


def test_decide_leaves_with_1_when_the_events_are_odd(run, tmp_path):
    PAYMENTS.with_columns(country=pl.lit("XX")).write_parquet("odd.parquet")
    code, out, _ = run("decide law.yaml odd.parquet --out d.csv --json")
    assert (code, json.loads(out)["findings"][0]["code"]) == (1, "unknown-category")
    assert (tmp_path / "d.csv").exists()


def test_extra_columns_are_welcome(run):
    PAYMENTS.with_columns(note=pl.lit("x")).write_parquet("events.parquet")
    assert run("decide law.yaml events.parquet --out d.parquet")[0] == 0


def test_null_and_nan_are_missing(run, tmp_path):
    PAYMENTS.with_columns(amount=pl.Series([None, float("nan")], dtype=pl.Float32)).write_parquet(
        "events.parquet"
    )
    code, out, _ = run("decide law.yaml events.parquet --out d.parquet")
    assert (code, "2 events lack a required feature" in out) == (1, True)
    assert pl.read_parquet(tmp_path / "d.parquet")["outcome"].to_list() == ["invalid", "invalid"]


BAD_EVENTS = {
    "absent": (lambda path: path.unlink(), "there is no such file of events"),
    "empty": (lambda path: path.write_bytes(b""), "the file of events is empty"),
    "cut": (lambda path: path.write_bytes(path.read_bytes()[:-50]), "can't be read"),
    "missing column": (
        lambda path: PAYMENTS.drop("amount").write_parquet(path),
        "no column for feature amount",
    ),
    "wrong dtype": (
        lambda path: PAYMENTS.with_columns(pl.col("amount").cast(pl.String)).write_parquet(path),
        "column amount has another dtype",
    ),
    "wide float": (
        lambda path: PAYMENTS.with_columns(pl.col("amount").cast(pl.Float64)).write_parquet(path),
        "--cast",
    ),
}


@pytest.mark.parametrize("what", list(BAD_EVENTS))
def test_bad_events_are_one_clear_error(run, tmp_path, what):
    spoil, message = BAD_EVENTS[what]
    spoil(tmp_path / "events.parquet")
    code, out, err = run("decide law.yaml events.parquet --out d.parquet")
    assert (code, out) == (2, "")
    assert message in err
    assert not list(tmp_path.glob("*d.parquet*"))


def test_a_fault_of_the_system_is_a_message_too(run, tmp_path):
    (tmp_path / "build").write_text("a file where a folder should be")
    code, _, err = run("decide law.yaml events.parquet --out build/d.parquet")
    assert (code, err.startswith("error: ")) == (2, True)
