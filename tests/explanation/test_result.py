"""An explanation as its reader meets it: every way to name a law, a letter, JSON and HTML."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
from fixtures import FRAUD, TRIGGER
from lawfolders import make_law
from pages import Page
from places import RULES

import rulekit
from rulekit.errors import EventError, LawError, RulekitError
from rulekit.explanation.explainer import Explainer, explain
from rulekit.explanation.result import Explanation
from rulekit.explanation.text import as_text
from rulekit.ir.notation.document import ruleset_to_json
from rulekit.ir.numerics import Fixed, FixedFormat

EVENT = {"amount": 6000.0, "cards_per_device_1h": 5, "country": "DK"}


def test_every_way_to_name_a_law_gives_the_same(tmp_path: Path) -> None:
    folder = make_law(tmp_path / "law")
    ruleset = rulekit.load(FRAUD)
    expected = Explainer(ruleset).explain(EVENT)
    for way in (ruleset, FRAUD, ruleset_to_json(ruleset), folder, str(folder), folder / "ruleset.yaml"):
        assert explain(way, EVENT) == expected, way


def test_an_enacted_version_is_named_by_its_folder() -> None:
    folder = RULES / "fraud" / "card_payments"
    event = {feature.name: None for feature in rulekit.load(folder).schema.features} | {"amount": 40.0}
    for version in ("0.1.0", "in-force"):
        found = explain(f"{folder}@{version}", event)
        assert (found.version, found.digest) == ("0.1.0", rulekit.load(f"{folder}@0.1.0").digest)


def test_the_verb_passes_on_everything_it_takes() -> None:
    limits = {
        "immutable": ["country"],
        "monotone": {"amount": "down"},
        "scales": {"amount": 10.0},
        "losable": True,
        "budget": 5000,
        "numerics": Fixed(formats={
            "amount": FixedFormat(width=20, fraction=2),
            "cards_per_device_1h": FixedFormat(width=12, fraction=0),
            "device_age": FixedFormat(width=20, fraction=4),
        }),
    }  # fmt: skip
    made = Explainer(rulekit.load(FRAUD), **limits)
    assert made.limits.monotone == {"amount": "down"}
    for toward in (None, "approve", "review", "block"):
        assert explain(FRAUD, EVENT, toward=toward, **limits) == made.explain(EVENT, toward=toward)


@pytest.mark.parametrize("direction", ["up", "down"])
def test_a_monotone_number_changes_one_way(direction: str) -> None:
    for amount in (10.0, 60.0, 6000.0):
        found = explain(FRAUD, {**EVENT, "amount": amount}, monotone={"amount": direction})
        for change in found.counterfactual.changes:
            if change.feature == "amount":
                assert (change.after > amount) == (direction == "up")


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda: explain("nowhere.yaml", EVENT), LawError),
        (lambda: explain(FRAUD, {"amount": "much"}), EventError),
        (lambda: explain(FRAUD, EVENT, toward="refuse"), RulekitError),
        (lambda: explain(FRAUD, EVENT, monotone={"amount": 1}), RulekitError),
        (lambda: explain(FRAUD, EVENT, monotone={"amout": "up"}), RulekitError),
        (lambda: explain(FRAUD, EVENT, monotone={"country": "up"}), RulekitError),
        (lambda: explain(FRAUD, EVENT, immutable=["amout"]), RulekitError),
        (lambda: explain(FRAUD, EVENT, scales={"amount": 0}), RulekitError),
    ],
)
def test_what_makes_no_sense_is_an_error(call, error) -> None:
    with pytest.raises(error):
        call()


def test_a_misspelt_option_is_no_option() -> None:
    with pytest.raises(TypeError, match="monoton"):
        explain(FRAUD, EVENT, monoton={"amount": "up"})


def test_str_is_the_letter_and_repr_is_a_line() -> None:
    found = explain(FRAUD, EVENT)
    assert str(found) == as_text(found)
    assert str(found).splitlines()[0] == "fraud.card_present 1.2.0: review"
    assert repr(found) == f"Explanation(fraud.card_present 1.2.0: review; {found.summary})"


def test_json_gives_the_explanation_back() -> None:
    for event in (EVENT, {}, {"amount": math.inf, "device_age": 0.1}):
        found = explain(FRAUD, event)
        document = json.loads(found.to_json())
        assert document == found.to_document()
        json.dumps(document, allow_nan=False)
    assert Explanation.model_validate(explain(FRAUD, EVENT).to_document()) == explain(FRAUD, EVENT)


def test_the_html_says_what_the_letter_says() -> None:
    for law, event in (
        (FRAUD, EVENT),
        (FRAUD, {}),
        (TRIGGER, {"met": 160.0, "jets": 1, "dimuon_mass": 20.0}),
    ):
        found = explain(law, event)
        page = Page(found._repr_html_())
        assert page.text.startswith(f"{found.name} {found.version}: {found.outcome} {found.summary}")
        said = [*(hit.rule for hit in found.hits), *(rule.rule for rule in found.why_not)]
        said += [literal.words for literal in found.why]
        said += [literal.words for rule in found.why_not for literal in rule.failing]
        said += [change.words for change in found.counterfactual.changes]
        said += [found.counterfactual.words, *(hit.because for hit in found.hits)]
        for words in said:
            assert " ".join(words.split()) in page.text
        assert {"script", "style", "link"}.isdisjoint(page.tags)


def test_text_of_a_law_can_not_become_markup() -> None:
    evil = FRAUD.replace("Large amount abroad", '"<b>Large</b>"').replace(
        "because: Card testing.", "because: <i>Card</i> testing."
    )
    html = explain(evil, {**EVENT, "<img>": 1})._repr_html_()
    assert "<b>" not in html
    assert "<i>" not in html
    assert "<img>" not in html
    assert "&lt;i&gt;Card&lt;/i&gt;" in html
    assert "Not in the schema and ignored" in html


def test_a_known_value_is_lost_only_where_that_is_allowed() -> None:
    event = {"amount": 60.0, "cards_per_device_1h": 5, "country": "SE", "device_age": 10.0}
    options = {"toward": "review", "immutable": ["country", "amount"]}
    assert explain(FRAUD, event, **options).counterfactual.answer == "none"
    found = explain(FRAUD, event, losable=True, **options).counterfactual
    assert [(change.feature, change.after, change.cost) for change in found.changes] == [
        ("device_age", None, 1.0)
    ]
