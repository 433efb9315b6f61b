"""The ``onnx`` target: the model as a serving user meets it, without rulekit."""

import json
import subprocess
import sys

import numpy as np
import polars as pl
import pytest

import rulekit
from rulekit.errors import MissingExtraError
from rulekit.ir.notation.document import ruleset_from_document
from rulekit.ir.numerics import Fixed
from rulekit.ir.semantics import decide
from rulekit.targets import onnx as target
from rulekit.targets import targets
from rulekit.testing import load_corpus

onnx = pytest.importorskip("onnx", reason="pip install 'rulekit-engine[onnx]'")
onnxruntime = pytest.importorskip("onnxruntime", reason="pip install 'rulekit-engine[onnx]'")


def ruleset_of(features, rules, *, policy="first", **parts):
    return ruleset_from_document(
        {
            "name": "served",
            "version": "2.3.4",
            "schema": {"name": "served", "version": "1.0.0", "features": features},
            "hit_policy": policy,
            "otherwise": "none",
            "rules": [{"id": f"r{n}", **rule} for n, rule in enumerate(rules)],
            **parts,
        }
    )


def model_of(ruleset, numerics=None):
    return onnx.load_from_string(rulekit.compile(ruleset, "onnx", numerics).files["decide.onnx"])


def serve(ruleset, feeds, numerics=None):
    """Ask plain onnxruntime."""
    session = onnxruntime.InferenceSession(rulekit.compile(ruleset, "onnx", numerics).files["decide.onnx"])
    names = [output.name for output in session.get_outputs()]
    return dict(zip(names, session.run(names, feeds), strict=True))


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


def test_the_session_starts_without_a_warning(case, tmp_path):
    path = tmp_path / "decide.onnx"
    path.write_bytes(rulekit.compile(case.ruleset, "onnx", case.numerics).files["decide.onnx"])
    code = f"import onnxruntime; onnxruntime.InferenceSession({str(path)!r})"
    done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr == ""


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


def test_words_are_compared_to_the_last_byte():
    words = ["b", "b\0", "", "é", "e\u0301"]
    features = [{"name": "w", "dtype": "category", "categories": words}]
    ruleset = ruleset_of(features, [{"when": [f"w == {json.dumps(word)}"], "then": f"o{n}"}
                                    for n, word in enumerate(words) if word != "b\0"])  # fmt: skip
    frame = pl.DataFrame({"w": [*words, "b\0\0", "\0", None, "x"]})
    expected = [decide(ruleset, event).rule for event in frame.to_dicts()]
    assert expected[:5] == ["r0", None, "r1", "r2", "r3"]
    assert rulekit.compile(ruleset, "onnx").load().batch(frame)["rule"].to_list() == expected


@pytest.mark.parametrize("negated", ["in", "not in"])
def test_many_words_are_looked_up_in_a_table(negated):
    words = [f"w{n}" for n in range(30)]
    features = [{"name": "w", "dtype": "category", "categories": words}]
    ruleset = ruleset_of(features, [{"when": [f"w {negated} {{{', '.join(words[5:25])}}}"], "then": "hit"}])
    assert "Gather" in [node.op_type for node in model_of(ruleset).graph.node if "`w`" in node.name]
    frame = pl.DataFrame({"w": [*words, "unknown", None]})
    expected = [decide(ruleset, event).rule for event in frame.to_dicts()]
    assert expected[-2:] == ([None, None] if negated == "in" else ["r0", None])
    assert rulekit.compile(ruleset, "onnx").load().batch(frame)["rule"].to_list() == expected


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


@pytest.mark.parametrize("rounding", ["floor", "nearest"])
@pytest.mark.parametrize("fraction", [-48, -2, 0, 3])
def test_the_tiniest_values_get_their_place_on_the_grid(rounding, fraction):
    formats = {"x": {"width": 4, "fraction": fraction}, "n": {"width": 4, "fraction": fraction}}
    numerics = Fixed(formats=formats, rounding=rounding)
    features = [{"name": "x", "dtype": "float64"}, {"name": "n", "dtype": "int64"}]
    rules = [{"when": ["x < 0"], "then": "below"}, {"when": ["x > 0"], "then": "above"},
             {"when": ["n < 0"], "then": "n below"}, {"when": ["n > 0"], "then": "n above"}]  # fmt: skip
    ruleset = ruleset_of(features, rules)
    tiny = [-5e-324, 5e-324, -0.0, 0.0, -1e-300, 1e308, -np.inf, np.inf, np.nan, 2.0**46, -(2.0**47)]
    whole = [-1, 1, 0, 2**63 - 1, -(2**63), None, 2**53 + 1, -(2**47), 2**47, 3, -2]
    frame = pl.DataFrame({"x": tiny, "n": whole}, schema={"x": pl.Float64, "n": pl.Int64})
    expected = [decide(ruleset, event, numerics) for event in frame.to_dicts()]
    decided = rulekit.compile(ruleset, "onnx", numerics).load().batch(frame, hits=True)
    assert [tuple(hits) for hits in decided["hits"].to_list()] == [each.hits for each in expected]
    assert ("r0" in expected[0].hits) == (rounding == "floor")


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


def test_equal_literals_are_one_node_and_rules_are_named():
    ruleset = ruleset_of([{"name": "x", "dtype": "float64"}],
                         [{"when": ["x > 1", "x < 5"], "then": "a", "title": "In\nbetween"},
                          {"when": ["x > 1", "x > 3"], "then": "b"}])  # fmt: skip
    nodes = model_of(ruleset).graph.node
    assert [node.op_type for node in nodes].count("Greater") == 2
    rules = {node.name: node.doc_string for node in nodes if node.doc_string}
    assert rules == {"r0": "r0: In between\n    x > 1\n    x < 5", "r1": "r1\n    x > 1\n    x > 3"}


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
