import math
import subprocess
import sys

import numpy as np
import pytest

import rulekit
from rulekit.errors import EventError
from rulekit.ir.decision import Decision
from rulekit.ir.semantics import decide
from rulekit.targets.shared.python_source import load_module


@pytest.fixture
def runner(fraud):
    return rulekit.compile(fraud, "python").load()


def test_one_event_from_a_dict(runner):
    event = {"amount": 60.0, "cards_per_device_1h": 5, "country": "DK", "device_age": 1.0}
    assert runner.one(event) == Decision("review", rule="many-cards-one-device")
    assert runner.one(event, hits=True).hits == ("many-cards-one-device",)


def test_the_module_runs_without_rulekit(fraud, tmp_path):
    folder = rulekit.compile(fraud, "python").write(tmp_path / "build")
    event = {"amount": 6000, "country": "NO"}
    code = f"import decide, sys; print(decide.decide({event})); print('rulekit' in sys.modules)"
    done = subprocess.run([sys.executable, "-I", "-c", f"import sys; sys.path[:0] = [{str(folder)!r}]; {code}"],
                          capture_output=True, text=True, check=True)  # fmt: skip
    assert done.stdout.splitlines() == [
        "Decision(outcome='block', rule='large-abroad', score=None, missing=())",
        "False",
    ]


def test_the_module_takes_positional_values(fraud):
    module = load_module(rulekit.compile(fraud, "python").source, "decide", "decide.py")
    assert module["IDS"][module["first"](60.0, 5, "DK", 1.0)] == "many-cards-one-device"
    assert module["first"](None, 5, "DK", 1.0) == module["INVALID"]
    assert module["first"](1.0, 5, "DK", 1.0) == module["NO_RULE"]


def test_the_module_shows_the_law_to_a_reader(fraud):
    source = rulekit.compile(fraud, "python").source
    assert "# many-cards-one-device: Many cards from one device within the hour" in source
    assert "#     amount > 50\n" in source
    assert fraud.digest in source


@pytest.mark.parametrize("absent", [None, math.nan, np.float32("nan")])
def test_what_is_missing_makes_a_required_feature_invalid(runner, fraud, absent):
    event = {"amount": absent, "cards_per_device_1h": 5}
    assert runner.one(event) == Decision("invalid", missing=("amount",))
    assert decide(fraud, event).missing == ("amount",)


def test_numpy_scalars_are_welcome(runner):
    event = {"amount": np.float32(60), "cards_per_device_1h": np.int64(5), "country": np.str_("DK")}
    assert runner.one(event).outcome == "review"


@pytest.mark.parametrize(
    ("event", "feature"),
    [
        ({"amount": "60"}, "amount"),
        ({"amount": True}, "amount"),
        ({"amount": 1.0, "cards_per_device_1h": 2.0}, "cards_per_device_1h"),
        ({"amount": 1.0, "cards_per_device_1h": 2**31}, "cards_per_device_1h"),
        ({"amount": 1.0, "country": 5}, "country"),
        ({"amount": 10**400}, "amount"),
    ],
)
def test_a_value_of_another_type_is_refused_with_its_facts(runner, event, feature):
    with pytest.raises(EventError, match=f"feature {feature} of the event") as raised:
        runner.one(event)
    assert raised.value.expected is not None
    assert repr(event[feature])[:20] in str(raised.value.got)


def test_a_float_is_rounded_to_float32_as_the_schema_says(fraud):
    """The last float64 below the edge rounds to 50, the edge itself ties to the odd neighbour's other side."""
    runner = rulekit.compile(fraud, "python").load()
    above = float(np.nextafter(np.float32(50), np.float32(51)))
    edge = (50.0 + above) / 2
    for amount in (edge, np.nextafter(edge, 0.0), np.nextafter(edge, 100.0)):
        event = {"amount": float(amount), "cards_per_device_1h": 5}
        assert runner.one(event).outcome == ("review" if np.float32(amount) > np.float32(50) else "approve")
        assert runner.one(event).outcome == decide(fraud, event).outcome
