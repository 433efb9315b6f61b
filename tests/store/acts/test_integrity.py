"""Tampering: whatever is edited, added, dropped or forged in a law folder is found and named."""

import json
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lawfolders import amend, edit, later, make_keys, make_law, write_charter

from rulekit.errors import LawError, ParseError
from rulekit.ir.notation.yaml_file import parse_yaml
from rulekit.store.acts.approvals import _statement
from rulekit.store.acts.enact import approve_proposal, enact, repeal
from rulekit.store.acts.proposals import propose_enactment, propose_repeal
from rulekit.store.acts.register import load_register, write_register
from rulekit.store.acts.status import in_force, status_at
from rulekit.store.lookup import law_in_force


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Return a law with three acts, each of which alice and bob approved, and their keys."""
    root = tmp_path_factory.mktemp("soundness")
    alice, bob, carol = make_keys(root / "keys", "alice", "bob", "carol")
    law = make_law(root / "law")
    write_charter(law, 2, [alice, bob, carol])
    with (law / "ruleset.yaml").open("a") as file:
        file.write("provenance: {teacher: forest.onnx}\n")
    for version in ("1.2.0", "1.3.0"):
        if version == "1.3.0":
            amend(law, version)
        for key in (alice, bob):
            approve_proposal(propose_enactment(law), key)
        enact(law)
    for key in (alice, bob):
        approve_proposal(propose_repeal(law, "Stop."), key)
    repeal(law, "Stop.")
    files = {str(path.relative_to(law)): path.read_text() for path in law.rglob("*") if path.is_file()}
    return files, (alice, bob, carol), load_register(law)


def write_files(folder, files):
    for name, text in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
    return folder


@pytest.fixture
def people(made):
    return made[1]


@pytest.fixture
def law(made, tmp_path):
    write_files(tmp_path, made[0])
    assert status_at(tmp_path).findings == ()
    return tmp_path


def found(law):
    """Return what is found, and see that nobody gets law out of a folder that was tampered with."""
    findings = status_at(law).findings
    assert {(finding.code, finding.level) for finding in findings} <= {("tampered", "error")}
    if findings:
        with pytest.raises(LawError) as raised:
            in_force(law)
        assert findings[0].subject in str(raised.value)
    return [(finding.subject, finding.message) for finding in findings]


@pytest.mark.parametrize("name", ["enacted/1.2.0.yaml", "enacted/1.3.0.yaml", "evidence/1.2.0.json"])
def test_a_file_that_is_edited_or_deleted_is_named(law, name):
    with (law / name).open("a") as file:
        file.write("\n")
    [(subject, message)] = found(law)
    assert subject == name
    assert message.startswith("the file was changed: expected sha256:")
    (law / name).unlink()
    [(subject, message)] = found(law)
    assert subject == name
    assert message.startswith("the file is gone: expected sha256:")
    assert message.endswith("got none")


def test_a_file_that_is_no_text_any_more_is_named(law):
    (law / "enacted" / "1.2.0.yaml").write_bytes(b"\xff\xfe\x00")
    assert [subject for subject, _ in found(law)] == ["enacted/1.2.0.yaml"]


def test_other_line_ends_are_no_tampering(law):
    path = law / "enacted" / "1.2.0.yaml"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert found(law) == []


def test_a_file_that_is_added_is_named(law):
    (law / "enacted" / "9.0.0.yaml").write_text((law / "enacted" / "1.3.0.yaml").read_text())
    assert found(law) == [("enacted/9.0.0.yaml", "no act in the register enacted this file")]


def test_evidence_that_is_added_afterwards_is_named(tmp_path):
    law = make_law(tmp_path)
    enact(law)
    (law / "evidence").mkdir()
    (law / "evidence" / "1.2.0.json").write_text(json.dumps({"teacher": "a better one"}))
    [(subject, message)] = found(law)
    assert (subject, message.split(":")[0]) == ("evidence/1.2.0.json", "the file was added")


def test_papers_of_the_next_version_are_nobodys_business(law):
    (law / "evidence" / "1.4.0.json").write_text("{}")
    (law / "cases.yaml").write_text("[]")
    assert found(law) == []
    assert status_at(law).notes == ("cases.yaml was amended after 1.3.0 was enacted",)


HAND_EDITS = {
    "a beginning": ("from: '20", "from: '30"),
    "a name": ("by: alice", "by: carol"),
    "a list of names": ("approved_by:\n      - alice", "approved_by:\n      - carol"),
    "a digest": ("digest: sha256:", "digest: sha256:0"),
    "a version": ("version: 1.2.0", "version: 1.2.1"),
    "the threshold": ("approvals: 2", "approvals: 1"),
    "a hash": ("    hash: sha256:", "    hash: sha256:0"),
}


@pytest.mark.parametrize(("old", "new"), HAND_EDITS.values(), ids=HAND_EDITS)
def test_an_entry_that_is_edited_by_hand_is_named(law, old, new):
    edit(law / "register.yaml", old, new)
    subject, message = found(law)[0]
    assert subject.startswith("register.yaml, entry 1 (enact 1.2.")
    assert message.startswith("the entry was changed: expected hash sha256:")


def test_the_last_entry_is_protected_too(law):
    edit(law / "register.yaml", "because: Stop.", "because: Go on.")
    assert found(law)[0][0] == "register.yaml, entry 3 (repeal 1.3.0)"


def reseal(law, acts):
    """Write a register as somebody does who knows how hashes are made, and has no key."""
    sealed, previous = [], None
    for act in acts:
        changed = act.model_copy(update={"previous": previous, "hash": ""})
        sealed.append(changed.model_copy(update={"hash": changed.expected_hash}))
        previous = sealed[-1].hash
    write_register(law, tuple(sealed))


def messages(law, entry):
    return [
        message for subject, message in found(law) if subject.startswith(f"register.yaml, entry {entry} ")
    ]


@pytest.mark.parametrize(
    ("field", "value"), [("version", "1.2.1"), ("evidence", None), ("because", "x"), ("supersedes", "1.0.0")]
)
def test_an_edit_with_every_hash_made_anew_breaks_the_signatures(law, field, value):
    first, *rest = load_register(law)
    reseal(law, [first.model_copy(update={field: value}), *rest])
    said = " ".join(messages(law, 1))
    assert "alice approved something else" in said
    assert "bob approved something else" in said
    assert "0 of 2 approvals" in said


def test_an_edited_hash_chain_is_named_where_it_breaks(law):
    first, second, third = load_register(law)
    changed = first.model_copy(update={"because": "x", "hash": ""})
    write_register(law, (changed.model_copy(update={"hash": changed.expected_hash}), second, third))
    assert "the entry before it is another one" in messages(law, 2)[0]


@pytest.mark.parametrize("order", [(1, 0, 2), (0, 2), (1, 2), (0, 1, 1, 2)], ids=str)
def test_acts_are_not_reordered_dropped_or_doubled(law, order):
    acts = load_register(law)
    reseal(law, [acts[place] for place in order])
    said = " ".join(message for _, message in found(law))
    assert "approved something else: the act before it differs" in said


def test_cutting_off_the_latest_act_leaves_its_copy_behind(law):
    acts = load_register(law)
    write_register(law, acts[:1])
    assert found(law) == [("enacted/1.3.0.yaml", "no act in the register enacted this file")]
    (law / "register.yaml").unlink()
    assert [subject for subject, _ in found(law)] == ["enacted/1.2.0.yaml", "enacted/1.3.0.yaml"]


def sign_by_hand(approval, key, **changes):
    """Return an approval changed and signed by a key, without any of the checks before."""
    unsigned = approval.model_copy(update={"by": key.public.name, "key": key.public.key, **changes})
    return unsigned.model_copy(update={"signature": key.sign(_statement(unsigned))})


def test_a_stranger_a_wrong_key_and_a_foreign_signature_are_named(law, people, tmp_path):
    mallory, other_alice = (*make_keys(tmp_path / "m", "mallory"), *make_keys(tmp_path / "o", "alice"))
    first, *rest = load_register(law)
    alice, bob = first.approvals
    cases = {
        "mallory is no approver: expected alice, bob, carol, got mallory": sign_by_hand(alice, mallory),
        "the charter has another key for alice": sign_by_hand(alice, other_alice),
        "the signature of alice does not hold": alice.model_copy(update={"signature": bob.signature}),
        "alice approved something else: version differs: expected 1.2.0, got 1.3.0": rest[0].approvals[0],
        "alice signed at an odd time": sign_by_hand(
            alice, people[0], at=first.recorded + timedelta(seconds=1)
        ),
    }
    for wrong, approval in cases.items():
        names = (approval.by, "bob")
        reseal(law, [first.model_copy(update={"approvals": (approval, bob), "approved_by": names}), *rest])
        said = messages(law, 1)
        assert said[0].startswith(wrong)
        assert "1 of 2 approvals: expected 2 of alice, bob, carol, got bob" in said


def test_an_expired_key_is_named(law, people):
    first, *rest = load_register(law)
    keys = tuple(
        key.public.model_copy(
            update={"until": first.recorded - timedelta(hours=1)} if key is people[0] else {}
        )
        for key in people
    )
    officers = first.officers.model_copy(update={"approvers": keys})
    act = first.model_copy(update={"officers": officers})
    resigned = tuple(
        sign_by_hand(approval, key, bill=act.content_digest)
        for approval, key in zip(first.approvals, people[:2], strict=True)
    )
    reseal(law, [act.model_copy(update={"approvals": resigned}), *rest])
    assert [message.split(":")[0] for message in messages(law, 1)] == [
        "the key of alice is expired",
        "1 of 2 approvals",
    ]


def test_too_few_approvals_are_named(law):
    first, *rest = load_register(law)
    reseal(
        law, [first.model_copy(update={"approvals": first.approvals[:1], "approved_by": ("alice",)}), *rest]
    )
    assert messages(law, 1) == ["1 of 2 approvals: expected 2 of alice, bob, carol, got alice"]


def test_approved_by_is_who_signed(law):
    first, *rest = load_register(law)
    reseal(law, [first.model_copy(update={"approved_by": ("alice", "carol")}), *rest])
    assert messages(law, 1) == ["approved_by is not who signed: expected alice, bob, got alice, carol"]


UNSIGNED = {
    "the past": ({"begins": later(-5)}, "before it was recorded"),
    "another name": ({"name": "fraud.online"}, "the name changed"),
    "an earlier record": ({"recorded": later(-50), "begins": later(-50)}, "before the entry above it"),
    "enacted twice": ({"act": "enact"}, "1.2.0 was enacted before"),
    "another law": ({"act": "repeal", "digest": "sha256:0"}, "1.2.0 was never enacted so"),
}


@pytest.mark.parametrize(("changes", "wrong"), UNSIGNED.values(), ids=UNSIGNED)
def test_without_approvals_history_must_still_make_sense(tmp_path, changes, wrong):
    law = make_law(tmp_path)
    first = enact(law)
    second = first.model_copy(update={"act": "rollback", "recorded": later(0), "begins": later(0), **changes})
    reseal(law, [first, second])
    assert any(wrong in message for message in messages(law, 2))


def test_a_copy_whose_digest_is_not_that_of_its_act_is_named(tmp_path):
    law = make_law(tmp_path)
    first = enact(law)
    reseal(law, [first.model_copy(update={"digest": "sha256:0"})])
    [(subject, message)] = found(law)
    assert subject == "enacted/1.2.0.yaml"
    assert message.startswith("the copy is another law: expected digest sha256:0, got sha256:")


def test_nothing_is_done_to_a_law_that_was_tampered_with(law):
    edit(law / "enacted" / "1.2.0.yaml", "amount > 5000", "amount > 50")
    amend(law, "1.4.0", "amount > 4000", "amount > 3000")
    for act in (enact, law_in_force):
        with pytest.raises(LawError, match=r"tampered: enacted/1\.2\.0\.yaml"):
            act(law)


@pytest.mark.parametrize(
    ("text", "error", "wrong"),
    [
        ("- act: [\n", ParseError, "register.yaml:2"),
        ("act: enact\n", LawError, "acts are a list"),
        ("", LawError, "acts are a list"),
        ("- act: abolish\n", LawError, "register.yaml:1"),
        ("- 3\n", LawError, "register.yaml:1"),
    ],
)
def test_a_register_that_is_none_has_file_and_line(law, text, error, wrong):
    (law / "register.yaml").write_text(text)
    with pytest.raises(error) as raised:
        status_at(law)
    assert wrong in str(raised.value)


def test_an_unknown_field_in_the_register_is_at_its_line(law):
    edit(law / "register.yaml", "    digest:", "    note: all is well\n    digest:")
    line = (law / "register.yaml").read_text().splitlines().index("    note: all is well") + 1
    with pytest.raises(LawError, match=f"register.yaml:{line}:.*there is no such field"):
        status_at(law)


def test_the_register_is_read_back_as_written(law):
    text = (law / "register.yaml").read_text()
    write_register(law, load_register(law))
    assert (law / "register.yaml").read_text() == text
    assert [entry["act"] for entry in parse_yaml(text)] == ["enact", "enact", "repeal"]


@given(data=st.data())
def test_any_edit_of_what_is_enacted_is_found_or_changes_nothing(made, tmp_path_factory, data):
    """One character of one file is replaced, dropped or added: no edit gets through, and none is a traceback."""
    files, _, acts = made
    enacted = sorted(name for name in files if name.startswith(("enacted", "evidence", "register")))
    name = data.draw(st.sampled_from(enacted))
    place, width = data.draw(st.integers(0, len(files[name]) - 1)), data.draw(st.integers(0, 1))
    put = data.draw(st.sampled_from(["", *"0a:-'#\"{[&*!\t \n\0\xe9"]))
    edited = files[name][:place] + put + files[name][place + width :]
    law = write_files(tmp_path_factory.mktemp("edited"), {**files, name: edited})
    try:
        if not status_at(law).findings:
            assert (law / name).read_text() == files[name] or name == "register.yaml"
            assert load_register(law) == acts
    except LawError:
        pass  # it can't even be read, which is told, too
