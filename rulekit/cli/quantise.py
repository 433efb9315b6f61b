"""``rulekit quantise``: how few bits each feature needs."""

from __future__ import annotations

import math
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rulekit.cli.options import EventsArgument, Json, RulesetArgument, Truth, Weight
from rulekit.cli.output import print_answer
from rulekit.tables import interval, percent, table

if TYPE_CHECKING:
    from rulekit.runtime.fixed_point.quantise import FeatureFormat, Quantisation
    from rulekit.statistics.intervals import Proportion, Shift

_NEAR = {"2 less": -2, "1 less": -1, "proposed": 0, "1 more": 1, "2 more": 2}
"""Widths that are shown as text, by their distance in bits from the proposed one."""


class Rounding(StrEnum):
    """How events are put on the grid."""

    NEAREST = "nearest"
    FLOOR = "floor"


def quantise(
    ruleset: RulesetArgument,
    events: EventsArgument,
    truth: Truth = None,
    weight: Weight = None,
    loss: Annotated[
        float, typer.Option("--loss", help="Share of decisions that may change, 0 to 1.", metavar="SHARE")
    ] = 0.001,
    widest: Annotated[
        int, typer.Option("--widest", help="Most bits of a feature, 1 to 48.", metavar="BITS")
    ] = 16,
    rounding: Annotated[
        Rounding, typer.Option("--rounding", help="How values are put on the grid.")
    ] = Rounding.NEAREST,
    out: Annotated[
        Path | None,
        typer.Option("--out", help="Write the formats to a .yaml file, for --numerics.", metavar="FILE"),
    ] = None,
    json: Json = False,
) -> None:
    """Propose the cheapest fixed-point formats for a ruleset.

    A format is proposed for each number that rules read. The events are decided natively and in fixed point, and
    the decisions that differ are counted. Ends with 1 when no formats keep to the loss.
    """
    from rulekit.files import write_text
    from rulekit.ir.notation.yaml_file import dump_numerics
    from rulekit.runtime.fixed_point.quantise import quantise as quantise_ruleset

    found = quantise_ruleset(
        ruleset, events, truth=truth, weight=weight, loss=loss, widest=widest, rounding=rounding.value
    )
    if out is not None and found.fits:
        write_text(out, dump_numerics(found.numerics, found.ruleset.schema, about=_about(found)))
    print_answer(json, found.to_document(), _text(found, loss, out))
    if not found.fits:
        raise typer.Exit(1)


def _about(found: Quantisation) -> str:
    law = found.ruleset
    return (
        f"Fixed-point formats for {law.name} {law.version}, {law.digest}.\n"
        f"Together they change {percent(found.changed)} of {found.native.events:,} decisions."
    )


def _text(found: Quantisation, loss: float, out: Path | None) -> str:
    parts = [_measures(found)]
    if found.formats:
        parts = [f"{_formats(found)}\n{_FORMATS}", f"{_widths(found)}\n{_WIDTHS}", *parts]
    parts.append(
        f"Together they change {percent(found.changed)} of {found.native.events:,} decisions.\n"
        f"Predicted look-up tables: {found.lut[0]}, and {found.lut[1]} with the widest formats."
    )
    if not found.fits:
        nothing = "" if out is None else f"\n{out} is not written."
        parts[-1] += f"\nNo width keeps to a loss of {loss:g}: allow more bits, or a larger loss.{nothing}"
    elif out is not None:
        parts[-1] += f"\n{out}: for rulekit compile --numerics"
    return "\n\n".join(parts)


_FORMATS = 'Values beyond "up to" saturate, which changes no decision within the bounds.'


def _formats(found: Quantisation) -> str:
    lines = []
    for one in found.formats:
        form = one.form
        step = f"{one.step:g} {one.feature.unit or ''}".strip()
        sign, most = "yes" if form.signed else "no", f"{form.limits[1]:g}"
        lines.append(
            (one.feature.name, str(form.width), str(form.fraction), sign, step, most, str(one.option.lut))
        )
    return table(("feature", "bits", "fraction", "sign", "step", "up to", "LUTs"), lines)


_WIDTHS = "Share of decisions that each feature changes alone, with fewer and more bits."


def _widths(found: Quantisation) -> str:
    return table(("feature", "bits", *_NEAR), [tuple(_near(one)) for one in found.formats])


def _near(one: FeatureFormat) -> Iterator[str]:
    yield from (one.feature.name, str(one.form.width))
    by_width = {option.form.width: option for option in one.options}
    for distance in _NEAR.values():
        option = by_width.get(one.form.width + distance)
        yield "" if option is None else percent(option.changed)


def _measures(found: Quantisation) -> str:
    native, fixed, shifts = found.native, found.fixed, found.shifts
    rows: list[tuple[str, Proportion | None, Proportion | None, Shift | None]] = [
        ("rate", native.rate, fixed.rate, shifts.rate)
    ]
    if native.efficiency is not None:
        false = native.false_positive_rate, fixed.false_positive_rate, shifts.false_positive_rate
        rows += [
            ("efficiency", native.efficiency, fixed.efficiency, shifts.efficiency),
            ("false positives", *false),
        ]
    lines = [(name, interval(one), percent(two), _points(shift)) for name, one, two, shift in rows]
    return table(("", "native", "fixed", "shift, points"), lines)


def _points(shift: Shift | None) -> str:
    """Return a shift in percentage points with its interval: ``+0.012 (-0.003 to +0.027)``."""
    if shift is None or math.isnan(shift.value):
        return "unknown"
    value, low, high = (f"{100 * number:+.3f}" for number in shift[:3])
    return f"{value} ({low} to {high})"
