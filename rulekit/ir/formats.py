"""Fixed-point formats from bounds: for each number the finest grid of so many bits that holds what it may be."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from rulekit.errors import BindError
from rulekit.ir.numerics import Fixed, FixedFormat
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
    return {feature.name: finest_format(feature, width) for feature in numbers}


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
