import json
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

import rulekit
from rulekit.errors import EventError
from rulekit.ir.notation.document import ruleset_to_json
from rulekit.ir.semantics import decide
from rulekit.runtime.decide_file import decide_file, manifest_path
from rulekit.store.lookup import load

EVENTS = pl.DataFrame(
    {
        "id": [f"t{i}" for i in range(6)],
        "amount": [60.0, 60.0, 6000.0, None, float("nan"), 50.0],
        "cards_per_device_1h": [5, 5, 0, 9, 9, 9],
        "country": ["DK", "NO", "XX", "DK", "DK", None],
        "device_age": [1.0, None, 1.0, 1.0, 1.0, float("nan")],
        "outcome": ["a label that the bank gave"] * 6,
    },
    schema_overrides={"amount": pl.Float32, "cards_per_device_1h": pl.Int32},
)
READ = {"parquet": pl.read_parquet, "csv": pl.read_csv, "arrow": pl.read_ipc}


@pytest.fixture
def events(tmp_path):
    EVENTS.write_parquet(tmp_path / "events.parquet")
    return str(tmp_path / "events.parquet")


@pytest.fixture(params=["python", "polars"])
def artifact(request, fraud):
    return rulekit.compile(fraud, request.param)


@pytest.mark.parametrize("suffix", list(READ))
def test_every_event_is_decided_in_order(artifact, fraud, events, tmp_path, suffix):
    out = tmp_path / f"decisions.{suffix}"
    summary = decide_file(artifact, events, out, id_column="id")
    decided = READ[suffix](out)
    assert decided.columns == ["id", "outcome", "rule", "hits", "ruleset"]
    wanted = [decide(fraud, event) for event in EVENTS.iter_rows(named=True)]
    assert decided["id"].to_list() == EVENTS["id"].to_list()
    assert decided["outcome"].cast(pl.String).to_list() == [decision.outcome for decision in wanted]
    assert decided["rule"].cast(pl.String).to_list() == [decision.rule for decision in wanted]
    hits = decided["hits"].to_list()
    found = [tuple((hit or "").split()) for hit in hits] if suffix == "csv" else [tuple(hit) for hit in hits]
    assert found == [decision.hits for decision in wanted]
    assert set(decided["ruleset"].cast(pl.String)) == {fraud.digest}
    assert summary.counts == {"review": 2, "block": 1, "approve": 1, "invalid": 2}


def test_events_without_an_id_are_numbered(artifact, events, tmp_path):
    decide_file(artifact, events, tmp_path / "d.parquet")
    assert pl.read_parquet(tmp_path / "d.parquet")["event"].to_list() == list(range(6))


def test_what_is_odd_is_a_finding_and_decided_all_the_same(artifact, tmp_path):
    odd = EVENTS.with_columns(amount=pl.Series([60000.0, 60, 60, 60, 60, -1], dtype=pl.Float32))
    odd.write_parquet(tmp_path / "odd.parquet")
    summary = decide_file(artifact, str(tmp_path / "odd.parquet"), tmp_path / "d.parquet")
    assert [(f.code, f.subject, f.count) for f in summary.findings] == [
        ("out-of-bounds", "amount", 2),
        ("unknown-category", "country", 1),
    ]
    assert summary.events == 6


def test_invalid_events_are_counted(artifact, events, tmp_path):
    summary = decide_file(artifact, events, tmp_path / "d.parquet")
    assert [(f.code, f.count) for f in summary.findings if f.code == "invalid-events"] == [
        ("invalid-events", 2)
    ]


def test_the_manifest_carries_the_law(artifact, fraud, events, tmp_path):
    out = tmp_path / "d.parquet"
    decide_file(artifact, events, out, id_column="id", command="rulekit decide ...")
    manifest = json.loads(manifest_path(out).read_text())
    assert load(json.dumps(manifest["ruleset"])) == fraud
    assert manifest["digest"] == fraud.digest
    assert (manifest["id"], manifest["id_in_events"], manifest["events"]) == ("id", True, events)
    assert sum(manifest["counts"].values()) == 6


def test_no_events(artifact, tmp_path):
    EVENTS.clear().write_parquet(tmp_path / "none.parquet")
    summary = decide_file(artifact, str(tmp_path / "none.parquet"), tmp_path / "d.parquet")
    assert summary.events == 0
    assert pl.read_parquet(tmp_path / "d.parquet").height == 0


