"""Counting rides on the events that are decided: each is read once, and counted once."""

from collections import Counter

import polars as pl
import pytest
from polars.io.plugins import register_io_source

import rulekit
from rulekit.errors import EventError
from rulekit.ir.semantics import decide
from rulekit.runtime import decide_file as module
from rulekit.runtime.counts import EventCounts
from rulekit.runtime.decide_file import decide_file

BATCHES = 7
SCHEMA = {
    "amount": pl.Float32(),
    "cards_per_device_1h": pl.Int32(),
    "country": pl.String(),
    "device_age": pl.Float64(),
}
PART = pl.DataFrame(
    {
        "amount": [60.0, 9000.0, 60000.0, None, float("nan"), -1.0, 50.0],
        "cards_per_device_1h": [5, 0, 2000, 9, 1, 4, None],
        "country": ["DK", "XX", "SE", "FI", None, "YY", "NO"],
        "device_age": [1.0, None, float("inf"), 3.0, float("nan"), 0.0, 2.0],
    },
    schema=SCHEMA,
)
"""Bounds are 0 to 50,000 for amounts and 0 to 1,000 for cards; the countries are SE, NO, DK and FI."""

ODD = {"amount": 2, "cards_per_device_1h": 1, "country": 2}
"""Values of the part that lie out of bounds or are no known category, counted by hand."""


class Source:
    """Events that come in batches, and count how often they are read."""

    def __init__(self):
        self.reads, self.columns = 0, []

    def frame(self):
        def batches(columns, predicate, rows, size):
            self.reads += 1
            self.columns.append(columns)
            for _ in range(BATCHES):
                yield PART if columns is None else PART.select(columns)

        return register_io_source(batches, schema=pl.Schema(SCHEMA))


@pytest.fixture
def source(monkeypatch):
    """Events of a file that can be read only by asking this source."""
    found = Source()
    monkeypatch.setattr(module, "scan", lambda *_: found.frame())
    return found


@pytest.mark.parametrize("target", ["python", "polars", "kernel"])
@pytest.mark.parametrize("suffix", ["parquet", "csv"])
def test_a_file_is_read_once_and_nothing_is_read_back(source, fraud, tmp_path, monkeypatch, target, suffix):
    read = []
    artifact = rulekit.compile(fraud, target)
    for name in ("scan_parquet", "scan_csv", "scan_ipc", "read_parquet", "read_csv"):
        monkeypatch.setattr(pl, name, lambda *_, name=name: read.append(name))
    monkeypatch.setattr(pl.LazyFrame, "collect", lambda *_, **__: read.append("collect"))
    summary = decide_file(artifact, "events", tmp_path / f"d.{suffix}")
    assert (source.reads, read) == (1, [])
    assert summary.events == BATCHES * PART.height


@pytest.mark.parametrize("target", ["python", "polars", "kernel"])
def test_every_batch_is_counted_once(source, fraud, tmp_path, target):
    summary = decide_file(rulekit.compile(fraud, target), "events", tmp_path / "d.parquet")
    meant = Counter(decide(fraud, event).outcome for event in PART.to_dicts())
    assert summary.counts == {name: BATCHES * meant[name] for name in fraud.outcomes}
    found = {finding.subject: finding.count for finding in summary.findings}
    assert found == {"invalid": BATCHES * meant["invalid"], **{n: BATCHES * c for n, c in ODD.items()}}
    assert pl.read_parquet(tmp_path / "d.parquet").height == BATCHES * PART.height


def test_only_what_rules_read_is_counted_and_asked_for(source, fraud, tmp_path):
    rule = rulekit.Rule(id="r", when=["amount > 50"], then="review")
    ruleset = rulekit.Ruleset(name="x", version="1.0.0", schema=fraud.schema, hit_policy="first",
                              otherwise="approve", rules=(rule,))  # fmt: skip
    summary = decide_file(rulekit.compile(ruleset, "polars"), "events", tmp_path / "d.parquet")
    read = {feature.name for feature in ruleset.read}
    assert set(source.columns[0]) == read
    assert {finding.subject for finding in summary.findings} - {"invalid"} == read & set(ODD)


def counts_of(ruleset, frame, *, cast=False):
    """Count a frame that is decided whole."""
    counts = EventCounts(ruleset, frame.lazy(), cast=cast)
    runner = rulekit.compile(ruleset, "polars").load()
    decided = counts.counted(runner.batch(frame.lazy(), cast=cast)).collect()
    return counts, decided


def test_the_events_pass_unchanged_whatever_is_selected_after(fraud):
    counts, decided = counts_of(fraud, PART)
    wanted = rulekit.compile(fraud, "polars").load().batch(PART)
    assert decided.equals(wanted)
    lazily = EventCounts(fraud, PART.lazy(), cast=False)
    runner = rulekit.compile(fraud, "polars").load()
    outcome = lazily.counted(runner.batch(PART.lazy())).select("outcome").collect()
    assert outcome["outcome"].equals(wanted["outcome"])
    assert lazily.outcomes == counts.outcomes
    assert lazily.findings() == counts.findings()


def test_a_slice_after_it_leaves_the_counts_alone(fraud):
    counts = EventCounts(fraud, PART.lazy(), cast=False)
    runner = rulekit.compile(fraud, "polars").load()
    shown = counts.counted(runner.batch(PART.lazy())).filter(pl.col("outcome") == "block").head(1).collect()
    assert shown.height == 1
    assert sum(counts.outcomes.values()) == PART.height


def test_nothing_is_counted_before_it_is_read(fraud):
    counts = EventCounts(fraud, PART.lazy(), cast=False)
    assert counts.outcomes == dict.fromkeys(fraud.outcomes, 0)
    assert counts.findings() == []


def test_no_events_are_no_findings(fraud):
    counts, decided = counts_of(fraud, PART.clear())
    assert (decided.height, counts.findings(), sum(counts.outcomes.values())) == (0, [], 0)


def test_values_are_counted_as_they_are_decided_after_rounding(fraud):
    """50,000.001 is 50,000 as a float32: within the bounds."""
    wide = PART.with_columns(amount=pl.Series([50000.001, 50001.0, 0, 0, 0, 0, 0], dtype=pl.Float64))
    with pytest.raises(EventError, match="another dtype"):
        EventCounts(fraud, wide.lazy(), cast=False)
    counts, _ = counts_of(fraud, wide, cast=True)
    assert [one.count for one in counts.findings() if one.subject == "amount"] == [1]


def test_outcomes_under_score_are_counted_by_name(fraud):
    ruleset = rulekit.Ruleset(
        name="x", version="1.0.0", schema=fraud.schema, hit_policy="score", otherwise="approve",
        thresholds={"review": 2, "block": 5},
        rules=(
            rulekit.Rule(id="a", when=["amount > 50"], points=2),
            rulekit.Rule(id="b", when=["cards_per_device_1h >= 5"], points=3),
        ),
    )  # fmt: skip
    counts, _ = counts_of(ruleset, PART)
    meant = Counter(decide(ruleset, event).outcome for event in PART.to_dicts())
    assert counts.outcomes == {name: meant[name] for name in ruleset.outcomes}
    assert len(set(meant)) > 2
