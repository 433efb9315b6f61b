"""The project's own law, under rules/, obeys what the project demands of law."""

import pytest
from places import RULES

import rulekit
from rulekit.registry import Registry
from rulekit.store.folder.folder import read

FOLDERS = sorted(path.parent for path in RULES.glob("*/*/ruleset.yaml"))


@pytest.fixture(params=FOLDERS, ids=lambda folder: "/".join(folder.parts[-2:]))
def folder(request):
    return request.param


def test_there_is_law_for_each_domain():
    assert {folder.parent.name for folder in FOLDERS} >= {"hep", "fraud"}


def test_the_law_is_sound_and_every_precedent_holds_on_every_target(folder):
    assert rulekit.check(folder) == []


def test_the_name_is_the_place(folder):
    assert read(folder).ruleset.name == ".".join(folder.parts[-2:])


def test_the_charter_says_what_it_must(folder):
    text = (folder / "CHARTER.md").read_text()
    for heading in ("Purpose", "Scope", "Owner", "Who is affected", "How to appeal"):
        assert f"**{heading}.**" in text


def test_each_rule_and_the_otherwise_have_a_precedent(folder):
    law = read(folder)
    decided = {case.rule for case in law.cases if "rule" in case.model_fields_set}
    assert decided >= {rule.id for rule in law.ruleset.rules} | {None}


def test_each_rule_has_a_title_and_a_reason(folder):
    assert all(rule.title and rule.because for rule in read(folder).ruleset.rules)


def test_where_the_law_comes_from_is_on_record(folder):
    provenance = read(folder).ruleset.provenance
    assert provenance is not None
    assert provenance.command is not None
    assert provenance.command.startswith("rulekit induce ")


def test_the_vocabulary_is_that_of_the_pack(folder):
    pack = Registry("pack", "rulekit.packs", {}).get(folder.parent.name)
    assert read(folder).ruleset.schema == pack.SCHEMA


def test_the_law_still_selects_what_its_pack_generates(folder):
    """On fresh events: the signal is many times as frequent among what is selected as before."""
    pack = Registry("pack", "rulekit.packs", {}).get(folder.parent.name)
    events = pack.generate(20_000, 99)
    ruleset = read(folder).ruleset
    chosen = events.filter(rulekit.expr(ruleset))
    assert 0.002 < chosen.height / events.height < 0.15
    assert chosen[pack.TRUTH].mean() > 6 * events[pack.TRUTH].mean()
