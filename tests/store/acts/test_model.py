"""What was in force when follows from the acts, and never changes once the time has passed."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from rulekit.store.acts.model import Act, act_statuses, governing, version_in_force

START = datetime(2026, 3, 1, tzinfo=UTC)


def at(hour):
    return START + timedelta(hours=hour)


def act(kind, version, recorded, begins=None):
    """Return an act of the register, whose hours count from the start."""
    return Act(
        act=kind,
        name="a.b",
        version=version,
        digest="",
        text="",
        charter="",
        begins=at(recorded if begins is None else begins),
        recorded=at(recorded),
        hash="",
    )


HISTORY = (
    act("enact", "1.0.0", 0),
    act("enact", "1.1.0", 10, 20),
    act("repeal", "1.1.0", 30),
    act("rollback", "1.0.0", 40),
)


def test_each_time_has_its_version():
    hours = {-1: None, 0: "1.0.0", 19: "1.0.0", 20: "1.1.0", 29: "1.1.0", 30: None, 39: None, 40: "1.0.0"}
    found = {hour: version_in_force(HISTORY, at(hour)) for hour in hours}
    assert {hour: each and each.version for hour, each in found.items()} == hours


def test_status_and_until_are_those_of_the_time():
    assert [term.until for term in act_statuses(HISTORY, at(50))] == [at(20), at(30), at(40), None]
    assert {hour: [term.status for term in act_statuses(HISTORY, at(hour))] for hour in (5, 25, 35, 45)} == {
        5: ["in force", "to come", "to come", "to come"],
        25: ["superseded", "in force", "to come", "to come"],
        35: ["superseded", "repealed", "repeal", "to come"],
        45: ["superseded", "repealed", "superseded", "in force"],
    }


def test_an_act_displaces_those_that_had_not_begun():
    acts = (act("enact", "1.0.0", 0), act("enact", "2.0.0", 1, 100), act("repeal", "1.0.0", 2))
    assert [term.status for term in act_statuses(acts, at(200))] == ["repealed", "withdrawn", "repeal"]
    assert version_in_force(acts, at(200)) is None


DRAWN = st.lists(
    st.tuples(st.sampled_from(["enact", "repeal", "rollback"]), st.integers(0, 20), st.integers(0, 20)),
    max_size=6,
)


@given(DRAWN, st.integers(0, 60))
def test_no_later_act_changes_what_was_in_force(drawn, hour):
    recorded, acts = 0, []
    for kind, wait, ahead in drawn:
        recorded += wait
        acts.append(act(kind, f"1.{len(acts)}.0", recorded, recorded + ahead))
    known_then = [each for each in acts if each.recorded <= at(hour)]
    assert governing(acts, at(hour)) == governing(known_then, at(hour))
    in_force = [term for term in act_statuses(acts, at(hour)) if term.status == "in force"]
    found = version_in_force(acts, at(hour))
    assert [term.version for term in in_force] == ([] if found is None else [found.version])
    for term in in_force:
        assert term.begins <= at(hour)
        assert term.until is None or term.until > at(hour)
