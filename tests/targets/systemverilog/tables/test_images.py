"""The architecture of tables: exact, loaded with another ruleset, and clear about what it has no room for."""

from __future__ import annotations

import dataclasses
import itertools
import random

import pytest
from hardware import (
    POLICIES,
    SMALL,
    SMALL_GRID,
    aiming,
    check_exact,
    design_of,
    expected_of,
    grid,
    law,
    needs,
    needs_icarus,
    needs_verilator,
    simulation_of,
)

import rulekit
from rulekit.errors import RulekitError, UnsupportedError
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
from rulekit.targets.systemverilog.tools import VERILATOR, YOSYS
from rulekit.testing import TargetContract

FEATURES = [feature.model_dump() for feature in SMALL.schema.features]
OUTCOMES = ("keep", "drop", "look")


class TableOptions(Options):
    architecture: str = "tables"


@needs_icarus
class TestTables(TargetContract):
    target = dataclasses.replace(TARGET, options=TableOptions)


def seeded(seed):
    return random.Random(seed)  # noqa: S311 - no secret depends on it


def tables(ruleset, numerics=SMALL_GRID, **options):
    return rulekit.compile(ruleset, "systemverilog", numerics, architecture="tables", **options)


def literal(rng):
    feature = rng.choice(["met", "eta", "jets", "kind", "tight"])
    if rng.random() < 0.15:
        return f"{feature} is {rng.choice(['', 'not '])}missing"
    if feature == "kind":
        return f"kind {rng.choice(['', 'not '])}in {{{', '.join(rng.sample(['qcd', 'top', 'w'], 2))}}}"
    if feature == "tight":
        return f"tight == {rng.choice(['true', 'false'])}"
    value = {"met": 4 * rng.randrange(256), "eta": rng.randrange(-80, 80) / 16, "jets": rng.randrange(16)}[
        feature
    ]
    return f"{feature} {rng.choice(['<', '<=', '>', '>=', '==', '!='])} {value}"


def term(rng, depth=2):
    if depth == 0 or rng.random() < 0.5:
        return literal(rng)
    return {rng.choice(["any", "any", "all"]): [term(rng, depth - 1) for _ in range(rng.randint(1, 3))]}


def drawn(rng, policy, rules=5, **more):
    """Return a law over the small schema whose rules nest lists."""
    effect = (lambda: rng.choice((-9, -2, 1, 3, 9))) if policy == "score" else (lambda: rng.choice(OUTCOMES))
    if policy == "score":
        least = sorted(rng.sample(range(-8, 12), 2))
        more = {"thresholds": dict(zip(rng.sample(OUTCOMES[:2], 2), least, strict=True)), **more}
    every = [{"any": ["kind is missing", "tight is missing", "met > 80"]}]
    written = [("all-features", every, 9 if policy == "score" else OUTCOMES[0])]
    written += [(f"r{n}", [term(rng) for _ in range(rng.randint(0, 2))], effect()) for n in range(rules - 1)]
    return law(FEATURES, written, policy=policy, name="hep.drawn", otherwise="drop", **more)


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


# ---- exact


@needs_icarus
@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("options", [{}, {"stages": 2}, {"rows": 70}, {"missing": False}], ids=str)
@pytest.mark.parametrize("width", [8, 9])
def test_tables_decide_as_semantics_does(policy, options, width):
    rng = seeded(width)
    ruleset = drawn(rng, policy)
    if not options.get("missing", True):
        features = [{**feature, "required": False} for feature in FEATURES]
        ruleset = law(features, [("r", ["met > 8", "tight == true"])], policy=policy)
    form = FixedFormat(width=width, fraction=4)
    artifact = check_exact(ruleset, grid(ruleset, 10, eta=form), architecture="tables", **options)
    assert design_of(artifact).pipeline.latency == options.get("stages", 3)
    assert plan_of(artifact).rows >= options.get("rows", 1)


