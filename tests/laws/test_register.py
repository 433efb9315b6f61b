"""The project's own law is enacted, its register is sound, and tampering with it is found."""

import shutil

import pytest
from places import RULES

import rulekit
from rulekit.store.acts.proposals import propose_enactment
from rulekit.store.acts.register import frozen_text, load_register
from rulekit.store.acts.status import in_force, status_at
from rulekit.store.folder.charter import missing_headings, read_charter
from rulekit.store.lookup import law_in_force, ruleset_of_digest
from rulekit.store.versions.versions import least_bump, least_version, version_key

FOLDERS = sorted(path.parent for path in RULES.glob("*/*/register.yaml"))


@pytest.fixture(params=FOLDERS, ids=lambda folder: "/".join(folder.parts[-2:]))
def folder(request):
    return request.param


@pytest.fixture
def latest(folder):
    """Return the version that was in force when the last act had begun, whatever the clock here says."""
    return law_in_force(folder, max(act.begins for act in load_register(folder)))


def test_every_law_is_enacted():
    assert [path.parent for path in sorted(RULES.glob("*/*/ruleset.yaml"))] == FOLDERS


def test_the_register_is_sound(folder):
    assert status_at(folder).findings == ()


def test_the_charter_is_that_of_the_last_act(folder):
    assert read_charter(folder / "CHARTER.md").officers == load_register(folder)[-1].officers
    assert missing_headings((folder / "CHARTER.md").read_text()) == []


def test_the_text_is_law_or_an_amendment_above_it(folder, latest):
    draft = rulekit.load(folder)
    if frozen_text(draft) != frozen_text(latest):
        least = least_version(latest.version, least_bump(latest, draft))
        assert version_key(draft.version) >= version_key(least)
        assert propose_enactment(folder).problems == ()


def test_whatever_was_decided_can_be_replayed(folder):
    for act in load_register(folder):
        assert ruleset_of_digest(folder, act.digest).digest == act.digest


@pytest.mark.parametrize("kind", ["enacted", "evidence"])
def test_tampering_with_a_copy_is_found(folder, tmp_path, kind):
    copy = shutil.copytree(folder, tmp_path / "law")
    path = min((copy / kind).iterdir())
    path.write_text(path.read_text() + "\n")
    assert [finding.subject for finding in status_at(copy).findings] == [f"{kind}/{path.name}"]
    with pytest.raises(rulekit.RulekitError, match=f"{kind}/{path.name}"):
        in_force(copy)
