"""``rulekit quantise``: how few bits each feature needs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from rulekit.cli.common import Json, Rules, answer, interval, percent_of, table

if TYPE_CHECKING:
    from rulekit.ir.ruleset import Ruleset
    from rulekit.measures import Proportion
    from rulekit.runtime.quantise import Quantisation


def quantise(
    rules: Rules,
    events: Annotated[str, typer.Argument(help="Parquet, CSV or Arrow IPC file.", show_default=False)],
    truth: Annotated[str | None, typer.Option("--truth", help="Boolean column: signal or not.")] = None,
    loss: Annotated[float, typer.Option("--loss", help="Share of decisions that may change.")] = 0.001,
    widest: Annotated[int, typer.Option("--widest", help="Bits of a feature, at most.")] = 16,
    json: Json = False,
) -> None:
    """Propose a fixed-point format for each feature that rules read, by deciding events both ways."""
    from rulekit.runtime.quantise import quantise as quantise_ruleset
    from rulekit.store.folder import read

    ruleset = read(rules).ruleset
    found = quantise_ruleset(ruleset, events, truth=truth, loss=loss, widest=widest)
    answer(json, _document(ruleset, found), _text(found, loss))
    if not found.fits:
        raise typer.Exit(1)


def _document(ruleset: Ruleset, found: Quantisation) -> dict[str, object]:
    return {
        "ruleset": ruleset.name,
        "digest": ruleset.digest,
        "numerics": found.numerics.model_dump(mode="json"),
        "features": {
            one.feature.name: {"step": one.step, "changed": one.changed.to_json(), **one.form.model_dump()}
            for one in found.formats
        },
        "changed": found.changed.to_json(),
        "fits": found.fits,
        "predicted_lut": {"proposed": found.lut[0], "widest": found.lut[1]},
        "native": found.native.to_json(),
        "fixed": found.fixed.to_json(),
    }


def _text(found: Quantisation, loss: float) -> str:
    lines = []
    for one in found.formats:
        step = f"{one.step:g} {one.feature.unit or ''}".strip()
        alone = percent_of({"value": one.changed.value})
        lines.append((one.feature.name, str(one.form.width), str(one.form.fraction), step, alone))
    formats = table(("feature", "bits", "fraction", "step", "changes alone"), lines)
    measures: list[tuple[str, Proportion | None, Proportion | None]] = [
        ("rate", found.native.rate, found.fixed.rate)
    ]
    if found.native.efficiency is not None:
        measures += [
            ("efficiency", found.native.efficiency, found.fixed.efficiency),
            ("false positives", found.native.false_positive_rate, found.fixed.false_positive_rate),
        ]
    shift = table(
        ("", "native", "fixed"), [(name, interval(one), interval(two)) for name, one, two in measures]
    )
    verdict = (
        "" if found.fits else f"\nNo width keeps to a loss of {loss:g}: allow more bits, or a larger loss."
    )
    return (
        f"{formats}\n\n{shift}\n\nTogether they change {percent_of(found.changed.to_json())} of "
        f"{found.native.events:,} decisions.\nPredicted look-up tables: {found.lut[0]}, "
        f"and {found.lut[1]} with the widest formats.{verdict}"
    )
