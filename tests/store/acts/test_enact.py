"""Enacting, repealing and rolling back: what is written, what is refused, and what a crash leaves."""

from pathlib import Path

import pytest
from lawfolders import amend, edit, later, make_law, snapshot

import rulekit
from rulekit.errors import LawError
from rulekit.ir.provenance import Provenance
from rulekit.store.acts.enact import enact, repeal, rollback
from rulekit.store.acts.proposals import propose_enactment
from rulekit.store.acts.register import load_register
from rulekit.store.acts.status import in_force, status_at
from rulekit.store.folder.folder import draft, evidence_text, read
from rulekit.store.lookup import law_in_force, load


@pytest.fixture
def law(tmp_path):
    return make_law(tmp_path / "law")


def versions_in_force(law, *hours):
    found = [in_force(law, later(hour)) for hour in hours]
    return [act and act.version for act in found]


def test_a_draft_becomes_law(law):
    wanted = rulekit.load(law)
    act = enact(law)
    assert (act.act, act.version, act.digest, act.supersedes) == ("enact", "1.2.0", wanted.digest, None)
    assert load(law / "enacted" / "1.2.0.yaml") == wanted == law_in_force(law)
    assert (
        (law / "enacted" / "1.2.0.yaml").read_text().startswith(f"# {wanted.name} 1.2.0, {wanted.digest}\n")
    )
    assert load_register(law) == (act,)
    assert status_at(law).findings == ()


def test_the_frozen_copy_needs_no_other_file(law):
    schema = law / "schema.yaml"
    draft(rulekit.load(law), law)
    assert schema.exists()
    enact(law)
    schema.unlink()
    (law / "ruleset.yaml").unlink()
    assert law_in_force(law).version == "1.2.0"


def test_an_amendment_supersedes_from_its_time_on(law):
    enact(law)
    amend(law, "1.3.0")
    act = enact(law, begins=later(2))
    assert (act.supersedes, versions_in_force(law, 0, 1, 3)) == ("1.2.0", ["1.2.0", "1.2.0", "1.3.0"])
    assert status_at(law).findings == ()


def test_a_repeal_leaves_nothing_in_force_and_a_rollback_brings_it_back(law):
    enact(law)
    amend(law, "1.3.0")
    enact(law)
    act = repeal(law, "It blocks too many.", begins=later(1))
    assert (act.version, act.because, act.supersedes) == ("1.3.0", "It blocks too many.", "1.3.0")
    rollback(law, "1.2.0", "It was better.", begins=later(2))
    assert versions_in_force(law, 0, 1, 2) == ["1.3.0", None, "1.2.0"]
    assert status_at(law).findings == ()
    with pytest.raises(LawError, match="nothing is in force at"):
        law_in_force(law, later(1))


def test_evidence_inside_a_ruleset_is_written_beside_it(law):
    with (law / "ruleset.yaml").open("a") as file:
        file.write("provenance: {teacher: forest.onnx, seed: 3}\n")
    enact(law)
    assert (law / "evidence" / "1.2.0.json").read_text() == evidence_text(
        Provenance(teacher="forest.onnx", seed=3)
    )
    assert read(law).ruleset.provenance == Provenance(teacher="forest.onnx", seed=3)


REFUSED = {
    "no precedents": (lambda law: (law / "cases.yaml").unlink(), "there are no precedents"),
    "a precedent fails": (
        lambda law: edit(law / "cases.yaml", "outcome: review", "outcome: block"),
        "precedent: card testing: on kernel: expected outcome block, got review",
    ),
    "a finding of check": (
        lambda law: edit(law / "ruleset.yaml", "> 5000", "> 60000"),
        "threshold-out-of-bounds: rule large-abroad",
    ),
    "no charter": (lambda law: (law / "CHARTER.md").unlink(), "CHARTER.md: there is no such file"),
    "a silent charter": (
        lambda law: edit(law / "CHARTER.md", "**Owner.** The fraud team.", "**Owner.**"),
        "the charter says nothing under Owner",
    ),
    "induced without evidence": (
        lambda law: edit(law / "ruleset.yaml", "    then: block", "    then: block\n    origin: induced"),
        "induced rules need evidence",
    ),
}


@pytest.mark.parametrize(("spoil", "wrong"), REFUSED.values(), ids=REFUSED)
def test_what_is_not_fit_is_refused_and_nothing_is_written(law, spoil, wrong):
    spoil(law)
    before = snapshot(law)
    with pytest.raises(LawError) as raised:
        enact(law)
    assert wrong in str(raised.value)
    assert snapshot(law) == before


def test_all_reasons_are_told_at_once(law):
    for name in ("no precedents", "a finding of check", "a silent charter", "induced without evidence"):
        REFUSED[name][0](law)
    with pytest.raises(LawError) as raised:
        enact(law, begins=later(-1))
    for name in ("no precedents", "a finding of check", "a silent charter", "induced without evidence"):
        assert REFUSED[name][1] in str(raised.value)
    assert "law does not reach back" in str(raised.value)


