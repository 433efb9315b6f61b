"""``rulekit diff`` as it is typed."""

import json

import polars as pl
import pytest
from fixtures import FRAUD
from lawfolders import amend, make_law

from rulekit.store.acts.enact import enact

NEW = FRAUD.replace("amount > 5000", "amount > 4000").replace("version: 1.2.0", "version: 1.3.0", 1)
EVENTS = pl.DataFrame(
    {
        "amount": [4500.0, 12.5, 6000.0],
        "cards_per_device_1h": [0, 0, 1],
        "country": ["DK", "SE", "FI"],
        "device_age": [1.0, 400.0, 2.0],
        "fraud": [True, False, True],
        "payment": ["p1", "p2", "p3"],
    },
    schema_overrides={"amount": pl.Float32, "cards_per_device_1h": pl.Int32},
)


@pytest.fixture
def run(monkeypatch, typed, tmp_path):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "old.yaml").write_text(FRAUD)
    (tmp_path / "new.yaml").write_text(NEW)
    EVENTS.write_parquet("events.parquet")
    return typed


def test_decisions_that_change(run):
    code, out, _ = run("diff old.yaml new.yaml")
    assert code == 1
    assert out.splitlines()[:3] == [
        "fraud.card_present: 1.2.0 to 1.3.0",
        "Decisions change for 1 region, and for no other event: proved.",
        "version  At least 1.3.0, a MINOR change: decisions change. 1.3.0 is enough.",
    ]
    assert "approve became block (by no rule then, by large-abroad now)" in out


def test_no_decision_that_changes(run, tmp_path):
    assert run("diff old.yaml old.yaml")[0] == 0
    (tmp_path / "same.yaml").write_text(FRAUD.replace(">= 4", "> 3"))
    code, out, _ = run("diff old.yaml same.yaml")
    assert code == 1
    assert "No decision changes: proved for every event." in out
    assert "1.2.0 is too low." in out
    (tmp_path / "same.yaml").write_text(FRAUD.replace(">= 4", "> 3").replace("1.2.0", "1.3.0", 1))
    assert run("diff old.yaml same.yaml")[0] == 0


def test_reference_events(run, tmp_path):
    code, out, _ = run("diff old.yaml new.yaml --events events.parquet --truth fraud --id payment --out d.md")
    assert code == 1
    assert "  newly selected  1, 33 % (6 to 79) of all" in out
    assert "p1 (signal): approve; now block, by large-abroad" in out
    assert out.splitlines()[-1] == "report: d.md"
    assert (tmp_path / "d.md").read_text().startswith("## fraud.card\\_present: 1.2.0 to 1.3.0")


def test_the_answer_as_json(run):
    code, out, _ = run("diff old.yaml new.yaml --events events.parquet --json --accept block --out d.html")
    assert code == 1
    found = json.loads(out)
    assert found["old"]["source"] == "old.yaml"
    assert (found["verdict"], found["complete"], found["bump"]["least"]) == ("changed", True, "minor")
    assert found["reference"]["gained"]["count"] == 1
    assert found["regions"][0]["where"][0]["when"] == ["4000 < amount <= 5000", "country not in {SE}"]


def test_enacted_versions(run, tmp_path):
    folder = make_law(tmp_path / "law")
    enact(folder)
    amend(folder)
    code, out, _ = run("diff law@1.2.0 law")
    assert (code, out.splitlines()[0]) == (1, "fraud.card_present: 1.2.0 to 1.3.0")
    code, _, err = run("diff law@7.0.0 law")
    assert code == 2
    assert "this version was never enacted" in err


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("diff nowhere.yaml new.yaml", "there is no such file"),
        ("diff old.yaml new.yaml --truth fraud", "there are no reference events"),
        ("diff old.yaml new.yaml --events gone.parquet", "there is no such file of events"),
        ("diff old.yaml new.yaml --events events.parquet --truth frau", "is it the column 'fraud'?"),
        ("diff old.yaml new.yaml --events events.parquet --accept ok", "no such outcome to accept"),
        ("diff old.yaml new.yaml --out d.pdf", ".html, .md or .json"),
        ("diff old.yaml", "Missing argument 'NEW'"),
    ],
)
def test_bad_input(run, line, message):
    code, out, err = run(line)
    assert (code, out) == (2, "")
    assert message in err
