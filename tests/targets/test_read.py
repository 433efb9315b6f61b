"""Reading an artifact back from its folder."""

from __future__ import annotations

import json
import re

import pytest

import rulekit
from rulekit.errors import ArtifactError
from rulekit.targets import artifact as module
from rulekit.targets import targets
from rulekit.targets.read import read_artifact


@pytest.fixture
def artifact(fraud):
    return rulekit.compile(fraud, "python")


def test_an_artifact_comes_back_from_its_folder(artifact, tmp_path):
    assert read_artifact(artifact.write(tmp_path / "out")) == artifact


def test_what_comes_back_decides(artifact, tmp_path):
    runner = read_artifact(artifact.write(tmp_path / "out")).load()
    assert runner.one({"amount": 9000.0, "country": "DK"}).rule == "large-abroad"


def test_options_and_evidence_come_back(trigger, tmp_path):
    ruleset = rulekit.load(
        trigger.replace("dtype: int32", "dtype: int32, bounds: [0, 12]").replace(
            "dtype: float64, unit: GeV", "dtype: float64, unit: GeV, bounds: [0, 200]"
        )
    )
    from rulekit.ir.formats import fixed_for

    made = rulekit.compile(ruleset, "systemverilog", fixed_for(ruleset, 8), stages=2)
    folder = made.with_evidence("proof", {"holds": True}).write(tmp_path / "out")
    found = read_artifact(folder)
    assert found.options.stages == 2
    assert found.evidence == {"proof": {"holds": True}}


def test_a_ruleset_read_from_a_folder_is_lowered_once(artifact, tmp_path, monkeypatch):
    calls = []
    lower = module.lower
    monkeypatch.setattr(module, "lower", lambda *given: calls.append(given) or lower(*given))
    found = read_artifact(artifact.write(tmp_path / "out"))
    assert calls == [], "only when it is needed"
    assert found.lowered == artifact.lowered
    assert found.lowered is found.lowered
    assert len(calls) == 1


def test_an_altered_file_is_named(artifact, tmp_path):
    folder = artifact.write(tmp_path / "out")
    entry = folder / artifact.entry
    entry.write_bytes(entry.read_bytes() + b"\n")
    with pytest.raises(ArtifactError, match=rf"{re.escape(artifact.entry)}.*altered after compilation"):
        read_artifact(folder)


def test_a_file_that_is_gone_is_an_error(artifact, tmp_path):
    folder = artifact.write(tmp_path / "out")
    (folder / artifact.entry).unlink()
    with pytest.raises(ArtifactError, match="not an artifact"):
        read_artifact(folder)


def test_a_folder_that_is_not_there_is_an_error(tmp_path):
    with pytest.raises(ArtifactError, match=r"manifest\.json"):
        read_artifact(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("key", "value", "says"),
    [
        ("ruleset", {"digest": "sha256:" + "0" * 64}, "another ruleset"),
        ("ruleset", {}, "not an artifact"),
        ("numerics", {"kind": "octal"}, "not an artifact"),
        ("target", "no-such-target", "no-such-target"),
        ("files", [], "not an artifact"),
    ],
)
def test_a_manifest_that_was_changed_is_refused(artifact, tmp_path, key, value, says):
    folder = artifact.write(tmp_path / "out")
    manifest = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps({**manifest, key: value}))
    with pytest.raises(rulekit.RulekitError, match=says):
        read_artifact(folder)


def test_every_target_reads_its_own(fraud, tmp_path):
    for name in ("polars", "kernel", "c"):
        made = targets.get(name).compile(fraud, rulekit.Native())
        assert read_artifact(made.write(tmp_path / name)) == made
