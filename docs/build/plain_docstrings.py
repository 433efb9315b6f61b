"""A Griffe extension: ``name : description``, as the project writes it, is read as numpydoc reads two lines."""

from __future__ import annotations

import re
from typing import Any

import griffe

_HEAD = re.compile(r"^(Parameters|Attributes|Other Parameters)\n-+$", re.MULTILINE)
_ROLE = re.compile(r":\w+:`~?([^`]+)`")  # :func:`rulekit.load`
_ITEM = re.compile(r"^([\w*][\w*, ]*) : (.+)$")


def plain(text: str) -> str:
    """Return a docstring with each description on the line below its name, as numpydoc wants it; no roles."""
    lines, described = [], False
    for line in text.splitlines():
        if line.strip("-") == "" and line:
            described = bool(lines) and _HEAD.match(f"{lines[-1]}\n{line}") is not None
        item = _ITEM.match(line) if described else None
        lines += [item[1], f"    {item[2]}"] if item else [line]
    return _ROLE.sub(r"`\1`", "\n".join(lines))


class PlainDocstrings(griffe.Extension):
    """Turns the docstrings of every object before they are read."""

    def on_object(self, *, obj: Any, **_: Any) -> None:
        """Rewrite one docstring."""
        if obj.docstring is not None:
            obj.docstring.value = plain(obj.docstring.value)
