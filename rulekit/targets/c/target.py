"""The ``c`` target: what it can express, how its files are emitted, and how they are loaded."""

from __future__ import annotations

from importlib.util import find_spec

from rulekit.errors import MissingExtraError, MissingToolError, RulekitError
from rulekit.targets.artifact import Artifact, Runner
from rulekit.targets.base import Capabilities, Target
from rulekit.targets.c.checks import CHECKS
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
    checks=CHECKS,
)
