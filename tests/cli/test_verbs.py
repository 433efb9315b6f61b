"""The verbs as a user types them: answers, exit codes, and one clear message for whatever is wrong."""

import json
import subprocess
import sys

import polars as pl
import pytest
from fixtures import FRAUD

from rulekit.errors import RulekitError
from rulekit.store.lookup import load

EVENTS = pl.DataFrame(
    {
        "amount": [60.0, 12.5],
        "cards_per_device_1h": [5, 0],
        "country": ["DK", "SE"],
        "device_age": [1.0, 400.0],
    },
    schema_overrides={"amount": pl.Float32, "cards_per_device_1h": pl.Int32},
)


HEAVY = ("sklearn", "onnxruntime", "matplotlib", "imodels", "polars", "pydantic")


@pytest.fixture
def run(monkeypatch, typed, tmp_path):
    """Run a command line in a folder with a law and events."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "law.yaml").write_text(FRAUD)
    EVENTS.write_parquet("events.parquet")
    return typed


def test_check_says_so_when_all_is_well(run):
    code, out, _ = run("check law.yaml")
    assert code == 0
    assert out.splitlines()[:2] == ["fraud.card_present 1.2.0: 2 rules, 0 precedents", load(FRAUD).digest]
    assert {
        line.split()[0] for line in out.splitlines() if line.startswith(("error", "warning", "note"))
    } == {"note"}


def test_check_leaves_with_1_on_findings(run, tmp_path):
    (tmp_path / "odd.yaml").write_text(FRAUD.replace("> 5000", "> 60000"))
    code, out, _ = run("check odd.yaml --json")
    assert code == 1
    serious = [one["code"] for one in json.loads(out)["findings"] if one["level"] != "note"]
    assert serious == ["implausible", "threshold-out-of-bounds"]


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


def test_decide_prints_a_table_and_writes_decisions(run, tmp_path):
    code, out, _ = run("decide law.yaml events.parquet --out d.parquet")
    assert code == 0
    assert out.splitlines()[0].split() == ["outcome", "events", "share"]
    assert pl.read_parquet(tmp_path / "d.parquet")["outcome"].to_list() == ["review", "approve"]
    assert max(map(len, out.splitlines())) <= 80
    assert (
        json.loads((tmp_path / "d.parquet.json").read_text())["command"]
        == "rulekit decide law.yaml events.parquet --out d.parquet"
    )


def test_decide_leaves_with_1_when_the_events_are_odd(run, tmp_path):
    EVENTS.with_columns(country=pl.lit("XX")).write_parquet("odd.parquet")
    code, out, _ = run("decide law.yaml odd.parquet --out d.csv --json")
    assert (code, json.loads(out)["findings"][0]["code"]) == (1, "unknown-category")
    assert (tmp_path / "d.csv").exists()


def test_schema_is_json_schema(run):
    code, out, _ = run("schema")
    schema = json.loads(out)
    assert (code, schema["$schema"], "hit_policy" in schema["required"]) == (
        0,
        "https://json-schema.org/draft/2020-12/schema",
        True,
    )


BAD_LAWS = {
    "typo in YAML": (
        FRAUD.replace("otherwise: approve", "otherwise approve"),
        "law.yaml:13:1",
        "this is not YAML",
    ),
    "unknown field": (
        FRAUD.replace("otherwise:", "otherwize:"),
        "otherwize: there is no such field",
        "missing",
    ),
    "unknown feature": (
        FRAUD.replace('amount > 50"', 'amout > 50"'),
        "unknown feature 'amout'",
        "did you mean amount?",
    ),
    "unknown sign": (
        FRAUD.replace('amount > 50"', 'amount => 50"'),
        "amount => 50\n           ^",
        "write >=",
    ),
    "duplicate id": (
        FRAUD.replace("large-abroad", "many-cards-one-device"),
        "used twice",
        "many-cards-one-device",
    ),
    "unknown category": (
        FRAUD.replace("{SE, NO}", "{SE, NORWAY}"),
        "country has no category NORWAY",
        "SE, NO, DK, FI",
    ),
    "threshold beyond the dtype": (FRAUD.replace(">= 4", ">= 3000000000"), "beyond int32", "-2147483648"),
    "wrong type": (FRAUD.replace("> 5000", "> large"), "compared with a word", "a number"),
    "empty file": ("", "law.yaml: this is not a ruleset", "got nothing"),
    "a list": ("- 1\n", "law.yaml: this is not a ruleset", "a mapping of fields"),
    "not UTF-8": (b"\xff\xfe", "can't be read", "law.yaml"),
}


@pytest.mark.parametrize("what", list(BAD_LAWS))
def test_a_bad_law_is_one_clear_error(run, tmp_path, what):
    text, first, second = BAD_LAWS[what]
    (tmp_path / "law.yaml").write_bytes(text if isinstance(text, bytes) else text.encode())
    for verb in ("check law.yaml", "decide law.yaml events.parquet --out d.parquet"):
        code, out, err = run(verb)
        assert (code, out) == (2, "")
        assert err.startswith("error: ")
        assert first in err
        assert second in err


BAD_EVENTS = {
    "absent": (lambda path: path.unlink(), "there is no such file of events"),
    "empty": (lambda path: path.write_bytes(b""), "the file of events is empty"),
    "cut": (lambda path: path.write_bytes(path.read_bytes()[:-50]), "can't be read"),
    "missing column": (
        lambda path: EVENTS.drop("amount").write_parquet(path),
        "no column for feature amount",
    ),
    "wrong dtype": (
        lambda path: EVENTS.with_columns(pl.col("amount").cast(pl.String)).write_parquet(path),
        "column amount has another dtype",
    ),
    "wide float": (
        lambda path: EVENTS.with_columns(pl.col("amount").cast(pl.Float64)).write_parquet(path),
        "--cast",
    ),
}


@pytest.mark.parametrize("what", list(BAD_EVENTS))
def test_bad_events_are_one_clear_error(run, tmp_path, what):
    spoil, message = BAD_EVENTS[what]
    spoil(tmp_path / "events.parquet")
    code, out, err = run("decide law.yaml events.parquet --out d.parquet")
    assert (code, out) == (2, "")
    assert message in err
    assert not list(tmp_path.glob("*d.parquet*"))


def test_extra_columns_are_welcome(run):
    EVENTS.with_columns(note=pl.lit("x")).write_parquet("events.parquet")
    assert run("decide law.yaml events.parquet --out d.parquet")[0] == 0


def test_null_and_nan_are_missing(run, tmp_path):
    EVENTS.with_columns(amount=pl.Series([None, float("nan")], dtype=pl.Float32)).write_parquet(
        "events.parquet"
    )
    code, out, _ = run("decide law.yaml events.parquet --out d.parquet")
    assert (code, "2 events lack a required feature" in out) == (1, True)
    assert pl.read_parquet(tmp_path / "d.parquet")["outcome"].to_list() == ["invalid", "invalid"]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("decide law.yaml", "Missing argument"),
        ("compile law.yaml --out b --target pyhton", "did you mean 'python'?"),
        ("check gone.yaml", "there is no such file"),
        ("check .", "a law folder holds ruleset.yaml"),
        ("nonsense", "No such command"),
        ("decide law.yaml events.parquet --out d.xlsx", "unknown kind of decisions file"),
    ],
)
def test_bad_usage(run, line, message):
    code, _, err = run(line)
    assert code == 2
    assert message in err


def test_a_fault_of_the_system_is_a_message_too(run, tmp_path):
    (tmp_path / "build").write_text("a file where a folder should be")
    code, _, err = run("decide law.yaml events.parquet --out build/d.parquet")
    assert (code, err.startswith("error: ")) == (2, True)


def test_the_command_is_installed():
    done = subprocess.run(
        [sys.executable, "-m", "rulekit", "--version"], capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("rulekit ")


def test_importing_rulekit_loads_nothing_heavy():
    code = f"import sys, rulekit; print([m for m in {HEAVY} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_help_loads_nothing_heavy():
    code = (
        "import sys; from rulekit.cli import app\n"
        "try: app(['--help'])\n"
        "except SystemExit: pass\n"
        f"print([m for m in {HEAVY} if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_every_error_of_ours_is_caught_by_main():
    import rulekit.errors

    everything = [thing for thing in vars(rulekit.errors).values() if isinstance(thing, type)]
    ours = [thing for thing in everything if issubclass(thing, Exception)]
    assert len(ours) > 8
    assert all(issubclass(error, RulekitError) for error in ours)
