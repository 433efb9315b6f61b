"""The sections of an explanation in a notebook."""

from __future__ import annotations

from pages import Page
from shop import law, score_law

from rulekit.explanation.explainer import explain

EVENT = {"amount": 800.0, "cards": 5, "country": "DK"}


def text(ruleset, event, **options) -> str:
    return Page(explain(ruleset, event, **options)._repr_html_()).text


def test_points_have_a_table_of_their_own() -> None:
    said = text(score_law(), EVENT)
    assert "Points: 10" in said
    assert (
        "outcome points needed this event review 3 reached with 7 to spare block 5 reached with 5 to spare"
        in said
    )
    assert "Points:" not in text(law(), EVENT)
    low = text(score_law(), {"amount": 1.0, "cards": 1, "country": "SE", "device_age": 5.0})
    assert "review 3 3 short block 5 5 short" in low


def test_no_rule_no_table() -> None:
    said = text(law(), {"amount": 1.0, "cards": 1, "country": "SE", "device_age": 5.0})
    assert "Rules that hit" not in said
    assert "Reasons, in order" not in said
    assert "Nearest rules that did not hit" in said
    empty = text(law(rules=[]), EVENT)
    assert "Nearest rules" not in empty


def test_the_change_names_its_cost_or_that_there_is_none() -> None:
    assert "then: " in text(law(), EVENT)
    assert "cost " in text(law(), EVENT)
    fixed = text(law(), EVENT, immutable=["amount", "cards", "country", "device_age", "online"])
    assert "no change that is allowed leads to review or approve; that is proved" in fixed
    assert "cost " not in fixed


def test_reasons_stand_in_their_order() -> None:
    assert "Reasons, in order many-cards , away , dear" in text(score_law(), EVENT)
