"""Plain text: tables with aligned columns, and shares in per cent with their intervals."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rulekit.statistics.intervals import Proportion


def table(head: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    """Return a plain table: the first column left, numbers right, two spaces between."""
    grid = [list(head), *(list(line) for line in lines)]
    widths = [max(len(line[index]) for line in grid) for index in range(len(head))]
    texts = []
    for line in grid:
        cells = [cell.ljust(width) if index == 0 else cell.rjust(width)
                 for index, (cell, width) in enumerate(zip(line, widths, strict=True))]  # fmt: skip
        texts.append("  ".join(cells).rstrip())
    return "\n".join([texts[0], "-" * max(map(len, texts)), *texts[1:]])


def interval(share: Proportion | None) -> str:
    """Return a share in per cent with its interval: ``34.2 % (33.1 to 35.3)``."""
    return interval_of(None if share is None else share.to_document())


def interval_of(share: Mapping[str, Any] | None) -> str:
    """Return a share as it stands in a JSON document; see :func:`interval`."""
    if share is None or share["value"] is None:
        return "unknown"
    value, low, high = (_digits(share[key], share["value"]) for key in ("value", "low", "high"))
    return f"{value} % ({low} to {high})"


def percent(share: Proportion | None) -> str:
    """Return a share in per cent, without its interval: ``34.2 %``."""
    return "unknown" if share is None else percent_of(share.to_document())


def percent_of(share: Mapping[str, Any] | None) -> str:
    """Return a share as it stands in a JSON document; see :func:`percent`."""
    unknown = share is None or share["value"] is None
    return "unknown" if unknown or share is None else f"{_digits(share['value'], share['value'])} %"


def _digits(number: float, scale: float) -> str:
    return f"{100 * number:.{1 if scale >= 0.1 else 2 if scale >= 0.01 else 3}f}"
