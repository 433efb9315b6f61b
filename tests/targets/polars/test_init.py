import polars as pl
import pytest
from fixtures import FRAUD

import rulekit
from rulekit.errors import EventError, RulekitError
from rulekit.ir.semantics import decide

EVENTS = pl.DataFrame(
    {
        "amount": [60.0, 60.0, 6000.0, None, float("nan"), 50.0],
        "cards_per_device_1h": [5, 5, 0, 9, 9, 9],
        "country": ["DK", "NO", "XX", "DK", "DK", None],
        "device_age": [1.0, None, 1.0, 1.0, 1.0, float("nan")],
        "note": list("abcdef"),
    },
    schema_overrides={"amount": pl.Float32, "cards_per_device_1h": pl.Int32},
)


@pytest.fixture
def runner(fraud):
    return rulekit.compile(fraud, "polars").load()


def test_a_frame_gains_the_decision_columns(runner, fraud):
    decided = runner.batch(EVENTS, hits=True)
    assert decided.columns == [*EVENTS.columns, "outcome", "rule", "hits"]
    assert decided["outcome"].dtype == pl.Enum(fraud.outcomes)
    assert decided["outcome"].to_list() == ["review", "review", "block", "invalid", "invalid", "approve"]
    for row, event in zip(decided.iter_rows(named=True), EVENTS.iter_rows(named=True), strict=True):
        wanted = decide(fraud, event)
        assert (row["outcome"], row["rule"], tuple(row["hits"])) == (wanted.outcome, wanted.rule, wanted.hits)


def test_a_lazy_frame_stays_lazy_and_streams(runner):
    lazy = runner.batch(EVENTS.lazy(), hits=True)
    assert isinstance(lazy, pl.LazyFrame)
    assert lazy.collect(engine="streaming").equals(runner.batch(EVENTS, hits=True))


def test_pandas_and_arrow_frames(runner):
    wanted = runner.batch(EVENTS)["outcome"].to_list()
    assert runner.batch(EVENTS.to_arrow())["outcome"].to_list() == wanted
    nullable = EVENTS.to_pandas(use_pyarrow_extension_array=True)
    assert runner.batch(nullable)["outcome"].to_list() == wanted


@pytest.mark.parametrize("target", ["python", "polars"])
def test_no_events_no_decisions(fraud, target):
    decided = rulekit.compile(fraud, target).load().batch(EVENTS.clear(), hits=True)
    assert decided.height == 0
    assert decided["hits"].dtype == pl.List(pl.Enum(["many-cards-one-device", "large-abroad"]))


def test_hit_matrix_is_never_null(runner):
    matrix = runner.hit_matrix(EVENTS)
    assert matrix.columns == ["many-cards-one-device", "large-abroad"]
    assert matrix.null_count().row(0) == (0, 0)
    assert matrix["many-cards-one-device"].to_list() == [True, True, False, False, False, False]


def test_expr_filters(fraud):
    chosen = EVENTS.filter(rulekit.expr(fraud, "review"))
    assert chosen["note"].to_list() == ["a", "b"]
    assert EVENTS.select(rulekit.expr(fraud, "invalid")).to_series().to_list() == [False] * 3 + [True] * 2 + [
        False
    ]


def test_expr_needs_no_outcome_when_there_is_one():
    ruleset = rulekit.load(FRAUD.replace("then: block", "then: review"))
    assert EVENTS.filter(rulekit.expr(ruleset))["note"].to_list() == ["a", "b", "c"]


def test_expr_of_several_outcomes_wants_one_named(fraud):
    with pytest.raises(RulekitError, match="must be named"):
        rulekit.expr(fraud)
    with pytest.raises(RulekitError, match="no such outcome"):
        rulekit.expr(fraud, "accept")


def test_a_missing_column_is_named_with_the_nearest(runner):
    with pytest.raises(EventError, match="no column for feature amount") as raised:
        runner.batch(EVENTS.rename({"amount": "Amount"}))
    assert "'Amount'" in str(raised.value.hint)


def test_float64_is_rounded_only_when_asked(runner):
    wide = EVENTS.with_columns(pl.col("amount").cast(pl.Float64))
    with pytest.raises(EventError, match="column amount has another dtype") as raised:
        runner.batch(wide)
    assert "cast=True" in str(raised.value.hint)
    assert runner.batch(wide, cast=True)["outcome"].equals(runner.batch(EVENTS)["outcome"])


@pytest.mark.parametrize(
    ("column", "dtype"),
    [
        ("amount", pl.String),
        ("cards_per_device_1h", pl.Float64),
        ("cards_per_device_1h", pl.Int64),
        ("device_age", pl.Date),
    ],
)
def test_other_dtypes_are_refused_even_with_cast(runner, column, dtype):
    frame = EVENTS.with_columns(pl.lit(None).cast(dtype).alias(column))
    with pytest.raises(EventError, match=f"column {column} has another dtype"):
        runner.batch(frame, cast=True)


@pytest.mark.parametrize("dtype", [pl.Int8, pl.UInt16])
def test_casts_that_lose_nothing_are_made(runner, dtype):
    frame = EVENTS.with_columns(
        pl.col("cards_per_device_1h").cast(dtype), pl.col("country").cast(pl.Categorical)
    )
    assert runner.batch(frame)["outcome"].equals(runner.batch(EVENTS)["outcome"])


def test_a_taken_column_name_is_refused(runner):
    with pytest.raises(EventError, match="column 'outcome' already"):
        runner.batch(EVENTS.rename({"note": "outcome"}))


def test_many_rules_and_outcomes():
    """More than 256 rules and outcomes need wider codes than eight bits."""
    rules = "".join(f"  - {{id: r{i}, when: [x == {i}], then: o{i}}}\n" for i in range(300))
    head = "name: wide\nversion: 0.1.0\nschema: {name: wide, version: 1.0.0, features: [{name: x, dtype: int64}]}\n"
    ruleset = rulekit.load(f"{head}hit_policy: unique\notherwise: none\nrules:\n{rules}")
    runner = rulekit.compile(ruleset, "polars").load()
    decided = runner.batch(pl.DataFrame({"x": [0, 255, 256, 299, 300]}), hits=True)
    assert decided["outcome"].to_list() == ["o0", "o255", "o256", "o299", "none"]
    assert decided["hits"].to_list() == [["r0"], ["r255"], ["r256"], ["r299"], []]


def test_no_rules_at_all():
    schema = "{name: empty, version: 1.0.0, features: [{name: x, dtype: int64}]}"
    head = f"name: empty\nversion: 0.1.0\nschema: {schema}\n"
    ruleset = rulekit.load(f"{head}hit_policy: first\notherwise: none\nrules: []\n")
    for target in ("python", "polars"):
        runner = rulekit.compile(ruleset, target).load()
        assert runner.batch(pl.DataFrame({"x": [0, 1]}), hits=True)["hits"].to_list() == [[], []]
        assert runner.one({"x": 1}, hits=True) == decide(ruleset, {"x": 1})


def test_expr_reads_enums_and_categoricals(fraud):
    for dtype in (pl.Categorical, pl.Enum(["XX", "DK", "YY", "NO"])):
        frame = EVENTS.with_columns(pl.col("country").cast(dtype))
        assert frame.filter(rulekit.expr(fraud, "review"))["note"].to_list() == ["a", "b"]
