"""The design for an FPGA as the page lays it out: words, figures, bars, and the places in the picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rulekit.reports.audit.model.audit import Audit
from rulekit.reports.audit.model.fpga import Clock, Format, Fpga, Stage
from rulekit.reports.audit.page.view import Bar, Figure
from rulekit.reports.common.numbers import count, exact, percent

BOX, GAP, ENDS, HEIGHT = 146, 46, (58, 68), 122
TOP, BOTTOM = 8, 84


@dataclass(frozen=True, slots=True)
class Box:
    """A part of the pipeline in the picture, and what is written in it."""

    x: int
    lines: tuple[str, ...]
    registered: bool


@dataclass(frozen=True, slots=True)
class Cycle:
    """What happens within one cycle: from register to register."""

    left: int
    right: int
    text: str


@dataclass(frozen=True, slots=True)
class Picture:
    """The pipeline: boxes, register cuts behind those that have one, and cycles below."""

    width: int
    boxes: tuple[Box, ...]
    cycles: tuple[Cycle, ...]
    description: str


@dataclass(frozen=True, slots=True)
class FormatRow:
    """A feature as the design sees it."""

    format: Format
    step: str
    range: str
    beyond: str
    bar: Bar


@dataclass(frozen=True, slots=True)
class FpgaPage:
    """Everything that the section shows, beside the value itself."""

    verdict: str
    figures: tuple[Figure, ...]
    key: str
    picture: Picture | None
    formats: tuple[FormatRow, ...]
    rule_bars: tuple[Bar, ...]
    facts: tuple[tuple[str, str], ...]


def fpga_page(audit: Audit) -> FpgaPage | None:
    """Return the section of an audit; None where no design was given."""
    fpga = audit.fpga
    if fpga is None:
        return None
    return FpgaPage(
        verdict="not replayed" if fpga.proof is None else "holds" if fpga.proof.holds else "does not hold",
        figures=tuple(_figures(fpga)),
        key=_key(fpga),
        picture=_picture(fpga, audit.law.hit_policy) if fpga.stages else None,
        formats=tuple(map(_format_row, fpga.formats, _bars([(0, form.lut) for form in fpga.formats]))),
        rule_bars=tuple(_bars([(rule.cost - rule.saved, rule.saved) for rule in fpga.rules])),
        facts=tuple(_facts(fpga)),
    )


def fpga_line(fpga: Fpga) -> str:
    """Return the design in one line."""
    proof = "not proved here" if fpga.proof is None else "proved" if fpga.proof.holds else "NOT proved"
    parts = [proof, f"{count(fpga.lut)} LUT", f"{count(fpga.ff)} FF", _cycles(fpga.cycles)]
    if fpga.clock is not None:
        parts.append(f"{fpga.clock.latency_ns:.1f} ns at {fpga.clock.median:.0f} MHz")
    if fpga.agreement is not None:
        parts.append(f"{percent(fpga.agreement.otherwise)} decided otherwise in its formats")
    return "fpga: " + ", ".join(parts)


def device_words(device: str) -> str:
    """Return the device that a placer was told: ``ECP5 25k, package CABGA381, speed 6``."""
    return "ECP5 " + ", ".join(part.strip() for part in device.split("--") if part.strip())


def _cycles(number: int) -> str:
    return f"{number} cycle{'' if number == 1 else 's'}"


def _figures(fpga: Fpga) -> list[Figure]:
    clock, cycles = fpga.clock, _cycles(fpga.cycles)
    if clock is None:
        found = [
            Figure("Latency", cycles, note="from event to answer; it was not placed, so there is no clock")
        ]
    else:
        ends = [1000 * fpga.cycles / mhz for mhz in (max(clock.mhz), min(clock.mhz))]
        found = [
            Figure(
                "Latency", f"{clock.latency_ns:.1f} ns", _range(ends, 1), f"{cycles} from event to answer"
            ),
            Figure(
                "Clock",
                f"{clock.median:.0f} MHz",
                _range(clock.mhz, 0),
                f"an event each cycle; median of {_seeds(clock)}",
            ),
        ]
    return [
        *found,
        Figure(
            "Look-up tables", count(fpga.lut), note=f"{count(fpga.predicted)} predicted without synthesis"
        ),
        Figure("Registers", count(fpga.ff), note="with one bit of event id"),
        Figure("Levels of logic", count(fpga.levels), note="at most, between two registers"),
    ]


def _range(numbers: Sequence[float], decimals: int) -> str:
    low, high = (f"{number:,.{decimals}f}" for number in (min(numbers), max(numbers)))
    return "" if len(numbers) < 2 else f"{low} to {high}"


def _seeds(clock: Clock) -> str:
    return f"{len(clock.mhz)} placement{'' if len(clock.mhz) == 1 else 's'}"


def _key(fpga: Fpga) -> str:
    counted = (
        "Look-up tables (of six inputs), registers and levels are those of an UltraScale+, without pins."
    )
    if fpga.clock is None:
        return counted
    return (
        f"{counted} No open tool places one, so the clock is that of an {device_words(fpga.clock.device)}, "
        "with the range over all placements below it."
    )


def _bars(parts: Sequence[tuple[float, float]]) -> list[Bar]:
    """Return bars of what is shared and what is not, all on one scale."""
    scale = 100 / (max((shared + own for shared, own in parts), default=0.0) or 1.0)
    return [
        Bar(round(scale * max(0.0, shared), 2), round(scale * own, 2), lost=False) for shared, own in parts
    ]


def _format_row(form: Format, bar: Bar) -> FormatRow:
    unit = f" {form.unit}" if form.unit else ""
    if form.step is None or form.low is None or form.high is None:
        values = f"{', '.join(form.categories)} or another" if form.categories else "true or false"
        return FormatRow(form, "", values if form.bits else "only whether it is missing", "", bar)
    ends = f"{exact(form.low)} to {exact(form.high)}"
    return FormatRow(form, f"{exact(form.step)}{unit}", ends, _beyond(form, form.low, form.high), bar)


def _beyond(form: Format, low: float, high: float) -> str:
    """Return on which sides of its range a feature saturates, as far as its bounds let it."""
    least, most = (None, None) if form.bounds is None else form.bounds
    below, above = least is None or least < low, most is None or most > high
    return "on both sides" if below and above else "below" if below else "above" if above else "never"


def _picture(fpga: Fpga, hit_policy: str) -> Picture:
    left, right = ENDS
    boxes: list[Box] = []
    cycles: list[Cycle] = []
    start = left
    for place, stage in enumerate(fpga.stages):
        x = left + place * (BOX + GAP)
        boxes.append(Box(x, _inside(stage, fpga, hit_policy), stage.registered))
        if stage.registered:
            end = x + BOX + GAP // 2
            cycles.append(Cycle(start, end, f"cycle {len(cycles) + 1}"))
            start = end
    width = left + len(boxes) * (BOX + GAP) + right
    return Picture(width, tuple(boxes), tuple(cycles), _description(fpga))


def _inside(stage: Stage, fpga: Fpga, hit_policy: str) -> tuple[str, ...]:
    asked = sum(form.questions for form in fpga.formats)
    tests, gates = sum(form.lut for form in fpga.formats), sum(rule.cost for rule in fpga.rules)
    rules = len(fpga.rules)
    answer = (f"hit policy {hit_policy}", _tables(fpga.answer))
    if hit_policy == "score":
        answer = ("thresholds", f"{count(fpga.answer)} tables with sum")
    about = "about " if rules > 9 else ""  # costs are rounded, each to a tenth
    return {
        "questions": ("Questions", f"{asked} on {_many(len(fpga.formats), 'feature')}", _tables(tests)),
        "rules": ("Rules", _many(rules, "rule"), about + _tables(max(0, round(gates - tests)))),
        "sum": ("Sum", f"points of {_many(rules, 'rule')}"),
        "answer": ("Answer", *answer),
    }[stage.name]


def _many(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def _tables(number: float) -> str:
    return _many(round(number), "look-up table")


def _description(fpga: Fpga) -> str:
    ways = [f"{stage.name}{', register' if stage.registered else ''}" for stage in fpga.stages]
    return f"An event goes through {', '.join(ways)}: {_cycles(fpga.cycles)}."


_ARCHITECTURES = {
    "comparators": "comparators: each threshold is a chain of gates, asked once for all rules",
    "tables": "tables: each feature is looked up in a memory that can be rewritten without synthesis",
}
_PLACES = {
    "questions": "behind the questions",
    "rules": "behind the rules",
    "sum": "in the sum",
    "answer": "at the answer",
}


def _facts(fpga: Fpga) -> list[tuple[str, str]]:
    cuts = [_PLACES[stage.name] for stage in fpga.stages if stage.registered]
    memory = ", ".join(f"{number} {kind}" for kind, number in fpga.memory.items())
    inputs = (
        "an input bit for each feature says so"
        if fpga.missing
        else "no input for it: every feature is always there"
    )
    facts = [
        ("Architecture", _ARCHITECTURES.get(fpga.architecture, fpga.architecture)),
        ("Register cuts", f"{len(cuts)}: {', '.join(cuts)}" if cuts else count(fpga.cycles)),
        ("Missing values", inputs),
        ("Outputs", ", ".join(fpga.outputs)),
        (
            "Rounding",
            "events go to the nearest step" if fpga.rounding == "nearest" else "events go to the step below",
        ),
        ("Memory blocks", memory or "none"),
        ("Synthesised with", f"{fpga.tool}: {fpga.flow}"),
    ]
    if fpga.clock is not None:
        reached = ", ".join(f"{mhz:.0f}" for mhz in fpga.clock.mhz)
        facts.append(
            ("Placed with", f"{fpga.clock.tool} for {device_words(fpga.clock.device)}: {reached} MHz")
        )
    if fpga.control:
        facts.append(
            ("Around it", "a module with masks, prescales and rate counters, which is not counted here")
        )
    return facts
