"""A design for an FPGA in plain numbers, as a report holds it."""

from __future__ import annotations

from typing import Any

from rulekit.reports.audit.model.fpga import Fpga

CLOCK = {"device": "--25k --package CABGA381 --speed 6", "mhz": [250.0, 200.0, 400.0], "median": 250.0,
         "latency_ns": 12.0, "tool": "nextpnr-ecp5 0.9"}  # fmt: skip


def number(feature: str, low: float, high: float, **changes: Any) -> dict[str, Any]:
    """A number on a grid of whole steps, without bounds."""
    form = {"feature": feature, "dtype": "float32", "unit": None, "bits": 10, "signed": True, "step": 1.0,
            "low": low, "high": high, "bounds": None, "categories": [], "questions": 3, "lut": 4}  # fmt: skip
    return {**form, **changes}


def word(feature: str, *categories: str, **changes: Any) -> dict[str, Any]:
    """A category, or a truth value where there are no categories."""
    form = number(feature, 0.0, 0.0, dtype="category", bits=2, signed=False, questions=2, lut=1)
    return {**form, "step": None, "low": None, "high": None, "categories": list(categories), **changes}


def design(**changes: Any) -> Fpga:
    """Three stages, two features, and two rules that cost 3 and 5 tables."""
    document = {
        "architecture": "comparators", "missing": True, "control": False, "outputs": ["accept", "fired"],
        "rounding": "nearest",
        "formats": [number("amount", -512.0, 511.0, unit="EUR"), word("country", "SE", "NO")],
        "stages": [{"name": name, "registered": True} for name in ("questions", "rules", "answer")],
        "cycles": 3, "lut": 1234, "ff": 56, "levels": 4, "memory": {}, "predicted": 1111,
        "rules": [{"rule": "many-cards", "cost": 3.0, "saved": 1}, {"rule": "away", "cost": 5.0, "saved": 5}],
        "answer": 7, "flow": "synth_xilinx", "tool": "yosys 0.40", "clock": CLOCK, "proof": None,
    }  # fmt: skip
    return Fpga.model_validate({**document, **changes})
