"""What the tests of the kernel share: laws over one feature, and which rules hit."""

from __future__ import annotations

import math
import operator
from typing import Any

import numpy as np
import polars as pl

import rulekit
from rulekit.frames import POLARS
from rulekit.targets.kernel.runner import KernelRunner

SIGNS = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "==": operator.eq,
         "!=": operator.ne}  # fmt: skip


NUMBERS: dict[str, list[Any]] = {
    "float64": [-math.inf, -1e308, -5e-324, -0.0, 0.0, 5e-324, 0.1, 1.0, math.inf, math.nan, None],
    "float32": [
        *np.float32([-math.inf, -3e38, -1e-45, -0.0, 0.0, 1e-45, 0.1, 1.0, math.inf, math.nan]).tolist(),
        None,
    ],
    "int64": [-(2**63), -(2**53) - 1, -1, 0, 1, 2**53, 2**53 + 1, 2**63 - 1, None],
    "int32": [-(2**31), -1, 0, 1, 2**31 - 1, None],
}


def law(dtype: str, whens: list[list[Any]], policy: str = "collect") -> rulekit.Ruleset:
    words = ("a", "b") if dtype == "category" else None
    feature = rulekit.Feature(name="x", dtype=dtype, categories=words)
    return rulekit.Ruleset(
        name="machine", version="1.0.0", hit_policy=policy, otherwise="no",
        schema=rulekit.Schema(name="machine", version="1.0.0", features=(feature,)),
        rules=tuple(rulekit.Rule(id=f"r{n}", when=when, then="yes") for n, when in enumerate(whens)),
    )  # fmt: skip


def matrix(ruleset: rulekit.Ruleset, values: list[Any], numerics: Any = None) -> list[list[bool]]:
    """Return which rules hit, event by event."""
    frame = pl.DataFrame({"x": pl.Series(values, dtype=POLARS[ruleset.schema.features[0].dtype])})
    found = KernelRunner(rulekit.compile(ruleset, "kernel", numerics), 1).hit_matrix(frame)
    return [list(row) for row in found.rows()]


def missing(value: Any) -> bool:
    return value is None or (isinstance(value, float) and math.isnan(value))
