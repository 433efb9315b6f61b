"""Monotone directions: numbers that may only rise, or only fall.

There is one spelling: ``{"amount": "up"}`` in Python and ``amount=up`` on the command line.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, cast, get_args

from rulekit.errors import RulekitError
from rulekit.ir.schema import Schema

Direction = Literal["up", "down"]


def read_monotone(monotone: Mapping[str, str] | None, schema: Schema) -> dict[str, Direction]:
    """Return the direction of each feature, checked against a schema.

    Parameters
    ----------
    monotone : "up" or "down" for each feature that has a direction; None is no direction.
    schema : the features that may be named.

    Raises
    ------
    RulekitError
        when a feature is unknown or not a number, or a direction is neither "up" nor "down".

    """
    found = dict(monotone or {})
    for name, direction in found.items():
        if name not in schema.by_name:
            near = schema.nearest_names(name)
            raise RulekitError(
                f"monotone: unknown feature {name!r}", expected=f"a feature of schema {schema.name}",
                hint=f"did you mean {' or '.join(near)}?" if near else None,
            )  # fmt: skip
        if direction not in get_args(Direction) or not schema.by_name[name].dtype.is_number:
            got = f"{direction} for a {schema.by_name[name].dtype}"
            raise RulekitError(f"monotone: {name}", expected="up or down, for a number", got=got)
    return cast("dict[str, Direction]", found)


def parse_monotone(text: str | None, option: str = "--monotone") -> dict[str, str]:
    """Return the directions in a text such as ``amount=up,debt=down``; :func:`read_monotone` checks them.

    Raises
    ------
    RulekitError
        when a part has no ``=``, or a feature is named twice.

    """
    found: dict[str, str] = {}
    for part in filter(None, map(str.strip, (text or "").split(","))):
        name, equals, direction = map(str.strip, part.rpartition("="))
        if not equals or not name:
            raise RulekitError(
                f"{option} wants NAME=VALUE", expected=f"{option} amount=up,debt=down", got=part
            )
        if name in found:
            raise RulekitError(f"{option} names {name} twice", expected="one direction a feature")
        found[name] = direction
    return found
