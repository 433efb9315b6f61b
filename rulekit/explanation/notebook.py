"""The explanation as HTML for a notebook: the same sections as the letter."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rulekit.explanation.model import Counterfactual, ExplanationFields, Hit, NearRule
from rulekit.explanation.summary import outcomes_in_words
from rulekit.explanation.text import (
    effect,
    failures_in_words,
    scales_in_words,
    step_in_words,
)
from rulekit.html import Html, code, element, join, page, table


def explanation_html(explanation: ExplanationFields) -> str:
    """Return an explanation as HTML without scripts or style sheets."""
    title = f"{explanation.name} {explanation.version}: {explanation.outcome}"
    sections = (
        _why(explanation),
        _points(explanation),
        _near(explanation.why_not),
        _change(explanation.counterfactual),
        _names("Reasons, in order", explanation.reasons),
        _names("Not in the schema and ignored", explanation.unknown),
    )
    return page(title, explanation.summary, *(part for section in sections for part in section))


def _why(explanation: ExplanationFields) -> Iterator[Html]:
    if explanation.hits:
        yield _heading("Rules that hit")
        rows = [(code(hit.rule), effect(hit), _reason(explanation, hit)) for hit in explanation.hits]
        yield table(("rule", "effect", "because"), rows)


def _reason(explanation: ExplanationFields, hit: Hit) -> Html:
    words = [literal.words for literal in explanation.why if literal.rule == hit.rule]
    return join([_list(words), *([hit.because] if hit.because else [])])


def _points(explanation: ExplanationFields) -> Iterator[Html]:
    if explanation.score is not None:
        yield _heading(f"Points: {explanation.score:,}")
        rows = [(step.outcome, f"{step.least:,}", step_in_words(step)) for step in explanation.ladder]
        yield table(("outcome", "points needed", "this event"), rows, numbers=(1,))


def _near(rules: tuple[NearRule, ...]) -> Iterator[Html]:
    if rules:
        yield _heading("Nearest rules that did not hit")
        rows = [
            (code(rule.rule), effect(rule), join([failures_in_words(rule), _list(_words(rule))]))
            for rule in rules
        ]
        yield table(("rule", "effect", "what fails"), rows)


def _words(rule: NearRule) -> list[str]:
    return [literal.words for literal in rule.failing]


def _change(found: Counterfactual) -> Iterator[Html]:
    yield _heading(f"The least change that gives {outcomes_in_words(found.toward)}")
    if found.changes:
        yield _list(change.words for change in found.changes)
        cost = f"cost {found.cost:.3g}: {'; '.join(scales_in_words(found.changes))}"
        yield join([f"then: {found.words}", cost], "<br>")
    else:
        yield element("div", found.words)


def _names(heading: str, names: tuple[str, ...]) -> Iterator[Html]:
    if names:
        yield _heading(heading)
        yield join((code(name) for name in names), ", ")


def _heading(text: str) -> Html:
    return element("div", text, "font-weight:bold;margin:.6em 0 .1em")


def _list(texts: Iterable[str]) -> Html:
    items = [element("li", text) for text in texts]
    return element("ul", join(items), "margin:.1em 0;padding-left:1.2em") if items else Html("")
