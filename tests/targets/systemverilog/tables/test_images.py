"""The tables of a design, loaded with another ruleset, and clear about what does not fit."""

from __future__ import annotations

import dataclasses
import itertools

import pytest
from hardware import (
    POLICIES,
    SMALL,
    SMALL_GRID,
    aiming,
    check_exact,
    design_of,
    expected_of,
    law,
    needs_icarus,
    needs_verilator,
    simulation_of,
)
from tablelaws import FEATURES, drawn, seeded, tables

import rulekit
from rulekit.errors import RulekitError
from rulekit.frames import bind_columns
from rulekit.ir.condition import AllOf, AnyOf, Compare, Member, Missing
from rulekit.ir.numerics import FixedFormat
from rulekit.ir.ruleset import INVALID
from rulekit.ir.semantics import holds
from rulekit.targets.lower import LowFeature
from rulekit.targets.systemverilog.options import Options
from rulekit.targets.systemverilog.simulation import simulate
from rulekit.targets.systemverilog.simulation.vectors import parsed
from rulekit.targets.systemverilog.tables.images import plan_of, program, program_text
from rulekit.targets.systemverilog.tables.rows import Domain, rows_of
from rulekit.targets.systemverilog.target import TARGET
from rulekit.testing import TargetContract


class TableOptions(Options):
    architecture: str = "tables"


@needs_icarus
class TestTables(TargetContract):
    target = dataclasses.replace(TARGET, options=TableOptions)


def loaded(artifact, ruleset, *programs, rows=200):
    """Return what the design says of events after it was loaded, by output, and what the ruleset does."""
    frame = aiming(ruleset, artifact.numerics, rows=rows)
    columns = bind_columns(frame.lazy(), ruleset.schema, ruleset.read, cast=False, codes=True)
    bound = frame.select(expression.alias(name) for name, expression in columns.items())
    ran, plan = simulation_of(artifact), plan_of(artifact)
    given, answers, writes = (ran.folder / name for name in ("events.bin", "answers.txt", "writes.txt"))
    ran.write(given, artifact.load().codes(bound), frame.height)
    writes.write_text("".join(program_text(plan, ruleset, each) for each in programs), encoding="utf-8")
    ran.run([f"+events={given}", f"+answers={answers}", f"+program={writes}"], frame.height)
    return parsed(ran.design.outputs, answers.read_bytes(), frame.height), expected_of(
        ruleset, artifact.numerics, frame
    )


def check_loaded(artifact, ruleset, *programs):
    """Check every answer of the loaded design against the semantics of the ruleset that it was loaded with."""
    found, expected = loaded(artifact, ruleset, *programs)
    ids, outcomes = [rule.id for rule in ruleset.rules], artifact.ruleset.outcomes
    assert [outcomes[code] for code in found["outcome"]] == [each.outcome for each in expected]
    assert [[ids[n] for n in range(len(ids)) if row[n]] for row in found["fired"]] == [
        list(e.hits or ()) for e in expected
    ]
    assert not found["fired"][:, len(ids) :].any()
    accepting = [each.outcome not in {ruleset.otherwise, INVALID} for each in expected]
    assert found["accept"].tolist() == accepting
    if "score" in found:
        valid = [n for n, each in enumerate(expected) if each.outcome != INVALID]
        assert [int(found["score"][n]) for n in valid] == [expected[n].score for n in valid]
    else:
        none, invalid = len(ids) + 1, len(ids)
        rules = [invalid if e.outcome == INVALID else ids.index(e.rule) if e.rule else none for e in expected]
        assert found["rule"].tolist() == rules
    return expected


# ---- rows


CODED = FixedFormat(width=2, fraction=0)
A, B, C = (rulekit.ir.schema.Feature(name=name, dtype="int32") for name in "abc")
DOMAINS = {
    "a": Domain(LowFeature(A, "a", CODED), optional=True),
    "b": Domain(LowFeature(B, "b", CODED.model_copy(update={"signed": False})), optional=True),
    "c": Domain(LowFeature(C, "c", CODED), optional=False),
}


