"""Law files: YAML 1.2 in and out, with comments kept and every error at its line.

ruamel.yaml's round-trip mode is used for both, because it knows where each node stands and hands
comments back. YAML 1.2 also means that ``NO`` is Norway.
"""

from __future__ import annotations

import io
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from rulekit.errors import LawError, ParseError, Where
from rulekit.ir.notation.document import (
    model_from_document,
    ruleset_from_document,
    ruleset_from_json,
    ruleset_to_document,
    schema_from_document,
)
from rulekit.ir.numerics import Fixed, FixedFormat
from rulekit.ir.problems import Locator
from rulekit.ir.ruleset import Ruleset
from rulekit.ir.schema import Feature, Schema


def _yaml(width: int = 110) -> YAML:
    yaml = YAML(typ="rt")
    yaml.width = width
    yaml.indent(mapping=2, sequence=4, offset=2)
    yaml.preserve_quotes = True
    yaml.brace_single_entry_mapping_in_flow_sequence = True
    return yaml


def load_ruleset(path: Path) -> Ruleset:
    """Load a ruleset from a law folder, or from a file of YAML or JSON.

    Raises
    ------
    LawError
        when there is no such file, or it does not hold a ruleset.

    """
    file = path / "ruleset.yaml" if path.is_dir() else path
    return ruleset_from_text(read_text(file), file)


def read_text(path: Path) -> str:
    """Return the text of a law file.

    Raises
    ------
    LawError
        when the file can't be read or is not UTF-8.

    """
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        hint = "a law folder holds ruleset.yaml" if path.name == "ruleset.yaml" else None
        raise LawError("there is no such file", where=Where(file=str(path)), hint=hint) from None
    except (OSError, UnicodeDecodeError) as error:
        raise LawError(f"the file can't be read: {error}", where=Where(file=str(path))) from None


def ruleset_from_text(text: str, path: Path | None = None) -> Ruleset:
    """Read a ruleset from YAML or JSON text.

    Parameters
    ----------
    text : what a law file holds.
    path : the file it comes from, for messages; ``schema: FILE`` in it is relative to this path (default: the
        working directory).

    Raises
    ------
    LawError
        when the text is not a ruleset.

    """
    file = str(path) if path else None
    if text.lstrip().startswith("{") and (path is None or path.suffix == ".json"):
        return ruleset_from_json(text, file)
    document = parse_yaml(text, file)
    if isinstance(document, CommentedMap) and isinstance(document.get("schema"), str):
        schema = load_schema((path.parent if path else Path()) / document["schema"])
        return ruleset_from_document({**document, "schema": schema}, locator(document, file))
    return ruleset_from_document(document, locator(document, file))


def load_schema(path: Path) -> Schema:
    """Load a schema from a YAML file."""
    document = parse_yaml(read_text(path), str(path))
    return schema_from_document(document, locator(document, str(path)))


def load_numerics(path: Path) -> Fixed:
    """Load fixed-point numerics from a YAML file: ``formats: {pt: {width: 12, fraction: 2}}``."""
    document = parse_yaml(read_text(path), str(path))
    return model_from_document(Fixed, document, locator(document, str(path)))


def parse_yaml(text: str, file: str | None = None) -> Any:
    """Parse YAML 1.2 into nodes that know their places.

    Raises
    ------
    ParseError
        with line, column and the line itself under a caret.

    """
    try:
        return _yaml().load(text)
    except MarkedYAMLError as error:
        marks = (error.context_mark, error.problem_mark)
        # A key without its colon is noticed on the next line; the context is where the key stands.
        mark = marks[0] if "expected ':'" in str(error.problem) and marks[0] else marks[1] or marks[0]
        line, column = (mark.line, mark.column) if mark else (0, 0)
        lines = text.splitlines() or [""]
        shown = lines[min(line, len(lines) - 1)]
        where = Where(file=file, line=line + 1, column=column + 1, text=shown, offset=min(column, len(shown)))
        raise ParseError(f"this is not YAML: {error.problem or error.context}", where=where) from None
    except YAMLError as error:
        raise ParseError(f"this is not YAML: {error}", where=Where(file=file)) from None


def locator(document: Any, file: str | None) -> Locator:
    """Return a locator for a parsed document; it gives the place of the deepest node on a path that has one."""

    def locate(path: tuple[int | str, ...]) -> Where:
        node, line, column = document, None, None
        for step in path:
            position = _position(node, step)
            if position is None:
                break
            line, column = position
            node = node[step]
        if line is None:
            return Where(file=file)
        return Where(file=file, line=line + 1, column=(column or 0) + 1)

    return locate


def rule_places(path: Path) -> dict[str, Where]:
    """Return where each rule of a law file begins, by its id; empty for JSON, which keeps no places."""
    if path.suffix == ".json":
        return {}
    document = parse_yaml(read_text(path), str(path))
    locate = locator(document, str(path))
    return {str(rule["id"]): locate(("rules", place)) for place, rule in enumerate(document["rules"])}


