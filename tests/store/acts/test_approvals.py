"""Approvals: who counts, for what, and until when."""

from datetime import timedelta

import pytest
from lawfolders import amend, edit, later, make_keys, make_law, snapshot, write_charter

from rulekit.errors import RulekitError, SignatureError
from rulekit.keys import new_key
from rulekit.store.acts.approvals import requirement_for_proposal
from rulekit.store.acts.enact import approve_proposal, enact, record, repeal, rollback
from rulekit.store.acts.proposals import propose_enactment, propose_repeal, propose_rollback
from rulekit.store.acts.register import load_approvals
from rulekit.store.acts.status import status_at
from rulekit.store.folder.times import now


@pytest.fixture
def keys(tmp_path):
    return tmp_path / "keys"


@pytest.fixture
def people(keys):
    return make_keys(keys, "alice", "bob", "carol")


@pytest.fixture
def law(tmp_path, people):
    """Return a law of which two of alice, bob and carol must approve each act."""
    folder = make_law(tmp_path / "law")
    write_charter(folder, 2, people)
    return folder


def sign_draft(law, *signers, begins=None):
    for signer in signers:
        approve_proposal(propose_enactment(law, begins), signer)


def refused(law, begins=None):
    """Return what is said when the draft can't be enacted, and see that nothing was written."""
    before = snapshot(law)
    with pytest.raises(RulekitError) as raised:
        enact(law, begins=begins)
    assert snapshot(law) == before
    return str(raised.value)


def test_enough_approvals_make_law(law, people):
    assert "0 of 2 approvals" in refused(law)
    sign_draft(law, people[0])
    assert "1 of 2 approvals" in refused(law)
    sign_draft(law, people[0])  # once more is not twice
    assert [approval.by for approval in load_approvals(law / "approvals" / "1.2.0.yaml")] == ["alice"]
    assert "expected 2 of alice, bob, carol, got alice" in refused(law)
    assert (law / "approvals" / "1.2.0.yaml").exists()
    act = enact(law, key=people[2])
    assert act.approved_by == ("alice", "carol")
    assert status_at(law).findings == ()
    assert not (law / "approvals" / "1.2.0.yaml").exists()  # they are in the register now


def test_missing_approvals_alone_are_a_signature_error(law):
    with pytest.raises(SignatureError) as raised:
        enact(law)
    assert raised.value.hint is not None
    assert "rulekit approve" in raised.value.hint


def test_strangers_do_not_approve(law, people, keys):
    mallory = new_key("mallory", keys)
    other_alice = new_key("alice", keys / "other")
    with pytest.raises(SignatureError, match="mallory is no approver") as raised:
        sign_draft(law, mallory)
    assert raised.value.expected == "alice, bob, carol"
    with pytest.raises(SignatureError, match="the charter has another key for alice"):
        sign_draft(law, other_alice)
    assert not (law / "approvals").exists()


def test_a_key_that_has_expired_does_not_approve(law, people, keys):
    past = now() - timedelta(days=1)
    expired = new_key("dave", keys, until=past)
    write_charter(law, 1, [expired])
    with pytest.raises(SignatureError, match="the key of dave is expired"):
        sign_draft(law, expired)
    # The charter counts, whatever the file beside the key says.
    write_charter(law, 1, [people[0].public.model_copy(update={"until": past})])
    with pytest.raises(SignatureError, match="the key of alice is expired"):
        sign_draft(law, people[0])
    later_key = people[0].public.model_copy(update={"since": later(24)})
    write_charter(law, 1, [later_key])
    with pytest.raises(SignatureError, match="not valid yet"):
        sign_draft(law, people[0])


CHANGED = {
    "a threshold": ("ruleset.yaml", "amount > 5000", "amount > 4000", "the digest differs"),
    "a word": ("ruleset.yaml", "Large amount abroad", "Large amounts abroad", "the text differs"),
    "a precedent": ("cases.yaml", "12.5", "13.5", "the papers beside it"),
    "the charter": ("CHARTER.md", "Stop card", "Stop all card", "the papers beside it"),
    "the version": ("ruleset.yaml", "version: 1.2.0", "version: 1.3.0", "version differs"),
}


@pytest.mark.parametrize(("file", "old", "new", "wrong"), CHANGED.values(), ids=CHANGED)
def test_whatever_changes_is_approved_again(law, people, file, old, new, wrong):
    sign_draft(law, *people[:2])
    edit(law / file, old, new)
    if new == "version: 1.3.0":  # somebody carries the signatures over
        (law / "approvals" / "1.2.0.yaml").rename(law / "approvals" / "1.3.0.yaml")
    said = refused(law)
    assert "0 of 2 approvals" in said
    assert f"alice approved something else: {wrong}" in said
    assert f"bob approved something else: {wrong}" in said
    sign_draft(law, *people[:2])
    assert enact(law).approved_by == ("alice", "bob")


