"""``rulekit quantise``."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import polars as pl

LAW = """
name: plant
version: 1.0.0
schema:
  name: plant
  version: 1.0.0
  features:
    - {name: heat, dtype: float64, unit: GeV, bounds: [0, 200]}
    - {name: speed, dtype: int32, bounds: [0, 1000]}
hit_policy: any
otherwise: pass
rules:
  - {id: hot, when: ["heat > 31.3"], then: stop}
  - {id: fast, when: ["speed >= 701", "heat > 7.77"], then: stop}
"""


def test_formats_are_proposed(typed, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("law.yaml").write_text(LAW)
    rng = np.random.default_rng(0)
    heat, speed = rng.exponential(20, 5000).clip(0, 200), rng.integers(0, 1000, 5000, dtype=np.int32)
    pl.DataFrame({"heat": heat, "speed": speed, "truth": heat > 30}).write_parquet("events.parquet")
    code, out, err = typed("quantise law.yaml events.parquet --truth truth --loss 0.005")
    assert (code, err) == (0, "")
    assert max(map(len, out.splitlines())) <= 80
    assert "GeV" in out
    assert "efficiency" in out
    code, said, _ = typed("quantise law.yaml events.parquet --loss 0.005 --json")
    found = json.loads(said)
    assert code == 0
    assert set(found["numerics"]["formats"]) == set(found["features"]) == {"heat", "speed"}
    assert found["changed"]["value"] <= 0.005
    code, out, _ = typed("quantise law.yaml events.parquet --loss 0 --widest 3")
    assert code == 1
    assert "No width keeps to a loss of 0" in out
    code, out, err = typed("quantise law.yaml absent.parquet")
    assert (code, out) == (2, "")
    assert "absent.parquet" in err
