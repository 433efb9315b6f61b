"""``rulekit enact``, ``repeal`` and ``rollback``: what is recorded, said and refused."""

import json

import pytest
from lawfolders import amend, edit, snapshot, write_charter


def test_the_whole_journey(beside_law, law):
    code, out, _ = beside_law("approve law --key keys/alice.key")
    assert code == 0
    assert out.splitlines()[1:] == [
        "nothing is in force before it; 2 rules",
        "approved by alice: 1 of 2 approvals",
    ]
    code, out, _ = beside_law("approve law --key keys/bob.key --json")
    assert (code, json.loads(out)["approved_by"], json.loads(out)["missing"]) == (0, ["alice", "bob"], [])
    code, out, _ = beside_law("enact law --key keys/bob.key")
    assert code == 0
    assert out.splitlines()[0].startswith("law: enacted fraud.card_present 1.2.0, sha256:")
    assert out.splitlines()[1].endswith("approved by alice, bob")
    code, out, _ = beside_law("law law")
    assert code == 0
    assert "fraud.card_present 1.2.0 is in force" in out.splitlines()[0]
    assert out.splitlines()[-1] == "sound: every act, approval and copy holds"
    amend(law, "1.3.0")
    code, out, _ = beside_law("approve law --key keys/alice.key")
    assert out.splitlines()[1:3] == ["against 1.2.0, in force until then:", "  ~ large-abroad"]
    assert max(map(len, out.splitlines())) <= 80


def test_repeal_and_rollback(beside_law, law):
    write_charter(law, 0)
    beside_law("enact law")
    amend(law, "1.3.0")
    beside_law("enact law")
    code, out, _ = beside_law("rollback law 1.2.0 --because better")
    assert (code, out.splitlines()[0][:51]) == (0, "law: rolled back to fraud.card_present 1.2.0, sha25")
    code, out, _ = beside_law("repeal law --because enough --json")
    assert (code, json.loads(out)["act"], json.loads(out)["because"]) == (0, "repeal", "enough")
    code, out, _ = beside_law("law law")
    assert [line.strip() for line in out.splitlines()[:3]] == [
        out.splitlines()[0],
        "repealed     1.2.0",
        "because      enough",
    ]
    assert max(map(len, out.splitlines())) <= 80


def test_a_law_that_is_at_fault_leaves_with_1_and_nothing_is_written(beside_law, law):
    edit(law / "cases.yaml", "outcome: review", "outcome: block")
    before = snapshot(law)
    for line in ("enact law", "approve law --key keys/alice.key"):
        code, out, _ = beside_law(line)
        assert (code, out.splitlines()[0]) == (
            1,
            "fraud.card_present 1.2.0 is not fit to be enacted; nothing was written",
        )
        assert "precedent: card testing: on semantics: expected outcome block" in out
    code, out, _ = beside_law("enact law --json")
    assert (code, json.loads(out)["recorded"], json.loads(out)["findings"][0]["code"]) == (
        1,
        None,
        "precedent",
    )
    assert snapshot(law) == before


def test_a_version_or_what_is_in_force_can_be_named(beside_law, law):
    code, _, err = beside_law("check law@in-force")
    assert (code, "nothing is in force" in err) == (2, True)
    beside_law("approve law --key keys/alice.key")
    beside_law("enact law --key keys/bob.key")
    amend(law, "1.3.0")
    first = json.loads(beside_law("check law@in-force --json")[1])
    assert first["version"] == "1.2.0"
    assert first["digest"] == json.loads(beside_law("check law@1.2.0 --json")[1])["digest"]
    assert json.loads(beside_law("check law --json")[1])["version"] == "1.3.0"
    code, out, _ = beside_law("compile law@in-force --target python --out build")
    assert (code, first["digest"] in out) == (0, True)
    edit(law / "enacted" / "1.2.0.yaml", "then: block", "then: review")
    assert beside_law("compile law@in-force --target python --out build")[0] == 2


BAD = {
    "enact law": "0 of 2 approvals",
    "enact gone": "only a law folder",
    "enact law --from tomorrow": "this is no time",
    "enact law --from 2026-01-01T00:00": "this time has no zone",
    "enact law --from 2020-01-01T00:00Z": "law does not reach back",
    "repeal law --because x": "nothing is in force",
    "rollback law 1.0.0 --because x": "never enacted",
}


@pytest.mark.parametrize(("line", "wrong"), BAD.items())
def test_bad_input_is_one_message_and_exit_code_2(beside_law, law, line, wrong):
    before = snapshot(law)
    code, out, err = beside_law(line)
    assert (code, out) == (2, "")
    assert wrong in " ".join(err.split())
    assert snapshot(law) == before
