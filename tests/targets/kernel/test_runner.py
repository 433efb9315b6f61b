"""What the contract can't see of the kernel: blocks, chunks, bit offsets, threads, bare arrays, the way back."""

from __future__ import annotations

import json
import logging
import random

import numpy as np
import polars as pl
import pyarrow as pa
import pytest

import rulekit
from rulekit.errors import EventError, MissingExtraError, RulekitError
from rulekit.ir.ruleset import HitPolicy
from rulekit.targets import kernel
from rulekit.targets.kernel import machine
from rulekit.targets.kernel.buffers import effects_of
from rulekit.targets.kernel.columns import part_of_arrays, parts_of_frame
from rulekit.targets.kernel.emission import ENTRY
from rulekit.targets.kernel.plan import new_scratch, read_plan
from rulekit.targets.kernel.runner import KernelRunner
from rulekit.targets.kernel.tables import CHAPTER, NOWHERE, Answer

DTYPES = ("float64", "float32", "int64", "int32", "bool", "category")
SCHEMA = rulekit.Schema(
    name="kernel",
    version="1.0.0",
    features=tuple(
        rulekit.Feature(
            name=f"{dtype}_{number}",
            dtype=dtype,
            categories=("a", "b", "c") if dtype == "category" else None,
            required=number == 0 and dtype == "int32",
        )
        for dtype in DTYPES
        for number in (0, 1)
    ),
)


def literal(rng: random.Random, feature: rulekit.Feature) -> str:
    name = feature.name
    if rng.random() < 0.1:
        return f"{name} is {rng.choice(('', 'not '))}missing"
    if feature.dtype == "bool":
        return f"{name} == {rng.choice(('true', 'false'))}"
    if feature.dtype == "category":
        return f"{name} {rng.choice(('', 'not '))}in {{{rng.choice(('a', 'b', 'a, c'))}}}"
    return f"{name} {rng.choice(('<', '<=', '>', '>=', '==', '!='))} {rng.randint(-3, 3)}"


def ruleset(rules: int, policy: str = "first", seed: int = 0) -> rulekit.Ruleset:
    rng = random.Random(seed)  # noqa: S311 - a draw, no secret
    score = policy == HitPolicy.SCORE
    return rulekit.Ruleset(
        name="kernel",
        version="1.0.0",
        schema=SCHEMA,
        hit_policy=policy,
        otherwise="none",
        thresholds={"some": 1, "many": 2**40} if score else None,
        rules=tuple(
            rulekit.Rule(
                id=f"r{number}",
                when=[literal(rng, rng.choice(SCHEMA.features)) for _ in range(rng.randint(2, 5))],
                **({"points": rng.choice((-1, 1, 2**40))} if score else {"then": rng.choice("xyz")}),
            )
            for number in range(rules)
        ),
    )


def events(count: int, seed: int = 0, missing: float = 0.1) -> pl.DataFrame:
    rng = np.random.default_rng(seed)
    columns = []
    for feature in SCHEMA.features:
        whole = rng.integers(-4, 5, count)
        if feature.dtype == "bool":
            values = pl.Series(whole > 0)
        elif feature.dtype == "category":
            values = pl.Series(np.array(["a", "b", "c", "unknown"])[whole % 4], dtype=pl.String)
        else:
            values = pl.Series(whole).cast(
                {"float64": pl.Float64, "float32": pl.Float32, "int64": pl.Int64, "int32": pl.Int32}[
                    feature.dtype
                ]
            )
        if feature.dtype.is_float:
            values = values.set(pl.Series(rng.random(count) < missing), float("nan"))
        absent = pl.Series(rng.random(count) < missing)
        columns.append(pl.select(pl.when(~absent).then(values)).to_series().alias(feature.name))
    return pl.DataFrame(columns)


def decided(target: str, rules: rulekit.Ruleset, frame: pl.DataFrame) -> pl.DataFrame:
    return rulekit.compile(rules, target).load().batch(frame, hits=True).drop(frame.columns)


