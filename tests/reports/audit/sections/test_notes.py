"""Findings, what is left out, and where everything came from."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest
from shop import RULES, audited_of, law, make_events

from rulekit.findings import Finding
from rulekit.reports.audit.inputs.align import AlignedEvents
from rulekit.reports.audit.inputs.audit_input import AuditOptions, open_input
from rulekit.reports.audit.model.law import Passage
from rulekit.reports.audit.sections.notes import Sections, findings_of, left_out, origin_of
from rulekit.reports.audit.sections.tables import data_of
from rulekit.reports.replay.model import Mismatch, Replay
from rulekit.version import VERSION

EVENTS = make_events(90, seed=8)
NOTHING = Sections((), (), None)


def replay(mismatched: int = 0, shown: int = 0) -> Replay:
    mismatches = tuple(Mismatch(event=f"p{n}", by="compiled rules", differences=()) for n in range(shown))
    return Replay(verdict="holds", sentence="", decisions=90, compared=90, sampled=9, seed=0,
                  mismatched=mismatched, mismatches=mismatches)  # fmt: skip


def bare(audited, **options):
    asked = replace(AuditOptions(), **options)
    return open_input(audited.record, AlignedEvents(audited.decisions, None, why="the file is gone"), asked)


def facts(audited):
    return data_of(audited.law, audited.decisions, audited.events, audited.known, weighted=False)


def test_findings_of_the_events_come_with_their_counts() -> None:
    audited = audited_of(law(), EVENTS)
    found = {finding.code: finding for finding in findings_of(audited, replay(), facts(audited))}
    assert set(found) == {"invalid-events", "out-of-bounds", "unknown-category"}
    assert found["invalid-events"].count == EVENTS["amount"].null_count()
    assert found["unknown-category"].count == EVENTS["country"].to_list().count("XX")


def test_differences_come_first_and_name_their_events() -> None:
    audited = audited_of(law(), EVENTS)
    first = findings_of(audited, replay(2, 2), facts(audited))[0]
    assert (first.code, first.count) == ("mismatch", 2)
    assert first.message == "2 recorded decisions differ from the replay: events p0, p1"
    more = findings_of(audited, replay(30, 2), facts(audited))[0]
    assert more.message.endswith("events p0, p1 and more")


def test_thresholds_beyond_the_bounds_are_findings() -> None:
    rules = [*RULES, {"id": "never", "when": ["amount > 2000"], "then": "block"}]
    audited = audited_of(law(rules=rules), EVENTS)
    codes = [finding.code for finding in findings_of(audited, replay(), facts(audited))]
    assert codes[-1] == "threshold-out-of-bounds"


def test_without_events_the_manifest_tells_what_it_found() -> None:
    audited = audited_of(law(), EVENTS)
    told = Finding(code="out-of-bounds", subject="amount", message="4 events", count=4)
    noise = [told.model_dump(mode="json"), {"code": "of a later version"}, 3,
             Finding(code="gap", subject="x", message="y").model_dump(mode="json")]  # fmt: skip
    manifest = audited.record.manifest.model_copy(update={"findings": tuple(noise)})
    lone = bare(audited)
    lone = replace(lone, record=replace(lone.record, manifest=manifest))
    found = findings_of(lone, replay(), facts(lone))
    assert [finding for finding in found if finding.code != "invalid-events"] == [told]


def test_what_is_left_out_and_why() -> None:
    audited = audited_of(law(), EVENTS)
    said = {note.what: note.why for note in left_out(audited, NOTHING, hits=True)}
    assert said == {
        "Efficiency, purity, false-positive rate, accuracy": "no truth was given",
        "The teacher's curve, fidelity and disagreement": "no teacher was given",
        "Swap set": "no previous version was given",
        "Purpose": "no law folder with a charter was given",
        "Subgroups": "no feature is a category, and no column was named",
        "Drift": "there are fewer than 200 events with a time",
    }


def test_without_events_everything_that_needs_them_is_left_out() -> None:
    audited = bare(audited_of(law(), EVENTS), truth="fraud", weight="weight", previous=law())
    notes = {note.what: note.why for note in left_out(audited, NOTHING, hits=False)}
    assert notes["Replay, subgroups, drift, and the facts about the events"] == "the file is gone"
    assert notes["Whatever needs truth and weights and the previous version"] == "the file is gone"
    assert "Rules, cutflow and overlap" in notes
    assert "Drift" not in notes


def test_a_charter_is_not_left_out_and_prescales_are() -> None:
    rules = [{**RULES[0], "prescale": 10}, *RULES[1:]]
    audited = audited_of(law(rules=rules, hit_policy="collect"), EVENTS, truth="fraud")
    sections = Sections((Passage(kind="paragraph", text="Why."),), (), None)
    named = [note.what for note in left_out(audited, sections, hits=True)]
    assert "Purpose" not in named
    assert "Efficiency, purity, false-positive rate, accuracy" not in named
    assert named[-1] == "Prescales"


def test_the_origin_names_every_file_with_its_digest(tmp_path) -> None:
    audited = audited_of(law(), EVENTS, reference=EVENTS)
    path = tmp_path / "d.parquet"
    EVENTS.write_parquet(path)
    (tmp_path / "d.parquet.json").write_text("{}")
    audited = replace(audited, record=replace(audited.record, path=path))
    origin = origin_of(audited, "rulekit audit d.parquet")
    assert [(source.role, source.digest is None) for source in origin.sources] == [
        ("decisions", False),
        ("manifest", False),
        ("events", True),
        ("reference", True),
    ]
    assert origin.sources[2].path == "a frame in memory"
    assert (origin.rulekit_now, origin.audited_by) == (VERSION, "rulekit audit d.parquet")
    assert origin.versions["polars"] == pl.__version__


@pytest.mark.parametrize("named", ["teacher.onnx", "a column"])
def test_a_teacher_that_is_a_file_is_named_with_its_digest(tmp_path, named: str) -> None:
    class Model:
        name = str(tmp_path / "teacher.onnx") if named == "teacher.onnx" else named

        def scores(self, frame):
            return frame["model"].to_numpy()

    (tmp_path / "teacher.onnx").write_bytes(b"weights")
    audited = audited_of(law(), EVENTS, teacher=Model())
    roles = [source.role for source in origin_of(audited, None).sources]
    assert ("teacher" in roles) == (named == "teacher.onnx")
