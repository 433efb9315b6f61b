"""``rulekit quantise``."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest

import rulekit
from rulekit.ir.notation.yaml_file import load_numerics

LAW = """
name: plant
version: 1.0.0
schema:
  name: plant
  version: 1.0.0
  features:
    - {name: heat, dtype: float64, unit: GeV, bounds: [0, 200]}
    - {name: speed, dtype: int32, bounds: [0, 1000]}
    - {name: noise, dtype: float32}
    - {name: draught, dtype: float32}
hit_policy: any
otherwise: pass
rules:
  - {id: hot, when: ["heat > 31.3"], then: stop}
  - {id: fast, when: ["speed >= 701", "heat > 7.77"], then: stop}
"""


@pytest.fixture
def plant(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("law.yaml").write_text(LAW)
    rng = np.random.default_rng(0)
    heat, speed = rng.exponential(20, 5000).clip(0, 200), rng.integers(0, 1000, 5000, dtype=np.int32)
    events = pl.DataFrame({"heat": heat, "speed": speed, "truth": heat > 30}).with_columns(
        weight=np.where(heat > 35, 3.0, 1.0)
    )
    events.write_parquet("events.parquet")
    return events


def test_formats_are_proposed(typed, plant):
    code, out, err = typed("quantise law.yaml events.parquet --truth truth --loss 0.005")
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert max(map(len, lines)) <= 80
    assert "GeV" in out
    proposed, ladder = (line.split() for line in lines if line.startswith("heat"))
    assert float(proposed[-2]) == 2 ** (int(proposed[1]) - int(proposed[2])) - float(proposed[-4])
    assert 31.3 < float(proposed[-2]) < 32
    assert lines[0].split() == ["feature", "bits", "fraction", "sign", "step", "up", "to", "LUTs"]
    head = next(line for line in lines if "proposed" in line)
    assert head.split()[2:] == ["2", "less", "1", "less", "proposed", "1", "more", "2", "more"]
    assert (proposed[:2], ladder[:2]) == (["heat", proposed[1]], ["heat", proposed[1]])
    shares = [float(share) for share in ladder[2::2]]
    assert len(shares) == 5
    assert min(shares[:2]) > 0.5 > max(shares[2:])
    (efficiency,) = (line for line in lines if line.startswith("efficiency"))
    shift = efficiency.split("%")[-1].replace("(", "").replace(")", "").replace("to", "").split()
    value, low, high = map(float, shift)
    assert low <= value <= high
    assert low < high


def test_the_document_has_every_width_and_shift(typed, plant):
    code, said, _ = typed("quantise law.yaml events.parquet --truth truth --loss 0.005 --json")
    found = json.loads(said)
    assert code == 0
    assert set(found["numerics"]["formats"]) == set(found["features"]) == {"heat", "speed"}
    assert found["changed"]["value"] <= 0.005
    for name, feature in found["features"].items():
        ladder = feature.pop("ladder")
        assert feature in ladder
        assert {key: feature[key] for key in ("width", "fraction", "signed")} == found["numerics"]["formats"][
            name
        ]
        widths = [rung["width"] for rung in ladder]
        assert widths == list(range(1, 17 if name == "heat" else 11))
        assert ladder[0]["changed"]["value"] > 0.005 > ladder[-1]["changed"]["value"]
        low, high = feature["limits"]
        assert (low, high) == (0, (2 ** feature["width"] - 1) * feature["step"])
        assert set(ladder[0]["shift"]) == {"rate", "efficiency", "false_positive_rate"}
        assert ladder[0]["predicted_lut"] < ladder[-1]["predicted_lut"]
    rate = found["shift"]["rate"]
    assert rate["value"] == pytest.approx(found["fixed"]["rate"]["value"] - found["native"]["rate"]["value"])
    assert rate["low"] <= rate["value"] <= rate["high"]


@pytest.mark.parametrize("rounding", ["nearest", "floor"])
def test_one_goes_on_with_what_is_written(typed, plant, rounding):
    line = f"quantise law.yaml events.parquet --loss 0.005 --rounding {rounding} --out numerics.yaml"
    code, said, _ = typed(f"{line} --json")
    found = json.loads(said)
    text = Path("numerics.yaml").read_text()
    assert code == 0
    numerics = load_numerics(Path("numerics.yaml"))
    assert numerics.model_dump(mode="json") == found["numerics"]
    assert numerics.rounding == rounding
    assert text.startswith(f"# Fixed-point formats for plant 1.0.0, {found['digest']}.\n")
    step = found["features"]["heat"]["step"]
    assert f"# step {step:g} GeV, bounds 0 to 200, saturates at {32 - step:g} GeV\n" in text
    code, said, _ = typed("compile law.yaml --target polars --numerics numerics.yaml --out build --json")
    assert (code, json.loads(said)["numerics"]) == (0, found["numerics"])
    law = rulekit.load("law.yaml")
    events = plant.select("heat", "speed")
    fixed = rulekit.compile(law, "python", numerics).load().batch(events)["outcome"]
    native = rulekit.compile(law, "python").load().batch(events)["outcome"]
    assert (fixed != native).mean() == found["changed"]["value"]
    assert [path.name for path in Path().iterdir() if "draft" in path.name] == []
    code, out, _ = typed(line)
    assert (code, out.splitlines()[-1]) == (0, "numerics.yaml: for rulekit compile --numerics")


def test_weights_count(typed, plant):
    _, plain, _ = typed("quantise law.yaml events.parquet --json")
    _, weighted, _ = typed("quantise law.yaml events.parquet --weight weight --json")
    rate = json.loads(weighted)["native"]["rate"]
    assert rate["whole"] == plant["weight"].sum() > json.loads(plain)["native"]["rate"]["whole"]


def test_nothing_is_written_that_does_not_keep_to_the_loss(typed, plant):
    code, out, _ = typed("quantise law.yaml events.parquet --loss 0 --widest 3 --out numerics.yaml")
    assert code == 1
    assert "No width keeps to a loss of 0" in out
    assert out.splitlines()[-1] == "numerics.yaml is not written."
    assert not Path("numerics.yaml").exists()
    assert max(map(len, out.splitlines())) <= 80


def test_a_law_of_words_needs_no_formats(typed, plant):
    law = LAW.replace("dtype: float32}", "dtype: bool}", 1)
    Path("words.yaml").write_text(
        law[: law.index("  - {id: hot")] + '  - {id: loud, when: ["noise == true"], then: stop}\n'
    )
    plant.with_columns(noise=pl.col("truth")).write_parquet("words.parquet")
    code, out, err = typed("quantise words.yaml words.parquet --out numerics.yaml")
    assert (code, err) == (0, "")
    assert "feature" not in out
    assert load_numerics(Path("numerics.yaml")).formats == {}


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("quantise law.yaml absent.parquet", "absent.parquet"),
        ("quantise open.yaml events.parquet", "no fixed-point format can be chosen for noise, draught"),
        ("quantise law.yaml events.parquet --loss 1.01", "the loss is not a share of the decisions"),
        ("quantise law.yaml events.parquet --loss -0.01", "the loss is not a share of the decisions"),
        ("quantise law.yaml events.parquet --widest 0", "no such width"),
        ("quantise law.yaml events.parquet --widest 49", "no such width"),
        ("quantise law.yaml empty.parquet", "there are no events to decide"),
        ("quantise law.yaml events.parquet --rounding up", "'up'"),
        ("quantise law.yaml events.parquet --truth label", "no truth column 'label'"),
        ("quantise law.yaml events.parquet --weight label", "no weight column 'label'"),
        ("quantise law.yaml events.parquet --out absent/numerics.yaml", "absent"),
    ],
)
def test_bad_input(typed, plant, line, words):
    open_ended = '  - {id: loud, when: ["noise > 3", "draught > 1"], then: stop}\n'
    Path("open.yaml").write_text(LAW + open_ended)
    plant.clear().write_parquet("empty.parquet")
    code, out, err = typed(line)
    assert (code, out) == (2, "")
    assert words in err