@pytest.mark.parametrize("count", [0, 1, 63, 64, 65, 511, 512, 513, 40_000])
@pytest.mark.parametrize("policy", ["first", "score"])
@pytest.mark.parametrize("missing", [0.0, 0.1])
def test_blocks_of_any_length_are_decided_as_polars_does(count: int, policy: str, missing: float) -> None:
    rules, frame = ruleset(3 * CHAPTER + 1, policy), events(count, missing=missing)
    ours = decided("kernel", rules, frame)
    assert ours.equals(decided("polars", rules, frame))
    if count == 40_000:
        assert ours["outcome"].n_unique() >= 3
        assert ours["hits"].list.len().max() > 3


@pytest.mark.parametrize("count", [1, 64, 1000])
def test_a_sample_is_decided_as_semantics_does(count: int) -> None:
    rules, frame = ruleset(70, seed=count), events(count)
    for row, event in zip(decided("kernel", rules, frame).rows(), frame.to_dicts(), strict=True):
        expected = rulekit.decide(rules, event)
        assert row == (expected.outcome, expected.rule, list(expected.hits or ()))


def test_chunks_in_any_place_and_bit_offsets() -> None:
    rules, frame = ruleset(40), events(3000)
    whole = decided("kernel", rules, frame)
    pieces = [frame[:1], frame[1:700], frame[700:701], frame[701:]]
    chunked = pl.concat(pieces, rechunk=False)
    assert chunked.n_chunks() == 4
    assert decided("kernel", rules, chunked).equals(whole)
    shifted = chunked.with_columns(pl.concat([frame["bool_0"][:13], frame["bool_0"][13:]], rechunk=False))
    assert decided("kernel", rules, shifted).equals(whole)
    for start in (1, 7, 8, 65):
        assert decided("kernel", rules, frame[start:]).equals(whole[start:])


def test_chunked_arrow_tables_are_frames() -> None:
    rules, frame = ruleset(40), events(2000)
    table = pa.concat_tables([frame[:3].to_arrow(), frame[3:].to_arrow()])
    names = list(decided("kernel", rules, frame).columns)
    assert (
        rulekit.compile(rules)
        .load()
        .batch(table, hits=True)
        .select(names)
        .equals(decided("kernel", rules, frame))
    )


def test_threads_share_a_frame_without_a_seam() -> None:
    rules, frame = ruleset(40), events(200_001)
    artifact = rulekit.compile(rules, "kernel")
    one, many = (KernelRunner(artifact, threads).batch(frame, hits=True) for threads in (1, 5))
    assert one.equals(many)


@pytest.mark.parametrize("policy", ["first", "score"])
def test_bare_arrays_are_decided_where_they_lie(policy: str) -> None:
    rules, frame = (
        ruleset(40, policy),
        events(5000, missing=0).with_columns(pl.col("^category.*$").fill_null("a")),
    )
    runner = KernelRunner(rulekit.compile(rules, "kernel"))
    places = {"a": 0, "b": 1, "c": 2, "unknown": 3}
    arrays = {
        name: column.replace_strict(places, return_dtype=pl.UInt32).to_numpy()
        if name.startswith("cat")
        else column.to_numpy()
        for name, column in frame.to_dict().items()
    }
    expected = decided("polars", rules, frame)
    found = runner.answers(arrays, hits=True)
    codes = expected["rule"].to_physical().to_numpy() if policy == "first" else None
    if codes is None:
        assert found.scores.tolist() == expected["score"].to_list()
    else:
        assert np.array_equal(np.minimum(found.codes, 40), np.nan_to_num(codes, nan=40))
    assert np.diff(found.hits.ends).tolist() == expected["hits"].list.len().to_list()
    masks = runner.masks(arrays).masks
    bits = np.unpackbits(masks.view(np.uint8), axis=1, bitorder="little")
    assert bits.sum(axis=1).tolist() == np.diff(found.hits.ends).tolist()
    strided = {name: np.repeat(array, 2)[::2] for name, array in arrays.items()}
    assert not strided["float64_0"].flags.contiguous
    assert np.array_equal(runner.answers(strided).codes, found.codes)
    values = arrays["float64_0"]
    placed = part_of_arrays(SCHEMA.features[:1], arrays)
    assert placed.columns.values[0] == values.ctypes.data, "the array is read in place"


