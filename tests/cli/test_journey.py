"""Induce, check, compile, decide, audit, as typed; and what the two ends of the journey say to bad input."""

import json

import numpy as np
import polars as pl
import pytest

from rulekit.induction.teachers.export import export_onnx
from rulekit.ir.notation.yaml_file import dump_schema
from rulekit.store.folder.folder import read

pack = pytest.importorskip(
    "rulekit_adapters.hep", reason="pip install rulekit-engine, which brings the packs"
)


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder with events and a teacher: one as ONNX, and its scores as a column."""
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.impute import SimpleImputer
    from sklearn.pipeline import make_pipeline

    from rulekit.induction.teachers.load import teacher

    folder = tmp_path_factory.mktemp("journey")
    forest = make_pipeline(SimpleImputer(strategy="constant", fill_value=-1.0),
                           RandomForestClassifier(n_estimators=10, max_depth=6, random_state=0))  # fmt: skip
    export_onnx(forest, pack.generate(4000, 1), pack.TRUTH, pack.SCHEMA, folder / "teacher.onnx")
    for name, seed in (("train", 2), ("events", 3)):
        events = pack.generate(8000, seed)
        scores = teacher(str(folder / "teacher.onnx"), pack.SCHEMA).scores(events)
        events.with_columns(pl.Series("forest", scores)).write_parquet(folder / f"{name}.parquet")
    (folder / "schema.yaml").write_text(dump_schema(pack.SCHEMA))
    return folder


@pytest.fixture
def run(monkeypatch, typed, place):
    """Run a command line in the folder."""
    monkeypatch.chdir(place)
    return typed


INDUCE = (
    "induce --events train.parquet --truth signal --schema schema.yaml --fpr 0.02 --rules 5 --method tree"
)


def test_the_journey(run, place):
    code, out, err = run(f"{INDUCE} --teacher teacher.onnx --out rules/hep/mine")
    assert (code, err) == (0, "")
    assert max(map(len, out.splitlines()[:-1])) <= 80
    law = read(place / "rules/hep/mine").ruleset
    assert (law.name, 1 <= len(law.rules) <= 5) == ("hep.mine", True)
    assert law.provenance.command == f"rulekit {INDUCE} --teacher teacher.onnx --out rules/hep/mine"
    assert run("check rules/hep/mine")[0] == 0
    assert run("compile rules/hep/mine --target python --out build")[0] == 0
    assert run("decide rules/hep/mine events.parquet --id event --out decisions.parquet")[0] == 0

    code, out, _ = run(
        "audit decisions.parquet --truth signal --teacher teacher.onnx --out report.html --json"
    )
    report = json.loads(out)
    assert (code, report["replay"]["verdict"]) == (0, "holds")
    decisions, events = (
        pl.read_parquet(place / "decisions.parquet"),
        pl.read_parquet(place / "events.parquet"),
    )
    accepted = decisions["outcome"] == "accept"
    assert (
        report["measures"]["efficiency"]["value"]
        == (accepted & events["signal"]).sum() / events["signal"].sum()
    )
    assert json.loads((place / "report.json").read_text()) == report
    assert law.digest in (place / "report.html").read_text()
    code, out, _ = run("audit decisions.parquet --truth signal --teacher forest --out report2.html")
    assert (code, out.splitlines()[-1]) == (0, "report: report2.html")


def test_the_same_seed_gives_the_same_digest_from_onnx_and_from_its_scores(run):
    digests = []
    for teacher, out in (("teacher.onnx", "a"), ("teacher.onnx", "b"), ("forest", "c")):
        code, said, _ = run(f"{INDUCE} --teacher {teacher} --name hep.same --out {out} --json")
        assert code == 0
        digests.append(json.loads(said)["digest"])
    assert len(set(digests)) == 1


def test_events_without_a_schema_make_one(run, place):
    line = INDUCE.replace("--schema schema.yaml", "--drop event,process")
    code, _, err = run(f"{line} --teacher forest --out inferred")
    assert (code, err) == (0, "")
    assert set(read(place / "inferred").ruleset.schema.names) == set(pack.SCHEMA.names)


def test_a_tampered_record_is_found(run, place):
    run(f"{INDUCE} --teacher forest --out tampered")
    run("decide tampered events.parquet --id event --out tampered.parquet")
    decisions = pl.read_parquet(place / "tampered.parquet")
    outcome = decisions["outcome"].cast(pl.String).to_list()
    outcome[17] = "accept" if outcome[17] == "reject" else "reject"
    changed = pl.Series("outcome", outcome, dtype=decisions["outcome"].dtype)
    decisions.with_columns(changed).write_parquet(place / "tampered.parquet")
    code, out, _ = run("audit tampered.parquet --truth signal --out tampered.html --json")
    report = json.loads(out)
    assert (code, report["replay"]["verdict"]) == (1, "does not hold")
    assert [mismatch["event"] for mismatch in report["replay"]["mismatches"]] == [str(decisions["event"][17])]


@pytest.mark.parametrize(
    ("line", "messages"),
    [
        (f"{INDUCE} --teacher gone.onnx --out x", ["gone.onnx"]),
        (f"{INDUCE} --teacher model.pkl --out x", ["nothing is ever unpickled", "export the model to .onnx"]),
        (f"{INDUCE} --teacher frost --out x", ["frost", "forest"]),
        (f"{INDUCE} --teacher narrow.onnx --out x", ["narrow.onnx", "expected", "got"]),
        (f"{INDUCE} --teacher damaged.onnx --out x", ["damaged.onnx"]),
        (f"{INDUCE} --teacher forest --out x".replace("signal", "sgnal"), ["sgnal"]),
        (f"{INDUCE} --teacher forest --out x".replace("0.02", "0.0000001"), ["hint"]),
        (f"{INDUCE} --teacher forest --out x".replace("0.02", "2"), ["false_positive_rate"]),
        (f"{INDUCE} --teacher forest --alert-rate 0.1 --out x", ["one of"]),
        (f"{INDUCE} --teacher forest --out x".replace("--truth signal", ""), ["truth"]),
        (f"{INDUCE} --teacher forest --weight met2 --out x", ["met2"]),
        (f"{INDUCE} --teacher forest --out x".replace("tree", "oak"), ["oak", "tree"]),
        (f"{INDUCE} --teacher forest --out x".replace("train", "cut"), ["can't be read"]),
        ("audit gone.parquet --out x.html", ["gone.parquet"]),
        ("audit events.parquet --out x.html", ["events.parquet.json"]),
    ],
)
def test_bad_input_is_one_clear_error(run, place, line, messages):
    make_bad_teachers(place)
    whole = (place / "train.parquet").read_bytes()
    (place / "cut.parquet").write_bytes(whole[: len(whole) // 2])
    code, out, err = run(line)
    assert (code, out) == (2, "")
    assert err.startswith("error: ")
    for message in messages:
        assert message in err
    assert not (place / "x").exists()
    assert not (place / "x.html").exists()


def make_bad_teachers(place):
    """An ONNX file of three inputs where the schema has twelve features, and half an ONNX file."""
    if (place / "narrow.onnx").exists():
        return
    from skl2onnx import to_onnx
    from sklearn.linear_model import LogisticRegression

    matrix = np.random.default_rng(0).normal(size=(50, 3)).astype(np.float32)
    model = LogisticRegression().fit(matrix, matrix[:, 0] > 0)
    (place / "narrow.onnx").write_bytes(
        to_onnx(model, matrix[:1], options={"zipmap": False}).SerializeToString()
    )
    (place / "damaged.onnx").write_bytes((place / "teacher.onnx").read_bytes()[:1000])
