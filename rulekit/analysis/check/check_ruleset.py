"""Static checks of a ruleset: every property that matters under its hit policy, counted and put as findings.

A property that is proved and unwanted becomes a finding, with a witness where an event shows it. An undecided
property becomes a finding too, because silence must not mean "no". Every witness was decided by the reference
semantics.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Literal, NamedTuple

from rulekit.analysis.check import properties
from rulekit.analysis.check.properties import PropertyResult
from rulekit.analysis.space.boxed_ruleset import BoxedRuleset, box_ruleset
from rulekit.analysis.space.space import Box
from rulekit.analysis.space.witness import witness
from rulekit.errors import RulekitError, TooManyBoxesError
from rulekit.findings import Finding
from rulekit.ir.condition import literals
from rulekit.ir.decision import Decision
from rulekit.ir.notation.literals import format_feature, format_literal, format_value
from rulekit.ir.numerics import Numerics
from rulekit.ir.ruleset import HitPolicy, Rule, Ruleset
from rulekit.ir.schema import Model
from rulekit.ir.semantics import decide

Level = Literal["error", "warning", "note"]
_NAMED = 5
"""The number of rules that a message names."""


class PropertyCount(Model):
    """How often a property was tested, with what result.

    Attributes
    ----------
    code : the code of the findings about it.
    question : the property in words, such as ``never decides``; under this name it stands in JSON.
    proved, refuted, undecided : the number of rules (or literals, or outcomes) with each result.

    """

    code: str
    question: str
    proved: int = 0
    refuted: int = 0
    undecided: int = 0


class StaticChecks(Model):
    """The results for all properties, counted, and the findings."""

    counts: tuple[PropertyCount, ...]
    findings: tuple[Finding, ...]


class _Property(NamedTuple):
    """A property with what it takes to word its results."""

    code: str
    asked: str
    ask: Callable[[BoxedRuleset], Iterable[PropertyResult]]
    level: Level
    words: Callable[[BoxedRuleset, PropertyResult], str]
    shows: Callable[[BoxedRuleset, PropertyResult, Decision], bool] | None = None
    """What the decision on a witness must show when the property is proved; None where no event shows it."""
    unanswered: Level = "warning"
    once: bool = False
    """Whether one finding stands for all results, because what it reports is normal."""


def check_ruleset(ruleset: Ruleset, numerics: Numerics | None = None) -> StaticChecks:
    """Test every property of a ruleset that matters under its hit policy.

    Parameters
    ----------
    ruleset : the ruleset.
    numerics : the numerics in which it is decided; default: native.

    Raises
    ------
    LawError
        when a rule does not fit its schema or the numerics.

    """
    try:
        law = box_ruleset(ruleset, numerics)
    except TooManyBoxesError as error:
        finding = Finding(code="undecided", subject="every question", message=str(error))
        return StaticChecks(counts=(), findings=(finding,))
    counts: list[PropertyCount] = []
    findings: list[Finding] = []
    for question in _questions(law):
        answers = list(question.ask(law))
        counts.append(_counted(question, answers))
        odd = [answer for answer in answers if answer.verdict != "refuted"]
        told = [_finding(law, question, answer) for answer in (odd[:1] if question.once else odd)]
        findings += [one.model_copy(update={"count": len(odd)}) for one in told] if question.once else told
    unreachable = {finding.subject for finding in findings if finding.code == "unreachable"}
    said = [one for one in findings if one.code != "redundant-rule" or one.subject not in unreachable]
    return StaticChecks(counts=tuple(counts), findings=tuple(said))


def _counted(question: _Property, answers: list[PropertyResult]) -> PropertyCount:
    counts = dict.fromkeys(("proved", "refuted", "undecided"), 0)
    for answer in answers:
        counts[answer.verdict] += 1
    return PropertyCount(code=question.code, question=question.asked, **counts)


def _finding(law: BoxedRuleset, question: _Property, answer: PropertyResult) -> Finding:
    subject = "the law" if answer.rule is None else f"rule {law.ruleset.rules[answer.rule].id}"
    if answer.verdict == "undecided":
        about = f"{question.asked}{_literal_suffix(law, answer)}: {answer.reason}"
        return Finding(code="undecided", subject=subject, message=about, level=question.unanswered)
    message, event = question.words(law, answer), None
    if question.shows is not None and answer.piece is not None:
        event = _replayed(law, question, answer)
        message = f"{message}, for instance for {_event_words(law, answer.piece, event)}"
    return Finding.model_validate(
        {
            "code": question.code,
            "subject": subject,
            "message": message,
            "level": question.level,
            "witness": event,
        }
    )


def _replayed(law: BoxedRuleset, question: _Property, answer: PropertyResult) -> dict[str, Any]:
    """Return an event of the result's piece, after the reference semantics confirmed what is claimed of it."""
    assert answer.piece is not None  # noqa: S101 - asked by the caller
    assert question.shows is not None  # noqa: S101 - asked by the caller
    event = witness(law.index.space, answer.piece)
    decision = decide(law.ruleset, event, law.index.space.numerics)
    if not question.shows(law, answer, decision):
        what = f"the analysis and the semantics disagree on {question.asked} for {event}"
        raise RulekitError(what, hint="this is an error of rulekit: please report it with the ruleset")
    return event


