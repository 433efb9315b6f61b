"""A comparison as a value: JSON that gives it back, one line about it, and what is refused."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from shop import RULES, SCHEMA, law, make_events, score_law

from rulekit.errors import RulekitError
from rulekit.reports.diff.diff import diff_of
from rulekit.reports.diff.events import ReferenceOptions
from rulekit.reports.diff.model import Bump, ChangedRegion, Diff, RegionBox
from rulekit.store.compare import compare

FEWER = law(version="1.3.0", rules=RULES[:-1])
REQUIRED = [{**each, "required": each["name"] in {"amount", "cards"}} for each in SCHEMA["features"]]
REGION = {"old": "a", "new": "b", "old_rule": None, "new_rule": "r", "unless": (), "points": None, "through": (),
          "plausible": True, "event": {}, "where": ()}  # fmt: skip


def test_a_value_survives_json() -> None:
    found = diff_of(compare(law(), FEWER), ReferenceOptions(make_events(60), truth="fraud"))
    text = json.dumps(found.to_document(), allow_nan=False)
    assert Diff.model_validate(json.loads(text)) == found


@pytest.mark.parametrize(
    "new",
    [law(), law(schema={**SCHEMA, "features": REQUIRED}, version="2.0.0"), score_law()],
    ids=["same", "required", "other policy"],
)
def test_json_text_is_that_of_the_document(new) -> None:
    found = diff_of(compare(law(), new))
    assert json.loads(found.to_json()) == found.to_document()
    assert Diff.model_validate(json.loads(found.to_json())) == found
    assert found.to_json().startswith('{\n  "old": {\n    "name": "shop.card"')


def test_letters_of_any_script_stay_as_they_are() -> None:
    found = diff_of(compare(law(), law(rules=[{**RULES[0], "title": "För många kort"}, *RULES[1:]])))
    assert "För många kort" in found.to_json()


def test_what_a_comparison_says_in_a_line() -> None:
    assert repr(diff_of(compare(law(), replace(law(), version="1.2.4")))) == (
        "Diff(shop.card 1.2.3 to shop.card 1.2.4: No decision changes: proved for every event.)"
    )


@pytest.mark.parametrize(
    ("model", "given", "wrong"),
    [
        (ChangedRegion, REGION, {"more": 1}),
        (ChangedRegion, REGION, {"reference": 0.5}),
        (ChangedRegion, REGION, {"where": ["x > 1"]}),
        (RegionBox, {"when": (), "words": ()}, {"words": "x"}),
        (
            Bump,
            {"least": "patch", "because": "", "least_version": "1.0.1", "enough": True},
            {"least": "tiny"},
        ),
    ],
)
def test_what_does_not_fit_is_refused(model: Any, given: dict[str, Any], wrong: dict[str, Any]) -> None:
    model.model_validate(given)
    with pytest.raises(RulekitError):
        model.model_validate({**given, **wrong})
