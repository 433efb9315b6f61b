"""Findings: their words, their counts, and lists of them."""

import json

import polars as pl
import pytest

import rulekit
from rulekit.errors import RulekitError
from rulekit.findings import (
    Finding,
    Findings,
    event_counts,
    event_findings,
    serious,
    threshold_findings,
)
from rulekit.ir.schema import DType, Feature

ERROR = Finding(code="unreachable", subject="rule late", message="it never decides", level="error")
NOTE = Finding(code="idle-literal", subject="rule late", message="no decision needs it", level="note")
WARNING = Finding(code="gap", subject="the law", message="some events have no rule", count=3)


def test_a_finding_in_words():
    assert str(ERROR) == "unreachable: rule late: it never decides"
    assert ERROR.rule == "late"
    assert WARNING.rule is None
    assert WARNING.level == "warning"


def test_a_code_that_is_none_is_refused():
    with pytest.raises(RulekitError, match="Finding: code"):
        Finding(code="odd", subject="x", message="y")


def test_notes_are_not_serious():
    assert serious([ERROR, NOTE, WARNING]) == [ERROR, WARNING]


def test_a_list_of_findings_is_a_list():
    found = Findings([ERROR, NOTE])
    assert found == [ERROR, NOTE]
    assert Findings() == []
    assert not Findings()


def test_a_list_of_findings_shows_itself():
    found = Findings([ERROR, NOTE, NOTE, WARNING])
    assert repr(found) == "Findings(1 error, 1 warning, 2 notes)"
    assert str(found).splitlines()[0] == "error: unreachable: rule late: it never decides"
    assert (repr(Findings()), str(Findings())) == ("Findings(none)", "no findings")


def test_a_list_of_findings_as_json():
    found = json.loads(Findings([WARNING]).to_json())
    assert found == [
        {
            "code": "gap",
            "subject": "the law",
            "message": "some events have no rule",
            "count": 3,
            "level": "warning",
        }
    ]


def test_a_list_of_findings_as_html_is_escaped():
    odd = ERROR.model_copy(update={"message": "<b>&"})
    html = Findings([odd])._repr_html_()
    assert "&lt;b&gt;&amp;" in html
    assert "<b>" not in html
    assert "no findings" in Findings()._repr_html_()


def law(when, otherwise="low"):
    return rulekit.load(
        "name: t\nversion: 1.0.0\nschema: {name: t, version: 1.0.0, features: ["
        f"{{name: a, dtype: int32, bounds: [0, 10]}}, {{name: b, dtype: int32}}]}}\n"
        f"hit_policy: first\notherwise: {otherwise}\n"
        f"rules: [{{id: r, when: [{when}], then: high}}]\n"
    )


@pytest.mark.parametrize(
    ("when", "outside"),
    [
        ("a > 10", False),
        ("a > 0", False),
        ("a > 11", True),
        ("a < -1", True),
        ("b > 99", False),
        ("'a in {99}'", False),
    ],
)
def test_thresholds_outside_the_bounds(when, outside):
    found = threshold_findings(law(when))
    assert bool(found) is outside
    if outside:
        assert found[0].code == "threshold-out-of-bounds"
        assert found[0].subject == "rule r"
        assert f"{when}: the threshold is outside the bounds [0, 10]" in found[0].message.replace(".0", "")


FEATURES = (
    Feature(name="n", dtype=DType.INT32, bounds=(0, 10)),
    Feature(name="x", dtype=DType.FLOAT32, bounds=(0.0, 1.0)),
    Feature(name="c", dtype=DType.CATEGORY, categories=("SE", "NO")),
    Feature(name="free", dtype=DType.INT64),
)


def counted(frame):
    columns = {name: pl.col(name) for name in frame.columns}
    return frame.select(event_counts(FEATURES, columns)).row(0, named=True)


def test_events_outside_bounds_and_categories_are_counted():
    frame = pl.DataFrame(
        {
            "n": [0, 10, 11, -1, None],
            "x": [0.0, 1.0, float("nan"), 1.5, None],
            "c": ["SE", "NO", "se", "", None],
            "free": [1, 2, 3, 4, 5],
        },
        schema={"n": pl.Int32, "x": pl.Float32, "c": pl.String, "free": pl.Int64},
    )
    assert counted(frame) == {"n": 2, "x": 1, "c": 2}


def test_counts_become_findings():
    found = event_findings(FEATURES, {"n": 2, "x": 0, "c": 1})
    assert [(one.code, one.subject, one.count) for one in found] == [
        ("out-of-bounds", "n", 2),
        ("unknown-category", "c", 1),
    ]
    assert event_findings(FEATURES, {}) == []
