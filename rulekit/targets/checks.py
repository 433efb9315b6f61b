"""Checks: what a target can show of its artifacts, such as a proof, a synthesis, or the size of a build.

A target declares its checks in a module of its own that imports nothing heavy, and the registry names that module
beside the target. ``rulekit compile`` makes a flag of each check; it knows no target by name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from rulekit.errors import RulekitError
    from rulekit.targets.artifact import Artifact


class Table(NamedTuple):
    """A table to print: the first column holds names, the others numbers; ``note`` stands below it."""

    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a check found out about an artifact.

    Attributes
    ----------
    facts : the result as plain JSON.
    shown : what to print of it: paragraphs and tables.
    files : files that belong to the result, by name. They are written with the artifact.
    holds : False where the check refutes what it should show. The command line then ends with 1.

    """

    facts: Any
    shown: tuple[str | Table, ...] = ()
    files: Mapping[str, bytes] = field(default_factory=dict)
    holds: bool = True


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that a target can show of an artifact.

    Attributes
    ----------
    name : as the command line spells it: ``prove`` is the flag ``--prove``.
    kind : name of the evidence, in the manifest and in the JSON of the command line.
    help : one line that says what is shown.
    run : the function from an artifact of the target to the evidence. It raises ``MissingToolError`` where a tool
        is not installed, and ``RulekitError`` where a tool refuses the artifact.
    absent : looks for what ``run`` needs, and returns the error that says how to get it. Default: needs nothing.
    kept : whether the evidence goes into the manifest. Default: True.

    """

    name: str
    kind: str
    help: str
    run: Callable[[Artifact[Any]], Evidence]
    absent: Callable[[], RulekitError | None] = lambda: None
    kept: bool = True
