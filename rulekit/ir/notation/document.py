"""Rulesets as plain documents, which YAML and JSON files hold alike, and the JSON of a ruleset."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from rulekit.errors import LawError, ParseError, RulekitError, SchemaError, Where
from rulekit.ir.problems import Locator, Path, problems_of
from rulekit.ir.ruleset import Ruleset
from rulekit.ir.schema import Model, Schema

M = TypeVar("M", bound=Model)

_TYPO = "a typo? see `rulekit schema`"


@lru_cache(maxsize=1)
def _adapter() -> TypeAdapter[Ruleset]:
    return TypeAdapter(Ruleset)


def nowhere(path: Path) -> Where:
    """Return the dotted path of a field as its place, for documents that come from no file."""
    return Where(file=".".join(str(step) for step in path) or None)


def ruleset_from_document(document: object, locate: Locator = nowhere) -> Ruleset:
    """Build a ruleset from plain data; its literals are parsed, and bound to the schema once to find problems.

    Raises
    ------
    LawError
        with every problem found, each at its place.

    """
    if not isinstance(document, dict):
        got = "nothing" if document is None else type(document).__name__
        raise LawError("this is not a ruleset", where=locate(()), expected="a mapping of fields", got=got)
    try:
        ruleset = _adapter().validate_python(document)
    except ValidationError as error:
        raise LawError.collect(problems_of(error, document, locate, LawError, _TYPO)) from None
    try:
        _ = ruleset.bound
    except LawError as error:
        raise LawError.collect(_place_rules(error, ruleset, locate)) from None
    return ruleset


def schema_from_document(document: object, locate: Locator = nowhere) -> Schema:
    """Build a schema from plain data; see :func:`ruleset_from_document`."""
    return model_from_document(Schema, document, locate, SchemaError)


def model_from_document(
    model: type[M], document: object, locate: Locator = nowhere, kind: type[RulekitError] = LawError
) -> M:
    """Build one of our pydantic models from plain data.

    Parameters
    ----------
    model : the class to build.
    document : its fields.
    locate : gives the place of a field, for the message (default: its dotted path).
    kind : the class of the errors.

    Raises
    ------
    RulekitError
        of that kind, with every problem found, each at its place.

    """
    try:
        return TypeAdapter(model).validate_python(document)
    except ValidationError as error:
        raise LawError.collect(problems_of(error, document, locate, kind, _TYPO)) from None


def ruleset_to_document(ruleset: Ruleset) -> dict[str, Any]:
    """Return the plain document of a ruleset, without the fields that have their default value."""
    return ruleset.to_document()


def ruleset_to_json(ruleset: Ruleset) -> str:
    """Return the JSON of a ruleset in one line: no spaces, keys sorted by code point, the same text everywhere.

    It is what RFC 8785 gives, unless a key has a character beyond U+FFFF: that standard sorts by UTF-16 units.
    """
    return json.dumps(ruleset_to_document(ruleset), sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def ruleset_from_json(text: str, file: str | None = None) -> Ruleset:
    """Read a ruleset from JSON.

    Raises
    ------
    ParseError
        when the text is not JSON, with line and column.
    LawError
        when the document is not a ruleset.

    """
    try:
        document = json.loads(text, object_pairs_hook=_without_repeats)
    except json.JSONDecodeError as error:
        where = Where(file=file, line=error.lineno, column=error.colno)
        raise ParseError(f"this is not JSON: {error.msg.lower()}", where=where) from None
    return ruleset_from_document(document, lambda path: Where(file=_join(file, path)))


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse a key that an object holds twice; Python's reader would silently keep the last one."""
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise ParseError(f"the key {twice!r} stands twice in one object", hint="keep one of them")
    return found


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of ruleset files, for editors."""
    generated = _adapter().json_schema()
    generated["properties"]["schema"] = {
        "anyOf": [
            {"type": "string", "description": "Path of a schema file, relative to the ruleset file."},
            generated["properties"]["schema"],
        ]
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **generated,
        "title": "rulekit ruleset",
    }


def _join(file: str | None, path: Path) -> str:
    inside = ".".join(str(step) for step in path)
    return ": ".join(part for part in (file, inside) if part)


def _place_rules(error: LawError, ruleset: Ruleset, locate: Locator) -> list[RulekitError]:
    index = {rule.id: position for position, rule in enumerate(ruleset.rules)}
    problems = list(error.problems) or [error]
    return [problem.at(locate(("rules", index[str(problem.where.rule)], "when"))) for problem in problems]
