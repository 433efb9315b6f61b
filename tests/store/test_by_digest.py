"""Laws by digest: which is found, when it was in force, and what is said where there is none."""

from datetime import timedelta

import polars as pl
import pytest
from lawfolders import HOUR, amend, make_law

from rulekit.errors import LawError
from rulekit.store.acts.enact import enact, repeal
from rulekit.store.by_digest import AbsentLaw, FoundLaw, LawsByDigest, not_in_force
from rulekit.store.folder.times import now

pytestmark = pytest.mark.usefixtures("precedents_by_semantics")


@pytest.fixture(scope="module")
def history(tmp_path_factory, precedents_by_semantics):
    """A folder in which 1.2.0 begins now, 1.3.0 in one hour, and nothing is in force from two hours on."""
    folder = make_law(tmp_path_factory.mktemp("laws") / "fraud")
    first = enact(folder)
    amend(folder)
    second = enact(folder, begins=first.begins + HOUR)
    third = repeal(folder, "Stop.", begins=first.begins + 2 * HOUR)
    return folder, first, second, third


@pytest.mark.parametrize("above", [False, True])
def test_a_law_is_found_in_its_folder_and_in_a_tree(history, above):
    folder, first, second, _ = history
    laws = LawsByDigest([folder.parent if above else folder])
    found = laws.of_digest(first.digest)
    assert isinstance(found, FoundLaw)
    assert (found.ruleset.version, found.place) == ("1.2.0", folder)
    assert laws.of_digest(second.digest).ruleset.version == "1.3.0"


def test_a_single_file_is_a_law_without_acts(history, tmp_path):
    _, first, *_ = history
    make_law(tmp_path / "other")
    found = LawsByDigest([tmp_path / "other" / "ruleset.yaml"]).of_digest(first.digest)
    assert isinstance(found, FoundLaw)
    assert found.acts == ()
    assert found.spans == []


def test_a_digest_that_nobody_has_is_answered_with_what_there_is(history):
    folder, *_ = history
    missing = LawsByDigest([folder]).of_digest("sha256:" + "0" * 64)
    assert isinstance(missing, AbsentLaw)
    assert "fraud.card_present 1.2.0" in missing.why
    file = LawsByDigest([folder / "ruleset.yaml"]).of_digest("sha256:" + "0" * 64)
    assert file == AbsentLaw("the files have other digests")


def test_a_place_that_is_not_there_is_an_error(tmp_path):
    with pytest.raises(LawError, match="there is no such"):
        LawsByDigest([tmp_path / "nowhere"])


def test_a_law_is_in_force_from_its_act_to_the_next(history):
    folder, first, second, third = history
    laws = LawsByDigest([folder])
    one, other = laws.of_digest(first.digest), laws.of_digest(second.digest)
    assert one.spans == [(first.begins, second.begins)]
    assert other.spans == [(second.begins, third.begins)]
    second_later = timedelta(seconds=1)
    times = [
        first.begins - second_later, first.begins, second.begins - second_later, second.begins,
        second.begins + second_later, third.begins + second_later,
    ]  # fmt: skip
    frame = pl.DataFrame({"at": times})
    assert frame.select(one.in_force("at")).to_series().to_list() == [False, True, True, True, False, False]
    assert frame.select(other.in_force("at")).to_series().to_list() == [
        False,
        False,
        False,
        True,
        True,
        False,
    ]


def test_a_law_without_acts_is_never_in_force(history):
    folder, first, *_ = history
    found = FoundLaw(LawsByDigest([folder]).of_digest(first.digest).ruleset, folder)
    assert pl.DataFrame({"at": [now()]}).select(found.in_force("at")).item() is False


def test_what_governed_is_named(history):
    folder, first, second, third = history
    found = LawsByDigest([folder]).of_digest(first.digest)
    assert found.governing(first.begins) == "1.2.0"
    assert found.governing(second.begins) == "1.3.0"
    assert found.governing(third.begins) == "nothing"
    finding = not_in_force(found, 2, second.begins, third.begins)
    assert (finding.code, finding.count, finding.level) == ("not-in-force", 2, "error")
    assert finding.subject == "fraud.card_present 1.2.0"
    assert finding.message.endswith("in force was 1.3.0")
    assert " at " in not_in_force(found, 1, third.begins, third.begins).message


def test_a_folder_that_was_tampered_with_is_reported_once(tmp_path):
    folder = make_law(tmp_path / "fraud")
    digest = enact(folder).digest
    laws = LawsByDigest([folder])
    found = laws.of_digest(digest)
    assert laws.findings([found]) == []
    (folder / "enacted" / "stranger.yaml").write_text("x: y\n")
    findings = laws.findings([found, found])
    assert [finding.subject for finding in findings] == ["enacted/stranger.yaml"]