def condition(rng, depth=3):
    kind = rng.random()
    if depth and kind < 0.6:
        terms = tuple(condition(rng, depth - 1) for _ in range(rng.randint(0 if kind < 0.3 else 1, 3)))
        return AllOf(terms) if kind < 0.3 else AnyOf(terms)
    name, code = rng.choice("abc"), rng.randint(-3, 4)
    if kind < 0.7:
        return Missing(name, negated=rng.random() < 0.5)
    if kind < 0.8:
        return Member(name, (code, rng.randint(-3, 4)), negated=rng.random() < 0.5)
    return Compare(name, rng.choice(["<", "<=", ">", ">=", "==", "!="]), code)


def place(name, code):
    return DOMAINS[name].codes if code is None else code % DOMAINS[name].codes


def test_rows_hold_exactly_where_the_condition_does():
    rng, most = seeded(1), 0
    values = [range(-2, 2), range(4), range(-2, 2)]
    events = [
        dict(zip("abc", each, strict=True))
        for each in itertools.product([*values[0], None], [*values[1], None], values[2])
    ]
    for _ in range(400):
        asked = condition(rng)
        rows = rows_of(asked, DOMAINS)
        most = max(most, len(rows))
        for event in events:
            taken = any(
                all(codes >> place(name, event[name]) & 1 for name, codes in row.items()) for row in rows
            )
            assert taken == holds(asked, event), (asked, rows, event)
    assert most == 3


def test_any_over_one_feature_takes_one_row():
    edges = AnyOf((Compare("a", "<", -1), Compare("a", "==", 1), Missing("a")))
    assert len(rows_of(AllOf((edges, Compare("b", ">", 1))), DOMAINS)) == 1
    assert len(rows_of(AnyOf((edges, Compare("b", ">", 1))), DOMAINS)) == 2
    assert rows_of(AnyOf((Missing("a"), Missing("a", negated=True))), DOMAINS) == [{}]
    assert rows_of(AllOf((Missing("a"), Compare("a", ">", 0))), DOMAINS) == []
    narrow, wide = Compare("a", ">", 0), Compare("a", ">", -1)
    assert rows_of(AnyOf((wide, AllOf((narrow, Compare("b", ">", 1))))), DOMAINS) == rows_of(wide, DOMAINS)


# ---- loading


@needs_icarus
@pytest.mark.parametrize("policy", POLICIES)
def test_another_ruleset_is_loaded_and_the_first_one_again(policy):
    rng = seeded(POLICIES.index(policy))
    decided = set()
    for _ in range(4):
        first, second = drawn(rng, policy, rules=6), drawn(rng, policy, rules=rng.randint(1, 9))
        artifact = tables(first, rows=60)
        if second.outcomes != artifact.ruleset.outcomes and not set(second.outcomes) <= set(first.outcomes):
            continue
        there, back = program(artifact, second), program(artifact, first)
        assert check_loaded(artifact, first, []) == check_loaded(artifact, first, there, back)
        decided |= {each.outcome for each in check_loaded(artifact, second, there)}
    assert len(decided) > 1


@needs_icarus
@pytest.mark.parametrize("rows", [None, 40])
def test_rules_swap_places_outcomes_and_literals(rows):
    rules = [
        ("a", ["met > 100", {"any": ["jets > 3", "tight == true"]}], "keep"),
        ("b", ["eta is missing"], "look"),
        ("c", ["kind in {w}"], "drop"),
    ]
    artifact = tables(law(FEATURES, rules, otherwise="drop"), rows=rows)
    other = [
        ("z", ["kind in {w}"], "look"),
        ("y", ["eta > 1", {"any": ["jets <= 3", "tight == false"]}], "keep"),
    ]
    for otherwise in ("drop", "look"):
        ruleset = law(FEATURES, other, otherwise=otherwise)
        expected = check_loaded(artifact, ruleset, program(artifact, ruleset))
        assert {"z", "y", None} == {each.rule for each in expected}


@needs_icarus
def test_thresholds_that_a_ruleset_does_not_have_are_beyond_any_score():
    rules = [(f"r{n}", [f"jets > {n}"], 3) for n in range(4)]
    first = law(FEATURES, rules, policy="score", thresholds={"low": 2, "mid": 6, "high": 11})
    artifact = tables(first)
    for thresholds in ({"mid": 5}, {"high": -1, "low": 7}, {"low": 10**12}, {"mid": -(10**12), "high": 12}):
        ruleset = law(FEATURES, rules, policy="score", thresholds=thresholds)
        check_loaded(artifact, ruleset, program(artifact, ruleset))


