"""``rulekit compile`` as a user types it."""

import json

import pytest
from fixtures import FRAUD

from rulekit.store.lookup import load


@pytest.fixture
def run(typed, law_and_events):
    """Run a command line in a folder with a law and events."""
    return typed


def test_compile_writes_an_artifact_folder(run, tmp_path):
    code, out, _ = run("compile law.yaml --target python --out build/law")
    assert (code, out.splitlines()[1]) == (0, load(FRAUD).digest)
    assert {path.name for path in (tmp_path / "build/law").iterdir()} == {
        "decide.py",
        "ruleset.json",
        "manifest.json",
    }


def test_compile_in_fixed_point(run, tmp_path):
    (tmp_path / "fixed.yaml").write_text(
        "formats:\n  amount: {width: 17, fraction: 0}\n  device_age: {width: 16, fraction: 2}\n"
    )
    code, _, err = run("compile law.yaml --numerics fixed.yaml --out build")
    assert (code, "cards_per_device_1h has no fixed-point format" in err) == (2, True)
    with (tmp_path / "fixed.yaml").open("a") as file:
        file.write("  cards_per_device_1h: {width: 10, fraction: 0, signed: false}\n")
    code, out, _ = run("compile law.yaml --numerics fixed.yaml --out build --json")
    assert (code, json.loads(out)["numerics"]["kind"]) == (0, "fixed")
