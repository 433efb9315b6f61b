"""HTML for notebooks: plain elements with inline styles, readable on light and dark pages.

The pieces are :class:`Html`, text that is markup already. Every other value is escaped, so that a rule's title
or a feature's name can never become markup. There is no script, no style sheet and no template engine.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from html import escape as _escape

_LINE = "border-bottom:1px solid rgba(128,128,128,.35)"
_CELL = f"padding:.25em .75em;vertical-align:top;{_LINE}"
_TEXT = "text-align:left"
_NUMBER = "text-align:right;font-variant-numeric:tabular-nums"


class Html(str):
    """Text that is HTML already; :func:`escape` leaves it as it is."""

    __slots__ = ()


def escape(value: object) -> Html:
    """Return the HTML of a value's text; :class:`Html` passes through, None becomes empty."""
    if isinstance(value, Html):
        return value
    return Html("" if value is None else _escape(str(value)))


def join(parts: Iterable[object], separator: str = "") -> Html:
    """Return the parts one after another, each escaped; the separator is HTML, such as ``<br>``."""
    return Html(separator.join(escape(part) for part in parts))


def element(tag: str, content: object, style: str = "") -> Html:
    """Return one element around escaped content, with an inline style."""
    styled = f' style="{_escape(style)}"' if style else ""
    return Html(f"<{tag}{styled}>{escape(content)}</{tag}>")


def code(text: object) -> Html:
    """Return text in a fixed-width font, with its line breaks kept."""
    return element("code", text, "white-space:pre-wrap;background:none")


def table(head: Sequence[object], rows: Iterable[Sequence[object]], numbers: Collection[int] = ()) -> Html:
    """Return a table.

    Parameters
    ----------
    head : the heading of each column.
    rows : the cells, as many a row as there are headings.
    numbers : the positions of columns of numbers, counted from 0, which stand to the right.

    Raises
    ------
    ValueError
        when a row has more or fewer cells than there are headings.

    """
    top = _row("th", head, numbers)
    body = [_row("td", [cell for cell, _ in zip(row, head, strict=True)], numbers) for row in rows]
    inside = element("thead", top) + element("tbody", join(body))
    return element("table", Html(inside), "border-collapse:collapse;margin:.5em 0")


def _row(tag: str, cells: Sequence[object], numbers: Collection[int]) -> Html:
    return element("tr", join(
        element(tag, cell, f"{_CELL};{_NUMBER if place in numbers else _TEXT}") for place, cell in enumerate(cells)
    ))  # fmt: skip


def page(title: object, *parts: object) -> Html:
    """Return what a notebook shows of one result: a title and the parts below it, text as paragraphs."""
    shown = (part if isinstance(part, Html) else element("p", part, "margin:.25em 0") for part in parts)
    heading = element("div", title, "font-weight:bold;font-size:1.05em;margin:.25em 0")
    return element("div", join([heading, *shown]), "line-height:1.4")
