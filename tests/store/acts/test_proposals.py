"""Proposals: what speaks against an act, and that nothing is written by looking."""

import pytest
from lawfolders import amend, edit, later, make_law, snapshot

from rulekit.errors import LawError
from rulekit.store.acts.enact import enact
from rulekit.store.acts.proposals import propose, propose_enactment, propose_repeal, reaching_back

pytestmark = pytest.mark.usefixtures("precedents_by_semantics")


@pytest.fixture
def law(tmp_path):
    return make_law(tmp_path / "law")


def test_a_fit_draft_has_nothing_against_it(law):
    before = snapshot(law)
    proposal = propose_enactment(law)
    assert (proposal.problems, proposal.findings) == ((), ())
    assert proposal.before is None
    assert proposal.in_force is None
    assert proposal.proposed.title == "enact fraud.card_present 1.2.0"
    assert proposal.copy is not None
    proposal.refuse()
    assert snapshot(law) == before


def problems(law):
    return [problem.what for problem in propose_enactment(law).problems]


def test_everything_that_is_missing_is_named_at_once(law):
    (law / "cases.yaml").unlink()
    edit(law / "CHARTER.md", "**Scope.** Card-present payments.", "")
    found = problems(law)
    assert "there are no precedents" in found
    assert any("the charter says nothing under Scope" in what for what in found)


@pytest.mark.parametrize(
    ("version", "fit"),
    [("1.2.0", False), ("1.2.1", False), ("1.3.0", True), ("2.0.0", True), ("1.1.9", False)],
)
def test_a_version_rises_far_enough(law, version, fit):
    enact(law)
    amend(law, version=version)
    assert (problems(law) == []) is fit


def test_an_id_of_a_removed_rule_is_not_used_for_another(law):
    enact(law)
    amend(law, "2.0.0", "large-abroad", "big-abroad")
    enact(law)
    amend(law, "3.0.0", "big-abroad", "large-abroad")
    assert problems(law) == [], "the same rule may come back"
    edit(law / "ruleset.yaml", "amount > 5000", "amount > 4000")
    assert problems(law) == ["this id belonged to another rule until 1.2.0"]


def test_a_rule_may_be_amended_again_and_again(law):
    enact(law)
    for version, old, new in (
        ("1.3.0", "5000", "4000"),
        ("1.4.0", "4000", "3000"),
        ("1.5.0", "3000", "2000"),
    ):
        amend(law, version, f"amount > {old}", f"amount > {new}")
        assert problems(law) == []
        enact(law)


def test_the_version_in_force_is_superseded(law):
    enact(law)
    amend(law)
    proposal = propose_enactment(law)
    assert proposal.proposed.supersedes == "1.2.0"
    assert proposal.in_force.version == "1.2.0"
    assert proposal.proposed.previous == proposal.acts[-1].hash


def test_law_does_not_reach_back():
    (error,) = reaching_back(later(-1))
    assert error.what == "law does not reach back"
    assert reaching_back(later(1)) == []
    assert reaching_back(None) == []


def test_nothing_to_repeal(law):
    with pytest.raises(LawError, match="nothing is in force"):
        propose_repeal(law, "Stop.")


def test_one_proposal_is_one_act(law):
    enact(law)
    assert propose(law, repeal=True, because="Stop.").proposed.act == "repeal"
    with pytest.raises(LawError, match=r"1\.2\.0 is in force anyway"):
        propose(law, rollback="1.2.0", because="Back.")
    with pytest.raises(LawError, match="two acts"):
        propose(law, repeal=True, rollback="1.2.0")
    with pytest.raises(LawError, match="a reason belongs to a repeal or a rollback"):
        propose(law, because="It is good.")


def test_only_a_folder_is_enacted(law):
    with pytest.raises(LawError, match="only a law folder can be enacted"):
        propose_enactment(law / "ruleset.yaml")
