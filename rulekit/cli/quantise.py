"""``rulekit quantise``: how few bits each feature needs."""

from __future__ import annotations

import math
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rulekit.cli.common import Json, Rules, answer
from rulekit.tables import interval, percent, table

if TYPE_CHECKING:
    from rulekit.ir.ruleset import Ruleset
    from rulekit.runtime.fixed_point.quantise import FeatureFormat, Quantisation
    from rulekit.runtime.fixed_point.widths import Rung
    from rulekit.statistics.intervals import Proportion, Shift

_NEAR = {"2 less": -2, "1 less": -1, "proposed": 0, "1 more": 1, "2 more": 2}
"""Rungs of a ladder that are shown as text, by their distance from the proposed one."""


class Rounding(StrEnum):
    """How events are put on the grid."""

    NEAREST = "nearest"
    FLOOR = "floor"


def quantise(
    rules: Rules,
    events: Annotated[str, typer.Argument(help="Parquet, CSV or Arrow IPC file.", show_default=False)],
    truth: Annotated[str | None, typer.Option("--truth", help="Boolean column: signal or not.")] = None,
    weight: Annotated[str | None, typer.Option("--weight", help="Column with event weights.")] = None,
    loss: Annotated[float, typer.Option("--loss", help="Share of decisions that may change.")] = 0.001,
    widest: Annotated[int, typer.Option("--widest", help="Bits of a feature, at most: 1 to 48.")] = 16,
    rounding: Annotated[
        Rounding, typer.Option("--rounding", help="How events are put on the grid.")
    ] = Rounding.NEAREST,
    out: Annotated[
        Path | None, typer.Option("--out", help="File to write for compile --numerics (.yaml).")
    ] = None,
    json: Json = False,
) -> None:
    """Propose the cheapest fixed-point format for each feature that rules read, by deciding events both ways."""
    from rulekit.files import write_text
    from rulekit.ir.yaml_file import dump_numerics
    from rulekit.runtime.fixed_point.quantise import quantise as quantise_ruleset
    from rulekit.store.lookup import read_law

    ruleset = read_law(rules).ruleset
    found = quantise_ruleset(
        ruleset, events, truth=truth, weight=weight, loss=loss, widest=widest, rounding=rounding.value
    )
    if out is not None and found.fits:
        write_text(out, dump_numerics(found.numerics, ruleset.schema, about=_about(ruleset, found)))
    answer(json, _document(ruleset, found), _text(found, loss, out))
    if not found.fits:
        raise typer.Exit(1)


def _about(ruleset: Ruleset, found: Quantisation) -> str:
    return (
        f"Fixed-point formats for {ruleset.name} {ruleset.version}, {ruleset.digest}.\n"
        f"Together they change {percent(found.changed)} of {found.native.events:,} decisions."
    )


def _document(ruleset: Ruleset, found: Quantisation) -> dict[str, object]:
    return {
        "ruleset": ruleset.name,
        "digest": ruleset.digest,
        "numerics": found.numerics.model_dump(mode="json"),
        "features": {
            one.feature.name: {**_rung(one.rung), "ladder": [_rung(rung) for rung in one.ladder]}
            for one in found.formats
        },
        "changed": found.changed.to_document(),
        "fits": found.fits,
        "predicted_lut": {"proposed": found.lut[0], "widest": found.lut[1]},
        "native": found.native.to_document(),
        "fixed": found.fixed.to_document(),
        "shift": found.shifts.to_document(),
    }


def _rung(rung: Rung) -> dict[str, object]:
    """Return what a width does while all other features are compared natively."""
    return {
        **rung.form.model_dump(),
        "step": rung.step,
        "limits": rung.form.limits,
        "changed": rung.changed.to_document(),
        "shift": rung.shifts.to_document(),
        "predicted_lut": rung.lut,
    }


def _text(found: Quantisation, loss: float, out: Path | None) -> str:
    parts = [_measures(found)]
    if found.formats:
        parts = [f"{_formats(found)}\n{_FORMATS}", f"{_ladders(found)}\n{_LADDERS}", *parts]
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


_FORMATS = "Beyond it values saturate, which changes no decision within the bounds."


def _formats(found: Quantisation) -> str:
    lines = []
    for one in found.formats:
        form = one.form
        step = f"{one.step:g} {one.feature.unit or ''}".strip()
        sign, most = "yes" if form.signed else "no", f"{form.limits[1]:g}"
        lines.append(
            (one.feature.name, str(form.width), str(form.fraction), sign, step, most, str(one.rung.lut))
        )
    return table(("feature", "bits", "fraction", "sign", "step", "up to", "LUTs"), lines)


_LADDERS = "Share of decisions that each feature changes alone, with bits fewer and more."


def _ladders(found: Quantisation) -> str:
    return table(("feature", "bits", *_NEAR), [tuple(_near(one)) for one in found.formats])


def _near(one: FeatureFormat) -> Iterator[str]:
    yield from (one.feature.name, str(one.form.width))
    by_width = {rung.form.width: rung for rung in one.ladder}
    for distance in _NEAR.values():
        rung = by_width.get(one.form.width + distance)
        yield "" if rung is None else percent(rung.changed)


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
