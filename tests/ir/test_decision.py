"""How a decision shows itself; that it is right is tested with the semantics."""

from __future__ import annotations

import json

import pytest

from rulekit.ir.decision import Decision

FULL = Decision("block", rule="large-abroad", hits=("large-abroad", "other"))


@pytest.mark.parametrize(
    ("decision", "text"),
    [
        (Decision("approve"), "Decision('approve')"),
        (Decision("approve", hits=()), "Decision('approve', hits=())"),
        (Decision("block", rule="one"), "Decision('block', rule='one')"),
        (Decision("low", score=0), "Decision('low', score=0)"),
        (Decision("invalid", missing=("pt",)), "Decision('invalid', missing=('pt',))"),
        (FULL, "Decision('block', rule='large-abroad', hits=('large-abroad', 'other'))"),
    ],
)
def test_the_repr_is_short_and_gives_the_decision_back(decision: Decision, text: str) -> None:
    assert repr(decision) == text
    assert eval(text) == decision  # noqa: S307


def test_a_decision_is_a_value() -> None:
    assert Decision("a", rule="x") == Decision("a", "x")
    assert hash(Decision("a", hits=("x",))) == hash(Decision("a", hits=("x",)))
    with pytest.raises(AttributeError):
        FULL.outcome = "approve"


def test_as_json_every_field_is_there() -> None:
    assert (
        json.loads(FULL.to_json())
        == FULL.to_document()
        == {
            "outcome": "block",
            "rule": "large-abroad",
            "hits": ["large-abroad", "other"],
            "missing": [],
            "score": None,
        }
    )
    assert json.loads(Decision("a").to_json())["hits"] is None


def test_names_are_escaped_in_a_notebook() -> None:
    shown = Decision("<b>", rule="a&b", hits=("a&b",), score=12345)._repr_html_()
    assert "&lt;b&gt;" in shown
    assert "a&amp;b" in shown
    assert "score 12,345" in shown
    assert "lacks" not in shown
    assert "lacks <code" in Decision("invalid", missing=("pt",))._repr_html_()
