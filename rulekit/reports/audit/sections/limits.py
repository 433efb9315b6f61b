"""What an audit can't show. The page says it, because numbers invite more trust than they deserve."""

from __future__ import annotations

from collections.abc import Iterator

from rulekit.ir.ruleset import HitPolicy
from rulekit.reports.audit.inputs.audit_input import AuditInput
from rulekit.reports.audit.sections.drift import LEAST
from rulekit.reports.replay.model import Replay


def limits_of(audited: AuditInput, replay: Replay) -> tuple[str, ...]:
    """Return the limits of an audit, one sentence each; they depend on what was given."""
    return (*_of_the_record(audited, replay), *_of_the_measures(audited), *_of_the_law(audited))


def _of_the_record(audited: AuditInput, replay: Replay) -> Iterator[str]:
    yield (
        "The audit sees the events that were recorded. An event that was never offered to the law, or was lost "
        "on the way, leaves no trace here."
    )
    if replay.verdict == "holds" and replay.sampled < replay.decisions:
        yield (
            f"The reference semantics replayed {replay.sampled:,} of {replay.decisions:,} events. The others "
            "rest on the compiled rules, which the tests of rulekit hold to be equal to it."
        )
    if audited.events is not None:
        yield (
            "The values of the events are taken as they are. Whether a feature was measured or computed rightly "
            "does not show in a replay."
        )
    yield from audited.record.limits
    if any(rule.prescale > 1 for rule in audited.law.rules):
        yield "What prescales keep and suppress is not part of this record: they act after the rules."


def _of_the_measures(audited: AuditInput) -> Iterator[str]:
    truth = audited.options.truth
    if audited.known.truth is None:
        yield "Nothing here says which decisions were right: no truth is known of these events."
    else:
        yield (
            f"Signal and background are what the column {truth} says. Where it is wrong, late or chosen by an "
            "earlier selection, efficiency, false-positive rate and purity are wrong with it."
        )
    yield (
        "Intervals are at 95 % each, so about one in twenty misses its true value. They assume independent events: "
        "events of one card, one fill or one engine count as more evidence than they are."
    )
    if audited.known.teacher is not None:
        yield (
            "The teacher is no truth. Disagreement shows where to look, not who is wrong."
            if audited.known.truth is None
            else "The teacher's threshold was set on these very events, to the rate of the law."
        )
    if audited.events is not None:
        yield (
            "Subgroups and periods show differences, not their causes; a group that no column names can't be "
            f"seen, and periods of fewer than {LEAST} events are not told apart."
        )


def _of_the_law(audited: AuditInput) -> Iterator[str]:
    yield (
        "These numbers are those of these events. For events of another time or place they say nothing, "
        "until those are audited too."
    )
    if audited.law.hit_policy is HitPolicy.SCORE:
        yield "Points add up, so no single rule is the reason of a decision."
    if any(rule.origin != "human" for rule in audited.law.rules):
        yield (
            "Induced rules describe what goes with the signal in the events that they were induced "
            "from. That is no cause."
        )