@needs_icarus
def test_without_loading_the_answers_are_the_first_ruleset_s():
    first = law(FEATURES, [("a", ["met > 100"], "keep")])
    second = law(FEATURES, [("a", ["met <= 100"], "keep")])
    artifact = tables(first)
    with pytest.raises(AssertionError):
        check_loaded(artifact, second, [])
    check_loaded(artifact, second, program(artifact, second))


@needs_icarus
def test_numbers_with_a_format_can_be_read_by_a_later_ruleset():
    first = law(FEATURES, [("a", ["met > 100"], "keep")])
    artifact = tables(first)
    assert [port.name for port in design_of(artifact).inputs if "jets" in port.name] == ["in_jets", "no_jets"]
    second = law(FEATURES, [("a", ["jets > 3", "eta is missing"], "keep")])
    check_loaded(artifact, second, program(artifact, second))
    check_exact(first, SMALL_GRID, architecture="tables")


def words_of(artifact, name):
    """Return the lines of a file without its comments."""
    return [line for line in artifact.files[name].decode().splitlines() if not line.startswith("//")]


def test_the_artifact_carries_its_own_program():
    artifact = tables(SMALL)
    written = words_of(artifact, "program.txt")
    pairs = [tuple(int(part, 16) for part in line.split()) for line in written]
    assert pairs == program(artifact, SMALL)
    for memory in plan_of(artifact).memories:
        lines = words_of(artifact, f"{memory.name}.mem")
        stored = [data for address, data in pairs if address >> plan_of(artifact).word_bits == memory.number]
        assert [int(line, 16) for line in lines] == stored


# ---- what has no room

MANY_ROWS = {"any": ["met > 1", "jets > 1", "eta > 1", {"all": ["met < 1", "jets < 1"]}]}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"rules": [("a", ["met > 1"], "new")]}, "no code for an outcome"),
        ({"policy": "any"}, "another hit policy"),
        ({"rules": [(f"r{n}", ["met > 1"], "keep") for n in range(4)]}, "at most 3 rules, got 4"),
        ({"rules": [(f"r{n}", [MANY_ROWS], "keep") for n in range(2)]}, "at most 2 rows besides"),
        ({"rules": [("a", ["kind in {w}"], "keep")]}, "no memory for a feature"),
        ({"features": [FEATURES[0] | {"unit": "TeV"}, *FEATURES[1:]]}, "another unit of met"),
        ({"features": [FEATURES[0] | {"required": False}, *FEATURES[1:]]}, "other required features"),
        (
            {"features": [*FEATURES[:2], FEATURES[2] | {"dtype": "int64"}, *FEATURES[3:]]},
            "another dtype of jets",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_does_not_fit_is_refused(change, said):
    rules = [("a", ["met > 1", "jets < 3"], "keep"), ("b", [{"any": ["eta > 1", "jets > 1"]}], "drop")]
    artifact = tables(law(FEATURES, rules), rows=4)
    given = {"features": FEATURES, "rules": rules, **change}
    ruleset = law(given.pop("features"), given.pop("rules"), **given)
    with pytest.raises(RulekitError) as raised:
        program(artifact, ruleset)
    assert said in str(raised.value)


def test_scores_that_do_not_fit_are_refused():
    artifact = tables(law(FEATURES, [("a", ["met > 1"], 3), ("b", ["jets > 1"], -4)], policy="score"))
    many = law(FEATURES, [("a", ["met > 1"], 4)], policy="score", thresholds={"low": 1, "high": 2, "none": 9})
    with pytest.raises(
        RulekitError, match=r"too few thresholds(.|\n)*rule a: the points.*\n.*-4 to 3, got 4"
    ):
        program(artifact, many)


def test_comparators_have_nothing_to_load():
    artifact = rulekit.compile(SMALL, "systemverilog", SMALL_GRID)
    with pytest.raises(RulekitError, match="no tables to load"):
        program(artifact, SMALL)


# ---- tools


@needs_icarus
@needs_verilator
def test_verilator_reads_the_same_tables(monkeypatch):
    rng = seeded(5)
    first, second = drawn(rng, "score"), drawn(rng, "score")
    artifact = tables(first, rows=40)
    there = program(artifact, second)
    slow = loaded(artifact, second, there)[0]
    monkeypatch.setattr(simulate, "MANY", 1)
    fast = loaded(artifact, second, there)[0]
    assert all((slow[name] == fast[name]).all() for name in slow)
    check_loaded(artifact, second, there)
