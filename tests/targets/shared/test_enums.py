"""Decision columns from codes: every width of code, few outcomes and many, nulls laid over."""

from __future__ import annotations

import random

import numpy as np
import polars as pl
import pytest

import rulekit
from rulekit.ir.ruleset import INVALID
from rulekit.targets.shared.enums import DecisionSeries, outcome_places, outcomes_by_code, physical

SIZES = [1, 2, 255, 256, 257, 65535, 65536]


def law(thens: list[str], *, required: bool = False, otherwise: str = "none") -> rulekit.Ruleset:
    feature = rulekit.Feature(name="x", dtype="int32", required=required)
    return rulekit.Ruleset(
        name="enums", version="1.0.0", hit_policy="first", otherwise=otherwise,
        schema=rulekit.Schema(name="enums", version="1.0.0", features=(feature,)),
        rules=tuple(rulekit.Rule(id=f"r{n}", when=[f"x == {n}"], then=then) for n, then in enumerate(thens)),
    )  # fmt: skip


def score_law(ladder: dict[str, int]) -> rulekit.Ruleset:
    feature = rulekit.Feature(name="x", dtype="int32", required=True)
    return rulekit.Ruleset(
        name="enums", version="1.0.0", hit_policy="score", otherwise="none", thresholds=ladder,
        schema=rulekit.Schema(name="enums", version="1.0.0", features=(feature,)),
        rules=(rulekit.Rule(id="r", when=["x == 1"], points=3),),
    )  # fmt: skip


def columns_of(ruleset: rulekit.Ruleset, codes: list[int]) -> pl.DataFrame:
    """Return the columns for codes of a FIRST ruleset, as the engines hand them over."""
    rules = len(ruleset.rules)
    places = np.array(outcome_places(ruleset), physical(len(ruleset.outcomes)))[codes]
    valid = pl.Series([code < rules for code in codes], dtype=pl.Boolean)
    rule = np.array([code if code < rules else 0 for code in codes], physical(rules))
    return pl.DataFrame(DecisionSeries(ruleset).of(pl.Series(places), valid, pl.Series(rule)))


@pytest.mark.parametrize("size", SIZES)
def test_a_code_is_as_wide_as_polars_keeps_it(size: int) -> None:
    enum = pl.Enum([str(number) for number in range(size)])
    kept = pl.Series([str(size - 1)], dtype=enum).cat.physical().dtype
    assert pl.Series(np.zeros(1, physical(size))).dtype == kept


def test_codes_are_rules_then_invalid_then_no_hit() -> None:
    ruleset = law(["b", "a", "b"])
    assert outcomes_by_code(ruleset) == ["b", "a", "b", INVALID, "none"]
    assert [ruleset.outcomes[place] for place in outcome_places(ruleset)] == ["b", "a", "b", INVALID, "none"]


def test_codes_of_a_score_are_steps_then_invalid() -> None:
    ruleset = score_law({"high": 9, "low": 2})
    assert outcomes_by_code(ruleset) == ["none", "low", "high", INVALID]


@pytest.mark.parametrize("required", [False, True])
@pytest.mark.parametrize("outcomes", [1, 2, 3, 4, 5, 6, 300])
@pytest.mark.parametrize("rules", [1, 4, 5, 6, 300])
def test_columns_say_what_the_codes_mean(rules: int, outcomes: int, *, required: bool) -> None:
    ruleset = law([f"o{number % outcomes}" for number in range(rules)], required=required)
    rng = random.Random(rules * outcomes)  # noqa: S311 - a draw, no secret
    possible = [*range(rules), rules + 1, *([rules] if required else [])]
    codes = [*possible, *rng.choices(possible, k=200)]
    found = columns_of(ruleset, codes)
    named = [*(rule.then for rule in ruleset.rules), INVALID, "none"]
    assert found["outcome"].to_list() == [named[code] for code in codes]
    assert found["rule"].to_list() == [f"r{code}" if code < rules else None for code in codes]
    assert found.schema == {
        "outcome": pl.Enum(ruleset.outcomes),
        "rule": pl.Enum([f"r{number}" for number in range(rules)]),
    }


def test_otherwise_may_be_the_outcome_of_a_rule() -> None:
    found = columns_of(law(["yes", "yes"], otherwise="yes"), [0, 1, 3])
    assert found["outcome"].to_list() == ["yes", "yes", "yes"]
    assert found["rule"].to_list() == ["r0", "r1", None]


@pytest.mark.parametrize("rules", [0, 1, 7])
def test_no_events_no_rows(rules: int) -> None:
    found = columns_of(law(["a"] * rules), [])
    assert found.shape == (0, 2)


def test_no_rules_decide_nothing() -> None:
    found = columns_of(law([], required=True), [1, 0, 1])
    assert found["outcome"].to_list() == ["none", INVALID, "none"]
    assert found["rule"].to_list() == [None, None, None]
    assert found["rule"].dtype == pl.Enum([])


def test_nulls_are_laid_over_scores() -> None:
    ruleset = score_law({"low": 2, "high": 9})
    places = pl.Series(np.array(outcome_places(ruleset), np.uint8)[[2, 0, 3, 1]])
    valid, score = pl.Series([True, True, False, True]), pl.Series([2**62, -5, 77, 2])
    outcome, rule, points = DecisionSeries(ruleset).of(places, valid, score=score)
    assert outcome.to_list() == ["high", "none", INVALID, "low"]
    assert rule.to_list() == [None] * 4
    assert points.to_list() == [2**62, -5, None, 2]
    assert [column.name for column in (outcome, rule, points)] == ["outcome", "rule", "score"]


def test_codes_in_several_chunks() -> None:
    ruleset = law(["a", "b"] * 5)
    chunked = pl.concat([pl.Series([0, 1], dtype=pl.UInt8), pl.Series([9], dtype=pl.UInt8)], rechunk=False)
    outcome = pl.Series([0, 1, 1], dtype=pl.UInt8)
    found = DecisionSeries(ruleset).of(outcome, pl.Series([True, False, True]), chunked)
    assert found[1].to_list() == ["r0", None, "r9"]


def test_a_code_beyond_the_rules_is_an_error_and_no_null() -> None:
    ruleset = law(["a"] * 9)
    with pytest.raises(pl.exceptions.PolarsError):
        DecisionSeries(ruleset).of(
            pl.Series([0], dtype=pl.UInt8), pl.Series([True]), pl.Series([9], dtype=pl.UInt8)
        )


def test_the_columns_survive_a_walk_over_arrow(tmp_path: pytest.TempPathFactory) -> None:
    """A key beyond the categories below a null would make a file that Polars can't read back."""
    found = columns_of(law(["a"] * 9), [0, 10, 8, 10])
    found.write_ipc(f"{tmp_path}/decided.arrow")
    assert pl.read_ipc(f"{tmp_path}/decided.arrow").equals(found)
