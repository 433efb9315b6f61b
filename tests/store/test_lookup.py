"""What is law at a time, and the law that a digest names."""

import pytest
from fixtures import TRIGGER
from lawfolders import amend, edit, later, make_law

import rulekit
from rulekit.errors import LawError
from rulekit.store.acts.enact import enact, repeal
from rulekit.store.acts.status import in_force, status_at
from rulekit.store.folder.times import now, parse_time, time_text
from rulekit.store.lookup import find_law, law_in_force, ruleset_of_digest


@pytest.fixture
def law(tmp_path):
    """Return a law with one version in force, one to come, and an amendment as a draft."""
    folder = make_law(tmp_path / "fraud" / "card")
    enact(folder)
    amend(folder, "1.3.0")
    enact(folder, later(5))
    amend(folder, "1.4.0", "amount > 4000", "amount > 3000")
    return folder


def test_a_draft_is_not_law(tmp_path):
    folder = make_law(tmp_path)
    assert in_force(folder) is None
    assert status_at(folder).acts == ()
    with pytest.raises(LawError, match="nothing is in force"):
        law_in_force(folder)


def test_each_time_has_its_law(law):
    assert law_in_force(law).version == "1.2.0"
    assert law_in_force(law, later(6)).version == "1.3.0"
    with pytest.raises(LawError, match="nothing is in force at 2020-"):
        law_in_force(law, parse_time("2020-01-01T00:00Z"))


def test_amendments_under_way_are_noted(law):
    draft = rulekit.load(law)
    (law / "CHARTER.md").write_text((law / "CHARTER.md").read_text() + "\nMore.\n")
    assert status_at(law).notes == (
        f"ruleset.yaml is an amendment: 1.4.0, {draft.digest[:19]}",
        "CHARTER.md was amended after the last act",
    )
    (law / "ruleset.yaml").write_text("rules: [")
    assert status_at(law).notes[0].startswith("ruleset.yaml can't be read")
    assert status_at(law).findings == ()


def test_a_digest_names_its_law_in_force_or_not(law):
    digests = {
        version: rulekit.load(law / "enacted" / f"{version}.yaml").digest for version in ("1.2.0", "1.3.0")
    }
    repeal(law, "Stop.", later(7))
    for version, digest in digests.items():
        assert ruleset_of_digest(law, digest).version == version
    assert ruleset_of_digest(law, rulekit.load(law).digest).version == "1.4.0"


def test_an_unknown_digest_is_told_with_what_is_known(law):
    with pytest.raises(LawError, match="there is no law of this digest") as raised:
        ruleset_of_digest(law, "sha256:0")
    assert raised.value.got == "sha256:0"
    for words in ("fraud.card_present 1.2.0", "fraud.card_present 1.3.0", "1.4.0, a draft"):
        assert words in str(raised.value.expected)


def test_a_copy_that_was_changed_is_not_replayed(law):
    digest = law_in_force(law).digest
    edit(law / "enacted" / "1.2.0.yaml", "title: Large amount abroad", "title: Small amount abroad")
    with pytest.raises(LawError, match="not the one that was enacted"):
        ruleset_of_digest(law, digest)
    (law / "enacted" / "1.2.0.yaml").unlink()
    with pytest.raises(LawError, match="not the one that was enacted") as raised:
        ruleset_of_digest(law, digest)
    assert raised.value.got == "none"


def test_a_law_is_found_in_a_tree(law, tmp_path):
    other = tmp_path / "hep" / "menu"
    other.mkdir(parents=True)
    (other / "ruleset.yaml").write_text(TRIGGER)
    broken = tmp_path / "aaa"
    broken.mkdir()
    (broken / "ruleset.yaml").write_text("rules: [")
    digest = rulekit.load(law / "enacted" / "1.2.0.yaml").digest
    assert (find_law(tmp_path, digest).folder, find_law(tmp_path, digest).ruleset.version) == (law, "1.2.0")
    assert find_law(tmp_path, rulekit.load(TRIGGER).digest).folder == other
    with pytest.raises(LawError) as raised:
        find_law(tmp_path, "sha256:0")
    for words in ("there is no law of this digest", "hep.menu 0.1.0, a draft", "this is not YAML"):
        assert words in str(raised.value)


def test_times_have_a_zone():
    time = parse_time("2026-03-01T13:30+01:00")
    assert time == parse_time("2026-03-01T12:30:00Z")
    assert time_text(time) == "2026-03-01T12:30:00Z"
    assert now().microsecond == 0
    with pytest.raises(LawError, match="no zone") as raised:
        parse_time("2026-03-01T12:00")
    assert raised.value.hint is not None
    with pytest.raises(LawError, match="this is no time"):
        parse_time("yesterday")
