import json
import re

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


def test_an_altered_file_is_named(artifact, tmp_path):
    folder = artifact.write(tmp_path / "out")
    entry = folder / artifact.entry
    entry.write_bytes(entry.read_bytes().replace(b"e", b"f", 1))
    with pytest.raises(ArtifactError, match=rf"{re.escape(artifact.entry)}.*altered after compilation"):
        read_artifact(folder)


def test_a_manifest_of_another_ruleset_is_refused(artifact, tmp_path):
    folder = artifact.write(tmp_path / "out")
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["ruleset"]["digest"] = "sha256:" + "0" * 64
    (folder / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(ArtifactError, match="another ruleset"):
        read_artifact(folder)


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
