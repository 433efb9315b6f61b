"""Options and arguments that several verbs share, each with one spelling and one meaning, and how they are read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rulekit.ir.numerics import Numerics
    from rulekit.ir.ruleset import Ruleset
    from rulekit.keys import PublicKey

_EVENTS = "Parquet, CSV or Arrow IPC file, or a glob."
_RULESET = "A law folder, FOLDER@VERSION, FOLDER@in-force, or a ruleset file (YAML or JSON)."

Json = Annotated[bool, typer.Option("--json", help="Print the answer as one JSON document.")]

RulesetArgument = Annotated[Path, typer.Argument(metavar="RULESET", help=_RULESET, show_default=False)]
EventsArgument = Annotated[str, typer.Argument(metavar="EVENTS", help=_EVENTS, show_default=False)]
FolderArgument = Annotated[Path, typer.Argument(metavar="FOLDER", help="A law folder.", show_default=False)]
LogArgument = Annotated[
    str,
    typer.Argument(
        metavar="LOG", help="A .sqlite file, a folder, or postgresql://host/db#name.", show_default=False
    ),
]

Truth = Annotated[
    str | None, typer.Option("--truth", help="Boolean column of the events: is it signal?", metavar="COLUMN")
]
Weight = Annotated[
    str | None, typer.Option("--weight", help="Column of the events with their weights.", metavar="COLUMN")
]
Accept = Annotated[
    str | None,
    typer.Option(
        "--accept",
        help="Outcomes that count as accepted: a,b. Default: all but otherwise and invalid.",
        metavar="OUTCOMES",
    ),
]
IdColumn = Annotated[
    str | None,
    typer.Option("--id", help="Column with the event id. Default: a running number.", metavar="COLUMN"),
]
EventId = Annotated[
    str | None, typer.Option("--event", help="Only decisions on this event id.", metavar="ID")
]
TargetName = Annotated[str, typer.Option("--target", help="Name of the target that decides.", metavar="NAME")]
Cast = Annotated[
    bool, typer.Option("--cast", help="Round numbers to the schema's floats, such as float64 to float32.")
]
NumericsFile = Annotated[
    Path | None,
    typer.Option("--numerics", help="YAML file with fixed-point formats. Default: native.", metavar="FILE"),
]
Bits = Annotated[
    int | None,
    typer.Option("--bits", help="Choose fixed-point formats of at most so many bits. Default: native."),
]
Monotone = Annotated[
    str | None,
    typer.Option(
        "--monotone", help="Numbers that may change one way only: age=up,debt=down.", metavar="LIST"
    ),
]
LogKey = Annotated[
    Path | None, typer.Option("--key", help="Public key that signs the log (.pub).", metavar="FILE")
]


def numerics_of(ruleset: Ruleset, file: Path | None, bits: int | None) -> Numerics | None:
    """Return the numerics that ``--numerics`` or ``--bits`` ask for; None for native ones.

    Raises
    ------
    RulekitError
        when both are given, or the formats can't be read or chosen.

    """
    from rulekit.errors import RulekitError
    from rulekit.ir.formats import fixed_for
    from rulekit.ir.notation.yaml_file import load_numerics

    if file is not None and bits is not None:
        raise RulekitError("formats are given twice", expected="--numerics or --bits", got="both")
    if file is not None:
        return load_numerics(file)
    return None if bits is None else fixed_for(ruleset, bits)


def time_of(text: str | None) -> datetime | None:
    """Return the time of an option; None when it was left out."""
    from rulekit.store.folder.times import parse_time

    return None if text is None else parse_time(text)


def public_key(path: Path | None) -> PublicKey | None:
    """Return the key that an option names; None when it was left out."""
    from rulekit.keys import load_public

    return None if path is None else load_public(path)


def names_of(text: str | None) -> tuple[str, ...]:
    """Return the names of a list such as ``a,b``; blanks around them do not count."""
    return tuple(name.strip() for name in (text or "").split(",") if name.strip())


def pairs_of(option: str, texts: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield name and value of each ``NAME=VALUE``.

    Raises
    ------
    typer.BadParameter
        when a text has no ``=``.

    """
    for text in texts:
        name, equals, value = text.rpartition("=")
        if not equals:
            raise typer.BadParameter(f"{option} wants NAME=VALUE, got {text!r}")
        yield name, value
