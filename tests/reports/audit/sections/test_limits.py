"""The limits that a page states depend on what was at hand."""

from __future__ import annotations

from dataclasses import replace

from shop import RULES, audited_of, law, make_events, score_law

from rulekit.reports.audit.inputs.align import AlignedEvents
from rulekit.reports.audit.inputs.audit_input import open_input
from rulekit.reports.audit.sections.limits import limits_of
from rulekit.reports.replay.model import Replay

EVENTS = make_events(60)


def replay(verdict: str = "holds", sampled: int = 10) -> Replay:
    return Replay.model_validate({"verdict": verdict, "sentence": "", "decisions": 60, "compared": 60,
                                  "sampled": sampled, "seed": 0, "mismatched": 0})  # fmt: skip


def text(audited, replayed: Replay | None = None) -> str:
    return "\n".join(limits_of(audited, replayed or replay()))


class Model:
    name = "model"

    def scores(self, frame):
        return frame["model"].to_numpy()


def test_a_sample_is_named_with_its_size() -> None:
    audited = audited_of(law(), EVENTS)
    assert "replayed 10 of 60 events" in text(audited)
    assert "replayed" not in text(audited, replay(sampled=60))
    assert "replayed" not in text(audited, replay("does not hold"))


def test_truth_and_teacher_are_no_certainty() -> None:
    plain, true = audited_of(law(), EVENTS), audited_of(law(), EVENTS, truth="fraud")
    assert "no truth is known" in text(plain)
    assert "what the column fraud says" in text(true)
    taught = audited_of(law(), EVENTS, teacher=Model())
    assert "The teacher is no truth." in text(taught)
    assert "threshold was set on these very events" in text(
        audited_of(law(), EVENTS, truth="fraud", teacher=Model())
    )
    assert "teacher" not in text(plain)


def test_without_events_nothing_is_said_of_their_values() -> None:
    audited = audited_of(law(), EVENTS)
    bare = open_input(audited.record, AlignedEvents(audited.decisions, None), audited.options)
    assert "values of the events" in text(audited)
    assert "values of the events" not in text(bare)
    assert "Subgroups" not in text(bare)


def test_what_the_law_itself_can_not_say() -> None:
    assert "no single rule is the reason" in text(audited_of(score_law(), EVENTS))
    assert "no single rule is the reason" not in text(audited_of(law(), EVENTS))
    assert "Induced rules" in text(audited_of(law(), EVENTS))
    human = [{**rule, "origin": "human"} for rule in RULES]
    assert "Induced rules" not in text(audited_of(law(rules=human), EVENTS))
    scaled = [{**RULES[0], "prescale": 5}, *RULES[1:]]
    assert "prescales" in text(audited_of(law(rules=scaled, hit_policy="collect"), EVENTS))


def test_limits_of_the_record_are_passed_on() -> None:
    audited = audited_of(law(), EVENTS)
    sampled = replace(audited, record=replace(audited.record, limits=("The log is a sample.",)))
    assert "The log is a sample." in limits_of(sampled, replay())
