"""Each question against brute force: every atom of every axis, decided one by one."""

from itertools import product
from math import prod

from hypothesis import assume, given
from hypothesis import strategies as st

from rulekit.analysis.check import properties
from rulekit.analysis.search.predicates import Differs
from rulekit.analysis.search.search import find
from rulekit.analysis.space.axes import places
from rulekit.analysis.space.boxed_ruleset import box_ruleset, box_rulesets, outcome_function
from rulekit.analysis.space.space import bound_conditions
from rulekit.analysis.space.variants import dropped_literals
from rulekit.analysis.space.witness import witness
from rulekit.ir.condition import literals
from rulekit.ir.ruleset import HitPolicy
from rulekit.ir.semantics import decide
from rulekit.testing.strategies import numerics, rulesets

POINTS = 400


def drawn(data, policies=tuple(HitPolicy)):
    """Return a small law with its boxes, and one event of every cell of the space, with its decision."""
    ruleset = data.draw(rulesets(policies=policies))
    numbers = data.draw(numerics(ruleset))
    law = box_ruleset(ruleset, numbers)
    return law, every_event(law.index.space, ruleset, numbers)


def every_event(space, ruleset, numbers):
    assume(prod(axis.everything.bit_count() for axis in space.axes) <= POINTS)
    cells = product(*([1 << place for place in places(axis.everything)] for axis in space.axes))
    return [(cell, decide(ruleset, witness(space, cell), numbers)) for cell in cells]


def check(answer, law, never, shown):
    """Hold one answer about something that *never* happens to what happens, and its piece to what it shows."""
    assert answer.verdict == ("proved" if never else "refuted")
    if answer.piece is not None:
        event = witness(law.index.space, answer.piece)
        assert shown(decide(law.ruleset, event, law.index.space.numerics)), event


@given(st.data())
def test_contradictions(data):
    law, cells = drawn(data)
    for answer in properties.never_true(law):
        name = law.ruleset.rules[answer.rule].id
        check(answer, law, all(name not in it.hits for _, it in cells), lambda it, name=name: name in it.hits)


@given(st.data())
def test_rules_that_never_decide(data):
    law, cells = drawn(data, (HitPolicy.FIRST, HitPolicy.ANY))
    for answer in properties.never_decides(law):
        name = law.ruleset.rules[answer.rule].id
        check(answer, law, all(name != it.rule for _, it in cells), lambda it, name=name: name == it.rule)


@given(st.data())
def test_overlaps(data):
    law, cells = drawn(data)
    agreeing = data.draw(st.booleans())
    rules = law.ruleset.rules
    for answer in properties.overlaps(law, agreeing=agreeing):
        ours = rules[answer.rule]
        together = {
            rule
            for rule, other in enumerate(rules[answer.rule + 1 :], start=answer.rule + 1)
            if (agreeing or other.then != ours.then)
            and any({ours.id, other.id} <= set(it.hits) for _, it in cells)
        }
        assert set(answer.others) == together
        names = {ours.id, *(rules[other].id for other in answer.others[:1])}
        check(answer, law, bool(together), lambda it, names=names: names <= set(it.hits))


@given(st.data())
def test_gaps(data):
    law, cells = drawn(data)
    plausible = law.index.space.plausible
    gap = any(
        not it.hits and all(atoms & one for atoms, one in zip(plausible, cell, strict=True))
        for cell, it in cells
    )
    check(properties.gap(law), law, gap, lambda it: not it.hits)


@given(st.data())
def test_outcomes_that_are_never_reached(data):
    law, cells = drawn(data, (HitPolicy.SCORE,))
    for answer in properties.never_reached(law):
        never = all(it.outcome != answer.outcome for _, it in cells)
        check(answer, law, never, lambda it, answer=answer: it.outcome == answer.outcome)


@given(st.data())
def test_rules_without_which_nothing_changes(data):
    law, cells = drawn(data, (HitPolicy.FIRST, HitPolicy.UNIQUE, HitPolicy.SCORE))
    for answer in properties.redundant_rules(law):
        changed = [cell for cell, _ in cells if differs_without(law, answer.rule, cell)]
        assert answer.verdict == ("refuted" if changed else "proved")
        if answer.piece is not None:
            event = witness(law.index.space, answer.piece)
            point = tuple(1 << place for place in law.index.space.locate(event))
            assert differs_without(law, answer.rule, point)


def differs_without(law, rule, cell):
    """Say whether a law without one rule decides a cell differently, by the semantics of both."""
    event, numbers = witness(law.index.space, cell), law.index.space.numerics
    hits = decide(law.ruleset, event, numbers).hits
    others = [other for other in law.ruleset.rules if other.id in hits]
    name = law.ruleset.rules[rule].id
    return by_hits(law.ruleset, others) != by_hits(law.ruleset, [o for o in others if o.id != name])


def by_hits(ruleset, hits):
    if ruleset.hit_policy is HitPolicy.SCORE:
        reached = [name for name, least in ruleset.ladder if sum(rule.points for rule in hits) >= least]
        return reached[-1] if reached else ruleset.otherwise
    return hits[0].then if hits else ruleset.otherwise


@given(st.data())
def test_literals_without_which_nothing_changes(data):
    law, cells = drawn(data, (HitPolicy.FIRST, HitPolicy.SCORE, HitPolicy.COLLECT))
    conditions = bound_conditions(law.ruleset, law.index.space.numerics)
    answers = list(properties.redundant_literals(law))
    asked = [rule for rule, bits in enumerate(law.bits) if bits]
    assert len(answers) == sum(len(list(literals(conditions[rule]))) for rule in asked)
    for answer in answers:
        dropped = list(dropped_literals(conditions[answer.rule]))[answer.literal]
        if dropped.rest is None:
            added = {n for n, (cell, _) in enumerate(cells) if within(law, dropped.difference, cell)}
            changed = any(changes(law, answer.rule, cells[n][0], cells[n][1]) for n in added)
        else:
            changed = any(
                within(law, dropped.difference, cell) and not within(law, dropped.rest, cell)
                for cell, _ in cells
            )
        assert answer.verdict == ("refuted" if changed else "proved")


def within(law, condition, cell):
    regions = law.index.space.regions(condition)
    return any(all(law.index.space.box(region, cell)) for region in regions)


def changes(law, rule, cell, decision):
    """Say whether an event would be decided differently if a rule hit it as well."""
    ours = law.ruleset.rules[rule]
    if law.ruleset.hit_policy is HitPolicy.COLLECT:
        return ours.id not in decision.hits
    hits = [other for other in law.ruleset.rules if other.id in {*decision.hits, ours.id}]
    return by_hits(law.ruleset, hits) != decision.outcome


@given(st.data())
def test_a_difference_between_two_laws_is_found_or_there_is_none(data):
    ruleset = data.draw(rulesets())
    assume(len(ruleset.rules) > 1)
    law, _ = box_rulesets([ruleset, ruleset])
    cells = every_event(law.index.space, ruleset, law.index.space.numerics)
    gone = data.draw(st.integers(0, len(ruleset.rules) - 1))
    predicate = Differs(law.outcome_function, outcome_function(law, without=gone))
    piece = find(law.index, law.index.space.everything, predicate)
    assert (piece is None) == (not any(differs_without(law, gone, cell) for cell, _ in cells))
    if piece is not None:
        assert differs_without(law, gone, piece)
