"""The verbs of law, as typed: answers, exit codes, one clear message for whatever is wrong."""

import json
import sys

import pytest
from lawfolders import amend, edit, later, make_keys, make_law, snapshot, write_charter

from rulekit.keys import load_public
from rulekit.store.folder.times import time_text


@pytest.fixture
def run(monkeypatch, typed, tmp_path):
    """Run a command line beside a law that alice and bob must approve."""
    monkeypatch.chdir(tmp_path)
    make_law(tmp_path / "law")
    write_charter(tmp_path / "law", 2, make_keys(tmp_path / "keys", "alice", "bob"))
    return typed


@pytest.fixture
def law(tmp_path):
    return tmp_path / "law"


def enacted(run):
    run("approve law --key keys/alice.key")
    return run("enact law --key keys/bob.key")


def test_the_whole_journey(run, law):
    code, out, _ = run("approve law --key keys/alice.key")
    assert code == 0
    assert out.splitlines()[1:] == [
        "nothing is in force before it; 2 rules",
        "approved by alice: 1 of 2 approvals",
    ]
    code, out, _ = run("approve law --key keys/bob.key --json")
    assert (code, json.loads(out)["approved_by"], json.loads(out)["missing"]) == (0, ["alice", "bob"], [])
    code, out, _ = run("enact law --key keys/bob.key")
    assert code == 0
    assert out.splitlines()[0].startswith("law: enacted fraud.card_present 1.2.0, sha256:")
    assert out.splitlines()[1].endswith("approved by alice, bob")
    code, out, _ = run("law law")
    assert code == 0
    assert "fraud.card_present 1.2.0 is in force" in out.splitlines()[0]
    assert out.splitlines()[-1] == "sound: every act, approval and copy holds"
    amend(law, "1.3.0")
    code, out, _ = run("approve law --key keys/alice.key")
    assert out.splitlines()[1:3] == ["against 1.2.0, in force until then:", "  ~ large-abroad"]
    assert max(map(len, out.splitlines())) <= 80


def test_law_answers_for_any_time(run, law):
    enacted(run)
    amend(law, "1.3.0")
    begins = time_text(later(5))
    run(f"approve law --key keys/alice.key --from {begins}")
    code, _, err = run("enact law")
    assert (code, "approvals" in err) == (2, True)
    assert run(f"enact law --key keys/bob.key --from {begins}")[0] == 0
    for at, version in ((time_text(later(1)), "1.2.0"), (time_text(later(6)), "1.3.0")):
        code, out, _ = run(f"law law --at {at} --json")
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
    code, out, _ = run("law law --at 2020-01-01T00:00Z")
    assert (code, out.splitlines()[0]) == (0, "at 2020-01-01T00:00:00Z nothing is in force")
    assert max(map(len, out.splitlines())) <= 80


def test_repeal_and_rollback(run, law, typed, monkeypatch):
    write_charter(law, 0)
    run("enact law")
    amend(law, "1.3.0")
    run("enact law")
    code, out, _ = run("rollback law 1.2.0 --because better")
    assert (code, out.splitlines()[0][:51]) == (0, "law: rolled back to fraud.card_present 1.2.0, sha25")
    code, out, _ = run("repeal law --because enough --json")
    assert (code, json.loads(out)["act"], json.loads(out)["because"]) == (0, "repeal", "enough")
    code, out, _ = run("law law")
    assert [line.strip() for line in out.splitlines()[:3]] == [
        out.splitlines()[0],
        "repealed     1.2.0",
        "because      enough",
    ]
    assert max(map(len, out.splitlines())) <= 80


def test_repeals_are_approved_with_their_reason(run):
    enacted(run)
    assert run("repeal law --because enough")[0] == 2
    assert run("approve law --repeal --because enough --key keys/alice.key")[1].splitlines()[1] == (
        "nothing would be in force"
    )
    assert run("repeal law --because enough --key keys/bob.key")[0] == 0
    run("approve law --rollback 1.2.0 --because again --key keys/alice.key")
    assert run("rollback law 1.2.0 --because again --key keys/bob.key")[0] == 0
    assert run("law law")[0] == 0


def test_tampering_leaves_with_1_and_names_the_file(run, law):
    enacted(run)
    edit(law / "enacted" / "1.2.0.yaml", "amount > 5000", "amount > 50")
    code, out, _ = run("law law")
    assert code == 1
    assert "finding  tampered: enacted/1.2.0.yaml: the file was changed" in out
    code, out, _ = run("law law --json")
    assert (code, json.loads(out)["sound"]) == (1, False)
    assert [each["subject"] for each in json.loads(out)["findings"]] == ["enacted/1.2.0.yaml"]


