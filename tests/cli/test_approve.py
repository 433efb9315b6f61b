"""``rulekit approve``: what an approver is shown before the signature, and who may give one."""

import json

import pytest
from lawfolders import amend, edit, make_keys, snapshot


def test_repeals_are_approved_with_their_reason(enacted):
    assert enacted("repeal law --because enough")[0] == 2
    assert enacted("approve law --repeal --because enough --key keys/alice.key")[1].splitlines()[1] == (
        "nothing would be in force"
    )
    assert enacted("repeal law --because enough --key keys/bob.key")[0] == 0
    enacted("approve law --rollback 1.2.0 --because again --key keys/alice.key")
    assert enacted("rollback law 1.2.0 --because again --key keys/bob.key")[0] == 0
    assert enacted("law law")[0] == 0


def test_a_signature_says_what_is_still_missing(beside_law):
    code, out, _ = beside_law("approve law --key keys/bob.key")
    assert (code, out.splitlines()[-1]) == (0, "approved by bob: 1 of 2 approvals")
    code, out, _ = beside_law("approve law --key keys/alice.key")
    assert (code, out.splitlines()[-1]) == (0, "approved by bob, alice: enough")


def test_a_signature_is_for_one_text(beside_law, law):
    beside_law("approve law --key keys/alice.key")
    edit(law / "ruleset.yaml", "amount > 5000", "amount > 4000")
    code, out, _ = beside_law("approve law --key keys/bob.key --json")
    assert (code, json.loads(out)["approved_by"]) == (0, ["bob"])
    assert json.loads(out)["missing"] == ["1 of 2 approvals"]


def test_a_signature_is_for_one_time(beside_law):
    beside_law("approve law --key keys/alice.key --from 2031-01-01T00:00Z")
    code, out, _ = beside_law("approve law --key keys/bob.key --from 2032-01-01T00:00Z --json")
    found = json.loads(out)
    assert (code, found["approved_by"], found["from"]) == (0, ["bob"], "2032-01-01T00:00Z")


def test_words_alone_are_told_from_changes_of_rules(enacted, law):
    amend(law, "1.2.1", "Large amount abroad", "A large amount abroad")
    lines = enacted("approve law --key keys/alice.key")[1].splitlines()
    assert lines[1] == "against 1.2.0, in force until then:"
    assert "large-abroad" in lines[2]


BAD = {
    "approve law --key keys/carol.key": "no such file",
    "approve law --key keys/alice.pub": "no private key",
    "approve law --key other/mallory.key": "mallory is no approver",
    "approve law --key keys/alice.key --repeal --rollback 1.0.0": "two acts",
    "approve law --key keys/alice.key --because x": "belongs to --repeal",
    "approve law --key keys/alice.key --repeal --because x": "nothing is in force",
}


@pytest.mark.parametrize(("line", "wrong"), BAD.items())
def test_bad_input_is_one_message_and_exit_code_2(beside_law, law, tmp_path, line, wrong):
    make_keys(tmp_path / "other", "mallory")
    before = snapshot(law)
    code, out, err = beside_law(line)
    assert (code, out) == (2, "")
    assert wrong in " ".join(err.split())
    assert snapshot(law) == before
