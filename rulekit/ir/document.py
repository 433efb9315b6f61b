"""Rulesets as plain documents (what YAML and JSON hold), and JSON itself.

JSON and YAML hold the same document. Errors of pydantic and of the literal parser become ours here;
a :data:`Locator` turns the path of a field into a place in the file.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from functools import lru_cache
from typing import Any

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from rulekit.errors import LawError, ParseError, RulekitError, SchemaError, Where
from rulekit.ir.clauses import ClauseError
from rulekit.ir.ruleset import Ruleset
from rulekit.ir.schema import Model, Schema

Path = tuple[int | str, ...]
Locator = Callable[[Path], Where]
"""Maps the path of a field in a document to its place in the file."""

_RULESET_KEYS = (
    *("name", "version", "schema", "hit_policy", "otherwise", "complete", "thresholds"),
    *("rules", "provenance"),
)


@lru_cache(maxsize=1)
def _adapter() -> TypeAdapter[Ruleset]:
    return TypeAdapter(Ruleset)


def nowhere(path: Path) -> Where:
    """Locate fields by their path alone, for documents that come from no file."""
    return Where(file=".".join(str(step) for step in path) or None)


def ruleset_from_document(document: object, locate: Locator = nowhere) -> Ruleset:
    """Build a ruleset from plain data, with its literals parsed and bound once to report what is wrong.

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
        raise LawError.collect(_problems(error, document, locate)) from None
    try:
        _ = ruleset.bound
    except LawError as error:
        raise LawError.collect(_place_rules(error, ruleset, locate)) from None
    return ruleset


def schema_from_document(document: object, locate: Locator = nowhere) -> Schema:
    """Build a schema from plain data; see :func:`ruleset_from_document`."""
    try:
        return Schema.model_validate(document)
    except ValidationError as error:
        problems = [SchemaError(p.what, where=p.where, expected=p.expected, got=p.got, hint=p.hint)
                    for p in _problems(error, document, locate)]  # fmt: skip
        raise LawError.collect(list(problems)) from None


def model_from_document(model: type[Model], document: object, locate: Locator = nowhere) -> Any:
    """Build any of our pydantic models from plain data, with errors of our tree."""
    try:
        return model.model_validate(document)
    except ValidationError as error:
        raise LawError.collect(_problems(error, document, locate)) from None


def ruleset_to_document(ruleset: Ruleset) -> dict[str, Any]:
    """Return the plain document of a ruleset, without the fields that say nothing."""
    document = _adapter().dump_python(ruleset, mode="json", exclude_defaults=True)
    return {key: document[key] for key in _RULESET_KEYS if key in document}


def ruleset_to_json(ruleset: Ruleset) -> str:
    """Return the canonical JSON of a ruleset: sorted keys, no spaces, as RFC 8785 orders them."""
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
    """Refuse a key that stands twice, of which Python's reader would silently keep the last."""
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


def _problems(error: ValidationError, document: object, locate: Locator) -> list[RulekitError]:
    problems: list[RulekitError] = []
    for detail in _causes(error.errors(include_url=False)):
        path = tuple(detail["loc"])
        cause = (detail.get("ctx") or {}).get("error")
        if isinstance(cause, ClauseError):
            problem = cause.error.at(_place(locate, (*path, *cause.path), document))
        else:
            problem = _field_problem(detail, _place(locate, path, document))
        problems.append(problem)
    return problems


def _causes(details: list[ErrorDetails]) -> list[ErrorDetails]:
    """Leave out lists that are too short only because their items failed."""
    paths = [detail["loc"] for detail in details]
    return [
        detail
        for detail in details
        if detail["type"] != "too_short"
        or not any(path[:-1][: len(detail["loc"])] == detail["loc"] for path in paths)
    ]


def _field_problem(detail: ErrorDetails, where: Where) -> LawError:
    kind, path = detail["type"], tuple(detail["loc"])
    if kind in {"extra_forbidden", "unexpected_keyword_argument"}:
        return LawError(
            _sentence(path, "there is no such field"), where=where, hint="a typo? see `rulekit schema`"
        )
    message = (
        "this field is missing" if kind.startswith("missing") else detail["msg"].removeprefix("Value error, ")
    )
    got = None if kind.startswith(("missing", "value_error")) else _brief(detail["input"])
    return LawError(_sentence(path, message), where=where, got=got)


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


def _place_rules(error: LawError, ruleset: Ruleset, locate: Locator) -> list[RulekitError]:
    index = {rule.id: position for position, rule in enumerate(ruleset.rules)}
    problems = list(error.problems) or [error]
    return [problem.at(locate(("rules", index[str(problem.where.rule)], "when"))) for problem in problems]
