"""The audit as a value: JSON that gives it back, and what it shows of itself."""

from __future__ import annotations

import json
import math

import pytest
from pages import Page
from shop import audited_of, law, make_events, score_law

from rulekit.reports.audit.assemble import assemble
from rulekit.reports.audit.model.audit import Audit
from rulekit.reports.audit.sections.replay import replay_decisions

EVENTS = make_events(300, seed=5)


@pytest.fixture(scope="module", params=[law(), score_law()], ids=["first", "score"])
def found(request) -> Audit:
    audited = audited_of(request.param, EVENTS, truth="fraud", expect=("efficiency >= 0.9",))
    return assemble(audited, replay_decisions(audited, 20, 0), command="rulekit audit decisions.parquet")


def test_an_audit_comes_back_from_its_json(found: Audit) -> None:
    assert Audit.model_validate(json.loads(found.to_json())) == found
    assert json.loads(found.to_json()) == found.to_document()
    assert found.to_json().startswith('{\n  "law"')


def test_numbers_that_json_does_not_have_become_words_or_null(found: Audit) -> None:
    (feature, *rest) = found.data.features or ()
    odd = feature.model_copy(update={"lowest": -math.inf, "highest": math.inf})
    data = found.data.model_copy(update={"features": (odd, *rest)})
    measures = found.measures.model_copy(update={"teacher_f1": math.nan})
    document = found.model_copy(update={"data": data, "measures": measures}).to_document()
    first = document["data"]["features"][0]
    assert (first["lowest"], first["highest"]) == ("-Infinity", "Infinity")
    assert document["measures"]["teacher_f1"] is None
    json.dumps(document, allow_nan=False)


def test_what_an_audit_says_in_a_line(found: Audit) -> None:
    said = repr(found)
    assert "\n" not in said
    assert len(said) < 200
    assert said.startswith("Audit(shop.card 1.2.3, sha256:")
    assert "holds; 300 decisions; gates: 1 met, 2 not met; 3 findings)" in said
    assert str(found) == (
        f"shop.card 1.2.3: {found.replay.sentence} 2 of 3 gates are not met: findings, efficiency."
    )


def test_whether_it_holds_and_what_is_not_met(found: Audit) -> None:
    assert found.holds
    assert [gate.name for gate in found.unmet] == ["findings", "efficiency"]
    broken = found.model_copy(update={"replay": found.replay.model_copy(update={"verdict": "not replayed"})})
    assert not broken.holds


def test_the_headline_in_a_notebook(found: Audit) -> None:
    html = found._repr_html_()
    page = Page(html)
    assert "Audit of shop.card 1.2.3" in page.text
    assert "The record holds." in page.text
    for gate in found.gates:
        assert (
            f"{gate.name} {gate.claim} {gate.got} {gate.verdict}".replace("\N{NO-BREAK SPACE}", " ")
            in page.text
        )
    assert "false-positive rate" in page.text
    assert "fidelity" not in page.text
    assert {"script", "style", "link"}.isdisjoint(page.tags)