def test_a_missing_value_is_beside_the_memory_where_that_is_cheaper():
    ruleset = law(FEATURES, [("r", ["eta > 1", "jets > 1"])])
    for width, bits, apart in ((8, 9, []), (9, 9, ["eta"])):
        plan = plan_of(tables(ruleset, grid(ruleset, eta=FixedFormat(width=width, fraction=4))))
        assert plan.apart == apart
        assert {memory.bits for memory in plan.memories if memory.feature == "eta"} == {bits}


def test_the_module_is_that_of_comparators_with_a_load_port():
    from hardware import ports_of

    ours, theirs = (
        ports_of(artifact.source, "hep_small")
        for artifact in (tables(SMALL), rulekit.compile(SMALL, "systemverilog", SMALL_GRID))
    )
    load = {name: ours.pop(name) for name in ("load_en", "load_addr", "load_data")}
    assert ours == theirs
    assert load["load_data"] == ("in", "31")


def test_lines_are_no_longer_than_a_page_is_wide():
    for rows in (None, 200):
        for policy in ("first", "score"):
            artifact = tables(drawn(seeded(2), policy), rows=rows)
            for name in ("decide.sv", "program.txt"):
                assert [line for line in artifact.files[name].decode().splitlines() if len(line) > 110] == []


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


def test_wide_features_are_refused_together():
    wide = grid(SMALL, met=FixedFormat(width=15, fraction=0), eta=FixedFormat(width=20, fraction=4))
    with pytest.raises(UnsupportedError) as raised:
        tables(SMALL, wide, stages=1)
    assert [refusal.subject for refusal in raised.value.refusals] == [
        "stages=1",
        "feature met",
        "feature eta",
    ]
    assert all("comparators" in refusal.remedy for refusal in raised.value.refusals)
    tables(law(FEATURES, [("a", ["met > 1"])]), grid(SMALL, met=FixedFormat(width=14, fraction=0)))


def test_rules_that_multiply_out_are_refused_by_name():
    pair = {"any": [{"all": ["met > 8", "eta > 1"]}, {"all": ["jets > 1", "tight == true"]}, "kind in {w}"]}
    other = {"any": ["met < 4", "eta < 0", "jets == 0"]}
    fine = law(FEATURES, [("fine", [pair, other])])
    assert 3 < plan_of(tables(fine)).rows < 10
    with pytest.raises(UnsupportedError, match=r"rows=2.*takes \d rows"):
        tables(fine, rows=2)
    names = [f"f{n}" for n in range(14)]
    features = [{"name": name, "dtype": "bool"} for name in names]
    lists = [{"any": [f"{name} == true" for name in names[n : n + 2]]} for n in range(0, 14, 2)]
    with pytest.raises(
        UnsupportedError, match="rule many: any: over several features it multiplies out to 128 rows"
    ):
        tables(law(features, [("many", lists)]), grid(SMALL))


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


@needs_verilator
@pytest.mark.parametrize("policy", ["first", "score"])
def test_verilator_finds_nothing_to_say(policy, tmp_path):
    artifact = tables(drawn(seeded(3), policy), rows=40)
    for name, data in artifact.files.items():
        (tmp_path / name).write_bytes(data)
    quiet = ["-Wno-DECLFILENAME", "-Wno-UNUSEDPARAM", "-Wno-UNUSEDSIGNAL"]
    VERILATOR.run(["--lint-only", "-Wall", *quiet, "--top", "hep_drawn", "decide.sv"], tmp_path)


@needs(YOSYS)
def test_deep_memories_are_blocks(tmp_path):
    artifact = tables(law(FEATURES, [("a", ["met > 100", "jets > 3", "tight == true"])], name="narrow"))
    for name, data in artifact.files.items():
        (tmp_path / name).write_bytes(data)
    flow = "synth_xilinx -family xcup -flatten -top narrow -run begin:map_ffram"
    count = "select -assert-count 2 t:RAMB18E2; select -assert-min 2 t:RAM32*"  # jets has five bits with "missing"
    YOSYS.run(["-q", "-p", f"read_verilog -sv decide.sv; {flow}; {count}"], tmp_path)
