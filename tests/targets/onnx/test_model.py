"""The model: standard operators, metadata, the first hit of any number of rules, and exact sums of points."""

import json
import subprocess
import sys

import numpy as np
import polars as pl
import pytest
from served import model_of, onnx, onnxruntime, ruleset_of, serve

import rulekit
from rulekit.ir.semantics import decide
from rulekit.testing import load_corpus


@pytest.fixture(scope="module", params=list({c.file: c for c in load_corpus()}.values()),
                ids=lambda case: case.file)  # fmt: skip
def case(request):
    return request.param


def test_the_checker_and_strict_shape_inference_are_content(case):
    model = model_of(case.ruleset, case.numerics)
    onnx.checker.check_model(model, full_check=True)
    inferred = onnx.shape_inference.infer_shapes(model, check_type=True, strict_mode=True, data_prop=True)
    known = {info.name for info in inferred.graph.value_info}
    made = {name for node in model.graph.node for name in node.output}
    assert made - known == {output.name for output in model.graph.output}


def test_only_standard_operators_of_an_opset_that_is_served_everywhere(case):
    model = model_of(case.ruleset, case.numerics)
    opsets = {opset.domain: opset.version for opset in model.opset_import}
    assert model.ir_version == 8
    assert opsets in ({"": 17}, {"": 17, "ai.onnx.ml": 3})
    assert {node.op_type for node in model.graph.node if node.domain} <= {"LabelEncoder"}
    assert not model.functions


def test_the_metadata_say_what_the_model_is(fraud):
    session = onnxruntime.InferenceSession(rulekit.compile(fraud, "onnx").files["decide.onnx"])
    about = session.get_modelmeta()
    properties = about.custom_metadata_map
    assert (about.producer_name, about.graph_name) == ("rulekit", "fraud.card_present")
    assert properties["name"] == "fraud.card_present"
    assert properties["version"] == "1.2.0"
    assert properties["digest"] == fraud.digest
    assert json.loads(properties["outcomes"]) == ["review", "block", "approve", "invalid"]
    assert json.loads(properties["rules"]) == ["many-cards-one-device", "large-abroad"]
    assert json.loads(properties["numerics"]) == {"kind": "native"}
    assert fraud.digest in about.description


def test_points_are_summed_beyond_what_float64_holds():
    points = [2**60, -(2**60) + 1, 2**53 + 1, 3, 2**61 + 1]
    features = [{"name": f"x{n}", "dtype": "bool"} for n in range(5)]
    rules = [{"when": [f"x{n} == true"], "points": p} for n, p in enumerate(points)]
    ruleset = ruleset_of(features, rules, policy="score", thresholds={"one": 1, "four": 4, "huge": 2**60 + 4})
    bits = (np.arange(32)[:, None] >> np.arange(5)) & 1 == 1
    feeds = {f"x{n}": bits[:, n] for n in range(5)} | {f"x{n}.missing": ~bits[:, n] for n in range(5)}
    answers = serve(ruleset, feeds)
    expected = [sum(p for p, on in zip(points, row, strict=True) if on) for row in bits]
    assert answers["score"].tolist() == expected
    names = [ruleset.outcomes[place] for place in answers["outcome"]]
    assert names == [decide(ruleset, {f"x{n}": bool(on) for n, on in enumerate(row)}).outcome for row in bits]
    assert set(answers["rule"].tolist()) == {-1}


@pytest.mark.parametrize("rules", [254, 255, 300])
def test_the_first_hit_of_more_rules_than_a_byte_counts(rules):
    features = [{"name": "x", "dtype": "int64", "required": True}]
    ruleset = ruleset_of(features, [{"when": [f"x >= {rules - n}"], "then": "hit"} for n in range(rules)])
    frame = pl.DataFrame({"x": [None, 0, 1, 2, rules - 1, rules, rules + 9]}, schema={"x": pl.Int64})
    decided = rulekit.compile(ruleset, "onnx").load().batch(frame, hits=True)
    assert decided["rule"].to_list() == [None, None, f"r{rules - 1}", f"r{rules - 2}", "r1", "r0", "r0"]
    assert decided["outcome"].to_list() == ["invalid", "none", *["hit"] * 5]
    assert decided["hits"].list.len().to_list() == [0, 0, 1, 2, rules - 1, rules, rules]


def test_a_ruleset_that_reads_nothing_still_counts_its_events():
    features = [{"name": "w", "dtype": "category", "categories": ["x"]}]
    ruleset = ruleset_of(features, [{"when": [], "then": "all"}])
    feeds = {"w": np.array(["x", "y"], object), "w.missing": np.array([False, True])}
    assert serve(ruleset, feeds)["rule"].tolist() == [0, 0]
    empty = ruleset_of(features, [])
    answers = serve(empty, feeds)
    assert (answers["rule"].tolist(), answers["hits"].shape) == ([-1, -1], (2, 0))
    decided = rulekit.compile(empty, "onnx").load().batch(pl.DataFrame({"other": [1, 2, 3]}))
    assert decided["outcome"].to_list() == ["none"] * 3


def test_a_thousand_rules_are_linear():
    features = [{"name": f"f{n}", "dtype": "float64"} for n in range(12)]
    rules = [{"when": [f"f{(n + k) % 12} > {(n * 7 + k * 3) % 89 / 100}" for k in range(4)], "then": "hit"}
             for n in range(1000)]  # fmt: skip
    ruleset = ruleset_of(features, rules)
    artifact = rulekit.compile(ruleset, "onnx")
    count = len(onnx.load_from_string(artifact.files["decide.onnx"]).graph.node)
    assert count < 12 * 89 + 3 * 1000 + 20
    frame = pl.DataFrame(np.random.default_rng(0).random((20_000, 12)), schema=[f"f{n}" for n in range(12)])
    decided = artifact.load().batch(frame)
    expected = [decide(ruleset, event).rule for event in frame[:50].to_dicts()]
    assert decided["rule"][:50].to_list() == expected


def test_the_session_starts_without_a_warning(case, tmp_path):
    path = tmp_path / "decide.onnx"
    path.write_bytes(rulekit.compile(case.ruleset, "onnx", case.numerics).files["decide.onnx"])
    code = f"import onnxruntime; onnxruntime.InferenceSession({str(path)!r})"
    done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr == ""
