"""``rulekit law``: what is in force at any time, and what was tampered with."""

import json
import sys

import pytest
from lawfolders import amend, edit, later, snapshot

from rulekit.store.folder.times import time_text


def test_law_answers_for_any_time(enacted, law):
    amend(law, "1.3.0")
    begins = time_text(later(5))
    enacted(f"approve law --key keys/alice.key --from {begins}")
    code, _, err = enacted("enact law")
    assert (code, "approvals" in err) == (2, True)
    assert enacted(f"enact law --key keys/bob.key --from {begins}")[0] == 0
    for at, version in ((time_text(later(1)), "1.2.0"), (time_text(later(6)), "1.3.0")):
        code, out, _ = enacted(f"law law --at {at} --json")
        answer = json.loads(out)
        assert (code, answer["sound"], answer["in_force"]["version"]) == (0, True, version)
    assert set(answer["in_force"]) >= {
        "version",
        "digest",
        "status",
        "from",
        "until",
        "approved_by",
        "supersedes",
    }
    assert [act["status"] for act in answer["acts"]] == ["superseded", "in force"]
    code, out, _ = enacted("law law --at 2020-01-01T00:00Z")
    assert (code, out.splitlines()[0]) == (0, "at 2020-01-01T00:00:00Z nothing is in force")
    assert max(map(len, out.splitlines())) <= 80


def test_tampering_leaves_with_1_and_names_the_file(enacted, law):
    edit(law / "enacted" / "1.2.0.yaml", "amount > 5000", "amount > 50")
    code, out, _ = enacted("law law")
    assert code == 1
    assert "finding  tampered: enacted/1.2.0.yaml: the file was changed" in out
    code, out, _ = enacted("law law --json")
    assert (code, json.loads(out)["sound"]) == (1, False)
    assert [each["subject"] for each in json.loads(out)["findings"]] == ["enacted/1.2.0.yaml"]


def test_a_broken_register_leaves_with_2(beside_law, law):
    (law / "register.yaml").write_text("- act: [\n")
    code, _, err = beside_law("law law")
    assert (code, "register.yaml:2" in err) == (2, True)


@pytest.mark.parametrize("library", ["rfc8785", "cryptography.hazmat.primitives.asymmetric"])
def test_without_the_extra_there_is_one_message(enacted, monkeypatch, library):
    monkeypatch.setitem(sys.modules, library, None)
    code, _, err = enacted("law law")
    assert (code, "rulekit-engine[law]" in err) == (2, True)


BAD = {
    "law gone": "no such law folder",
    "law law --at noon": "this is no time",
}


@pytest.mark.parametrize(("line", "wrong"), BAD.items())
def test_bad_input_is_one_message_and_exit_code_2(beside_law, law, line, wrong):
    before = snapshot(law)
    code, out, err = beside_law(line)
    assert (code, out) == (2, "")
    assert wrong in " ".join(err.split())
    assert snapshot(law) == before
