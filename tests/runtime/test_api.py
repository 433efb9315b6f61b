"""The verbs that take any name of a law, and the compiled decide held to the reference."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import get_args, get_type_hints

import polars as pl
import pytest
from fixtures import FRAUD, TRIGGER
from hypothesis import given
from hypothesis import strategies as st
from lawfolders import amend, make_law

import rulekit
from rulekit.errors import EventError, LawError, RulekitError, UnsupportedError
from rulekit.ir.formats import default_fixed
from rulekit.ir.notation.document import ruleset_to_json
from rulekit.reference import decide as reference
from rulekit.runtime import api
from rulekit.runtime.api import compile, decide, expr  # noqa: A004
from rulekit.targets import targets
from rulekit.targets.systemverilog.options import Options, OptionValues
from rulekit.testing import events, rulesets

EVENT = {"amount": 6000.0, "country": "DK", "cards_per_device_1h": 1}
EVENTS = pl.DataFrame(
    {
        "amount": [6000.0, 60.0, None, 10.0],
        "cards_per_device_1h": [1, 5, 5, None],
        "country": ["DK", "DK", "SE", "FI"],
        "device_age": [1.0, None, float("nan"), 0.0],
    },
    schema={
        "amount": pl.Float32, "cards_per_device_1h": pl.Int32, "country": pl.String, "device_age": pl.Float64,
    },
)  # fmt: skip
OUTCOMES = ["block", "review", "invalid", "approve"]


@pytest.fixture
def ways(tmp_path: Path) -> list[rulekit.RulesetSource]:
    folder = make_law(tmp_path / "law")
    rulekit.enact(folder)
    ruleset = rulekit.load(FRAUD)
    return [
        ruleset,
        FRAUD,
        ruleset_to_json(ruleset),
        folder,
        str(folder),
        f"{folder}@1.2.0",
        f"{folder}@in-force",
    ]


def test_every_verb_takes_every_name_of_a_law(ways: list[rulekit.RulesetSource]) -> None:
    digest = rulekit.load(FRAUD).digest
    for way in ways:
        assert compile(way, "python").ruleset.digest == digest
        assert decide(way, EVENT).rule == "large-abroad"
        assert EVENTS.select(expr(way, "block")).to_series().to_list() == [True, False, False, False]


def test_other_verbs_take_every_name_of_a_law(ways: list[rulekit.RulesetSource]) -> None:
    for way in ways:
        assert rulekit.diff(way, FRAUD).decides_alike
        assert rulekit.explain(way, EVENT).outcome == "block"


def test_a_target_is_named_or_given() -> None:
    named, given = compile(FRAUD, "polars"), compile(FRAUD, targets.get("polars"))
    assert named.files == given.files
    assert compile(FRAUD).target == "kernel"


def test_the_runners_of_all_targets_decide_alike() -> None:
    for name in ("python", "polars", "kernel"):
        assert compile(FRAUD, name).load().batch(EVENTS)["outcome"].to_list() == OUTCOMES


def test_a_lazy_frame_gives_a_lazy_frame() -> None:
    decided = compile(FRAUD, "polars").load().batch(EVENTS.lazy())
    assert isinstance(decided, pl.LazyFrame)
    assert decided.collect()["outcome"].to_list() == OUTCOMES


def test_numerics_are_passed_on() -> None:
    numerics = rulekit.Fixed(formats={"amount": {"width": 16, "fraction": 0}})
    with pytest.raises(LawError, match="has no fixed-point format"):
        compile(FRAUD, "python", numerics)
    text = FRAUD.replace("unit: day", "unit: day, bounds: [0, 3650]")
    fixed = default_fixed(rulekit.load(text).schema, 20)
    assert compile(text, "python", fixed).numerics == fixed
    assert decide(text, EVENT, fixed) == reference(rulekit.load(text), EVENT, fixed)


def test_what_a_target_does_not_take() -> None:
    with pytest.raises(RulekitError, match="unknown target 'kernal'"):
        compile(FRAUD, "kernal")
    with pytest.raises(RulekitError, match="does not take these options: stages"):
        compile(FRAUD, "python", stages=2)
    with pytest.raises(UnsupportedError):
        compile(FRAUD, "systemverilog")
    with pytest.raises(LawError, match="no such file or folder"):
        compile("absent", "python")


def test_typed_options_are_those_of_the_target() -> None:
    """Type checkers read a TypedDict, programs a model: the two say the same."""
    typed, model = get_type_hints(OptionValues), get_type_hints(Options)
    fields = {name: model[name] for name in Options.model_fields}
    assert typed == fields
    other = [
        name for name in targets.names() if name != "systemverilog" and targets.get(name).options.model_fields
    ]
    assert other == []


def test_the_outcome_of_an_expression_is_named_where_several_accept() -> None:
    with pytest.raises(RulekitError, match="the outcome must be named"):
        expr(FRAUD)
    one = FRAUD.replace("then: block", "then: review")
    assert EVENTS.filter(expr(one)).height == 2
    with pytest.raises(RulekitError, match="there is no such outcome") as raised:
        expr(FRAUD, "accept")
    assert raised.value.got == "accept"
    with pytest.raises(RulekitError, match="there is no such engine"):
        expr(FRAUD, "block", engine="sql")


@pytest.mark.parametrize("engine", ["polars", "kernel"])
@pytest.mark.parametrize("outcome", ["review", "block", "approve", "invalid"])
def test_an_expression_selects_the_events_of_its_outcome(engine: str, outcome: str) -> None:
    found = EVENTS.select(expr(FRAUD, outcome, engine=engine)).to_series()
    assert found.to_list() == [name == outcome for name in OUTCOMES]
    assert found.null_count() == 0


@given(st.data())
def test_decide_is_the_reference(data: st.DataObject) -> None:
    ruleset = data.draw(rulesets())
    event = data.draw(events(ruleset))
    assert decide(ruleset, event) == reference(ruleset, event)


def test_hits_are_left_out_on_request() -> None:
    full, bare = decide(FRAUD, EVENT), decide(FRAUD, EVENT, hits=False)
    assert full.hits == ("large-abroad",)
    assert bare.hits is None
    assert (bare.outcome, bare.rule) == (full.outcome, full.rule)


def test_an_event_that_lacks_a_required_feature_is_invalid() -> None:
    found = decide(FRAUD, {"country": "SE"})
    assert (found.outcome, found.rule, found.missing, found.hits) == ("invalid", None, ("amount",), ())


def test_a_value_that_does_not_fit_is_refused_as_the_reference_does() -> None:
    for event in ({"amount": "much"}, {"amount": 1.0, "cards_per_device_1h": 2.5}):
        with pytest.raises(EventError) as ours:
            decide(FRAUD, event)
        with pytest.raises(EventError) as theirs:
            reference(rulekit.load(FRAUD), event)
        assert str(ours.value) == str(theirs.value)


def test_a_ruleset_is_compiled_once(monkeypatch: pytest.MonkeyPatch) -> None:
    made = []
    monkeypatch.setattr(api, "_runners", type(api._runners)())
    monkeypatch.setattr(api, "compile", lambda *given: made.append(given) or compile(*given))
    ruleset = rulekit.load(FRAUD)
    for _ in range(3):
        decide(ruleset, EVENT)
    decide(rulekit.load(FRAUD), EVENT)  # another object of the same digest
    assert len(made) == 1
    decide(FRAUD.replace("5000", "4000"), EVENT)
    decide(ruleset, EVENT, rulekit.Native())
    assert len(made) == 3


def test_the_rulesets_that_are_kept_are_the_last_ones_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api, "_runners", type(api._runners)())
    monkeypatch.setattr(api, "_KEPT", 2)
    one, two, three = (rulekit.load(FRAUD.replace("> 5000", f"> {amount}")) for amount in (1, 2, 3))
    for ruleset in (one, two, one, three):
        decide(ruleset, EVENT)
    assert [digest for digest, _ in api._runners] == [one.digest, three.digest]


def test_a_law_that_changed_on_disk_is_read_again(tmp_path: Path) -> None:
    folder = make_law(tmp_path / "law")
    event = {"amount": 4500.0, "country": "DK"}
    assert decide(folder, event).outcome == "approve"
    amend(folder)
    assert decide(folder, event).outcome == "block"


def test_threads_share_what_is_kept() -> None:
    ruleset, answers = rulekit.load(TRIGGER), []
    event = {"met": 200.0, "jets": 2}
    threads = [threading.Thread(target=lambda: answers.append(decide(ruleset, event))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [reference(ruleset, event)] * 8


def test_the_engines_of_an_expression_are_typed() -> None:
    assert get_args(get_type_hints(expr)["engine"]) == ("polars", "kernel")