def test_a_damaged_file_leaves_no_decisions_and_the_old_ones_stay(artifact, events, tmp_path):
    out = tmp_path / "d.csv"
    decide_file(artifact, events, out)
    before = out.read_text()
    bad = tmp_path / "bad.csv"
    bad.write_text("amount,cards_per_device_1h,country,device_age\n1.0,2,SE,3\nnot a number,2,SE,3\n")
    with pytest.raises(EventError, match="can't be read"):
        decide_file(artifact, str(bad), out)
    assert out.read_text() == before
    assert not [path for path in tmp_path.iterdir() if "draft" in path.name]


@pytest.mark.parametrize(
    ("out", "id_column", "message"),
    [
        ("d.xlsx", None, "unknown kind"),
        ("d.parquet", "nope", "no column 'nope'"),
        ("d.parquet", "outcome", "can't be called"),
    ],
)
def test_bad_usage(artifact, events, tmp_path, out, id_column, message):
    with pytest.raises(EventError, match=message):
        decide_file(artifact, events, tmp_path / out, id_column=id_column)


_PEAK = """
import sys, rulekit
from pathlib import Path
from rulekit.runtime.decide_file import decide_file
law, events, out = sys.argv[1:]
decide_file(rulekit.compile(rulekit.load(law)), events, Path(out))
status = Path("/proc/self/status").read_text().splitlines()
print(next(line.split()[1] for line in status if line.startswith("VmHWM")))
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="peak memory is read from Linux's /proc")
def test_memory_stays_bounded(tmp_path, fraud):
    """Forty times the events take nowhere near the memory that their decisions alone would take as a frame."""
    law = tmp_path / "law.json"
    law.write_text(ruleset_to_json(fraud))
    peaks = []
    for copies in (20_000, 800_000):
        big = tmp_path / f"{copies}.parquet"
        pl.concat([EVENTS.drop("outcome")] * copies).write_parquet(big, row_group_size=50_000)
        done = subprocess.run([sys.executable, "-c", _PEAK, str(law), str(big), str(tmp_path / "d.parquet")],
                              capture_output=True, text=True, check=True)  # fmt: skip
        peaks.append(int(done.stdout) / 1024)
    columns_in_memory = 800_000 * 6 * (4 + 4 + 16 + 8 + 16) / 2**20
    assert peaks[1] - peaks[0] < columns_in_memory


def test_a_summary_shows_itself(artifact, events, tmp_path):
    out = tmp_path / "d.parquet"
    summary = decide_file(artifact, events, out)
    assert repr(summary) == (
        f"<DecideSummary of 6 events: 2 review, 1 block, 1 approve, 2 invalid; 2 findings; {out}>"
    )
    document = json.loads(summary.to_json())
    assert document == summary.to_document()
    assert document["counts"] == {"review": 2, "block": 1, "approve": 1, "invalid": 2}
    assert [finding["code"] for finding in document["findings"]] == ["invalid-events", "unknown-category"]
    assert "log" not in document
    page = summary._repr_html_()
    assert page.startswith("<div")
    assert page.count("<tr") == 1 + len(summary.counts)
    assert "33.333 %" in page
    assert "unknown-category" in page


def test_a_summary_of_no_events_shows_itself(artifact, tmp_path):
    EVENTS.clear().write_parquet(tmp_path / "none.parquet")
    summary = decide_file(artifact, str(tmp_path / "none.parquet"), tmp_path / "d.parquet")
    assert "0 events" in repr(summary)
    assert "findings" not in repr(summary)
    assert "0.000 %" in summary._repr_html_()


def test_a_path_can_never_become_markup(artifact, events, tmp_path):
    folder = tmp_path / "<b>"
    summary = decide_file(artifact, events, folder / "d.parquet")
    assert "<b>" not in summary._repr_html_()
    assert "&lt;b&gt;" in summary._repr_html_()


def test_the_manifest_and_the_summary_agree(artifact, events, tmp_path):
    out = tmp_path / "d.csv"
    summary = decide_file(artifact, events, out)
    manifest = json.loads(manifest_path(out).read_text())
    assert manifest["counts"] == summary.counts
    assert manifest["findings"] == [finding.model_dump(mode="json") for finding in summary.findings]
