"""Fixed-point formats: the finest grid of a given width for each number, from its bounds or for its literals.

From the bounds alone (:func:`default_fixed`), while there are no rules yet, a grid holds all that a number may be.
For given literals (:func:`format_for`) it need not. Events beyond the range saturate, which changes no decision
while both sides of each threshold are in the range: thresholds at 18.6 and 30 GeV need a grid up to 32 GeV, however
far the bounds reach, and a sign only where a threshold tells negative numbers from others.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction

from rulekit.errors import BindError
from rulekit.ir.condition import LiteralCondition, Member, Missing, literals
from rulekit.ir.numerics import Fixed, FixedFormat, Rounding
from rulekit.ir.ruleset import Ruleset
from rulekit.ir.schema import Feature, Schema

_WIDTHS = (1, 48)


def default_fixed(schema: Schema, width: int) -> Fixed:
    """Return a format for each number of a schema: the finest grid of so many bits that holds its bounds.

    A whole number that needs fewer bits gets fewer, because its grid has no use for parts of one. A sign is
    kept where the lower bound is negative.

    Parameters
    ----------
    schema : every number of it has bounds.
    width : bits per feature, 1 to 48.

    Raises
    ------
    BindError
        when the width is out of range, or with the features that have no bounds, or bounds that no grid
        holds.

    """
    return Fixed(formats=formats_of([one for one in schema.features if one.dtype.is_number], width))


def formats_of(numbers: Sequence[Feature], width: int) -> dict[str, FixedFormat]:
    """Return the finest format of each of some numbers; see :func:`default_fixed`, which asks for all of a schema.

    Raises
    ------
    BindError
        when the width is out of range, or with the features that have no bounds, or bounds that no grid
        holds.

    """
    _refuse_other(numbers, width)
    return {feature.name: finest_format(feature, width) for feature in numbers}


def _refuse_other(numbers: Sequence[Feature], width: int) -> None:
    """Refuse a width out of range, and numbers without bounds, all of them at once."""
    if not _WIDTHS[0] <= width <= _WIDTHS[1]:
        raise BindError("no such width", expected=f"{_WIDTHS[0]} to {_WIDTHS[1]} bits", got=str(width))
    open_ended = [feature.name for feature in numbers if feature.bounds is None]
    if open_ended:
        raise BindError(
            f"no fixed-point format can be chosen for {', '.join(open_ended)}",
            expected="bounds of every number",
            got="none",
            hint="give the feature bounds: [low, high] in the schema, or give Fixed(formats={...})",
        )


def finest_format(feature: Feature, width: int) -> FixedFormat:
    """Return the finest format of at most so many bits that holds a feature's bounds.

    Raises
    ------
    BindError
        when no grid of so many bits does.

    """
    low, high = feature.bounds or (0, 0)
    most = 0 if feature.dtype.is_integer else 48
    for fraction in range(most, max(-48, width - 53) - 1, -1):
        form = FixedFormat(width=width, fraction=fraction, signed=low < 0)
        if _holds(form, low, high):
            return _narrowed(form, low, high) if feature.dtype.is_integer else form
    raise BindError(f"no grid of {width} bits holds the bounds of {feature.name}",
                    got=f"{low:g} to {high:g}", hint="give narrower bounds, or Native()")  # fmt: skip


def _holds(form: FixedFormat, low: float, high: float) -> bool:
    least, most = form.range
    return Fraction(least) <= form.scale(low) and form.scale(high) <= Fraction(most)


def _narrowed(form: FixedFormat, low: float, high: float) -> FixedFormat:
    """Return the narrowest format of that grid that still holds the bounds."""
    forms = (form.model_copy(update={"width": width}) for width in range(1, form.width))
    return next((narrow for narrow in forms if _holds(narrow, low, high)), form)


def fixed_for(ruleset: Ruleset, width: int, rounding: Rounding = "nearest") -> Fixed:
    """Return a format for each number that rules read: the finest of at most so many bits for what they ask.

    Parameters
    ----------
    ruleset : every number that its rules read has bounds.
    width : bits per feature at most, 1 to 48; a feature for which fewer do gets fewer.
    rounding : how events are put on the grid.

    Raises
    ------
    BindError
        when the width is out of range; with the features that have no bounds; or as :func:`format_for` does.

    """
    asked = literals_on_numbers(ruleset)
    numbers = [ruleset.schema.by_name[name] for name in asked]
    _refuse_other(numbers, width)
    formats = {one.name: format_for(one, asked[one.name], width) for one in numbers}
    return Fixed(formats=formats, rounding=rounding)


def literals_on_numbers(ruleset: Ruleset) -> dict[str, list[LiteralCondition]]:
    """Return the bound literals on each number that rules read, by its name, in the order of the schema."""
    asked: dict[str, list[LiteralCondition]] = {
        one.name: [] for one in ruleset.schema.features if one.dtype.is_number
    }
    for condition in ruleset.bound:
        for literal in literals(condition):
            if literal.feature in asked:
                asked[literal.feature].append(literal)
    return {name: found for name, found in asked.items() if found}


def format_for(feature: Feature, asked: Sequence[LiteralCondition], width: int) -> FixedFormat:
    """Return the finest format of at most so many bits with which saturation changes none of some literals.

    A threshold needs the codes on both of its sides, a value that ``==`` or ``in`` asks for a code on either side
    of its own, lest it be taken for what saturates there. What the bounds rule out needs no code: ``x >= 0`` none
    where the bounds begin at 0. So within the bounds each literal decides as in a format of the same step that is
    wide enough for anything, however events are rounded; and beyond the bounds, too, unless they rule out one of
    its sides. Without bounds a format can be chosen all the same: then every value may occur.

    Parameters
    ----------
    feature : a number.
    asked : bound literals on it.
    width : bits at most, 1 to 48. The format has no more of them than its grid needs.

    Raises
    ------
    BindError
        when no grid of so many bits does, or ``==`` asks for a value that is not on the grid.

    """
    for fraction in range(0 if feature.dtype.is_integer else 48, -49, -1):
        form = _narrowest(feature, asked, fraction, width)
        if form is not None:
            for literal in asked:
                Fixed(formats={feature.name: form}).bind_literal(literal)
            return form
    raise BindError(f"no grid of {width} bits holds the thresholds of {feature.name}",
                    hint="allow more bits, or give Native()")  # fmt: skip


def _narrowest(
    feature: Feature, asked: Sequence[LiteralCondition], fraction: int, width: int
) -> FixedFormat | None:
    """Return the narrowest format of a grid for some literals; None where so many bits are too few for it."""
    grid = FixedFormat(width=1, fraction=fraction)
    low, high = _reach(feature, grid)
    edges = [edge for literal in asked for edge in _edges(literal, grid) if low < edge <= high]
    anywhere = int(max(low, min(high, 0)))
    least, most = (min(edges) - 1, max(edges)) if edges else (anywhere, anywhere)
    signed = least < 0
    bits = max(1, max(most, ~least).bit_length() + signed)
    if bits > min(width, 53 + fraction):
        return None
    return FixedFormat(width=bits, fraction=fraction, signed=signed)


def _reach(feature: Feature, grid: FixedFormat) -> tuple[float, float]:
    """Return the codes of the bounds, rounded outwards: events get no others, whichever way they are rounded."""
    if feature.bounds is None:
        return -math.inf, math.inf
    low, high = feature.bounds
    return math.floor(grid.scale(low)), math.ceil(grid.scale(high))


def _edges(literal: LiteralCondition, grid: FixedFormat) -> set[int]:
    """Return the codes at which a literal changes: each differs in the answer from the code below it."""
    if isinstance(literal, Missing):
        return set()
    values = literal.values if isinstance(literal, Member) else (literal.value,)
    exact = [
        grid.scale(value) for value in values if isinstance(value, (int, float)) and math.isfinite(value)
    ]
    reached, passed = set(map(math.ceil, exact)), {math.floor(each) + 1 for each in exact}
    if isinstance(literal, Member) or literal.sign in {"==", "!="}:
        return reached ^ passed  # neighbours in a set are not told apart
    return reached if literal.sign in {">=", "<"} else passed
