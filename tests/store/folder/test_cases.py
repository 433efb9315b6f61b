"""Precedents: how they are read, and what they are held against."""

import pytest

from rulekit.errors import LawError
from rulekit.store.folder.cases import Case, load_cases, run_cases

TESTING = {"amount": 60, "cards_per_device_1h": 5, "country": "DK"}


def write(folder, text):
    path = folder / "cases.yaml"
    path.write_text(text)
    return path


def test_cases_are_read_in_their_order(tmp_path):
    text = "- {name: one, event: {amount: 1}, outcome: approve}\n- {name: two, event: {}, outcome: x, rule: null}\n"
    one, two = load_cases(write(tmp_path, text))
    assert (one.name, one.event, one.outcome) == ("one", {"amount": 1}, "approve")
    assert "rule" not in one.model_fields_set
    assert "rule" in two.model_fields_set


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name: one\n", "cases are a list"),
        ("", "cases are a list"),
        ("- {name: one, event: {}}\n", "outcome"),
        ("- {name: '', event: {}, outcome: x}\n", "name"),
        ("- {name: one, event: {}, outcome: x, outcom: y}\n", "outcom"),
    ],
)
def test_what_is_no_list_of_cases_is_refused(tmp_path, text, message):
    with pytest.raises(LawError, match=message) as raised:
        load_cases(write(tmp_path, text))
    assert "cases.yaml" in str(raised.value)


def test_an_error_names_its_line(tmp_path):
    path = write(tmp_path, "- {name: one, event: {}, outcome: x}\n- name: two\n  event: {}\n  outcome: [x]\n")
    with pytest.raises(LawError, match=r"cases\.yaml:4"):
        load_cases(path)


def test_a_case_that_holds_gives_no_finding(fraud):
    case = Case(name="testing", event=TESTING, outcome="review", rule="many-cards-one-device")
    assert run_cases(fraud, [case]) == []


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        ({"outcome": "approve"}, "expected outcome approve, got review"),
        ({"outcome": "review", "rule": None}, "expected rule None, got many-cards-one-device"),
        ({"outcome": "review", "hits": ()}, "expected hits (), got ('many-cards-one-device',)"),
    ],
)
def test_a_case_that_does_not_hold_is_a_finding_of_every_target(fraud, wanted, message):
    found = run_cases(fraud, [Case(name="testing", event=TESTING, **wanted)])
    assert {one.code for one in found} == {"precedent"}
    assert {one.subject for one in found} == {"testing"}
    assert len(found) > 1, "the targets decide, too"
    assert found[0].message == f"on semantics: {message}"


def test_what_is_not_asked_is_not_compared(fraud):
    assert run_cases(fraud, [Case(name="testing", event=TESTING, outcome="review")]) == []
