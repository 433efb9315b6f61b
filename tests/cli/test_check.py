"""``rulekit check`` in its four forms."""

import json
from pathlib import Path
from xml.etree.ElementTree import fromstring

import pytest
from fixtures import FRAUD

from rulekit.store.lookup import load

LAW = """\
name: t
version: 1.0.0
schema:
  name: t
  version: 1.0.0
  features:
    - {name: n, dtype: int32, bounds: [0, 100]}
hit_policy: first
otherwise: approve
rules:
  - id: many
    when: ["n > 4"]
    then: review
  - id: more
    when: ["n > 9"]
    then: block
"""


@pytest.fixture
def bad(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = Path("bad.yaml")
    path.write_text(LAW)
    return path


def test_text_names_the_line_and_fits_a_terminal(bad, typed):
    code, out, _ = typed("check bad.yaml")
    assert code == 1
    assert "rule more: it never decides" in " ".join(out.split())
    assert "bad.yaml:14:5" in out
    assert max(len(line) for line in out.splitlines()) <= 80


def test_json_counts_the_answers(bad, typed):
    _, out, _ = typed("check bad.yaml --json")
    found = json.loads(out)
    assert [(one["code"], one["level"]) for one in found["findings"]] == [
        ("unreachable", "error"),
        ("overlap", "note"),
    ]
    decides = next(one for one in found["questions"] if one["code"] == "unreachable")
    assert (decides["proved"], decides["refuted"], decides["undecided"]) == (1, 1, 0)
    assert found["findings"][1]["witness"] == {"n": 100}


def test_sarif_points_at_the_rule(bad, typed):
    _, out, _ = typed("check bad.yaml --format sarif")
    (run,) = json.loads(out)["runs"]
    assert {one["id"] for one in run["tool"]["driver"]["rules"]} == {"unreachable", "overlap"}
    result = run["results"][0]
    assert (result["ruleId"], result["level"]) == ("unreachable", "error")
    place = result["locations"][0]["physicalLocation"]
    assert place == {"artifactLocation": {"uri": "bad.yaml"}, "region": {"startLine": 14, "startColumn": 5}}


def test_junit_has_a_case_for_each_question(bad, typed):
    code, out, _ = typed("check bad.yaml --format junit --out bad.xml")
    assert (code, out) == (1, "")
    (suite,) = fromstring(  # noqa: S314 - our own file
        bad.with_suffix(".xml").read_text().split("?>", 1)[1]
    )
    failed = [case.get("name") for case in suite if case.find("failure") is not None]
    assert failed == ["no rule: never decides"]
    assert suite.get("failures") == "1"
    assert int(suite.get("tests")) == len(suite) > 4


def test_notes_leave_the_exit_code_alone(bad, typed):
    bad.write_text(LAW.replace("n > 9", "n > 2"))
    code, out, _ = typed("check bad.yaml")
    assert code == 0
    assert "note     rule many" in out


def test_in_fixed_point_constant_literals_are_told(bad, typed):
    bad.write_text(LAW.replace("n > 9", "n > 2"))
    numerics = bad.with_name("numerics.yaml")
    numerics.write_text("formats: {n: {width: 2, fraction: 0, signed: false}}\n")
    code, out, _ = typed("check bad.yaml --numerics numerics.yaml --json")
    found = {one["code"] for one in json.loads(out)["findings"]}
    assert {"constant-literal", "contradiction"} <= found
    assert code == 1


def test_bad_input_is_one_message(bad, typed):
    bad.write_text(LAW.replace("n > 9", "m > 9"))
    code, _, err = typed("check bad.yaml")
    assert code == 2
    assert err.startswith("error: ")
    assert "unknown feature 'm'" in err


@pytest.fixture
def run(typed, law_and_events):
    """Run a command line in a folder with a law and events."""
    return typed


def test_check_says_so_when_all_is_well(run):
    code, out, _ = run("check law.yaml")
    assert code == 0
    assert out.splitlines()[:2] == ["fraud.card_present 1.2.0: 2 rules, 0 precedents", load(FRAUD).digest]
    assert {
        line.split()[0] for line in out.splitlines() if line.startswith(("error", "warning", "note"))
    } == {"note"}


def test_check_leaves_with_1_on_findings(run, tmp_path):
    (tmp_path / "odd.yaml").write_text(FRAUD.replace("> 5000", "> 60000"))
    code, out, _ = run("check odd.yaml --json")
    assert code == 1
    serious = [one["code"] for one in json.loads(out)["findings"] if one["level"] != "note"]
    assert serious == ["implausible", "threshold-out-of-bounds"]


BAD_LAWS = {
    "typo in YAML": (
        FRAUD.replace("otherwise: approve", "otherwise approve"),
        "law.yaml:13:1",
        "this is not YAML",
    ),
    "unknown field": (
        FRAUD.replace("otherwise:", "otherwize:"),
        "otherwize: there is no such field",
        "missing",
    ),
    "unknown feature": (
        FRAUD.replace('amount > 50"', 'amout > 50"'),
        "unknown feature 'amout'",
        "did you mean amount?",
    ),
    "unknown sign": (
        FRAUD.replace('amount > 50"', 'amount => 50"'),
        "amount => 50\n           ^",
        "write >=",
    ),
    "duplicate id": (
        FRAUD.replace("large-abroad", "many-cards-one-device"),
        "used twice",
        "many-cards-one-device",
    ),
    "unknown category": (
        FRAUD.replace("{SE, NO}", "{SE, NORWAY}"),
        "country has no category NORWAY",
        "SE, NO, DK, FI",
    ),
    "threshold beyond the dtype": (FRAUD.replace(">= 4", ">= 3000000000"), "beyond int32", "-2147483648"),
    "wrong type": (FRAUD.replace("> 5000", "> large"), "compared with a word", "a number"),
    "empty file": ("", "law.yaml: this is not a ruleset", "got nothing"),
    "a list": ("- 1\n", "law.yaml: this is not a ruleset", "a mapping of fields"),
    "not UTF-8": (b"\xff\xfe", "can't be read", "law.yaml"),
}


@pytest.mark.parametrize("what", list(BAD_LAWS))
def test_a_bad_law_is_one_clear_error(run, tmp_path, what):
    text, first, second = BAD_LAWS[what]
    (tmp_path / "law.yaml").write_bytes(text if isinstance(text, bytes) else text.encode())
    for verb in ("check law.yaml", "decide law.yaml events.parquet --out d.parquet"):
        code, out, err = run(verb)
        assert (code, out) == (2, "")
        assert err.startswith("error: ")
        assert first in err
        assert second in err
