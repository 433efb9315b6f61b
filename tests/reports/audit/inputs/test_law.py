"""Which ruleset recorded decisions are held to, by every way to name one."""

from __future__ import annotations

from pathlib import Path

import pytest
from places import RULES
from shop import law, make_events

import rulekit
from rulekit.errors import LawError
from rulekit.ir.notation.document import ruleset_to_json
from rulekit.reports.audit.api import audit
from rulekit.reports.audit.inputs.law import law_of_file, law_of_records, recorded_ruleset
from rulekit.store.folder.folder import draft
from rulekit_adapters import fraud

EVENTS = make_events(30)


def test_without_a_name_the_manifest_is_asked(record) -> None:
    path = record(law(), EVENTS)
    assert law_of_file(path) == (None, None)
    assert recorded_ruleset(path) == law()
    assert audit(path).law.digest == law().digest


def test_every_name_of_the_same_law(record, tmp_path: Path) -> None:
    path = record(law(), EVENTS)
    file = tmp_path / "law.json"
    file.write_text(ruleset_to_json(law()))
    draft(law(), tmp_path / "folder")
    for named, folder in (
        (law(), None),
        (ruleset_to_json(law()), None),
        (file, None),
        (str(file), None),
        (tmp_path / "folder", tmp_path / "folder"),
    ):
        found, place = law_of_file(path, named)
        assert found is not None
        assert (found.digest, place) == (law().digest, folder), named
        assert audit(path, ruleset=named, sample=5).holds


def test_an_absent_law_and_another_one(record, tmp_path: Path) -> None:
    path = record(law(), EVENTS)
    with pytest.raises(LawError):
        law_of_file(path, tmp_path / "nowhere")
    with pytest.raises(LawError, match="another ruleset"):
        audit(path, ruleset=law(otherwise="review"))


def test_an_enacted_version_brings_its_folder(record) -> None:
    folder = RULES / "fraud" / "card_payments"
    ruleset = rulekit.load(f"{folder}@0.1.0")
    frame = fraud.generate(300, seed=1)
    path = record(ruleset, frame, id_column=fraud.ID)
    for version in ("0.1.0", "in-force"):
        assert law_of_file(path, f"{folder}@{version}") == (ruleset, folder)
    found = audit(path, ruleset=f"{folder}@in-force", sample=5)
    assert (found.holds, found.status.state) == (True, "in force")
    assert found.charter
    with pytest.raises(LawError, match="never enacted"):
        law_of_file(path, f"{folder}@9.9.9")


def test_a_log_needs_a_name() -> None:
    with pytest.raises(LawError, match="not the law") as raised:
        law_of_records("log.sqlite", None)
    assert raised.value.hint is not None
    assert "ruleset=" in raised.value.hint
    assert law_of_records("log.sqlite", law()) == (law(), None)
    assert law_of_records("log.sqlite", ruleset_to_json(law()))[0].digest == law().digest
