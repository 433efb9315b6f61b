"""The content of the page without markup: headline numbers, rows of measures, bars."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rulekit.reports.audit.model.audit import Audit
from rulekit.reports.common.intervals import Change, MeasureTable, Share
from rulekit.reports.common.numbers import (
    count,
    fraction,
    interval,
    percent,
    plain_percent,
    ratio,
    ratio_interval,
    share_text,
)


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with its interval, label and note."""

    label: str
    value: str
    interval: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class MeasureRow:
    """One measure of the ruleset, and of the teacher if it has that measure."""

    name: str
    meaning: str
    ours: Figure
    teacher: Figure | None


@dataclass(frozen=True, slots=True)
class Bar:
    """A cumulative bar in percent of its scale: what was there before, and what this step adds or loses."""

    kept: float
    changed: float
    lost: bool


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of the overlap matrix: text, and depth of colour in percent."""

    text: str
    depth: int
    title: str


@dataclass(frozen=True, slots=True)
class Section:
    """An entry of the table of contents."""

    anchor: str
    title: str


def sections(audit: Audit) -> list[Section]:
    """Return the sections that the page has."""
    rules = bool(audit.rules)
    every = (
        ("verdict", "Verdict", True),
        ("mismatches", "Differences", bool(audit.replay.mismatches)),
        ("purpose", "Purpose", bool(audit.charter)),
        ("law", "The law", True),
        ("vocabulary", "Vocabulary", True),
        ("outcomes", "Outcomes", True),
        ("measures", "Measures", True),
        ("curve", "Efficiency", bool(audit.curves)),
        ("rules", "Rules", rules),
        ("cutflow", "Cutflow, N-1", rules),
        ("overlap", "Overlap", rules),
        ("previous", "Swap set", audit.previous is not None),
        ("teacher", "Disagreement", audit.disagreement is not None),
        ("subgroups", "Subgroups", bool(audit.subgroups)),
        ("drift", "Drift", audit.drift is not None),
        ("fpga", "FPGA", audit.fpga is not None),
        ("data", "Events", True),
        ("findings", "Findings", True),
        ("reasons", "Reasons", True),
        ("limits", "Limits", True),
        ("origin", "Provenance", True),
        ("reproduce", "Reproduce", True),
        ("sign", "Signature", True),
    )
    return [Section(anchor, title) for anchor, title, there in every if there]


@dataclass(frozen=True, slots=True)
class Span:
    """A run of text in one style: plain, strong or code."""

    kind: str
    text: str


_SPANS = re.compile(r"\*\*(?P<strong>.+?)\*\*|`(?P<code>[^`]+)`")


def spans(text: str) -> list[Span]:
    """Return a passage of the charter as runs of text; only ``**strong**`` and ```code``` are markup."""
    found, end = [], 0
    for match in _SPANS.finditer(text):
        found.append(Span("plain", text[end : match.start()]))
        found.append(Span(str(match.lastgroup), match[str(match.lastgroup)]))
        end = match.end()
    return [span for span in (*found, Span("plain", text[end:])) if span.text]


@dataclass(frozen=True, slots=True)
class Without:
    """What is accepted without one rule: of all events, and with truth also of signal and background."""

    shares: tuple[str, ...]


def without_rules(audit: Audit) -> list[Without]:
    """Return in percent what is accepted without each rule alone (N-1)."""
    fields = ("rate",) if audit.truth is None else ("rate", "efficiency", "false_positive_rate")
    changes = ("rate",) if audit.truth is None else ("rate", "signal", "background")
    return [
        Without(
            tuple(
                _shifted(getattr(audit.measures, field), getattr(row.removal, change))
                for field, change in zip(fields, changes, strict=True)
            )
        )
        for row in audit.rules
    ]


def _shifted(share: Share, change: Change | None) -> str:
    if share.value is None or change is None or change.value is None:
        return percent(None)
    return share_text(max(0.0, share.value + change.value), share)


def headlines(audit: Audit) -> list[Figure]:
    """Return the numbers at the top of the page."""
    ours, teacher = audit.measures, audit.teacher
    decided = f"{count(ours.events)} events" + (", weighted" if audit.weight else "")
    rate = _figure("Accepted", ours.rate, f"of {decided}")
    if ours.efficiency is None:
        return [rate, *_without_truth(audit)]
    found = [
        _figure("Efficiency", ours.efficiency, "of the signal is accepted"),
        _figure(
            "False-positive rate", ours.false_positive_rate, f"{ratio(ours.rejection)} of the background"
        ),
        _figure("Purity", ours.purity, "of what is accepted is signal"),
        rate,
    ]
    if teacher is not None:
        share = teacher.measures.efficiency
        found.append(_figure("Teacher's efficiency", share, "at the same false-positive rate"))
    return found


def _without_truth(audit: Audit) -> list[Figure]:
    found = [Figure("Rules", count(len(audit.law.rules)), note=f"hit policy {audit.law.hit_policy}")]
    found.append(Figure("Invalid", count(audit.data.invalid), note="events lack a required feature"))
    if audit.measures.fidelity is not None:
        found.append(_figure("Fidelity", audit.measures.fidelity, "agreement with the teacher"))
        found.append(Figure("Teacher F1", fraction(audit.measures.teacher_f1), note="at the same rate"))
    return found


def _figure(label: str, share: Share | None, note: str = "") -> Figure:
    return Figure(label, percent(share), interval(share), note)


_MEANINGS = (
    ("efficiency", "Efficiency", "share of the signal that is accepted (recall)"),
    ("false_positive_rate", "False-positive rate", "share of the background that is accepted"),
    ("rejection", "Rejection", "one over the false-positive rate"),
    ("purity", "Purity", "share of signal among what is accepted (precision)"),
    ("accuracy", "Accuracy", "agreement with the truth"),
    ("rate", "Rate", "share of all events that is accepted"),
    ("fidelity", "Fidelity", "agreement with the teacher at its threshold"),
    ("teacher_f1", "Teacher F1", "balance of both directions of that agreement"),
)


def measure_rows(audit: Audit) -> list[MeasureRow]:
    """Return the measures that are known."""
    theirs = None if audit.teacher is None else audit.teacher.measures
    rows = []
    for field, name, meaning in _MEANINGS:
        ours = _measure(audit.measures, field, name)
        if ours is not None:
            rows.append(
                MeasureRow(name, meaning, ours, None if theirs is None else _measure(theirs, field, name))
            )
    return rows


def _measure(table: MeasureTable, field: str, name: str) -> Figure | None:
    value = getattr(table, field)
    if value is None:
        return None
    if field == "rejection":
        return Figure(name, ratio(value), ratio_interval(value))
    return _figure(name, value) if isinstance(value, Share) else Figure(name, fraction(value))


def cutflow_bars(audit: Audit) -> list[tuple[Bar, ...]]:
    """Return the bars of each cutflow row: of signal and background, or of the rate without truth."""
    fields = ("efficiency", "false_positive_rate") if audit.truth is not None else ("rate",)
    columns = [_bars([getattr(row, field) for row in audit.cutflow]) for field in fields]
    return list(zip(*columns, strict=True))


def _bars(shares: list[Share | None]) -> list[Bar]:
    values = [0.0 if share is None or share.value is None else share.value for share in shares]
    scale = 100 / (max(values, default=0.0) or 1.0)
    return [
        Bar(round(scale * min(before, now), 2), round(scale * abs(now - before), 2), lost=now < before)
        for before, now in zip([0.0, *values], values, strict=False)
    ]


def overlap_cells(audit: Audit) -> list[list[Cell]]:
    """Return the cells of the overlap matrix."""
    names = [rule.id for rule in audit.rules]
    return [
        [_cell(names[i], names[j], share, same=i == j) for j, share in enumerate(row)]
        for i, row in enumerate(audit.overlap)
    ]


def _cell(name: str, other: str, share: float | None, *, same: bool) -> Cell:
    if same or share is None:
        return Cell("", 0, "the rule itself" if same else f"{name} has no hit")
    text = "" if share == 0 else plain_percent(share)
    return Cell(
        text, round(100 * share), f"{plain_percent(share)} % of the hits of {name} are hits of {other} too"
    )
