"""The verbs of the front door: times as text, keys as files, and results that show themselves."""

import json

import pytest
from lawfolders import make_keys, make_law, write_charter

from rulekit.errors import LawError, RulekitError, SignatureError
from rulekit.keys import as_private
from rulekit.store.acts.enact import approve, enact, repeal
from rulekit.store.acts.register import load_register
from rulekit.store.folder.times import parse_time

pytestmark = pytest.mark.usefixtures("precedents_by_semantics")


@pytest.fixture
def signed(tmp_path):
    """A law that two of two approvers must sign, and the folder of their keys."""
    keys = tmp_path / "keys"
    people = make_keys(keys, "alice", "bob")
    folder = make_law(tmp_path / "law")
    write_charter(folder, 2, people)
    return folder, keys


def test_approvals_come_one_by_one_and_say_what_is_missing(signed):
    folder, keys = signed
    first = approve(folder, keys / "alice.key")
    assert first.approved_by == ("alice",)
    assert first.missing == ("1 of 2 approvals",)
    assert not first.is_enough
    assert repr(first) == "<enact fraud.card_present 1.2.0, approved by alice: 1 of 2 approvals>"
    second = approve(folder, str(keys / "bob.key"))
    assert second.is_enough
    assert second.missing == ()
    assert enact(folder).approved_by == ("alice", "bob")


def test_enacting_signs_first(signed):
    folder, keys = signed
    approve(folder, keys / "alice.key")
    act = enact(folder, key=keys / "bob.key")
    assert load_register(folder) == (act,)
    assert json.loads(act.to_json())["approved_by"] == ["alice", "bob"]
    assert repr(act).startswith("<Act enact fraud.card_present 1.2.0 from ")
    assert "fraud.card_present" in act._repr_html_()


def test_a_time_may_be_text(signed):
    folder, keys = signed
    begins = "2999-01-01T00:00Z"
    approve(folder, keys / "alice.key", begins=begins)
    approve(folder, keys / "bob.key", begins=parse_time(begins))
    with pytest.raises(RulekitError, match="0 of 2 approvals"):
        enact(folder)
    assert enact(folder, begins=begins).begins == parse_time(begins)


def test_a_repeal_is_approved_with_its_reason(signed):
    folder, keys = signed
    for name in ("alice", "bob"):
        approve(folder, keys / f"{name}.key")
    enact(folder)
    approve(folder, keys / "alice.key", repeal=True, because="Stop.")
    with pytest.raises(SignatureError, match="1 of 2 approvals"):
        repeal(folder, "Stop.")
    assert repeal(folder, "Stop.", key=keys / "bob.key").act == "repeal"


@pytest.mark.parametrize(
    "arguments", [{"begins": "soon"}, {"because": "It is good."}, {"repeal": True}, {"rollback": "9.9.9"}]
)
def test_what_cannot_be_approved_is_refused(signed, arguments):
    folder, keys = signed
    with pytest.raises(LawError):
        approve(folder, keys / "alice.key", **arguments)
    assert not (folder / "approvals").exists()


def test_a_stranger_approves_nothing(signed, tmp_path):
    folder, _ = signed
    (stranger,) = make_keys(tmp_path / "others", "mallory")
    with pytest.raises(SignatureError, match="mallory is no approver"):
        approve(folder, stranger)


def test_a_key_is_taken_as_it_is_or_loaded(tmp_path):
    (key,) = make_keys(tmp_path, "alice")
    assert as_private(key) is key
    assert as_private(tmp_path / "alice.key").public == key.public
    assert as_private(str(tmp_path / "alice.key")).public == key.public
    with pytest.raises(LawError):
        as_private(tmp_path / "nobody.key")