def test_a_signature_that_was_tampered_with_does_not_count(law, people):
    sign_draft(law, *people[:2])
    path = law / "approvals" / "1.2.0.yaml"
    signature = load_approvals(path)[0].signature
    edit(path, signature, load_approvals(path)[1].signature)
    assert "the signature of alice does not hold" in refused(law)


def test_an_approval_holds_for_its_beginning(law, people):
    begins = later(5)
    sign_draft(law, *people[:2], begins=begins)
    assert "alice approved another beginning" in refused(law)
    assert "alice approved another beginning" in refused(law, later(6))
    assert enact(law, begins=begins).begins == begins
    assert status_at(law).findings == ()


def test_an_approval_holds_for_one_place_in_the_register(law, people):
    sign_draft(law, *people[:2])
    enact(law)
    amend(law, "1.3.0")
    sign_draft(law, *people[:2])
    early = (law / "approvals" / "1.3.0.yaml").read_text()
    for signer in people[:2]:
        approve_proposal(propose_repeal(law, "Stop."), signer)
    repeal(law, "Stop.")
    (law / "approvals" / "1.3.0.yaml").write_text(early)
    assert "alice approved something else: the act before it differs" in refused(law)


def test_repeals_and_rollbacks_are_approved_with_their_reason(law, people):
    for version in ("1.2.0", "1.3.0"):
        if version == "1.3.0":
            amend(law, version)
        sign_draft(law, *people[:2])
        enact(law)
    for signer in people[:2]:
        approve_proposal(propose_rollback(law, "1.2.0", "It was better."), signer)
    with pytest.raises(RulekitError, match="0 of 2 approvals"):
        rollback(law, "1.2.0", "I say so.")
    assert rollback(law, "1.2.0", "It was better.").approved_by == ("alice", "bob")
    with pytest.raises(SignatureError, match="0 of 2 approvals"):
        repeal(law, "Stop.")
    approve_proposal(propose_repeal(law, "Stop."), people[2])
    assert repeal(law, "Stop.", key=people[0]).approved_by == ("carol", "alice")
    assert status_at(law).findings == ()


def test_nothing_unfit_is_signed(law, people):
    edit(law / "cases.yaml", "outcome: review", "outcome: block")
    with pytest.raises(RulekitError, match="expected outcome block"):
        sign_draft(law, people[0])
    assert not (law / "approvals").exists()


def test_nobody_becomes_an_approver_by_editing_the_charter(law, people, keys):
    sign_draft(law, *people[:2])
    enact(law)
    amend(law, "1.3.0")
    mallory = new_key("mallory", keys)
    write_charter(law, 1, [mallory])
    sign_draft(law, mallory)
    assert "0 of 2 approvals, of the approvers until now" in refused(law)
    write_charter(law, 0)
    assert "0 of 2 approvals, of the approvers until now" in refused(law)


def test_approvers_are_changed_by_those_before_and_those_after(law, people, keys):
    sign_draft(law, *people[:2])
    enact(law)
    amend(law, "1.3.0")
    alice, bob, carol = people
    dave, new_alice = new_key("dave", keys), new_key("alice", keys / "renewed")
    write_charter(law, 2, [new_alice, dave])
    sign_draft(law, bob, carol, dave)
    assert "1 of 2 approvals" in refused(law)
    sign_draft(law, new_alice)
    assert enact(law).approved_by == ("bob", "carol", "dave", "alice")
    assert status_at(law).findings == ()
    amend(law, "1.4.0", "amount > 4000", "amount > 3000")
    with pytest.raises(SignatureError, match="another key for alice"):
        sign_draft(law, alice)
    sign_draft(law, dave, new_alice)
    assert enact(law).approved_by == ("dave", "alice")


def test_where_the_keys_of_those_before_have_expired_the_charter_alone_counts_and_that_is_told(
    law, people, keys
):
    alice, bob, _ = people
    short = [key.public.model_copy(update={"until": later(1)}) for key in (alice, bob)]
    write_charter(law, 2, short)
    sign_draft(law, alice, bob)
    first = enact(law)
    amend(law, "1.3.0")
    dave = new_key("dave", keys)
    write_charter(law, 1, [dave])
    sign_draft(law, dave)
    assert "0 of 2 approvals, of the approvers until now" in refused(law)  # while they are still valid
    # The clock can't be turned, so their keys are made to have expired from the beginning.
    expired = first.officers.model_copy(
        update={"approvers": tuple(key.model_copy(update={"until": now()}) for key in short)}
    )
    before = first.model_copy(update={"officers": expired})
    proposal = propose_enactment(law)
    assert len(requirement_for_proposal(proposal.proposed, None, first).officer_groups) == 2
    assert len(requirement_for_proposal(proposal.proposed, None, before).officer_groups) == 1


def test_a_proposal_is_recorded_once(law, people):
    write_charter(law, 0)
    proposal = propose_enactment(law)
    record(proposal)
    before = snapshot(law)
    with pytest.raises(RulekitError, match="another act was recorded meanwhile"):
        record(proposal)
    assert snapshot(law) == before