def test_arrays_that_do_not_fit_are_refused() -> None:
    runner = KernelRunner(rulekit.compile(_small(), "kernel"))
    x, c = np.ones(3, np.float32), np.zeros(3, np.uint32)
    assert len(runner.answers({"x": x, "c": c}).codes) == 3
    with pytest.raises(EventError, match="no column for feature c"):
        runner.answers({"x": x})
    with pytest.raises(EventError, match="feature x has another dtype") as raised:
        runner.answers({"x": x.astype(np.float64), "c": c})
    assert (raised.value.expected, raised.value.got) == ("float32 (float)", "double")
    with pytest.raises(EventError, match="not of one length"):
        runner.answers({"x": x[:2], "c": c})


def _small() -> rulekit.Ruleset:
    schema = rulekit.Schema(
        name="small",
        version="1.0.0",
        features=(
            rulekit.Feature(name="x", dtype="float32"),
            rulekit.Feature(name="c", dtype="category", categories=("a",)),
        ),
    )
    rule = rulekit.Rule(id="r", when=["x > 1", "c in {a}"], then="yes")
    return rulekit.Ruleset(
        name="small", version="1.0.0", schema=schema, hit_policy="first", otherwise="no", rules=(rule,)
    )


def test_float64_for_a_float32_feature_wants_a_word() -> None:
    runner = rulekit.compile(_small(), "kernel").load()
    frame = pl.DataFrame({"x": [1.0, 2.0], "c": ["a", "a"]})
    with pytest.raises(EventError, match="another dtype"):
        runner.batch(frame)
    assert runner.batch(frame, cast=True)["outcome"].to_list() == ["no", "yes"]


def test_enum_columns_give_their_codes() -> None:
    runner = rulekit.compile(_small(), "kernel").load()
    for categories in (["a"], ["z", "a"]):
        words = pl.Series(["a", None, categories[0]], dtype=pl.Enum(categories))
        frame = pl.DataFrame({"x": pl.Series([2.0, 2.0, 2.0], dtype=pl.Float32), "c": words})
        assert runner.batch(frame)["outcome"].to_list() == [
            "yes",
            "no",
            "yes" if categories == ["a"] else "no",
        ]


def test_equal_literals_and_conditions_are_one_entry() -> None:
    schema = SCHEMA
    shared = ["float64_0 > 1", {"any": ["int64_0 < 0", "bool_0 == true"]}]
    rules = rulekit.Ruleset(
        name="shared", version="1.0.0", schema=schema, hit_policy="first", otherwise="no",
        rules=tuple(rulekit.Rule(id=f"r{n}", when=[*shared, f"int32_0 == {n}"], then="yes") for n in range(40)),
    )  # fmt: skip
    table = json.loads(rulekit.compile(rules, "kernel").source)
    assert len(table["literals"]) == 3 + 40
    assert [kind for kind, _ in table["nodes"]].count("any") == 1
    plan = read_plan(rulekit.compile(rules, "kernel").source)
    assert plan.chapter[-1].tolist() == [len(plan.group_feature), len(plan.node_any), 40]