def _event_words(law: BoxedRuleset, piece: Box, event: dict[str, Any]) -> str:
    """Return the values of an event on the axes that the piece restricts."""
    space = law.index.space
    parts = [
        f"{format_feature(axis.feature.name)} {_value_words(event[axis.feature.name])}"
        for axis, atoms in zip(space.axes, piece, strict=True)
        if atoms != axis.everything
    ]
    return ", ".join(parts) or "any event"


def _value_words(value: Any) -> str:
    return "missing" if value is None else f"= {format_value(value)}"


def _questions(law: BoxedRuleset) -> Iterator[_Property]:
    """Yield the properties to test under the policy of a law; each is tested when its turn comes."""
    policy = law.ruleset.hit_policy
    yield _Property(
        "contradiction", "can never be true", properties.never_true, "error", _contradiction_words
    )
    yield _Property(
        "implausible", "can't be true within the bounds", properties.never_plausible, "warning", _bounds_words
    )
    missed: dict[int, Box | None] = {}
    if policy is not HitPolicy.COLLECT:
        yield _Property(
            "redundant-rule",
            "could be left out",
            lambda law: _remembered(properties.redundant_rules(law), missed),
            "warning",
            _redundant_words,
            unanswered="note",
        )
    yield from _order_questions(law, missed)
    if policy is HitPolicy.COLLECT:
        yield _Property("subsumed-rule", "adds no event", properties.subsumed_rules, "note", _subsumed_words)
    yield from _literal_questions(missed)


def _literal_questions(missed: dict[int, Box | None]) -> Iterator[_Property]:
    """Yield the properties of literals: implied by their own rule, or without effect because of other rules."""
    implied: set[tuple[int | None, int | None]] = set()

    def first(law: BoxedRuleset) -> Iterator[PropertyResult]:
        for answer in properties.implied_literals(law):
            implied.update([(answer.rule, answer.literal)] if answer.verdict == "proved" else [])
            yield answer

    def second(law: BoxedRuleset) -> Iterator[PropertyResult]:
        answers = properties.redundant_literals(law, missed)
        return (answer for answer in answers if (answer.rule, answer.literal) not in implied)

    asked = "has a literal that it implies"
    yield _Property("implied-literal", asked, first, "warning", _implied_words, unanswered="note")
    asked = "has a literal that no decision needs"
    yield _Property("idle-literal", asked, second, "note", _idle_words, unanswered="note")


def _order_questions(law: BoxedRuleset, missed: dict[int, Box | None]) -> Iterator[_Property]:
    """Yield the properties about rules that hit together, gaps, and outcomes that no event gets."""
    policy = law.ruleset.hit_policy
    if policy is HitPolicy.FIRST:
        yield _Property(
            "unreachable",
            "never decides",
            lambda law: properties.never_decides(law, missed),
            "error",
            _unreachable_words,
        )
    if policy is not HitPolicy.COLLECT and policy is not HitPolicy.SCORE:
        agreeing, ordered = policy is HitPolicy.UNIQUE, policy is HitPolicy.FIRST
        yield _Property(
            "overlap",
            "hits together with a later rule" if agreeing else "meets a later rule of another outcome",
            lambda law: properties.overlaps(law, agreeing=agreeing),
            "note" if ordered else "error",
            _overlap_words,
            _hits_both,
            once=ordered,
        )
    if law.ruleset.complete:
        yield _Property(
            "gap",
            "leaves events to no rule",
            lambda law: [properties.gap(law)],
            "error",
            _gap_words,
            _hits_none,
        )
    if policy is HitPolicy.SCORE:
        yield _Property(
            "unreachable-outcome", "is never reached", properties.never_reached, "warning", _outcome_words
        )


