"""``rulekit check`` in its four forms."""

import json
from pathlib import Path
from xml.etree.ElementTree import fromstring

import pytest

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
