"""What a record must survive, and what must be found in it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from rulekit.errors import EventError, LawError
from rulekit.ir.ruleset import Ruleset
from rulekit.reports.audit.api import audit
from rulekit.reports.audit.inputs.law import recorded_ruleset
from rulekit.reports.replay.record import manifest_path

SUFFIXES = pytest.mark.parametrize("suffix", [".parquet", ".arrow", ".csv"])


def subjects(found: Any) -> list[str]:
    return [finding.subject for finding in found.findings if finding.code == "mismatch"]


def at(place: int, **values: Any) -> Any:
    """Return a tampering that sets fields of one decision."""

    def tamper(decisions: pl.DataFrame) -> pl.DataFrame:
        here = pl.int_range(pl.len()) == place
        return decisions.with_columns(
            pl.when(here).then(pl.lit(value, decisions.schema[name])).otherwise(pl.col(name)).alias(name)
            for name, value in values.items()
        )

    return tamper


@SUFFIXES
@pytest.mark.parametrize("id_column", ["payment", None])
@pytest.mark.parametrize("law", ["ruleset", "score_ruleset"])
def test_honest_record_holds(
    request: pytest.FixtureRequest,
    record: Callable[..., Path],
    events: pl.DataFrame,
    suffix: str,
    id_column: str | None,
    law: str,
) -> None:
    path = record(request.getfixturevalue(law), events, suffix=suffix, id_column=id_column)
    found = audit(path, sample=50)
    assert found.holds
    assert (found.replay.compared, found.replay.sampled, found.replay.mismatched) == (600, 50, 0)
    assert not subjects(found)
    assert "600 decisions" in found.replay.sentence


@SUFFIXES
def test_altered_outcome_is_found_and_named(
    record: Callable[..., Path], ruleset: Ruleset, events: pl.DataFrame, suffix: str
) -> None:
    place = events["cards"].to_list().index(6)
    path = record(ruleset, events, suffix=suffix, tamper=at(place, outcome="approve"))
    found = audit(path, sample=600)
    assert found.replay.verdict == "does not hold"
    assert found.replay.mismatched == 1
    compiled, reference = found.replay.mismatches
    assert (compiled.by, reference.by) == ("compiled rules", "reference semantics")
    assert compiled.event == reference.event == f"p{place:04d}"
    assert compiled.differences == reference.differences
    (difference,) = compiled.differences
    assert (difference.field, difference.recorded, difference.recomputed) == ("outcome", "approve", "block")
    assert subjects(found)[0] == "decisions"
    assert f"p{place:04d}" in found.findings[0].message


@pytest.mark.parametrize(
    ("field", "value"),
    [("rule", "dear"), ("rule", None), ("score", 99), ("hits", ["dear", "away"]),
     ("outcome", None), ("outcome", "no such")],
)  # fmt: skip
def test_every_field_is_compared(
    record: Callable[..., Path],
    score_ruleset: Ruleset,
    ruleset: Ruleset,
    events: pl.DataFrame,
    field: str,
    value: Any,
) -> None:
    law = score_ruleset if field == "score" else ruleset
    place = events["cards"].to_list().index(6)
    found = audit(record(law, events, tamper=at(place, **{field: value})), sample=0)
    assert found.replay.mismatched == 1
    assert [difference.field for difference in found.replay.mismatches[0].differences] == [field]


def test_order_of_hits_is_compared(
    record: Callable[..., Path], ruleset: Ruleset, events: pl.DataFrame
) -> None:
    swapped = lambda decisions: decisions.with_columns(pl.col("hits").list.reverse())  # noqa: E731
    several = audit(record(ruleset, events)).rules
    assert any(rule.support != rule.unique_count for rule in several)
    assert audit(record(ruleset, events, tamper=swapped)).replay.verdict == "does not hold"


def test_first_twenty_are_shown_and_all_are_counted(
    record: Callable[..., Path], ruleset: Ruleset, events: pl.DataFrame
) -> None:
    spoil = lambda decisions: decisions.with_columns(outcome=pl.lit("block"))  # noqa: E731
    found = audit(record(ruleset, events, tamper=spoil))
    assert len(found.replay.mismatches) == 20
    assert found.replay.mismatched == 600 - found.outcomes[0].signal.part if found.truth else True
    assert found.replay.mismatched > 20
    assert "and more" in found.findings[0].message


def test_reference_semantics_has_its_own_say(
    record: Callable[..., Path], ruleset: Ruleset, events: pl.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    from rulekit.ir.decision import Decision
    from rulekit.reports.replay import recompute

    monkeypatch.setattr(recompute, "decide", lambda *_: Decision("block", rule="dear", hits=()))
    found = audit(record(ruleset, events), sample=5, seed=1)
    assert found.replay.verdict == "does not hold"
    assert {mismatch.by for mismatch in found.replay.mismatches} == {"reference semantics"}
    assert found.replay.mismatched == 5


def test_sample_is_seeded(
    record: Callable[..., Path], ruleset: Ruleset, events: pl.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    from rulekit.reports.replay import recompute

    seen: list[float] = []
    genuine = recompute.decide
    monkeypatch.setattr(
        recompute, "decide", lambda *given: seen.append(given[1]["amount"]) or genuine(*given)
    )
    path = record(ruleset, events)
    runs = []
    for seed in (1, 1, 2):
        seen.clear()
        audit(path, sample=20, seed=seed)
        runs.append(list(seen))
    assert len(runs[0]) == 20
    assert runs[0] == runs[1] != runs[2]


def test_lost_and_foreign_decisions_are_named_by_id(
    record: Callable[..., Path], ruleset: Ruleset, events: pl.DataFrame
) -> None:
    path = record(ruleset, events, tamper=lambda decisions: decisions[[*range(7), *range(8, 600)]])
    found = audit(path)
    assert found.replay.verdict == "does not hold"
    assert found.replay.mismatched == 0, "the lines after the lost one are still right"
    assert "events without decision" in subjects(found)
    assert "p0007" in next(f.message for f in found.findings if f.subject == "events without decision")
    foreign = audit(record(ruleset, events, tamper=at(9, payment="x1")))
    assert {"events without decision", "decisions without event"} <= set(subjects(foreign))


def test_order_of_decisions_does_not_matter_where_events_have_an_id(
    record: Callable[..., Path], ruleset: Ruleset, events: pl.DataFrame
) -> None:
    found = audit(record(ruleset, events, tamper=lambda decisions: decisions.reverse()), truth="fraud")
    assert found.holds
    assert found.measures == audit(record(ruleset, events), truth="fraud").measures


def test_other_number_of_events_without_id(
    record: Callable[..., Path], ruleset: Ruleset, events: pl.DataFrame
) -> None:
    path = record(ruleset, events, id_column=None)
    found = audit(path, events=events.head(590))
    assert found.replay.verdict == "does not hold"
    assert "number of events" in subjects(found)
    assert found.data.events == 590


def test_doubled_decision_is_found(
    record: Callable[..., Path], ruleset: Ruleset, events: pl.DataFrame
) -> None:
    found = audit(record(ruleset, events, tamper=lambda decisions: pl.concat([decisions, decisions.tail(1)])))
    assert found.replay.verdict == "does not hold"
    assert {"number of events"} <= set(subjects(found))


def test_other_digest_in_the_record(
    record: Callable[..., Path], ruleset: Ruleset, events: pl.DataFrame
) -> None:
    found = audit(record(ruleset, events, tamper=at(3, ruleset="sha256:00")))
    assert found.replay.verdict == "does not hold"
    message = next(finding.message for finding in found.findings if finding.subject == "ruleset")
    assert "p0003" in message
    assert "sha256:00" in message


def test_other_counts_in_the_manifest(
    record: Callable[..., Path], ruleset: Ruleset, events: pl.DataFrame
) -> None:
    found = audit(record(ruleset, events, counts={"block": 1}))
    assert "outcome block" in subjects(found)
    assert not found.holds


def test_altered_law_is_refused(
    record: Callable[..., Path], ruleset: Ruleset, events: pl.DataFrame, amend: Callable[..., Ruleset]
) -> None:
    path = record(ruleset, events)
    manifest = json.loads(manifest_path(path).read_text())
    manifest["ruleset"]["rules"][0]["when"][1] = "amount > 51"
    manifest_path(path).write_text(json.dumps(manifest))
    with pytest.raises(LawError, match="another ruleset than it holds"):
        audit(path)
    with pytest.raises(LawError, match="another ruleset than it holds"):
        recorded_ruleset(path)
    other = amend(otherwise="wave-through")
    with pytest.raises(LawError, match="made by another ruleset"):
        audit(record(ruleset, events), ruleset=other)


def test_law_of_the_caller_brings_its_words(
    record: Callable[..., Path], ruleset: Ruleset, events: pl.DataFrame, amend: Callable[..., Ruleset]
) -> None:
    renamed = amend(version="1.2.4")
    assert renamed.digest == ruleset.digest
    path = record(ruleset, events)
    assert audit(path, ruleset=renamed).law.version == "1.2.4"
    assert recorded_ruleset(path) == ruleset


@SUFFIXES
def test_truncated_record(
    record: Callable[..., Path], ruleset: Ruleset, events: pl.DataFrame, suffix: str
) -> None:
    path = record(ruleset, events, suffix=suffix)
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2 - 20])
    if suffix == ".csv":  # the text ends, perhaps within a line: what is lost is found
        try:
            assert audit(path).replay.verdict == "does not hold"
        except EventError:
            return
    else:
        with pytest.raises(EventError):
            audit(path)


def test_absent_or_damaged_files(
    record: Callable[..., Path], ruleset: Ruleset, events: pl.DataFrame, tmp_path: Path
) -> None:
    with pytest.raises(EventError, match="no such decisions file"):
        audit(tmp_path / "none.parquet")
    path = record(ruleset, events)
    manifest = manifest_path(path)
    for text, message in (
        ("{", "can't be read"),
        ("[]", "not the manifest"),
        ('{"rulekit": "1"}', "not the manifest of a record: ruleset"),
    ):
        manifest.write_text(text)
        with pytest.raises(EventError, match=message):
            audit(path)
    manifest.unlink()
    with pytest.raises(EventError, match="manifest of the decisions is absent"):
        audit(path)


@pytest.mark.parametrize("lost", ["payment", "outcome", "rule", "ruleset"])
def test_record_without_a_column(
    record: Callable[..., Path], ruleset: Ruleset, events: pl.DataFrame, lost: str
) -> None:
    with pytest.raises(EventError, match=f"no column {lost}"):
        audit(record(ruleset, events, tamper=lambda decisions: decisions.drop(lost)))


def test_score_that_is_no_number(
    record: Callable[..., Path], score_ruleset: Ruleset, events: pl.DataFrame
) -> None:
    path = record(score_ruleset, events, suffix=".csv", tamper=lambda d: d.with_columns(score=pl.lit("many")))
    with pytest.raises(EventError):
        audit(path)


def test_events_without_the_id(record: Callable[..., Path], ruleset: Ruleset, events: pl.DataFrame) -> None:
    with pytest.raises(EventError, match="no id column 'payment'"):
        audit(record(ruleset, events), events=events.rename({"payment": "paymnt"}))


def test_events_that_lack_a_feature(
    record: Callable[..., Path], ruleset: Ruleset, events: pl.DataFrame
) -> None:
    with pytest.raises(EventError, match="no column for feature cards"):
        audit(record(ruleset, events), events=events.drop("cards"))


def test_events_are_found_here_or_beside_the_manifest(
    record: Callable[..., Path],
    ruleset: Ruleset,
    events: pl.DataFrame,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = record(ruleset, events)
    assert audit(path).origin.sources[2].path == str(tmp_path / "events.parquet")
    monkeypatch.chdir(tmp_path)
    found = audit("decisions.parquet")
    assert [source.path for source in found.origin.sources] == [
        "decisions.parquet",
        "decisions.parquet.json",
        "events.parquet",
    ]
    assert all(source.digest.startswith("sha256:") for source in found.origin.sources)
    globbed = audit(record(ruleset, events, events="ev*.parquet"))
    assert globbed.holds
    assert globbed.origin.sources[2].digest is None


def test_damaged_events_are_an_error(
    record: Callable[..., Path], ruleset: Ruleset, events: pl.DataFrame, tmp_path: Path
) -> None:
    path = record(ruleset, events)
    (tmp_path / "events.parquet").write_bytes(b"PAR1 nothing")
    with pytest.raises(EventError):
        audit(path)


def test_without_events(
    record: Callable[..., Path], ruleset: Ruleset, events: pl.DataFrame, tmp_path: Path, teacher: Any
) -> None:
    recorded = [
        {"code": "out-of-bounds", "subject": "amount", "message": "3 events", "count": 3},
        {"code": "?"},
    ]
    path = record(ruleset, events, findings=recorded)
    with_events = audit(path)
    (tmp_path / "events.parquet").unlink()
    found = audit(path, truth="fraud", teacher=teacher, weight="weight")
    assert found.replay.verdict == "not replayed"
    assert "follows from its own recorded hits" in found.replay.sentence
    assert (found.rules, found.cutflow, found.overlap) == (
        with_events.rules,
        with_events.cutflow,
        with_events.overlap,
    )
    assert (found.truth, found.teacher, found.weight, found.curves) == (None, None, None, ())
    assert (found.data.features, found.data.invalid_missing) == (None, None)
    assert [note.what for note in found.left_out] == [
        "Replay, subgroups, drift, and the facts about the events",
        "Whatever needs truth and teacher and weights",
        "Swap set",
        "Purpose",
    ]
    assert "events.parquet was not found" in found.left_out[0].why
    assert [finding.code for finding in found.findings] == ["invalid-events", "out-of-bounds"]


CONTRADICTIONS = [
    ("ruleset", {"outcome": "review"}),
    ("ruleset", {"rule": "dear"}),
    ("ruleset", {"hits": ["no-such"]}),
    ("score_ruleset", {"outcome": "review"}),
    ("score_ruleset", {"hits": ["away"]}),
    ("score_ruleset", {"score": 99}),
]


@pytest.mark.parametrize(("law", "changed"), CONTRADICTIONS)
def test_without_events_a_record_can_contradict_itself(
    request: pytest.FixtureRequest,
    record: Callable[..., Path],
    events: pl.DataFrame,
    tmp_path: Path,
    law: str,
    changed: dict[str, Any],
) -> None:
    events = events.with_columns(
        pl.lit(6, pl.Int32).alias("cards"), pl.lit(200.0, pl.Float32).alias("amount")
    )
    path = record(request.getfixturevalue(law), events, tamper=at(4, **changed))
    (tmp_path / "events.parquet").unlink()
    found = audit(path)
    assert found.replay.verdict == "does not hold"
    assert found.replay.mismatches[0].by == "recorded hits"
    assert found.replay.mismatches[0].event == "p0004"
    assert found.replay.mismatched == 1


def test_record_without_hits(
    record: Callable[..., Path], ruleset: Ruleset, events: pl.DataFrame, tmp_path: Path
) -> None:
    path = record(ruleset, events, tamper=lambda decisions: decisions.drop("hits"))
    found = audit(path)
    assert found.holds
    assert "outcome and rule are equal" in found.replay.sentence
    assert found.rules == audit(record(ruleset, events)).rules, "recomputed where they were not recorded"
    path = record(ruleset, events, tamper=lambda decisions: decisions.drop("hits"))
    (tmp_path / "events.parquet").unlink()
    found = audit(path)
    assert (found.replay.verdict, found.rules) == ("not replayed", ())
    assert "Rules, cutflow and overlap" in [note.what for note in found.left_out]


@SUFFIXES
@pytest.mark.parametrize("law", ["ruleset", "score_ruleset"])
def test_no_event_at_all(
    request: pytest.FixtureRequest,
    record: Callable[..., Path],
    events: pl.DataFrame,
    teacher: Any,
    suffix: str,
    law: str,
) -> None:
    path = record(request.getfixturevalue(law), events.head(0), suffix=suffix)
    found = audit(path, truth="fraud", teacher=teacher)
    assert found.holds
    assert found.measures.rate.value is None
    assert found.curves == ()
    assert found.replay.decisions == 0


def test_no_rule_at_all(
    record: Callable[..., Path], amend: Callable[..., Ruleset], events: pl.DataFrame, tmp_path: Path
) -> None:
    path = record(amend(rules=[]), events)
    found = audit(path, truth="fraud")
    assert found.holds
    assert (found.accept, found.rules, found.cutflow) == ((), (), ())
    (tmp_path / "events.parquet").unlink()
    assert audit(path).replay.verdict == "not replayed"


def test_prescale_is_set_aside(
    record: Callable[..., Path], amend: Callable[..., Ruleset], events: pl.DataFrame
) -> None:
    rules = [{"id": "many", "when": ["cards >= 4"], "then": "keep"}]
    collect = amend(hit_policy="collect", rules=rules, otherwise="drop")
    path = record(collect, events)
    scaled = amend(hit_policy="collect", rules=[{**rules[0], "prescale": 5}], otherwise="drop")
    from rulekit.ir.notation.document import ruleset_to_document

    manifest = json.loads(manifest_path(path).read_text())
    manifest.update(ruleset=ruleset_to_document(scaled), digest=scaled.digest)
    manifest_path(path).write_text(json.dumps(manifest))
    decisions = pl.read_parquet(path).with_columns(ruleset=pl.lit(scaled.digest))
    decisions.write_parquet(path)
    found = audit(path)
    assert found.holds
    assert "Prescales" in [note.what for note in found.left_out]
