"""``rulekit audit`` as typed: gates, the previous version, subgroups, drift, and what bad input gives."""

import json
import shutil

import polars as pl
import pytest
from lawfolders import make_law

from rulekit.store.acts.enact import enact


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder with a law, an earlier version of it, and decided events."""
    folder = tmp_path_factory.mktemp("audited")
    make_law(folder / "law")
    earlier = make_law(folder / "earlier")
    text = (earlier / "ruleset.yaml").read_text()
    (earlier / "ruleset.yaml").write_text(
        text.replace("1.2.0", "1.1.0").replace("amount > 50", "amount > 90")
    )
    rate = {"value": 0.3, "low": 0.29, "high": 0.31, "part": 3000, "whole": 10000}
    evidence = {"parameters": {"budget": {"alert_rate": 0.9, "rules": 2}}, "measures": {"rate": rate}}
    (folder / "law" / "evidence").mkdir()
    (folder / "law" / "evidence" / "1.2.0.json").write_text(json.dumps(evidence))
    events = pl.DataFrame(
        {
            "id": range(2000),
            "amount": pl.Series([(n * 37) % 190 for n in range(2000)], dtype=pl.Float32),
            "cards_per_device_1h": pl.Series([n % 7 for n in range(2000)], dtype=pl.Int32),
            "country": [("SE", "NO", "DK", "FI")[n % 4] for n in range(2000)],
            "device_age": [float(n % 50) for n in range(2000)],
            "bad": [n % 7 > 4 for n in range(2000)],
            "score": [(n % 7) / 7 for n in range(2000)],
            "day": [n // 100 for n in range(2000)],
        }
    )
    events.write_parquet(folder / "events.parquet")
    return folder


@pytest.fixture
def run(monkeypatch, typed, place):
    """Run a command line in the folder, after the events were decided."""
    monkeypatch.chdir(place)
    if not (place / "decisions.parquet").exists():
        assert typed("decide law events.parquet --id id --out decisions.parquet")[0] == 0
    return typed


WHOLE = (
    "audit decisions.parquet --ruleset law --truth bad --teacher score --previous earlier --by country "
    "--by day --time day --reference events.parquet --out report.html"
)


def test_gates_that_are_met_and_not_met(run):
    code, out, err = run(f"{WHOLE} --expect purity>=0.2 --expect efficiency<=0.1")
    assert (code, err) == (1, "")
    lines = out.splitlines()
    assert max(map(len, lines)) <= 80
    assert lines[3] == "gates: 5 met, 2 not met"
    verdicts = [line.split("  ")[0].strip() for line in lines[4:] if line.startswith(("met", "not met"))]
    assert verdicts.count("not met") == 2
    assert any(line.startswith("not met     rate        ") for line in lines), "evidence foretold 30 %"
    assert any(line.startswith("not met     efficiency  at most 10 % (asked for)") for line in lines)
    assert any(line.startswith("met         rate        at most 90 % (budget)") for line in lines)
    assert any(line.startswith("Since version 1.1.0: ") for line in lines)


def test_the_twin_has_every_section(run, place):
    code, out, _ = run(f"{WHOLE} --json")
    report = json.loads(out)
    assert code == 1
    assert json.loads((place / "report.json").read_text()) == report
    assert report["previous"]["version"] == "1.1.0"
    assert [table["column"] for table in report["subgroups"]] == ["country", "day"]
    assert (report["drift"]["column"], report["drift"]["reference"]) == ("day", "events.parquet")
    assert report["disagreement"]["teacher"] == "score"
    assert report["charter"][0]["text"].startswith("**Purpose.**")
    assert report["status"]["state"] == "draft"
    assert report["left_out"] == []


def test_an_audit_that_meets_its_gates_ends_with_0(run):
    code, out, _ = run(
        "audit decisions.parquet --truth bad --accept review,block --expect purity>=20% --out plain.html"
    )
    assert (code, out.splitlines()[-1]) == (0, "report: plain.html")
    assert "gates: 3 met" in out


def test_an_enacted_law_is_in_force_on_the_page(run, place):
    shutil.copytree(place / "law", place / "gazetted")
    enact(place / "gazetted")
    code, out, _ = run("audit decisions.parquet --ruleset gazetted --accept block --out law.html --json")
    assert (code, json.loads(out)["status"]["state"]) == (0, "in force")
    assert "is in force from" in (place / "law.html").read_text()


@pytest.mark.parametrize(
    ("options", "messages"),
    [
        ("--by contry", ["group column 'contry'", "is it the column 'country'"]),
        ("--by device_age", ["makes no groups"]),
        ("--time country", ["holds no times"]),
        ("--reference gone.parquet", ["gone.parquet"]),
        ("--previous gone", ["gone"]),
        ("--expect purity=1", ["this is no expectation", "purity=1", "efficiency >= 0.7"]),
        ("--ruleset earlier", ["another ruleset"]),
    ],
)
def test_bad_options_are_one_clear_error(run, place, options, messages):
    code, out, err = run(f"audit decisions.parquet --out bad.html {options}")
    assert (code, out) == (2, "")
    assert err.startswith("error: ")
    for message in messages:
        assert message in err
    assert not (place / "bad.html").exists()
