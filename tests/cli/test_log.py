"""``rulekit decide --log`` and ``rulekit log`` as a user types them."""

import json
import re

import pytest
from fixtures import FRAUD
from logs import events, rewrite


@pytest.fixture
def run(monkeypatch, typed, tmp_path):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "law.yaml").write_text(FRAUD)
    (tmp_path / "salt").write_bytes(b"sixteen bytes of salt")
    events(400).write_parquet("events.parquet")
    typed("keys new site")
    return typed


DECIDE = "decide law.yaml events.parquet --out d.parquet --id id --target polars"


def test_a_log_is_written_signed_and_verified(run):
    code, out, _ = run(f"{DECIDE} --log log.sqlite --log-key site.key --log-sample approve=10 --mask country")
    assert code == 1  # a quarter of the events lack a required feature
    assert "note: the decisions can't be replayed: the log withholds country" in out
    code, out, _ = run("log verify log.sqlite --key site.pub")
    assert code == 0
    assert out.rstrip().endswith("sound: nothing is amiss")
    assert max(map(len, out.splitlines())) <= 80
    code, out, _ = run("log verify log.sqlite --key site.pub --json")
    found = json.loads(out)
    assert (code, found["findings"], found["first_bad"]) == (0, [], None)
    assert found["kept"]["approve"] + found["sampled"]["approve"] == 100
    assert found["signed"] == found["lines"]


def test_a_damaged_log_leaves_with_1_and_names_the_line(run):
    run(f"{DECIDE} --log log.sqlite")
    rewrite(
        "log.sqlite",
        lambda rows: [*rows[:7], (7, rows[7][1].replace(b"block", b"allow"), rows[7][2]), *rows[8:]],
    )
    code, out, _ = run("log verify log.sqlite")
    assert code == 1
    assert "7 lines hold; the first bad one is line 7" in out
    assert "finding  log-broken: line 7: it was changed" in out
    assert max(map(len, out.splitlines())) <= 80


def test_a_head_that_was_kept_is_asked_for(run, tmp_path):
    run(f"{DECIDE} --log log.sqlite")
    _, out, _ = run("log verify log.sqlite --json")
    for document in (json.loads(out), json.loads(out)["head"]):
        (tmp_path / "kept.json").write_text(json.dumps(document))
        assert run("log verify log.sqlite --head kept.json")[0] == 0
    rewrite("log.sqlite", lambda rows: rows[:9])
    code, out, _ = run("log verify log.sqlite --head kept.json")
    assert (code, "the last 391 lines are absent" in out) == (1, True)
    (tmp_path / "kept.json").write_text("no JSON")
    code, _, err = run("log verify log.sqlite --head kept.json")
    assert (code, "this is no head of a log" in err) == (2, True)


def test_records_are_shown(run):
    run(f"{DECIDE} --log log --hash country --salt salt")
    code, out, _ = run("log show log --event t3")
    assert code == 0
    assert out.splitlines()[0].startswith("line 3, 20")
    assert "  rule        large-abroad" in out
    assert re.search("\n    country +hashed hmac-sha256:", out)
    assert re.search("\n    amount +6000", out)
    code, out, _ = run("log show log --outcome block --last 2 --json")
    assert [record["event"] for record in json.loads(out)] == ["t395", "t399"]
    assert run("log show log --event t400")[1] == "no such decision in the log\n"


def test_a_log_is_archived(run):
    run(f"{DECIDE} --log log.sqlite --log-key site.key")
    code, out, _ = run("log export log.sqlite --out archive")
    assert (code, out) == (0, "400 lines and their heads: archive\n")
    assert run("log verify archive --key site.pub")[0] == 0
    code, out, _ = run("log export archive --out again --json")
    assert json.loads(out) == {"where": "archive", "out": "again", "lines": 400}


CHARTER = "---\nlog: {on_failure: open}\n---\n# Charter\n"


@pytest.mark.parametrize(
    ("charter", "option", "policy"),
    [
        ("", "", "closed"),
        (CHARTER, "", "open"),
        (CHARTER, "--log-policy closed", "closed"),
        ("", "--log-policy open", "open"),
    ],
)
def test_the_policy_is_the_charters_unless_told(run, tmp_path, monkeypatch, charter, option, policy):
    (tmp_path / "law").mkdir()
    (tmp_path / "law" / "ruleset.yaml").write_text(FRAUD)
    if charter:
        (tmp_path / "law" / "CHARTER.md").write_text(charter)
    seen = []
    from rulekit.log.write import writer

    real = writer.open_log
    monkeypatch.setattr(
        writer, "open_log", lambda where, options, key: seen.append(options) or real(where, options, key)
    )
    run(f"{DECIDE} --log log.sqlite {option}".replace("law.yaml", "law"))
    assert [options.on_failure for options in seen] == [policy]


BAD = {
    "verify nothing": ("log verify absent.sqlite", "there is no such log"),
    "another key": ("log verify log.sqlite --key law.yaml", "field"),
    "show nothing": ("log show absent", "there is no such log"),
    "a sample of nothing": (f"{DECIDE} --log x.sqlite --log-sample approve", "OUTCOME=N"),
    "a sample of none": (f"{DECIDE} --log x.sqlite --log-sample approve=0", "OUTCOME=N"),
    "a sample of an unknown outcome": (
        f"{DECIDE} --log x.sqlite --log-sample aprove=2",
        "no outcome 'aprove'",
    ),
    "a hash without salt": (f"{DECIDE} --log x.sqlite --hash country", "wants a salt"),
    "an unknown feature": (f"{DECIDE} --log x.sqlite --mask iban", "no feature 'iban'"),
    "an unknown policy": (f"{DECIDE} --log x.sqlite --log-policy maybe", "'closed' or 'open'"),
    "losses of a file": (f"{DECIDE} --log x.sqlite --log-losses y", "keeps its losses beside it"),
    "options without a log": (f"{DECIDE} --mask country", "name one with --log"),
    "no place": (f"{DECIDE} --log log.txt", "no place for a log"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_usage_is_one_message(run, case):
    line, message = BAD[case]
    code, out, err = run(line)
    assert (code, out) == (2, "")
    assert message in err


def test_help_names_the_verbs(run):
    code, out, _ = run("log --help")
    assert code == 0
    assert all(verb in out for verb in ("verify", "show", "export"))
