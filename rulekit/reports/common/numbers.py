"""How the page writes numbers: shares in percent, with as many digits as their interval justifies."""

from __future__ import annotations

import math

from rulekit.reports.common.intervals import Change, Ratio, Share

NOTHING = "\N{EN DASH}"
"""Written for a share of nothing."""

_MAX_DECIMALS = 6


def count(number: float) -> str:
    """Return a count with separators, or a sum of weights with one decimal."""
    return f"{number:,.0f}" if float(number).is_integer() else f"{number:,.1f}"


def percent(share: Share | None) -> str:
    """Return the value alone: ``34.2 %``."""
    if share is None or share.value is None:
        return NOTHING
    return f"{_percent(share.value, _decimals(share))}\N{NO-BREAK SPACE}%"


def interval(share: Share | None) -> str:
    """Return the interval alone, in percent: ``33.1 to 35.3``."""
    if share is None or share.value is None:
        return ""
    decimals = _decimals(share)
    return f"{_percent(share.low, decimals)} to {_percent(share.high, decimals)}"


def percent_with_interval(share: Share | None) -> str:
    """Return both: ``34.2 % (33.1 to 35.3)``."""
    return (
        f"{percent(share)} ({interval(share)})" if share is not None and share.value is not None else NOTHING
    )


def share_text(value: float, like: Share | None) -> str:
    """Return a share that was not measured, such as the end of a band, with the digits of another share."""
    decimals = 3 if like is None or like.value is None else _decimals(like)
    text = f"{100 * value:.{decimals}f}"
    return f"{text.rstrip('0').rstrip('.') if '.' in text else text}\N{NO-BREAK SPACE}%"


def plain_percent(value: float | None) -> str:
    """Return a share without an interval in whole percent; ``<1`` is not 0 and ``>99`` is not 100."""
    if value is None:
        return NOTHING
    if 0 < value < 0.01:
        return "<1"
    return ">99" if 0.99 < value < 1 else f"{100 * value:.0f}"


def _decimals(share: Share | Change) -> int:
    """Return how many decimals half the interval justifies, by the Particle Data Group's rule of rounding.

    Two digits of it from 100 to 354, one from 355 to 949, and 950 and more become 1000.
    """
    half = 100 * (share.high - share.low) / 2
    if half <= 0:
        return 2
    exponent = math.floor(math.log10(half))
    leading = half / 10.0**exponent
    digits = 2 if leading < 3.55 else 1  # 9.50 and more is 10, whose second digit stands where its first did
    return min(_MAX_DECIMALS, max(0, digits - 1 - exponent))


def _percent(value: float, decimals: int) -> str:
    return f"{100 * value:.0f}" if value in {0.0, 1.0} else f"{100 * value:.{decimals}f}"


def ratio(value: Ratio | None) -> str:
    """Return a rejection: ``1 in 812``, or the bound alone when nothing false was accepted."""
    if value is None:
        return NOTHING
    if value.value is None:
        return f"more than 1 in {_rounded(value.low)}"
    return f"1 in {_rounded(value.value)}"


def ratio_interval(value: Ratio | None) -> str:
    """Return the interval of a rejection: ``740 to 893``."""
    if value is None or value.value is None:
        return ""
    return f"{_rounded(value.low)} to {_rounded(value.high)}"


def _rounded(number: float | None) -> str:
    if number is None:
        return "infinity"
    return f"{number:,.0f}" if number >= 100 else f"{number:.3g}"


def shift(change: Change | None) -> str:
    """Return the change of a share with its sign: ``+0.12 %``."""
    if change is None or change.value is None:
        return NOTHING
    return f"{_signed_percent(change.value, _decimals(change))}\N{NO-BREAK SPACE}%"


def shift_interval(change: Change | None) -> str:
    """Return the interval of a change alone, in percent."""
    if change is None or change.value is None:
        return ""
    decimals = _decimals(change)
    return f"{_signed_percent(change.low, decimals)} to {_signed_percent(change.high, decimals)}"


def _signed_percent(value: float, decimals: int) -> str:
    text = f"{100 * value:+.{decimals}f}".replace("-", "\N{MINUS SIGN}")
    return "0" if value == 0 else text


def exact(number: float) -> str:
    """Return a number of a fixed-point format with all of its digits, because it is exact."""
    return f"{number:,.0f}" if number == int(number) else f"{number:.15g}"


def quantity(number: float | None) -> str:
    """Return a value of a feature with at most four significant digits unless it is a whole number."""
    if number is None:
        return NOTHING
    if math.isfinite(number) and number == int(number) and abs(number) < 1e15:
        return f"{number:,.0f}"
    return f"{number:,.0f}" if 1000 <= abs(number) < 1e15 else f"{number:.4g}"


def signed(number: int) -> str:
    """Return a whole number with its sign; minus is the typographic one."""
    return f"{number:+,}".replace("-", "\N{MINUS SIGN}")


def fraction(number: float | None) -> str:
    """Return a number between 0 and 1 that is no share, such as F1."""
    return NOTHING if number is None else f"{number:.3f}"


def times(number: float | None) -> str:
    """Return a ratio to the rest: two decimals below 10, else none."""
    if number is None:
        return "\N{INFINITY}"
    return f"{number:.2f}" if number < 10 else f"{number:,.0f}"


def index(number: float | None) -> str:
    """Return a stability index: three decimals below 0.1, else two."""
    if number is None:
        return NOTHING
    if number < 0.0005:
        return "<0.001"
    return f"{number:.2f}" if number >= 0.0995 else f"{number:.3f}"
