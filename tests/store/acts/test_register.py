"""The register files: what is written is read back, and a copy is found staged or named."""

import pytest
from lawfolders import make_law

import rulekit
from rulekit.errors import LawError
from rulekit.store.acts.enact import enact
from rulekit.store.acts.register import (
    copy_path,
    frozen_text,
    load_approvals,
    load_register,
    pending_path,
    staged_path,
    write_approvals,
    write_register,
    write_settled,
)

pytestmark = pytest.mark.usefixtures("precedents_by_semantics")


@pytest.fixture
def law(tmp_path):
    return make_law(tmp_path / "law")


def test_no_register_is_no_act(tmp_path):
    assert load_register(tmp_path) == ()
    assert load_approvals(tmp_path / "approvals" / "1.0.0.yaml") == ()


def test_a_register_is_read_back_as_it_was_written(law):
    act = enact(law)
    text = (law / "register.yaml").read_text()
    assert text.startswith(
        "# The gazette of fraud.card_present: acts are added by rulekit, and never changed.\n"
    )
    assert load_register(law) == (act,)
    write_register(law, (act,))
    assert (law / "register.yaml").read_text() == text


@pytest.mark.parametrize(
    ("text", "message"),
    [("acts: 1\n", "acts are a list"), ("", "acts are a list"), ("- {act: enact}\n", "register.yaml:1")],
)
def test_what_is_no_register_is_refused(law, text, message):
    (law / "register.yaml").write_text(text)
    with pytest.raises(LawError, match=message):
        load_register(law)


def test_a_copy_is_found_staged_until_it_has_its_name(law):
    (law / "enacted").mkdir()
    named = law / "enacted" / "1.2.0.yaml"
    assert copy_path(law, "1.2.0") == named
    staged_path(named).write_text("staged")
    assert copy_path(law, "1.2.0") == staged_path(named) == law / "enacted" / ".1.2.0.yaml"
    named.write_text("named")
    assert copy_path(law, "1.2.0") == named


def test_a_frozen_text_needs_no_other_file(law):
    ruleset = rulekit.load(law)
    text = frozen_text(ruleset)
    assert text.splitlines()[0] == f"# fraud.card_present 1.2.0, {ruleset.digest}"
    assert rulekit.load(text) == ruleset


def test_approvals_of_each_kind_of_act_wait_in_a_file_of_their_own(law):
    act = enact(law)
    assert pending_path(law, act) == law / "approvals" / "1.2.0.yaml"
    repeal = act.model_copy(update={"act": "repeal"})
    assert pending_path(law, repeal) == law / "approvals" / "repeal-1.2.0.yaml"
    write_approvals(pending_path(law, act), ())
    assert load_approvals(pending_path(law, act)) == ()


def test_a_settled_text_has_plain_line_feeds(tmp_path):
    write_settled(tmp_path / "new" / "file.txt", "é\nb\n")
    assert (tmp_path / "new" / "file.txt").read_bytes() == "é\nb\n".encode()
