"""Timing targets: what is compared, what is timed, and how the result is shown."""

import json

import polars as pl
import pytest
from fixtures import FRAUD

import rulekit
from rulekit.errors import EventError, RulekitError
from rulekit.findings import Finding
from rulekit.runtime import bench as library

EVENTS = pl.DataFrame(
    {
        "amount": [60.0, 12.5, 6000.0, None] * 600,
        "cards_per_device_1h": [5, 0, 2, None] * 600,
        "country": ["DK", "SE", "XX", None] * 600,
        "device_age": [1.0, 400.0, float("nan"), None] * 600,
    },
    schema_overrides={"amount": pl.Float32, "cards_per_device_1h": pl.Int32},
)


def test_bench_samples_for_targets_that_take_long(fraud, monkeypatch):
    monkeypatch.setattr(library, "PATIENCE", 1e-9)
    report = library.bench(fraud, EVENTS, ["python", "polars"])
    assert set(report.checked.values()) == {800}
    assert report.replayed == 400


def test_bench_of_no_events_and_of_rules_that_read_nothing(fraud, monkeypatch):
    monkeypatch.setattr(library, "PATIENCE", 0.05)
    with pytest.raises(EventError, match="no events"):
        library.bench(fraud, EVENTS[:0], ["python"])
    nothing = FRAUD.split("rules:")[0].replace(", required: true", "") + "rules: []\n"
    report = library.bench(rulekit.load(nothing), EVENTS, ["python", "polars"])
    assert [timing.target for timing in report.timings] == ["python", "polars"]
    with pytest.raises(RulekitError, match="unknown target"):
        library.bench(fraud, EVENTS, ["polaris"])


def timing(target, speed, ratio):
    return library.Timing(
        target=target, median_us=1.25, p99_us=9.0, events=100, events_per_second=speed, ratio=ratio
    )


def result(**changes):
    made = {
        "machine": "a processor, 2 cores",
        "versions": {"polars": "2"},
        "events": 1200,
        "checked": {"slow": 1200, "fast": 1200},
        "replayed": 500,
        "timings": (timing("slow", 2e6, 4.0), timing("fast", 8e6, 1.0)),
        "left_out": {},
        "findings": (),
    }
    return library.BenchResult(**(made | changes))


ODD = Finding(code="mismatch", subject="slow and fast", message="event {}: they differ", count=3)


def test_the_fastest_comes_first():
    assert [each.target for each in result().fastest_first] == ["fast", "slow"]
    assert repr(result()) == "<BenchResult on 1,200 events: fast 8 M events/s, slow 2 M events/s>"
    assert timing("fast", 8e6, 1.0).cells() == ("fast", "1.2", "9.0", "8.000", "1.0")
    assert len(timing("fast", 8e6, 1.0).cells()) == len(library.TIMING_HEAD)


def test_a_result_as_json_is_its_document():
    document = json.loads(result().to_json())
    assert document == result().to_document()
    assert [each["target"] for each in document["timings"]] == ["slow", "fast"]
    assert document["checked"] == {"slow": 1200, "fast": 1200}


def test_a_result_as_html():
    page = result(left_out={"away": "a library is not installed"})._repr_html_()
    assert page.index("fast") < page.index("slow")
    assert page.count("<tr") == 3
    assert "away was not run: a library is not installed" in page
    odd = result(timings=(), findings=(ODD,))._repr_html_()
    assert "they differ; nothing was timed" in odd
    assert "<table" not in odd


def test_findings_are_what_a_result_says():
    odd = result(timings=(), findings=(ODD,))
    assert "mismatch: slow and fast" in repr(odd)
    assert "M events/s" not in repr(odd)


@pytest.mark.parametrize("way", ["ruleset", "text", "file", "folder"])
def test_a_law_is_named_in_any_way(fraud, tmp_path, monkeypatch, way):
    monkeypatch.setattr(library, "PATIENCE", 1e-9)
    (tmp_path / "ruleset.yaml").write_text(FRAUD)
    named = {"ruleset": fraud, "text": FRAUD, "file": tmp_path / "ruleset.yaml", "folder": str(tmp_path)}[way]
    report = library.bench(named, EVENTS, ["python"])
    assert [each.target for each in report.timings] == ["python"]
    assert report.timings[0].ratio == 1.0


def test_samples_are_evenly_spread():
    frame = pl.DataFrame({"n": range(10)})
    assert library._sample(frame, 10).equals(frame)
    assert library._sample(frame, 100).equals(frame)
    assert library._sample(frame, 5)["n"].to_list() == [0, 2, 4, 6, 8]
    assert library._sample(frame, 4)["n"].to_list() == [0, 3, 6, 9]
    assert library._sample(frame, 1)["n"].to_list() == [0]


def test_the_first_difference_is_shown_and_all_are_counted(fraud):
    whole = rulekit.compile(fraud, "polars").load().batch(EVENTS[:8]).select("outcome", "rule")
    wrong = whole.with_columns(outcome=pl.lit("block").cast(whole["outcome"].dtype))
    (found,) = library._differing(("one", whole), ("other", wrong), EVENTS[:8], fraud)
    unequal = [row for row in whole["outcome"].to_list() if row != "block"]
    assert (found.code, found.subject, found.count) == ("mismatch", "one and other", len(unequal))
    assert "one decides {'outcome': 'review'" in found.message
    assert "but other decides {'outcome': 'block'" in found.message
    assert library._differing(("one", whole), ("other", whole.clone()), EVENTS[:8], fraud) == []


def test_the_machine_is_one_line():
    line = library.machine()
    assert "\n" not in line
    assert "cores, Python 3." in line
