"""Where teacher and law disagree, counted by hand over the reference semantics."""

from __future__ import annotations

import pytest
from shop import SCHEMA, audited_of, law, make_events, score_law

from rulekit.ir.ruleset import Ruleset
from rulekit.ir.semantics import decide
from rulekit.reports.audit.sections.disagreement import disagreement_of
from rulekit.reports.replay.recompute import hit_matrix

EVENTS = make_events(400, seed=9)
RAW = EVENTS.select(feature["name"] for feature in SCHEMA["features"]).to_dicts()


class Model:
    name = "model"

    def scores(self, frame):
        return frame["model"].to_numpy()


@pytest.fixture(scope="module", params=[law(), score_law()], ids=["first", "score"])
def made(request):
    audited = audited_of(request.param, EVENTS, truth="fraud", teacher=Model())
    return audited, disagreement_of(audited, hit_matrix(request.param, audited.decisions))


def test_without_a_teacher_there_is_nothing_to_disagree_with() -> None:
    assert disagreement_of(audited_of(law(), EVENTS), None) is None


def test_each_side_alone(made) -> None:
    audited, found = made
    taken, chosen = audited.accepted.to_list(), audited.known.teacher.to_list()
    only_law = [a and not b for a, b in zip(taken, chosen, strict=True)]
    only_teacher = [b and not a for a, b in zip(taken, chosen, strict=True)]
    assert found.only_law.part == sum(only_law)
    assert found.only_teacher.part == sum(only_teacher)
    truth = EVENTS["fraud"].to_list()
    assert found.signal_law.part == sum(a and b for a, b in zip(only_law, truth, strict=True))
    assert found.signal_teacher.whole == sum(only_teacher)


def test_bins_of_scores_hold_every_event_once(made) -> None:
    audited, found = made
    scores, taken = EVENTS["model"].to_list(), audited.accepted.to_list()
    assert sum(each.events for each in found.bins) == EVENTS.height
    assert found.bins[-1].top == 1
    assert [each.high for each in found.bins] == sorted((each.high for each in found.bins), reverse=True)
    for each in found.bins:
        inside = [place for place, score in enumerate(scores) if each.low <= score <= each.high]
        assert len(inside) == each.events
        assert each.accepted.part == sum(taken[place] for place in inside)
        assert each.signal.part == sum(EVENTS["fraud"][place] for place in inside)
        assert each.top == pytest.approx(sum(score >= each.low for score in scores) / len(scores))


def test_rules_by_what_the_teacher_thinks_of_their_hits(made) -> None:
    audited, found = made
    chosen = audited.known.teacher.to_list()
    hits = [set(decide(audited.law, event).hits or ()) for event in RAW]
    shares = [rule.rejected.value for rule in found.rules]
    assert shares == sorted(shares, reverse=True)
    for rule in found.rules:
        places = [place for place, each in enumerate(hits) if rule.id in each]
        assert rule.hits == len(places)
        assert rule.rejected.part == sum(not chosen[place] for place in places)
        middle = sorted(EVENTS["model"][place] for place in places)
        half = len(middle) // 2
        expected = middle[half] if len(middle) % 2 else (middle[half - 1] + middle[half]) / 2
        assert rule.median == pytest.approx(expected)


def test_a_near_miss_lacks_one_term_of_a_helpful_rule(made) -> None:
    audited, found = made
    left = [
        place
        for place, (a, b) in enumerate(zip(audited.accepted, audited.known.teacher, strict=True))
        if b and not a
    ]
    helpful = [rule for rule in audited.law.rules if rule.then in audited.accept or (rule.points or 0) > 0]
    counted: dict[tuple[str, str], int] = {}
    far = 0
    for place in left:
        lacking = {rule.id: _unmet(audited.law, rule, RAW[place]) for rule in helpful}
        far += min(len(terms) for terms in lacking.values()) > 1
        for rule, terms in lacking.items():
            if len(terms) == 1:
                counted[rule, terms[0]] = counted.get((rule, terms[0]), 0) + 1
    assert found.far == far
    assert sorted(miss.count for miss in found.misses) == sorted(counted.values())
    assert {miss.id for miss in found.misses} == {rule for rule, _ in counted}
    assert [miss.count for miss in found.misses] == sorted(counted.values(), reverse=True)


def _unmet(ruleset, rule, event) -> list[str]:
    """Return the terms of a rule that do not hold, each decided as the only rule of a law of its own."""
    unmet = []
    for term in rule.when.terms:
        alone = rule.model_copy(update={"when": term, "then": "met", "points": None})
        single = Ruleset(
            name="one",
            version="1.0.0",
            schema=ruleset.schema,
            hit_policy="first",
            otherwise="no",
            rules=(alone,),
        )
        if decide(single, event).outcome != "met":
            unmet.append(str(term))
    return unmet


def test_examples_are_the_strongest_of_either_side(made) -> None:
    audited, found = made
    scores = [example.score for example in found.rejected]
    assert scores == sorted(scores, reverse=True)
    assert [example.score for example in found.accepted] == sorted(
        example.score for example in found.accepted
    )
    assert all(example.decided.split(",")[0] not in audited.accept for example in found.rejected)
