"""The status of a law over its history, and the notes beside it."""

import pytest
from lawfolders import HOUR, amend, edit, make_law

from rulekit.errors import LawError
from rulekit.store.acts.enact import enact, repeal, rollback
from rulekit.store.acts.status import in_force, status_at

pytestmark = pytest.mark.usefixtures("precedents_by_semantics")


@pytest.fixture(scope="module")
def history(tmp_path_factory, precedents_by_semantics):
    folder = make_law(tmp_path_factory.mktemp("laws") / "law")
    first = enact(folder)
    amend(folder)
    enact(folder, begins=first.begins + HOUR)
    rollback(folder, "1.2.0", "It was better.", begins=first.begins + 2 * HOUR)
    repeal(folder, "Stop.", begins=first.begins + 3 * HOUR)
    return folder, first.begins


@pytest.mark.parametrize(
    ("hours", "version"), [(-1, None), (0, "1.2.0"), (0.5, "1.2.0"), (1, "1.3.0"), (2.5, "1.2.0"), (3, None)]
)
def test_what_is_in_force_when(history, hours, version):
    folder, start = history
    act = in_force(folder, start + hours * HOUR)
    assert (None if act is None else act.version) == version
    current = status_at(folder, start + hours * HOUR).current
    assert (None if current is None else current.version) == version


def test_every_act_has_its_status(history):
    folder, start = history
    found = status_at(folder, start + 2.5 * HOUR)
    assert [act.status for act in found.acts] == ["superseded", "superseded", "in force", "to come"]
    assert found.name == "fraud.card_present"
    assert found.at == start + 2.5 * HOUR
    assert (found.findings, found.notes) == ((), ())


def test_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(LawError, match="there is no such law folder"):
        status_at(tmp_path / "nowhere")


def test_a_folder_without_acts(tmp_path):
    found = status_at(make_law(tmp_path / "law"))
    assert (found.name, found.acts, found.current, found.notes) == (None, (), None, ())


def test_what_was_amended_is_noted(tmp_path):
    folder = make_law(tmp_path / "law")
    enact(folder)
    edit(folder / "cases.yaml", "card testing", "testing cards")
    edit(folder / "CHARTER.md", "Stop card testing.", "Stop fraud.")
    amend(folder)
    notes = status_at(folder).notes
    assert [note.split(" ")[0] for note in notes] == ["ruleset.yaml", "cases.yaml", "CHARTER.md"]
    assert "1.3.0" in notes[0]


def test_a_tampered_folder_has_no_law_in_force(tmp_path):
    folder = make_law(tmp_path / "law")
    enact(folder)
    edit(folder / "enacted" / "1.2.0.yaml", "approve", "block")
    assert status_at(folder).findings
    with pytest.raises(LawError, match="the file was changed"):
        in_force(folder)
