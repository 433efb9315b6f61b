"""Rules as rows of look-up tables: for each feature the set of codes that a row takes, an AND over the features.

A set of codes is an int with a bit for each code. One row holds any condition that is an AND of such sets, so that
``any`` over one feature costs nothing. ``any`` over several features takes several rows, of which at least one must
hold: the condition is multiplied out, and rows that differ in one feature alone become one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import reduce
from typing import cast

from rulekit.errors import RulekitError
from rulekit.ir.condition import AllOf, AnyOf, Compare, Condition, LiteralCondition, Member, Missing
from rulekit.ir.schema import DType
from rulekit.targets.lower import LowFeature
from rulekit.targets.systemverilog.names import is_signed, width_of

MOST = 1024
"""Rows at which multiplying out is given up."""
Row = Mapping[str, int]
"""The codes that are taken, by feature; a feature that is not there may be anything, and missing."""


@dataclass(frozen=True, slots=True)
class Domain:
    """The codes of a feature, as its input has them, and behind them "missing", where that is an answer.

    ``optional`` says that the value may be missing: a required one may not, because the event is then invalid.
    """

    feature: LowFeature
    optional: bool

    @property
    def codes(self) -> int:
        """How many codes there are."""
        return 1 << width_of(self.feature)

    @property
    def full(self) -> int:
        """The set of everything."""
        return (1 << (self.codes + self.optional)) - 1

    @property
    def present(self) -> int:
        """The set of all codes: everything but "missing"."""
        return (1 << self.codes) - 1

    def satisfying(self, literal: LiteralCondition) -> int:
        """Return the codes that satisfy a literal, which is in least significant bits."""
        if isinstance(literal, Missing):
            return self.present if literal.negated else self.full & ~self.present
        if isinstance(literal, Member):
            found = reduce(int.__or__, (self._code(value) for value in literal.values), 0)
            return self.present & ~found if literal.negated else found
        return self._compared(literal)

    def _code(self, value: object) -> int:
        """Return the set of one value; the empty set where no code is that."""
        if self.feature.feature.dtype is DType.CATEGORY:
            return 1 << (self.feature.feature.categories or ()).index(cast("str", value))
        code = cast("int", value)
        return self._span(code, code)

    def _compared(self, literal: Compare) -> int:
        if literal.sign in {"==", "!="}:
            found = self._code(int(literal.value))
        else:
            low, _ = self._range
            code = cast("int", literal.value)
            found = self._span(low, code - (literal.sign in {"<", ">="}))
            return found if literal.sign in {"<", "<="} else self.present & ~found
        return found if literal.sign == "==" else self.present & ~found

    @property
    def _range(self) -> tuple[int, int]:
        grid = self.feature.grid
        return grid.range if grid is not None else (0, self.codes - 1)

    def _span(self, low: int, high: int) -> int:
        """Return the codes from ``low`` to ``high``, both included, in two's complement where there is a sign."""
        least, most = self._range
        low, high = max(low, least), min(high, most)
        if low > high:
            return 0
        span = ((1 << (high - low + 1)) - 1) << (low - least)
        if not is_signed(self.feature):
            return span
        half = self.codes // 2
        return (span >> half) | ((span & ((1 << half) - 1)) << half)


def rows_of(condition: Condition, domains: Mapping[str, Domain]) -> list[Row]:
    """Return the rows of a condition, of which at least one must hold; none where it never holds.

    Raises
    ------
    RulekitError
        when there are more than :data:`MOST`, before they are merged.

    """
    if isinstance(condition, AllOf):
        rows: list[Row] = [{}]
        for term in condition.terms:
            rows = _product(rows, rows_of(term, domains), domains)
        return rows
    if isinstance(condition, AnyOf):
        return _merged([row for term in condition.terms for row in rows_of(term, domains)], domains)
    codes = domains[condition.feature].satisfying(condition)
    return [_plain({condition.feature: codes}, domains)] if codes else []


def _product(some: list[Row], others: list[Row], domains: Mapping[str, Domain]) -> list[Row]:
    """Return the rows of both: each of the one with each of the other."""
    if len(some) * len(others) > MOST:
        raise RulekitError("too many rows", expected=f"at most {MOST:,}", got=f"{len(some) * len(others):,}")
    rows = []
    for one in some:
        for other in others:
            shared = {name: codes & other.get(name, codes) for name, codes in one.items()}
            row = {**other, **shared}
            if all(row.values()):
                rows.append(row)
    return _merged(rows, domains)


def _merged(rows: Iterable[Row], domains: Mapping[str, Domain]) -> list[Row]:
    """Return fewer rows that together hold for the same events."""
    kept, before = list(rows), -1
    while len(kept) != before:
        before = len(kept)
        for name in dict.fromkeys(name for row in kept for name in row):
            kept = _joined(kept, name, domains)
    return [row for place, row in enumerate(kept) if not _is_idle(place, row, kept)]


def _is_idle(place: int, row: Row, rows: list[Row]) -> bool:
    """Say whether another row holds wherever this one does; of two equal ones the second is idle."""
    covering = (at for at, other in enumerate(rows) if at != place and _within(row, other))
    return any(at < place or not _within(rows[at], row) for at in covering)


def _joined(rows: list[Row], name: str, domains: Mapping[str, Domain]) -> list[Row]:
    """Return the rows with those made one that differ in a feature alone: any of the codes of each will do."""
    found: dict[tuple[tuple[str, int], ...], int] = {}
    for row in rows:
        rest = tuple(sorted((other, codes) for other, codes in row.items() if other != name))
        found[rest] = found.get(rest, 0) | row.get(name, domains[name].full)
    return [_plain({**dict(rest), name: codes}, domains) for rest, codes in found.items()]


def _within(row: Row, other: Row) -> bool:
    """Say whether the other row holds wherever the first one does."""
    return all(name in row and row[name] & ~codes == 0 for name, codes in other.items())


def _plain(row: Row, domains: Mapping[str, Domain]) -> Row:
    """Return a row without the features that may be anything."""
    return {name: codes for name, codes in row.items() if codes != domains[name].full}
