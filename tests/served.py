"""What the tests of the ``onnx`` target share: small laws, their models, and plain onnxruntime."""

import pytest

import rulekit
from rulekit.ir.notation.document import ruleset_from_document

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
