"""Finding a law: by name, by the time it was in force, by its digest."""

from pathlib import Path

import pytest
from fixtures import FRAUD, TRIGGER
from lawfolders import amend, edit, later, make_law

import rulekit
from rulekit.errors import LawError
from rulekit.ir.notation.document import ruleset_to_json
from rulekit.store.acts.enact import enact, repeal
from rulekit.store.acts.status import in_force, status_at
from rulekit.store.folder.folder import LawFolder
from rulekit.store.folder.times import now, parse_time, time_text
from rulekit.store.lookup import find_law, law_in_force, load, read_law, ruleset_of_digest


@pytest.fixture
def law(tmp_path):
    """Return a law with one version in force, one to come, and an amendment as a draft."""
    folder = make_law(tmp_path / "fraud" / "card")
    enact(folder)
    amend(folder, "1.3.0")
    enact(folder, begins=later(5))
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
    repeal(law, "Stop.", begins=later(7))
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


def test_laws_are_opened_by_where_they_lie(tmp_path):
    folder = make_law(tmp_path / "law")
    enact(folder)
    amend(folder)
    assert load(f"{folder}@1.2.0").version == "1.2.0"
    assert load(folder).version == "1.3.0"
    assert load(folder / "ruleset.yaml") == load(folder)
    assert load(load(FRAUD)) == load(FRAUD)


def test_a_version_that_was_never_enacted_or_was_tampered_with(tmp_path):
    folder = make_law(tmp_path / "law")
    with pytest.raises(LawError, match="never enacted") as caught:
        load(f"{folder}@1.2.0")
    assert caught.value.expected == "an enacted version, and there is none"
    enact(folder)
    with pytest.raises(LawError) as caught:
        load(f"{folder}@9.0.0")
    assert (caught.value.expected, caught.value.got) == ("one of 1.2.0", "9.0.0")
    edit(folder / "enacted" / "1.2.0.yaml", "amount > 5000", "amount > 4000")
    with pytest.raises(LawError, match="the copy is not the one that was enacted"):
        load(f"{folder}@1.2.0")
    with pytest.raises(LawError, match="no such law folder"):
        load(f"{tmp_path / 'nowhere'}@1.2.0")


def test_a_path_with_an_at_sign_is_a_path(tmp_path):
    folder = make_law(tmp_path / "bank@home")
    assert load(str(folder)).name == "fraud.card_present"


def test_every_way_to_name_a_law_gives_the_same_ruleset(tmp_path, monkeypatch):
    folder = make_law(tmp_path / "law")
    enact(folder)
    ruleset = load(FRAUD)
    (tmp_path / "law.json").write_text(ruleset_to_json(ruleset))
    monkeypatch.chdir(tmp_path)
    ways = [
        ruleset,
        FRAUD,
        ruleset_to_json(ruleset),
        folder,
        str(folder),
        folder / "ruleset.yaml",
        "law.json",
        "law",
    ]
    ways += ["law@in-force", "law@1.2.0", Path("law@1.2.0"), read_law(folder)]
    assert [load(way).digest for way in ways] == [ruleset.digest] * len(ways)


def test_a_ruleset_is_given_back_as_it_is():
    ruleset = load(FRAUD)
    assert load(ruleset) is ruleset
    assert read_law(ruleset) == LawFolder(ruleset)
    assert read_law(read_law(FRAUD)).ruleset == ruleset


def test_a_folder_is_read_with_its_precedents_and_an_enacted_version_without(tmp_path):
    folder = make_law(tmp_path / "law")
    enact(folder)
    assert [case.name for case in read_law(folder).cases] == ["card testing", "an ordinary payment"]
    assert read_law(f"{folder}@in-force").cases == ()
    assert read_law(f"{folder}@in-force").file == folder / "enacted" / "1.2.0.yaml"
    assert (read_law(FRAUD).folder, read_law(FRAUD).file) == (None, None)


@pytest.mark.parametrize(
    "name", ["absent", "absent.yaml", "rules/absent", "a: b.json", "x" * 5000, "zero\0byte"]
)
def test_a_law_that_is_not_there_says_what_would_have_been_one(name):
    with pytest.raises(LawError, match="there is no such file or folder") as raised:
        load(name)
    assert raised.value.where.file == name
    for way in ("law folder", "YAML or JSON", "FOLDER@VERSION", "FOLDER@in-force", "text", "Ruleset"):
        assert way in raised.value.expected


@pytest.mark.parametrize("thing", [None, 3, b"law.yaml", ["law.yaml"], {"name": "law"}])
def test_what_names_no_law_is_refused(thing):
    with pytest.raises(LawError, match="this does not name a law") as raised:
        load(thing)
    assert raised.value.got == type(thing).__name__


@pytest.mark.parametrize("text", ["just: one line", "{}", '  {"name": "law"}', "name: law\nrules: []"])
def test_text_is_read_as_text(text):
    with pytest.raises(LawError) as raised:
        load(text)
    assert "no such file" not in str(raised.value)


def test_an_existing_file_is_a_file_whatever_its_name(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("odd: name").write_text(FRAUD)
    assert load("odd: name").digest == load(FRAUD).digest


def test_nothing_in_force_and_no_folder_are_told_apart(tmp_path):
    folder = make_law(tmp_path / "law")
    with pytest.raises(LawError, match="nothing is in force"):
        load(f"{folder}@in-force")
    with pytest.raises(LawError, match="there is no such law folder") as raised:
        load(f"{tmp_path / 'gone'}@in-force")
    assert raised.value.where.file == str(tmp_path / "gone")
