import json

import pytest

import rulekit
from rulekit.errors import ArtifactError, RulekitError, UnsupportedError
from rulekit.ir.numerics import Fixed, FixedFormat, Native
from rulekit.targets import targets
from rulekit.targets.read import read_artifact


@pytest.fixture(params=list(targets.names()))
def artifact(request, fraud):
    target = targets.get(request.param)
    numbers = [feature.name for feature in fraud.schema.features if feature.dtype.is_number]
    fixed = Fixed(formats=dict.fromkeys(numbers, FixedFormat(width=16, fraction=0)))
    return target.compile(fraud, Native() if "native" in target.capabilities.numerics else fixed)


def test_an_artifact_comes_back_from_its_folder(artifact, tmp_path):
    folder = artifact.write(tmp_path / "out")
    again = read_artifact(folder)
    assert again == artifact
    assert json.loads((folder / "manifest.json").read_text()) == artifact.manifest
    assert artifact.manifest["ruleset"]["digest"] == artifact.ruleset.digest


def test_equal_input_gives_equal_bytes(artifact, fraud):
    again = targets.get(artifact.target).compile(fraud, artifact.numerics)
    assert (again.files, again.manifest) == (artifact.files, artifact.manifest)


def test_writing_again_replaces_the_whole_artifact(artifact, fraud, tmp_path):
    folder = artifact.write(tmp_path / "out")
    (folder / "stale.txt").write_text("from an earlier version")
    artifact.write(folder)
    assert sorted(path.name for path in folder.iterdir()) == sorted([*artifact.files, "manifest.json"])
    assert [path.name for path in tmp_path.iterdir()] == ["out"], "no drafts are left"


def test_a_folder_of_something_else_is_left_alone(artifact, tmp_path):
    (tmp_path / "thesis.tex").write_text("years of work")
    with pytest.raises(ArtifactError, match="not an artifact"):
        artifact.write(tmp_path)
    assert (tmp_path / "thesis.tex").read_text() == "years of work"


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"files": {"gone.py": "sha256:0"}}'])
def test_a_damaged_manifest_is_one_clear_error(artifact, tmp_path, damage):
    folder = artifact.write(tmp_path / "out")
    (folder / "manifest.json").write_text(damage)
    with pytest.raises(ArtifactError, match="not an artifact"):
        read_artifact(folder)


def test_an_unknown_target_names_the_known_ones(fraud):
    with pytest.raises(RulekitError, match="unknown target 'polar'") as raised:
        rulekit.compile(fraud, "polar")
    assert raised.value.hint == "did you mean 'polars'?"


def test_every_refusal_is_reported_at_once(trigger):
    ruleset = rulekit.load(
        trigger.replace("then: dimuon", "then: dimuon\n    prescale: 10").replace(
            "then: met", "then: met\n    prescale: 5"
        )
    )
    with pytest.raises(UnsupportedError) as raised:
        rulekit.compile(ruleset, "python")
    assert [refusal.rule for refusal in raised.value.refusals] == ["two-muons", "high-met"]
    assert "prescale 10" in str(raised.value)
    assert "prescale 5" in str(raised.value)


def test_it_is_told_in_one_line(fraud):
    artifact = rulekit.compile(fraud, "python")
    assert repr(artifact) == (
        f"<Artifact python: fraud.card_present 1.2.0 {fraud.digest[:15]}, native, 2 files>"
    )
    proved = artifact.with_evidence("proof", {"holds": True})
    assert repr(proved).endswith("2 files, evidence: proof>")


def test_the_json_is_the_manifest(artifact, tmp_path):
    text = artifact.to_json()
    assert json.loads(text) == artifact.manifest
    assert (artifact.write(tmp_path / "out") / "manifest.json").read_text() == text + "\n"


def test_a_notebook_shows_files_and_evidence(fraud):
    artifact = rulekit.compile(fraud, "python").with_evidence("proof", {"holds": False})
    shown = artifact.with_evidence("resources", {"lut": 3})._repr_html_()
    for part in (
        "fraud.card_present 1.2.0 for python",
        fraud.digest,
        "decide.py",
        "does not hold",
        "recorded",
    ):
        assert part in shown
    assert "<script" not in shown


def test_evidence_is_added_and_nothing_is_changed(fraud):
    artifact = rulekit.compile(fraud, "python")
    proved = artifact.with_evidence("proof", {"holds": True}, {"proof.log": b"all is well"})
    again = proved.with_evidence("proof", {"holds": False})
    assert artifact.evidence == {}
    assert "evidence" not in artifact.manifest
    assert proved.files["proof.log"] == b"all is well"
    assert again.evidence == {"proof": {"holds": False}}
    assert again.files["proof.log"] == b"all is well"
    assert proved.lowered is artifact.lowered


def test_compiling_lowers_once(fraud, monkeypatch):
    from rulekit.targets import artifact as module
    from rulekit.targets import base

    calls = []
    lower = base.lower
    for each in (base, module):
        monkeypatch.setattr(each, "lower", lambda *given: calls.append(given) or lower(*given))
    made = rulekit.compile(fraud, "c")
    assert made.lowered.ruleset is fraud
    made.load()
    assert len(calls) == 1
