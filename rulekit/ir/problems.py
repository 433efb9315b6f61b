"""What pydantic finds wrong with a document or a value, in errors of our own tree.

A :data:`Locator` turns the path of a field into a place, such as a line of a file.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Sequence
from decimal import Decimal
from inspect import get_annotations

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from rulekit.errors import ClauseError, ParseError, RulekitError, Where

Path = tuple[int | str, ...]
"""The steps from a document to one of its fields: names of fields, and positions in lists."""

Locator = Callable[[Path], Where]
"""Maps the path of a field in a document to its place in the file."""

_UNKNOWN = {"extra_forbidden", "unexpected_keyword_argument"}


def problems_of(
    error: ValidationError,
    document: object,
    locate: Locator,
    kind: type[RulekitError],
    hint: str | None = None,
) -> list[RulekitError]:
    """Return one error per problem that pydantic found.

    Parameters
    ----------
    error : what pydantic raised.
    document : what was validated; it gives the ids of the rules concerned.
    locate : gives the place of a field.
    kind : the class of the errors; a bad clause of a ``when`` list is always a :class:`ParseError`.
    hint : what to do about a field that does not exist.

    """
    return [
        _problem(detail, document, locate, kind, hint) for detail in _causes(error.errors(include_url=False))
    ]


def problem_by_hand(error: ValidationError, built: type, kind: type[RulekitError]) -> RulekitError:
    """Return the error for a value that a program built by calling a class.

    Parameters
    ----------
    error : what pydantic raised.
    built : the class; its name stands before the message, and its fields are hints for a misspelt one.
    kind : the class of the error.

    """
    fields = [name for name in get_annotations(built) if not name.startswith("_")]
    details = _causes(error.errors(include_url=False))
    unknown = next((str(detail["loc"][-1]) for detail in details if detail["type"] in _UNKNOWN), "")
    near = difflib.get_close_matches(unknown, fields, n=1)
    hint = f"did you mean {near[0]!r}?" if near else f"{built.__name__} has the fields {', '.join(fields)}"
    place = Where(file=built.__name__)
    return kind.collect(problems_of(error, None, lambda _: place, kind, hint))


def _problem(
    detail: ErrorDetails, document: object, locate: Locator, kind: type[RulekitError], hint: str | None
) -> RulekitError:
    path = tuple(detail["loc"])
    cause = (detail.get("ctx") or {}).get("error")
    if isinstance(cause, ClauseError):
        place = _place(locate, (*path, *cause.path), document)
        return ParseError(
            cause.what, where=cause.where, expected=cause.expected, got=cause.got, hint=cause.hint
        ).at(place)
    where = _place(locate, path, document)
    if detail["type"] in _UNKNOWN:
        return kind(_sentence(path, "there is no such field"), where=where, hint=hint)
    missing = detail["type"].startswith("missing")
    message = "this field is missing" if missing else detail["msg"].removeprefix("Value error, ")
    said = missing or detail["type"].startswith("value_error")
    return kind(_sentence(path, message), where=where, got=None if said else _brief(detail["input"]))


def _causes(details: Sequence[ErrorDetails]) -> list[ErrorDetails]:
    """Leave out lists that are too short only because their items failed."""
    paths = [detail["loc"] for detail in details]
    return [
        detail
        for detail in details
        if detail["type"] != "too_short"
        or not any(path[:-1][: len(detail["loc"])] == detail["loc"] for path in paths)
    ]


def _sentence(path: Path, message: str) -> str:
    field = ".".join(str(step) for step in path if isinstance(step, str))
    return f"{field}: {message}" if field else message


def _brief(value: object) -> str:
    text = str(value) if isinstance(value, Decimal) else repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _place(locate: Locator, path: Path, document: object) -> Where:
    where = locate(path)
    rule = _rule_id(path, document)
    return Where(file=where.file, line=where.line, column=where.column, rule=rule)


def _rule_id(path: Path, document: object) -> str | None:
    if len(path) < 2 or path[0] != "rules" or not isinstance(document, dict):
        return None
    try:
        return str(document["rules"][path[1]]["id"])
    except (LookupError, TypeError):
        return None
