"""The ``c`` target: one freestanding C99 pair, for firmware and for any program that links C.

Chosen: a predicate for each rule that reads as the law does, asked in text order for one event; loops over blocks
of 64 events that compilers turn into vectors for many. Constants are exact: decimal where that is short, else
hexadecimal. NaN stands for a missing float, a flag for any other missing value. Only ``stdint.h``, ``stdbool.h``,
``stddef.h`` and ``float.h`` are included, which every freestanding compiler has; nothing is allocated or kept.

Refused: one table of literals and an interpreter, which no reviewer of firmware can read beside the law; a single
``if`` chain with the literals in it, because the hits and the score need the same conditions and a copy can differ;
``&`` on single events, which takes every literal of every rule where the first false one would do.
"""

from __future__ import annotations

from importlib.util import find_spec

from rulekit.errors import MissingExtraError, MissingToolError, RulekitError
from rulekit.targets.artifact import Artifact, Runner
from rulekit.targets.base import Capabilities, Target
from rulekit.targets.c.emission import SOURCE, emit


def absent() -> RulekitError | None:
    """Return the error for the first thing that loading needs and that is not installed."""
    missing = [library for library in ("numpy", "pyarrow") if find_spec(library) is None]
    if missing:
        return MissingExtraError(missing[0], "c")
    from rulekit.targets.c.build import find_compiler

    try:
        find_compiler()
    except MissingToolError as error:
        return error
    return None


def load(artifact: Artifact) -> Runner:
    """Compile the pair into a shared library and return its runner.

    Raises
    ------
    MissingToolError
        when there is no C compiler.

    """
    missing = absent()
    if missing is not None:
        raise missing
    from rulekit.targets.c.runner import CRunner

    return CRunner(artifact)


TARGET = Target(
    name="c",
    summary="a freestanding C99 pair for firmware and native programs",
    capabilities=Capabilities(),
    entry=SOURCE,
    emit=emit,
    load=load,
    absent=absent,
)
