"""``rulekit targets``: where a ruleset can be decided, and what each place can express."""

from __future__ import annotations

import textwrap
from collections.abc import Collection, Iterable
from json import dumps
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rulekit.cli.options import Json
from rulekit.cli.output import print_answer

if TYPE_CHECKING:
    from rulekit.targets.base import Target

_HEAD = ("target", "numerics", "policies", "dtypes", "all hits", "prescale", "here")
_WIDTH = 80


def targets(
    json: Json = False,
    as_markdown: Annotated[
        bool, typer.Option("--markdown", help="Print the table as the README has it.")
    ] = False,
) -> None:
    """Print every target, what it is for and what it can express.

    The last column of the table tells whether the target can run here.
    """
    from rulekit.targets import targets as registry

    listed = [registry.get(name) for name in registry.names()]
    text = markdown(listed) if as_markdown else _text(listed)
    print_answer(json, [support(target) for target in listed], text)


def support(target: Target) -> dict[str, Any]:
    """Return what a target can express, as plain JSON; ``install`` says what is missing here, if anything."""
    can, absent = target.capabilities, target.absent()
    return {
        "target": target.name,
        "summary": target.summary,
        "numerics": sorted(can.numerics, reverse=True),
        "hit_policies": sorted(can.hit_policies),
        "dtypes": sorted(can.dtypes),
        "hits": can.hits,
        "prescale": can.prescale,
        "installed": absent is None,
        "install": None if absent is None else "; ".join(filter(None, (absent.what, absent.hint))),
    }


def markdown(listed: Iterable[Target]) -> str:
    """Return the table in Markdown; what is installed here is left out, because it differs from place to place."""
    rows = [
        [f"`{target.name}`", target.summary.replace("|", r"\|"), *_abilities(target)] for target in listed
    ]
    head = [_HEAD[0], "for", *_HEAD[1:-1]]
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _text(listed: Iterable[Target]) -> str:
    """Return the table, with what each target is for on a line of its own, so that it fits a terminal."""
    rows = [(target, (target.name, *_abilities(target), _installed(target))) for target in listed]
    widths = [
        max(len(row[place]) for row in (_HEAD, *(row for _, row in rows))) for place in range(len(_HEAD))
    ]
    head = _line(_HEAD, widths)
    parts = [head, "-" * len(head)]
    for target, row in rows:
        absent = target.absent()
        notes = [target.summary, *_options(target), *([] if absent is None else [str(absent)])]
        parts += [_line(row, widths), *(_note(line) for note in notes for line in note.splitlines())]
    return "\n".join(parts)


def _options(target: Target) -> list[str]:
    """Return a line on what ``--option`` can choose, with the values that hold without."""
    chosen = target.options().model_dump()
    texts = [f"{name}={_value(value)}" for name, value in chosen.items() if value is not None]
    return [f"options: {', '.join(texts)}"] if texts else []


def _value(value: object) -> str:
    if isinstance(value, tuple):
        return ",".join(value)
    return str(value).lower() if isinstance(value, bool) else str(value)


def _line(cells: Iterable[str], widths: Iterable[int]) -> str:
    return "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()


def _note(text: str) -> str:
    return textwrap.fill(text.strip(), _WIDTH, initial_indent="  ", subsequent_indent="  ")


def _abilities(target: Target) -> list[str]:
    from rulekit.ir.ruleset import HitPolicy
    from rulekit.ir.schema import DType

    can = target.capabilities
    return [
        ", ".join(sorted(can.numerics, reverse=True)),
        _of(can.hit_policies, HitPolicy),
        _of(can.dtypes, DType),
        "yes" if can.hits else "no",
        "yes" if can.prescale else "no",
    ]


def _of(some: Collection[str], every: Iterable[str]) -> str:
    """Return ``all``, what is lacking, or what there is: whichever says it shortest."""
    known = [str(each) for each in every]
    lacking = [each for each in known if each not in some]
    if not lacking:
        return "all"
    ways = (", ".join(each for each in known if each in some), "all but " + ", ".join(lacking))
    return min(ways, key=len)


def _installed(target: Target) -> str:
    return "yes" if target.absent() is None else "no"


def schema(json: Json = False) -> None:
    """Print the JSON Schema of ruleset files, for editors.

    The answer is JSON with and without --json.
    """
    from rulekit.ir.notation.document import json_schema

    del json  # there is no other form
    typer.echo(dumps(json_schema(), indent=2))
