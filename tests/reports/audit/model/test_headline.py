"""Gates in words, and the headline for a notebook."""

from __future__ import annotations

import pytest
from pages import Page

from rulekit.reports.audit.model.headline import gates_counted, gates_in_words, headline_html
from rulekit.reports.audit.model.law import Gate
from rulekit.reports.common.intervals import MeasureTable, Share
from rulekit.reports.replay.model import Replay


def gate(name: str, verdict: str) -> Gate:
    return Gate.model_validate(
        {
            "name": name,
            "claim": f"at least <{name}>",
            "basis": "asked for",
            "got": "x & y",
            "verdict": verdict,
        }
    )


@pytest.mark.parametrize(
    ("verdicts", "words"),
    [
        (("met", "met"), "All 2 gates are met."),
        (("met", "can't tell"), "No gate of 2 is missed; 1 can't be told."),
        (("not met", "can't tell"), "1 of 2 gates is not met: g0."),
        (("not met", "met", "not met"), "2 of 3 gates are not met: g0, g2."),
    ],
)
def test_gates_in_a_sentence(verdicts: tuple[str, ...], words: str) -> None:
    assert gates_in_words([gate(f"g{number}", verdict) for number, verdict in enumerate(verdicts)]) == words


def test_a_gate_that_fails_twice_is_named_once() -> None:
    assert gates_in_words([gate("rate", "not met"), gate("rate", "not met")]) == (
        "2 of 2 gates are not met: rate."
    )


def test_gates_are_counted_by_verdict() -> None:
    gates = [gate("a", "met"), gate("b", "not met"), gate("c", "met")]
    assert gates_counted(gates) == "2 met, 1 not met"


@pytest.mark.parametrize(
    ("verdict", "said"),
    [
        ("holds", "The record holds."),
        ("does not hold", "The record does not hold."),
        ("not replayed", "Not replayed."),
    ],
)
def test_the_verdict_comes_first_and_text_is_escaped(verdict: str, said: str) -> None:
    replay = Replay.model_validate(
        {"verdict": verdict, "sentence": "A <b> sentence.", "decisions": 1, "compared": 1, "sampled": 0, "seed": 0,
         "mismatched": 0}
    )  # fmt: skip
    half = Share(value=0.5, low=0.4, high=0.6, part=1, whole=2)
    html = headline_html(
        "Audit <x>", replay, MeasureTable(events=2, rate=half, purity=half), [gate("g", "met")]
    )
    text = Page(html).text
    assert text.startswith(f"Audit <x> {said} A <b> sentence.")
    assert "accepted 50 % 40 to 60 purity" in text
    assert "g at least <g> x & y met" in text
    assert "<b>" not in html