@pytest.mark.parametrize(
    ("version", "old", "new", "least"),
    [
        ("1.2.0", "title: Large amount abroad", "title: Much money abroad", "1.2.0 is enacted already"),
        ("1.1.9", "title: Large amount abroad", "title: Much money abroad", "1.2.1 or above"),
        ("1.2.9", "amount > 5000", "amount > 4000", "1.3.0 or above, because against 1.2.0 this is a MINOR"),
        ("1.9.0", "then: block", "then: review", "2.0.0 or above, because against 1.2.0 this is a MAJOR"),
        ("1.9.0", "unit: EUR", "unit: SEK", "2.0.0 or above"),
    ],
)
def test_the_version_says_how_much_changed(law, version, old, new, least):
    enact(law)
    amend(law, version, old, new)
    with pytest.raises(LawError) as raised:
        enact(law)
    assert least in str(raised.value)


def test_words_alone_are_a_patch(law):
    enact(law)
    amend(law, "1.2.1", "title: Large amount abroad", "title: Much money abroad")
    act = enact(law)
    assert act.digest == load_register(law)[0].digest
    assert status_at(law).findings == ()


def test_another_law_is_not_enacted_in_its_place(law):
    enact(law)
    amend(law, "1.3.0", "name: fraud.card_present", "name: fraud.online")
    with pytest.raises(LawError, match="another law is enacted here"):
        enact(law)


def test_an_id_that_went_never_names_another_rule(law):
    enact(law)
    amend(law, "1.3.0", "id: large-abroad", "id: far-away")
    enact(law)
    amend(law, "1.4.0", "id: far-away", "id: large-abroad")
    edit(law / "ruleset.yaml", "amount > 5000", "amount > 9000")
    with pytest.raises(LawError, match=r"rule large-abroad: this id belonged to another rule until 1\.2\.0"):
        enact(law)
    edit(law / "ruleset.yaml", "amount > 9000", "amount > 5000")
    assert enact(law).version == "1.4.0"  # the same rule comes back


def test_repeals_and_rollbacks_want_something_and_a_reason(law):
    with pytest.raises(LawError, match="nothing is in force"):
        repeal(law, "Why not?")
    enact(law)
    with pytest.raises(LawError, match="a reason is needed"):
        repeal(law, " ")
    with pytest.raises(LawError, match="is in force anyway"):
        rollback(law, "1.2.0", "Once more.")
    with pytest.raises(LawError, match="never enacted") as raised:
        rollback(law, "1.0.0", "Back.")
    assert (raised.value.expected, raised.value.got) == ("1.2.0", "1.0.0")


def test_only_folders_are_enacted(law):
    with pytest.raises(LawError, match="only a law folder"):
        enact(law / "ruleset.yaml")


def test_an_enacted_version_is_not_drafted_over(law):
    enact(law)
    before = snapshot(law)
    frozen = rulekit.load(law / "enacted" / "1.2.0.yaml")
    draft(frozen, law)
    assert snapshot(law) == before
    edit(law / "ruleset.yaml", "> 5000", "> 6000")
    with pytest.raises(LawError, match=r"1\.2\.0 is enacted already"):
        draft(rulekit.load(law), law)


class Crash(BaseException):
    """Not an error: nothing in the code may catch it."""


def crash_after(monkeypatch, renames):
    """Let the process die at a file's taking its name: the last thing in every write."""
    real, seen = Path.replace, []

    def replace(self, target):
        if len(seen) == renames:
            raise Crash
        seen.append(target)
        return real(self, target)

    monkeypatch.setattr(Path, "replace", replace)


def test_a_crash_anywhere_leaves_sound_law_and_a_second_run_completes_it(tmp_path, monkeypatch):
    whole = make_law(tmp_path / "whole")
    for folder in (whole, *(tmp_path / f"cut{renames}" for renames in range(4))):
        make_law(folder)
        enact(folder)
        amend(folder, "1.3.0")
        with (folder / "ruleset.yaml").open("a") as file:
            file.write("provenance: {teacher: forest.onnx}\n")
    enact(whole)
    for renames in range(4):  # evidence, staged copy, register, name of the copy
        folder = tmp_path / f"cut{renames}"
        with monkeypatch.context() as patch:
            crash_after(patch, renames)
            with pytest.raises(Crash):
                enact(folder)
        assert status_at(folder).findings == ()
        assert law_in_force(folder).version == ("1.3.0" if renames == 3 else "1.2.0")
        enact(folder)
        assert status_at(folder).findings == ()
        assert law_in_force(folder).version == "1.3.0"
        assert set(snapshot(folder)) == set(snapshot(whole))


def test_a_note_stops_nothing(law):
    assert [finding.level for finding in rulekit.check(law)] == ["note"]
    assert enact(law).version == "1.2.0"


def test_a_proposal_writes_nothing(law):
    before = snapshot(law)
    propose_enactment(law)
    assert snapshot(law) == before
