"""The headline of an audit, for a notebook: verdict, main measures and gates."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from rulekit.html import element, page, table
from rulekit.reports.audit.model.law import Gate
from rulekit.reports.common.intervals import MeasureTable
from rulekit.reports.common.numbers import interval, percent
from rulekit.reports.replay.model import Replay

_MEASURES = {
    "rate": "accepted",
    "efficiency": "efficiency",
    "false_positive_rate": "false-positive rate",
    "purity": "purity",
    "accuracy": "accuracy",
    "fidelity": "fidelity",
}


def gates_in_words(gates: Sequence[Gate]) -> str:
    """Return how many gates are met, and which are not, in one sentence."""
    number, unmet = len(gates), [gate.name for gate in gates if gate.verdict == "not met"]
    if unmet:
        verb = "is" if len(unmet) == 1 else "are"
        return f"{len(unmet)} of {number} gates {verb} not met: {', '.join(dict.fromkeys(unmet))}."
    unclear = sum(gate.verdict != "met" for gate in gates)
    return (
        f"No gate of {number} is missed; {unclear} can't be told."
        if unclear
        else f"All {number} gates are met."
    )


def gates_counted(gates: Sequence[Gate]) -> str:
    """Return how many gates got which verdict: ``3 met, 1 not met``."""
    return ", ".join(
        f"{count} {verdict}" for verdict, count in Counter(gate.verdict for gate in gates).items()
    )


def headline_html(title: str, replay: Replay, measures: MeasureTable, gates: Sequence[Gate]) -> str:
    """Return verdict, main measures and gates as HTML without scripts or style sheets."""
    said = "Not replayed." if replay.verdict == "not replayed" else f"The record {replay.verdict}."
    return page(
        title,
        element("strong", said),
        replay.sentence,
        table(("measure", "value", "95 % interval"), _measure_rows(measures), numbers=(1, 2)),
        table(("gate", "expected", "found", "verdict"), _gate_rows(gates)),
    )


def _measure_rows(measures: MeasureTable) -> Iterator[tuple[str, str, str]]:
    for field, name in _MEASURES.items():
        share = getattr(measures, field)
        if share is not None:
            yield name, percent(share), interval(share)


def _gate_rows(gates: Sequence[Gate]) -> Iterator[tuple[str, str, str, str]]:
    for gate in gates:
        yield gate.name, gate.claim, gate.got, gate.verdict