def test_decided_blocks_are_left() -> None:
    rules = ruleset(4 * CHAPTER)
    catch_all = rulekit.Rule(id="all", when=[], then="x")
    rules = rulekit.Ruleset(
        name="k", version="1.0.0", schema=SCHEMA, hit_policy="first", otherwise="none",
        rules=(catch_all, *rules.rules),
    )  # fmt: skip
    runner = KernelRunner(rulekit.compile(rules, "kernel"))
    plan, frame = read_plan(runner.artifact.source), events(512, missing=0)
    columns = frame.with_columns(pl.col("^category.*$").replace_strict({}, default=0, return_dtype=pl.UInt32))
    (part,) = parts_of_frame(rules.read, columns)
    for words, touched in ((0, False), (5, True)):
        scratch = new_scratch(plan)
        later = slice(int(plan.group_start[plan.chapter[2, 0]]), len(plan.value))
        scratch.slots[later] = 0x5A5A5A5A
        masks = np.zeros((512 if words else 0, words), np.uint32)
        machine.decide(
            plan,
            effects_of(rules),
            part.columns,
            Answer(np.empty(512, np.uint32), np.empty(0, np.int64), masks),
            NOWHERE,
            0,
            512,
            scratch,
        )
        assert (scratch.slots[later] != 0x5A5A5A5A).any() == touched


def test_five_thousand_rules() -> None:
    law, frame = ruleset(5000), events(20)
    for row, event in zip(decided("kernel", law, frame).rows(), frame.to_dicts(), strict=True):
        expected = rulekit.decide(law, event)
        assert row == (expected.outcome, expected.rule, list(expected.hits or ()))


def test_ten_literals_on_one_feature() -> None:
    clauses = [f"float64_0 != {number}" for number in range(8)] + ["float64_0 > -5", "float64_0 <= 9"]
    rules = rulekit.Ruleset(
        name="ten", version="1.0.0", schema=SCHEMA, hit_policy="first", otherwise="no",
        rules=(rulekit.Rule(id="r", when=clauses, then="yes"),),
    )  # fmt: skip
    frame = events(1000)
    ours = decided("kernel", rules, frame)
    assert ours.equals(decided("polars", rules, frame))
    assert set(ours["outcome"]) == {"yes", "no", "invalid"}


@pytest.mark.parametrize("engine", ["in-memory", "streaming"])
def test_an_expression_within_a_plan(engine: str) -> None:
    rules, frame = ruleset(40), events(3000)
    for outcome in rules.outcomes:
        wanted = frame.filter(rulekit.expr(rules, outcome))
        plan = frame.lazy().filter(rulekit.expr(rules, outcome, engine="kernel"))
        assert plan.collect(engine=engine).equals(wanted)
    with pytest.raises(RulekitError, match="no such engine"):
        rulekit.expr(rules, "x", engine="onnx")


def test_an_expression_that_reads_nothing() -> None:
    rules = rulekit.Ruleset(
        name="k", version="1.0.0", schema=rulekit.Schema(name="k", version="1.0.0", features=SCHEMA.features[:1]),
        hit_policy="first", otherwise="no", rules=(rulekit.Rule(id="all", when=[], then="yes"),),
    )  # fmt: skip
    frame = pl.DataFrame({"float64_0": [1.0, 2.0]})
    assert frame.filter(rulekit.expr(rules, "yes", engine="kernel")).height == 2
    assert frame.filter(rulekit.expr(rules, "no", engine="kernel")).height == 0


def test_without_numba_polars_decides_and_one_line_says_so(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(kernel, "find_spec", lambda name: None if name == "numba" else object())
    rules, frame = ruleset(5), events(100)
    with caplog.at_level(logging.INFO, logger="rulekit"):
        runner = rulekit.compile(rules).load()
    assert runner.artifact.target == "polars"
    (record,) = caplog.records
    assert record.message == (
        "numba is not installed; deciding with the polars target (pip install 'rulekit-engine[kernel]')"
    )
    absent = kernel.absent()
    assert isinstance(absent, MissingExtraError)
    assert absent.library == "numba"
    assert runner.batch(frame).height == 100


def test_the_table_reads_line_by_line() -> None:
    text = rulekit.compile(_small(), "kernel").source
    assert '  [0, ">", 1.0],' in text.splitlines()
    assert json.loads(text)["rules"] == [["r", 2, 0]]
    assert rulekit.compile(_small(), "kernel").entry == ENTRY


def test_the_cache_on_disk_is_keyed_by_what_is_compiled() -> None:
    cells = [cell.cell_contents for cell in machine.decide.py_func.__closure__]
    assert machine._digest() in cells
