"""The ``onnx`` target: the model as a serving user meets it, without rulekit."""

import json
import subprocess
import sys

import numpy as np
import polars as pl
import pytest
from served import model_of, onnx, onnxruntime, ruleset_of

import rulekit
from rulekit.errors import MissingExtraError
from rulekit.ir.semantics import decide
from rulekit.targets import onnx as target
from rulekit.targets import targets


def test_a_serving_user_needs_onnxruntime_alone(fraud, tmp_path):
    folder = rulekit.compile(fraud, "onnx").write(tmp_path / "build")
    code = """
import json, sys
import numpy as np, onnxruntime
session = onnxruntime.InferenceSession("decide.onnx")
outcome, rule, hits = session.run(["outcome", "rule", "hits"], {
    "amount": np.array([60, 6000, 6000, np.nan], np.float32),
    "cards_per_device_1h": np.array([5, 0, 9, 9], np.int32),
    "cards_per_device_1h.missing": np.array([False, False, True, False]),
    "country": np.array(["DK", "XX", "SE", "DK"], object),
    "country.missing": np.array([False, False, True, False]),
    "device_age": np.array([1, 1, np.nan, 1], np.float64),
})
names = json.loads(session.get_modelmeta().custom_metadata_map["outcomes"])
print([names[place] for place in outcome], rule.tolist(), hits.tolist(), "rulekit" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-I", "-c", code], cwd=folder, capture_output=True, text=True,
                          check=True)  # fmt: skip
    assert done.stdout.strip() == (
        "['review', 'block', 'approve', 'invalid'] [0, 1, -1, -1] "
        "[[True, False], [False, True], [False, False], [False, False]] False"
    )


def test_the_signature_names_every_input_at_its_dtype():
    features = [
        {"name": "a", "dtype": "bool"},
        {"name": "b", "dtype": "int32"},
        {"name": "c", "dtype": "int64"},
        {"name": "d", "dtype": "float32"},
        {"name": "e", "dtype": "float64"},
        {"name": "f", "dtype": "category", "categories": ["x"]},
        {"name": "unread", "dtype": "float64"},
    ]
    ruleset = ruleset_of(features, [{"when": [f"{name} is missing" for name in "abcdef"], "then": "hit"}])
    artifact = rulekit.compile(ruleset, "onnx")
    session = onnxruntime.InferenceSession(artifact.files["decide.onnx"])
    types = {each.name: each.type for each in session.get_inputs()}
    assert types == {
        "a": "tensor(bool)", "a.missing": "tensor(bool)", "b": "tensor(int32)", "b.missing": "tensor(bool)",
        "c": "tensor(int64)", "c.missing": "tensor(bool)", "d": "tensor(float)", "e": "tensor(double)",
        "f": "tensor(string)", "f.missing": "tensor(bool)",
    }  # fmt: skip
    assert all(each.shape == ["N"] for each in session.get_inputs())
    assert [(each.name, each.shape) for each in session.get_outputs()] == [
        ("outcome", ["N"]),
        ("rule", ["N"]),
        ("hits", ["N", 1]),
    ]
    described = json.loads(artifact.files["signature.json"])
    assert {f"tensor({each['type']})" for each in described["inputs"]} == set(types.values())
    named = {each["name"] for each in described["inputs"]} | {each["missing"] for each in described["inputs"]}
    assert named - {None} == set(types)
    assert list(described["outputs"]) == ["outcome", "rule", "hits"]


def test_odd_names_and_names_of_outputs_are_kept_apart():
    names = ["rule", "hits", "rule_", "x", "x.missing", 'the "odd" one', "a|b", "Δφ"]
    features = [{"name": name, "dtype": "int32"} for name in names]
    when = [f"`{name}` == {place}" for place, name in enumerate(names)]
    ruleset = ruleset_of(features, [{"when": when, "then": 'größer "*/"\n'}])
    event = dict(zip(names, range(len(names)), strict=True))
    model = model_of(ruleset)
    onnx.checker.check_model(model, full_check=True)
    inputs = [each.name for each in model.graph.input]
    assert inputs[0::2] == ["rule_", "hits_", "rule__", "x", "x.missing", 'the "odd" one', "a|b", "Δφ"]
    assert inputs[7] == "x.missing_"
    runner = rulekit.compile(ruleset, "onnx").load()
    for changed in (event, {**event, "rule_": 0}, {**event, "rule": 2}, {**event, "x.missing": None}):
        assert runner.one(changed, hits=True) == decide(ruleset, changed)
    page = rulekit.compile(ruleset, "onnx").files["README.md"].decode()
    assert 'the "odd" one' in page
    assert repr('größer "*/"\n') in page


def test_many_events_are_decided_in_chunks(fraud):
    rows = 40_000
    frame = pl.DataFrame({
        "amount": np.arange(rows) % 7000,
        "cards_per_device_1h": np.arange(rows) % 7,
        "country": ["SE", "NO", "XX", None] * (rows // 4),
        "device_age": np.where(np.arange(rows) % 5 == 0, np.nan, 1.0),
    }, schema_overrides={"amount": pl.Float32, "cards_per_device_1h": pl.Int32})  # fmt: skip
    ours = rulekit.compile(fraud, "onnx").load().batch(frame, hits=True)
    assert ours.equals(rulekit.compile(fraud, "polars").load().batch(frame, hits=True))


def test_the_session_takes_options(fraud):
    from rulekit.targets.onnx.runner import OnnxRunner

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    event = {"amount": 6000, "country": "NO"}
    assert OnnxRunner(rulekit.compile(fraud, "onnx"), options).one(event).rule == "large-abroad"


def test_without_the_libraries_the_error_says_what_to_install(fraud, monkeypatch):
    monkeypatch.setattr(target, "find_spec", lambda name: None if name == "onnxruntime" else name)
    artifact = rulekit.compile(fraud, "polars")
    for verb in (lambda: targets.get("onnx").load(artifact), lambda: rulekit.compile(fraud, "onnx")):
        with pytest.raises(MissingExtraError, match="onnxruntime is not installed") as raised:
            verb()
        assert raised.value.extra == "onnx"


def test_listing_the_target_loads_no_library():
    code = (
        "import sys; from rulekit.targets import targets; targets.get('onnx').absent(); print(*sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"onnx", "onnxruntime", "pyarrow"} & set(done.stdout.split())
