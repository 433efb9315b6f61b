"""Fixed-point trials against the reference semantics, event by event."""

import numpy as np
import polars as pl
import pytest

from rulekit.errors import BindError, EventError
from rulekit.ir.numerics import Fixed, FixedFormat
from rulekit.ir.semantics import decide
from rulekit.runtime.fixed_point.trials import FixedPointTrials
from rulekit.store.lookup import load

LAW = load("""\
name: t
version: 1.0.0
schema:
  name: t
  version: 1.0.0
  features:
    - {name: x, dtype: float64, bounds: [0, 16]}
    - {name: n, dtype: int32, bounds: [0, 100]}
hit_policy: first
otherwise: pass
rules:
  - {id: high, when: ["x >= 3.3"], then: stop}
  - {id: many, when: ["n > 50"], then: stop}
""")
COARSE = {"x": FixedFormat(width=4, fraction=0, signed=False)}
EXACT = {"n": FixedFormat(width=7, fraction=0, signed=False)}


@pytest.fixture(scope="module")
def events():
    rng = np.random.default_rng(3)
    return pl.DataFrame(
        {
            "x": rng.uniform(0, 16, 400),
            "n": rng.integers(0, 100, 400, dtype=np.int32),
            "truth": rng.random(400) < 0.5,
            "weight": rng.uniform(0.5, 2, 400),
        }
    )


def outcomes(events, numerics=None):
    """Decide by the reference semantics."""
    return [decide(LAW, event, numerics).outcome for event in events.select("x", "n").to_dicts()]


def rounded(events, rounding="nearest"):
    """Put x on whole numbers by hand, ties to even, and leave n alone."""
    put = {"nearest": np.rint, "floor": np.floor}[rounding]
    return events.with_columns(x=pl.Series(np.clip(put(events["x"].to_numpy()), 0, 15)))


@pytest.mark.parametrize("rounding", ["nearest", "floor"])
def test_what_a_format_changes_is_what_rounding_by_hand_changes(events, rounding):
    trials = FixedPointTrials.of(LAW, events, rounding=rounding)
    native = outcomes(events)
    # on the grid x >= 3.3 is x >= 4
    by_hand = ["stop" if x >= 4 or n > 50 else "pass" for x, n, *_ in rounded(events, rounding).iter_rows()]
    changed = sum(one != other for one, other in zip(native, by_hand, strict=True))
    assert changed > 0
    assert trials.effect(COARSE).changed.value == pytest.approx(changed / 400)


def test_a_format_that_holds_every_value_changes_nothing(events):
    effect = FixedPointTrials.of(LAW, events).effect(EXACT)
    assert (effect.changed.value, effect.shifts.rate.value) == (0.0, 0.0)


def test_numbers_without_a_format_are_compared_natively(events):
    """Only x is on the grid: n is not, and needs no format."""
    trials = FixedPointTrials.of(LAW, events)
    both = trials.effect({**COARSE, **EXACT})
    assert trials.effect(COARSE).changed == both.changed


def test_measures_count_the_accepted_events(events):
    trials = FixedPointTrials.of(LAW, events, truth="truth")
    native = outcomes(events)
    assert trials.measures().rate.value == native.count("stop") / 400
    signal = [one for one, is_signal in zip(native, events["truth"], strict=True) if is_signal]
    assert trials.measures().efficiency.value == signal.count("stop") / len(signal)
    fixed = outcomes(events, Fixed(formats={**COARSE, **EXACT}))
    assert trials.measures({**COARSE, **EXACT}).rate.value == fixed.count("stop") / 400


def test_weights_count(events):
    trials = FixedPointTrials.of(LAW, events, weight="weight")
    stopped = pl.Series(outcomes(events)) == "stop"
    share = events.filter(stopped)["weight"].sum() / events["weight"].sum()
    assert trials.measures().rate.value == pytest.approx(share)


def test_shifts_are_differences_of_the_rates(events):
    trials = FixedPointTrials.of(LAW, events)
    effect = trials.effect({**COARSE, **EXACT})
    difference = trials.measures({**COARSE, **EXACT}).rate.value - trials.measures().rate.value
    assert effect.shifts.rate.value == pytest.approx(difference)


@pytest.mark.parametrize(
    ("change", "options", "message"),
    [
        (lambda events: events.clear(), {}, "there are no events to decide"),
        (lambda events: events.drop("x"), {}, "no column for feature x"),
        (lambda events: events, {"truth": "label"}, "label"),
        (lambda events: events, {"weight": "heaviness"}, "heaviness"),
    ],
)
def test_bad_events(events, change, options, message):
    with pytest.raises(EventError, match=message):
        FixedPointTrials.of(LAW, change(events), **options)


def test_a_value_that_no_grid_holds_is_refused(events):
    law = load(EQUAL)
    with pytest.raises(BindError):
        FixedPointTrials.of(law, events).effect(COARSE)


EQUAL = """\
name: t
version: 1.0.0
schema:
  name: t
  version: 1.0.0
  features:
    - {name: x, dtype: float64, bounds: [0, 16]}
hit_policy: first
otherwise: pass
rules:
  - {id: just, when: ["x == 3.3"], then: stop}
"""
