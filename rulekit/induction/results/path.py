"""The path of an induction: one ruleset for each size, as a table and as JSON."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import JsonValue

from rulekit.ir.ruleset import Ruleset
from rulekit.measures import Measures
from rulekit.tables import interval, percent, percent_of, table

NOTE = (
    "Size is rules/literals. Measured on the calibration fold, with 95 % intervals;\n"
    "limit: the upper limit on the rate. < is the one drafted."
)


@dataclass(frozen=True)
class PathPoint:
    """One point of the path.

    Attributes
    ----------
    rules, literals : size of the ruleset.
    measures : on the calibration fold.
    limit : upper limit on the rate, at the budget's confidence; it holds for all points of the path together.
    ruleset : the ruleset itself.

    """

    rules: int
    literals: int
    measures: Measures
    limit: float
    ruleset: Ruleset

    def __repr__(self) -> str:
        size = f"{count_of(self.rules, 'rule')}, {count_of(self.literals, 'literal')}"
        return f"PathPoint({size}, limit {percent_of({'value': self.limit})})"

    def to_document(self) -> dict[str, JsonValue]:
        """Return the point as plain JSON, without its ruleset."""
        size: dict[str, JsonValue] = {
            "rules": self.rules,
            "literals": self.literals,
            "rate_limit": self.limit,
        }
        return size | self.measures.to_document()


def rate_name(*, by_rate: bool) -> str:
    """Return what the budget's rate is called in a table."""
    return "rate" if by_rate else "false positives"


def path_head(*, by_rate: bool) -> tuple[str, ...]:
    """Return the headings of :func:`path_lines`."""
    return ("size", "efficiency", rate_name(by_rate=by_rate), "limit", "purity", "")


def path_lines(path: Sequence[PathPoint], *, by_rate: bool) -> list[tuple[str, ...]]:
    """Return the cells of each point; the last cell marks the drafted one, which is the last.

    Parameters
    ----------
    path : the points, smallest first.
    by_rate : whether the budget caps the share of all events, and not the false-positive rate.

    """
    return [
        (
            f"{point.rules}/{point.literals}",
            interval(point.measures.efficiency),
            interval(point.measures.rate if by_rate else point.measures.false_positive_rate),
            percent_of({"value": point.limit}),
            percent(point.measures.purity),
            "<" if point is path[-1] else "",
        )
        for point in path
    ]


def path_text(path: Sequence[PathPoint], *, by_rate: bool) -> str:
    """Return the path as a plain table, with a note that explains it."""
    return "\n".join([table(path_head(by_rate=by_rate), path_lines(path, by_rate=by_rate)), NOTE])


def json_text(document: Any) -> str:
    """Return a document as indented JSON text; numbers that are not finite become null."""
    return json.dumps(_finite(document), indent=2, ensure_ascii=False, allow_nan=False)


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _finite(one) for name, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(one) for one in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def joined(parts: Iterable[str]) -> str:
    """Return the parts that are not empty, joined by commas."""
    return ", ".join(filter(None, parts))


def count_of(number: int, what: str) -> str:
    """Return a number with its noun: ``1 rule``, ``2 rules``."""
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
