"""``rulekit induce`` from a law in force, and for several classes."""

from __future__ import annotations

import json

import numpy as np
import polars as pl
import pytest

from rulekit.ir.ruleset import HitPolicy
from rulekit.store.folder.folder import read

DROP = "grade,old,risk,p_fire,p_leak,p_high,p_raised"
LINE = f"induce --events events.parquet --truth kind --drop {DROP} --method tree --rules 4"


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """Events of three kinds with a score for each: fires are hot, leaks lose pressure, and most are fine."""
    rng = np.random.default_rng(0)
    heat, pressure = rng.random(4000), rng.random(4000)
    kind = np.where(heat > 0.9, "fire", np.where(pressure < 0.1, "leak", "fine"))
    risk = np.where(heat > 0.95, "high", np.where(heat > 0.85, "raised", "none"))
    noise = rng.normal(0, 0.02, 4000)
    frame = pl.DataFrame(
        {
            "heat": heat, "pressure": pressure, "kind": kind, "grade": heat > 0.9, "old": rng.random(4000),
            "risk": risk, "p_fire": heat + noise, "p_leak": 1 - pressure + noise, "p_high": heat, "p_raised": heat,
        }
    )  # fmt: skip
    folder = tmp_path_factory.mktemp("classes")
    frame.write_parquet(folder / "events.parquet")
    return folder


@pytest.fixture
def run(monkeypatch, typed, place):
    monkeypatch.chdir(place)
    return typed


def test_a_list_for_several_classes(run, place):
    code, out, err = run(f"{LINE} --teacher p_{{class}} --class fire=0.01 --class leak=0.02 --out laws/plant")
    assert (code, err) == (0, "")
    assert max(map(len, out.splitlines())) <= 80
    law = read(place / "laws/plant").ruleset
    assert law.hit_policy is HitPolicy.FIRST
    assert law.outcomes == ("fire", "leak", "reject", "invalid")
    assert set(law.schema.names) == {"heat", "pressure"}
    assert run("check laws/plant")[0] == 0


def test_a_scale_for_several_classes(run, place):
    line = LINE.replace("--method tree", "--literals 12").replace("--truth kind", "--truth risk")
    line = line.replace("--drop grade", "--drop kind,grade")
    line += " --teacher p_{class} --class high=0.01 --class raised=0.03"
    code, said, _ = run(f"{line} --hit-policy score --out scale --json")
    found = json.loads(said)
    assert code == 0
    assert found["thresholds"] == read(place / "scale").ruleset.thresholds
    assert found["thresholds"]["high"] > found["thresholds"]["raised"]
    for name, rate in (("high", 0.01), ("raised", 0.03)):
        assert found["classes"][name]["false_positive_rate"]["value"] <= rate
        assert found["classes"][name]["efficiency"]["value"] > 0.7
    code, out, _ = run(f"{line} --hit-policy score --out scale")
    assert code == 0
    assert max(map(len, out.splitlines())) <= 80
    assert "step of a scale" in out


def test_a_challenger_keeps_what_it_can(run, place):
    line = LINE.replace("--truth kind", "--truth grade").replace("--drop grade", "--drop kind")
    assert run(f"{line} --teacher p_fire --fpr 0.02 --out force")[0] == 0
    law = read(place / "force").ruleset
    (place / "force/ruleset.yaml").write_text(
        (place / "force/ruleset.yaml").read_text().replace(f"id: {law.rules[0].id}\n", "id: too-hot\n")
    )
    code, out, err = run(f"{line} --teacher p_fire --fpr 0.02 --incumbent force --name x.force --out again")
    assert (code, err) == (0, "")
    count = len(law.rules)
    assert f"Of {count} rules in force {count} stay: too-hot" in out
    again = read(place / "again").ruleset
    assert [rule.id for rule in again.rules] == ["too-hot", *(rule.id for rule in law.rules[1:])]
    assert again.provenance.parents == (read(place / "force").ruleset.digest,)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ("--class fire=0.01 --fpr 0.01", "--fpr is for a single outcome"),
        ("--class fire=0.01 --incumbent force", "--incumbent is for a single outcome"),
        ("--class fire", "a class needs a rate"),
        ("--class =0.1", "a class needs a rate"),
        ("--class fire=x", "a class needs a rate"),
        ("--class fire=2", "false_positive_rate"),
        ("--class flood=0.1", "no event of truth column kind is of class 'flood'"),
        ("--class fire=0.1 --hit-policy any", "several classes can't be decided"),
        ("--class fire=0.1 --otherwise fire", "class fire is the outcome of everything else"),
    ],
)
def test_bad_options(run, options, message):
    code, out, err = run(f"{LINE} --teacher p_{{class}} {options} --out bad")
    assert (code, out) == (2, "")
    assert message in err