def _remembered(answers: Iterable[PropertyResult], missed: dict[int, Box | None]) -> Iterator[PropertyResult]:
    """Pass results on, and keep the events that need a rule: they refute other properties too."""
    for answer in answers:
        if answer.rule is not None and answer.verdict != "undecided":
            missed[answer.rule] = answer.piece
        yield answer


def _hits_both(law: BoxedRuleset, answer: PropertyResult, decision: Decision) -> bool:
    assert answer.rule is not None  # noqa: S101 - asked of a rule
    both = {law.ruleset.rules[rule].id for rule in (answer.rule, answer.others[0])}
    return both <= set(decision.hits or ())


def _hits_none(law: BoxedRuleset, answer: PropertyResult, decision: Decision) -> bool:
    del law, answer
    return not decision.hits and not decision.missing


def _named(law: BoxedRuleset, rules: tuple[int, ...]) -> str:
    names = [law.ruleset.rules[rule].id for rule in rules[:_NAMED]]
    more = f" and {len(rules) - _NAMED} more" if len(rules) > _NAMED else ""
    return ", ".join(names) + more


def _rule(law: BoxedRuleset, answer: PropertyResult) -> Rule:
    assert answer.rule is not None  # noqa: S101 - asked of a rule
    return law.ruleset.rules[answer.rule]


def _contradiction_words(law: BoxedRuleset, answer: PropertyResult) -> str:
    del law, answer
    return "it can never be true: its literals contradict each other"


def _bounds_words(law: BoxedRuleset, answer: PropertyResult) -> str:
    del law, answer
    return "it is true of no event within the bounds and categories of the schema"


def _unreachable_words(law: BoxedRuleset, answer: PropertyResult) -> str:
    return f"it never decides: every event that it hits is taken before it by {_named(law, answer.others)}"


def _redundant_words(law: BoxedRuleset, answer: PropertyResult) -> str:
    rule = _rule(law, answer)
    if answer.others:
        return f"no outcome would change without it: {_named(law, answer.others)} decide alike"
    if rule.then == law.ruleset.otherwise:
        return f"no outcome would change without it: {rule.then} is what happens otherwise"
    return "no outcome would change without it"


def _subsumed_words(law: BoxedRuleset, answer: PropertyResult) -> str:
    return f"each of its events is hit by {_named(law, answer.others)}, too"


def _overlap_words(law: BoxedRuleset, answer: PropertyResult) -> str:
    others = _named(law, answer.others)
    if law.ruleset.hit_policy is HitPolicy.UNIQUE:
        return f"it hits together with {others}, and hit_policy unique promises that no two rules do"
    if law.ruleset.hit_policy is HitPolicy.FIRST:
        return f"order decides, because it comes before {others}, of another outcome"
    return (
        f"it hits together with {others}, of another outcome, and hit_policy any promises that all hits agree"
    )


def _gap_words(law: BoxedRuleset, answer: PropertyResult) -> str:
    del answer
    return f"the law claims to be complete, and no rule hits some events, which get {law.ruleset.otherwise}"


def _outcome_words(law: BoxedRuleset, answer: PropertyResult) -> str:
    del law
    return f"no event can get the outcome {answer.outcome}"


def _implied_words(law: BoxedRuleset, answer: PropertyResult) -> str:
    return f"it hits the same events without {_literal_text(law, answer)}"


def _idle_words(law: BoxedRuleset, answer: PropertyResult) -> str:
    return f"because of the other rules, no decision would change without {_literal_text(law, answer)}"


def _literal_suffix(law: BoxedRuleset, answer: PropertyResult) -> str:
    return f" ({_literal_text(law, answer)})" if answer.literal is not None else ""


def _literal_text(law: BoxedRuleset, answer: PropertyResult) -> str:
    written = list(literals(_rule(law, answer).when))  # binding keeps literals and their order
    return format_literal(written[answer.literal or 0])