def _position(node: Any, step: int | str) -> tuple[int, int] | None:
    try:
        if isinstance(node, CommentedMap):
            return tuple(node.lc.value(step))
        if isinstance(node, CommentedSeq):
            return tuple(node.lc.item(step))
    except (KeyError, IndexError, TypeError):
        pass
    return None


def dump(ruleset: Ruleset, *, schema_file: str | None = None, onto: str | None = None) -> str:
    """Return the YAML of a ruleset.

    Parameters
    ----------
    ruleset : what to write.
    schema_file : written as ``schema: FILE`` (default: the schema itself is written).
    onto : the text of an earlier version, whose comments, order and layout are kept where they can be (default:
        none).

    """
    document = ruleset_to_document(ruleset)
    if schema_file is not None:
        document["schema"] = schema_file
    return dump_document(document, onto)


def dump_schema(schema: Schema) -> str:
    """Return the YAML of a schema, one feature a line."""
    document = _styled(schema.model_dump(mode="json", exclude_defaults=True))
    for feature in document["features"]:
        feature.fa.set_flow_style()
    return _to_text(document, width=1000)


def dump_numerics(numerics: Fixed, schema: Schema | None = None, *, about: str = "") -> str:
    """Return the YAML of fixed-point numerics, which :func:`load_numerics` reads back.

    Parameters
    ----------
    numerics : what to write, one format a line.
    schema : gives unit and bounds to the comment behind each format, beside its step, and so where it saturates.
    about : lines for a comment at the top (default: none).

    """
    formats = CommentedMap()
    for name, form in numerics.formats.items():
        formats[name] = CommentedMap(form.model_dump())
        formats[name].fa.set_flow_style()
        feature = None if schema is None else schema.by_name.get(name)
        formats.yaml_add_eol_comment(_format_comment(form, feature), name, column=0)
    if not formats:
        formats.fa.set_flow_style()
    document = CommentedMap({"formats": formats, "rounding": numerics.rounding})
    head = "".join(f"# {_plain(line)}".rstrip() + "\n" for line in about.splitlines())
    return head + _to_text(document, width=1000)


def _format_comment(form: FixedFormat, feature: Feature | None) -> str:
    unit = "" if feature is None or not feature.unit else f" {_plain(feature.unit)}"
    facts = [f"step {2.0**-form.fraction:.12g}{unit}"]
    if feature is not None:
        low, high = feature.bounds or (-math.inf, math.inf)
        if feature.bounds is not None:
            facts.append(f"bounds {low:.12g} to {high:.12g}")
        ends = [f"{end:.12g}" for end in _saturated(form, low, high)]
        facts += [f"saturates at {' and '.join(ends)}{unit}"] if ends else []
    return ", ".join(facts)


def _saturated(form: FixedFormat, low: float, high: float) -> Iterator[float]:
    """Yield the ends of a format beyond which the bounds reach."""
    least, most = form.limits
    if low < least:
        yield least
    if most < high:
        yield most


def _plain(text: str) -> str:
    """Return text that fits into a comment: one line of printable characters."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())


def dump_document(document: dict[str, Any] | list[Any], onto: str | None = None) -> str:
    """Return the YAML of a plain document, merged onto an earlier text when one is given."""
    if onto is None:
        return _to_text(_styled(document))
    return _to_text(_merge(parse_yaml(onto), document))


def _to_text(document: Any, width: int = 110) -> str:
    stream = io.StringIO()
    _yaml(width).dump(document, stream)
    return stream.getvalue()


def _styled(value: Any) -> Any:
    """Turn plain data into commented nodes; lists of plain values, as bounds are, go on one line."""
    if isinstance(value, dict):
        return CommentedMap({key: _styled(item) for key, item in value.items()})
    if isinstance(value, list):
        items = CommentedSeq([_styled(item) for item in value])
        if not any(isinstance(item, (dict, list, str)) for item in value):
            items.fa.set_flow_style()
        return items
    return value


def _merge(old: Any, new: Any) -> Any:
    """Change ``old`` in place into ``new``, so that the comments of what stays are kept."""
    if isinstance(old, CommentedMap) and isinstance(new, dict):
        for key in [key for key in old if key not in new]:
            del old[key]
        for key, value in new.items():
            old[key] = _merge(old[key], value) if key in old else _styled(value)
        return old
    if isinstance(old, CommentedSeq) and isinstance(new, list):
        return _merge_list(old, new)
    return old if old == new and type(new) is not bool else _styled(new)


def _merge_list(old: CommentedSeq, new: list[Any]) -> Any:
    if list(old) == new:
        return old
    known = {item["id"]: item for item in old if isinstance(item, dict) and "id" in item}
    merged = [
        _merge(known[item["id"]], item) if _has_id(item) and item["id"] in known else _styled(item)
        for item in new
    ]
    if len(old) == len(merged):
        for index, item in enumerate(merged):
            old[index] = item
        return old
    result = CommentedSeq(merged)
    result.fa.set_block_style()
    return result


def _has_id(item: Any) -> bool:
    return isinstance(item, dict) and "id" in item