def test_a_law_that_is_at_fault_leaves_with_1_and_nothing_is_written(run, law):
    edit(law / "cases.yaml", "outcome: review", "outcome: block")
    before = snapshot(law)
    for line in ("enact law", "approve law --key keys/alice.key"):
        code, out, _ = run(line)
        assert (code, out.splitlines()[0]) == (
            1,
            "fraud.card_present 1.2.0 is not fit to be enacted; nothing was written",
        )
        assert "precedent: card testing: on semantics: expected outcome block" in out
    code, out, _ = run("enact law --json")
    assert (code, json.loads(out)["recorded"], json.loads(out)["findings"][0]["code"]) == (
        1,
        None,
        "precedent",
    )
    assert snapshot(law) == before


BAD = {
    "enact law": "0 of 2 approvals",
    "enact gone": "only a law folder",
    "enact law --from tomorrow": "this is no time",
    "enact law --from 2026-01-01T00:00": "this time has no zone",
    "enact law --from 2020-01-01T00:00Z": "law does not reach back",
    "approve law --key keys/carol.key": "no such file",
    "approve law --key keys/alice.pub": "no private key",
    "approve law --key other/mallory.key": "mallory is no approver",
    "approve law --key keys/alice.key --repeal --rollback 1.0.0": "two acts",
    "approve law --key keys/alice.key --because x": "belongs to --repeal",
    "approve law --key keys/alice.key --repeal --because x": "nothing is in force",
    "repeal law --because x": "nothing is in force",
    "rollback law 1.0.0 --because x": "never enacted",
    "law gone": "no such law folder",
    "law law --at noon": "this is no time",
    "keys new alice --folder keys": "there is a key of that name already",
    "keys new ../alice": "name: ",
    "keys show keys/gone.pub": "no such file",
}


@pytest.mark.parametrize(("line", "wrong"), BAD.items())
def test_bad_input_is_one_message_and_exit_code_2(run, law, tmp_path, line, wrong):
    make_keys(tmp_path / "other", "mallory")
    before = snapshot(law)
    code, out, err = run(line)
    assert (code, out) == (2, "")
    assert wrong in " ".join(err.split())
    assert snapshot(law) == before


def test_a_broken_register_leaves_with_2(run, law):
    (law / "register.yaml").write_text("- act: [\n")
    code, _, err = run("law law")
    assert (code, "register.yaml:2" in err) == (2, True)


@pytest.mark.parametrize("library", ["rfc8785", "cryptography.hazmat.primitives.asymmetric"])
def test_without_the_extra_there_is_one_message(run, monkeypatch, library):
    enacted(run)
    monkeypatch.setitem(sys.modules, library, None)
    code, _, err = run("law law")
    assert (code, "rulekit-engine[law]" in err) == (2, True)


def test_keys_are_made_and_shown(run, tmp_path):
    code, out, _ = run("keys new dora --folder keys --until 2027-01-01T00:00Z")
    assert (code, out.splitlines()[0]) == (0, "keys/dora.key: keep it to yourself")
    public = load_public(tmp_path / "keys" / "dora.pub")
    for file in ("keys/dora.pub", "keys/dora.key"):
        assert run(f"keys show {file}")[1].splitlines() == out.splitlines()[-4:]
    code, out, _ = run("keys show keys/dora.pub --json")
    assert json.loads(out)["key"] == public.key
    code, out, _ = run("keys new emil --json")
    assert json.loads(out)["files"] == ["emil.key", "emil.pub"]


def test_a_version_or_what_is_in_force_can_be_named(run, law):
    code, _, err = run("check law@in-force")
    assert (code, "nothing is in force" in err) == (2, True)
    enacted(run)
    amend(law, "1.3.0")
    first = json.loads(run("check law@in-force --json")[1])
    assert first["version"] == "1.2.0"
    assert first["digest"] == json.loads(run("check law@1.2.0 --json")[1])["digest"]
    assert json.loads(run("check law --json")[1])["version"] == "1.3.0"
    code, out, _ = run("compile law@in-force --target python --out build")
    assert (code, first["digest"] in out) == (0, True)
    edit(law / "enacted" / "1.2.0.yaml", "then: block", "then: review")
    assert run("compile law@in-force --target python --out build")[0] == 2
