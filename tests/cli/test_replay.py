"""``rulekit replay`` as a user types it."""

import json
from pathlib import Path

import polars as pl
import pytest
from fixtures import FRAUD, TRIGGER
from logs import drop_heads, events, rewrite, sealed_anew

DECIDE = "decide rules/fraud/ruleset.yaml events.parquet --out d.parquet --id id --target polars"


@pytest.fixture
def run(monkeypatch, typed, tmp_path):
    """Run a command line beside a law, its events, and a signed log of its decisions."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "rules/fraud").mkdir(parents=True)
    (tmp_path / "rules/fraud/ruleset.yaml").write_text(FRAUD)
    events(400).write_parquet("events.parquet")
    typed("keys new site")
    typed(f"{DECIDE} --log log.sqlite --log-key site.key")
    return typed


def forged(rows):
    rows[7] = (7, rows[7][1].replace(b'"outcome":"block"', b'"outcome":"approve"'), b"")
    return sealed_anew(rows, 7)


def test_an_honest_log_is_replayed(run):
    code, out, _ = run("replay log.sqlite --ruleset rules --key site.pub")
    assert code == 0
    lines = out.splitlines()
    assert lines[2] == "400 lines hold, 400 of them signed"
    assert "fraud.card_present 1.2.0      400    400          0         0" in lines
    assert lines[-1] == "sound: every record is what its law says"
    assert max(map(len, lines)) <= 80
    code, out, _ = run("replay log.sqlite --ruleset rules --sample 7 --seed 3 --json")
    found = json.loads(out)
    assert (code, found["equal"], found["laws"][0]["sampled"], found["findings"]) == (0, 400, 7, [])


def test_a_forged_record_leaves_with_1_and_is_named(run):
    rewrite("log.sqlite", forged)
    drop_heads("log.sqlite")
    code, out, _ = run("replay log.sqlite --ruleset rules --out differences.parquet")
    assert code == 1
    assert "line 7, event t7, by the compiled rules" in out
    assert "  outcome      recorded approve, recomputed block" in out.splitlines()
    said = " ".join(out.split())
    assert "finding mismatch: fraud.card_present 1.2.0: 1 of 400 records are not what it says" in said
    assert out.splitlines()[-1] == "differences: differences.parquet"
    assert set(pl.read_parquet("differences.parquet")["seq"]) == {7}
    assert max(map(len, out.splitlines())) <= 80


def test_event_and_time_choose_records(run):
    code, out, _ = run(
        "replay log.sqlite --ruleset rules --event t9 --since 2020-01-01T00:00Z --no-verify --json"
    )
    found = json.loads(out)
    assert (code, found["records"], found["verification"]) == (0, 1, None)
    for wrong in ("--until 2020-01-01T00:00Z", "--event nobody"):
        code, out, err = run(f"replay log.sqlite --ruleset rules {wrong}")
        assert (code, out) == (2, "")
        assert "the log holds no such record" in err


def test_an_unknown_law_leaves_with_1_and_alone_with_2(run, tmp_path):
    (tmp_path / "menu.yaml").write_text(TRIGGER)
    code, out, err = run("replay log.sqlite --ruleset menu.yaml")
    assert (code, out) == (2, "")
    assert "not one record can be replayed" in err
    (tmp_path / "rules/fraud/ruleset.yaml").write_text(FRAUD.replace("amount > 5000", "amount > 100"))
    run(f"{DECIDE} --log log.sqlite --log-key site.key")
    code, out, _ = run("replay log.sqlite --ruleset menu.yaml --ruleset rules --key site.pub")
    assert code == 1
    assert "finding  unknown-law: sha256:" in out
    assert "it is not in menu.yaml, rules" in " ".join(out.split())
    assert ", unknown " in out


@pytest.mark.parametrize(
    ("command", "says"),
    [
        ("replay nothing.sqlite --ruleset rules", "there is no such log"),
        ("replay log.sqlite --ruleset nothing", "there is no such file or folder"),
        ("replay log.sqlite --ruleset rules --since yesterday", "this is no time"),
        ("replay log.sqlite --ruleset rules --target nothing", "nothing"),
        ("replay log.sqlite --ruleset rules --key nothing.pub", "nothing.pub"),
        ("replay log.sqlite --ruleset rules --out differences.xlsx", "can't be written so"),
        ("replay log.sqlite --ruleset rules --sample -1", "--sample"),
        ("replay log.sqlite", "--ruleset"),
    ],
)
def test_what_is_wrong_is_said(run, command, says):
    code, out, err = run(command)
    assert (code, out) == (2, "")
    assert says in err


def test_a_log_is_audited(run):
    audit = "audit log.sqlite --out report.html"
    code, out, _ = run(f"{audit} --ruleset rules --key site.pub --events events.parquet --id id")
    assert code == 1  # a quarter of the events lack a required feature
    assert out.startswith("All 400 decisions were recomputed with the compiled rules")
    assert json.loads(Path("report.json").read_text())["replay"]["verdict"] == "holds"
    code, _, err = run(audit)
    assert (code, "name it with --rules" in " ".join(err.split())) == (2, True)
