"""The ``kernel`` target: table-driven loops at the speed of memory, for frames, files and streams.

Chosen: nothing is compiled for a ruleset. The artifact is a table of literals, nodes and rules in JSON; the loops
that run it are compiled by numba once for each machine, cached on disk, and let go of the GIL, so that threads
scale. A ruleset of a thousand rules is swapped in milliseconds.

Refused: code generated per ruleset, which is a little faster still and takes seconds to compile; the ``c`` target
is for that. A C extension in the wheel, because the wheel then is another one for each platform.

Where numba is not installed the artifact is decided by the ``polars`` target, with the same answers.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from importlib.util import find_spec

import polars as pl

from rulekit.errors import MissingExtraError
from rulekit.targets import targets
from rulekit.targets.artifact import Artifact, Runner
from rulekit.targets.base import Capabilities, Target
from rulekit.targets.kernel.emission import ENTRY, emit
from rulekit.targets.shared.columns import OUTCOME

_log = logging.getLogger("rulekit")
_NEEDS = ("numba", "pyarrow")


def absent() -> MissingExtraError | None:
    """Return the error for the first library that is not installed."""
    missing = [library for library in _NEEDS if find_spec(library) is None]
    return MissingExtraError(missing[0], "kernel") if missing else None


def load(artifact: Artifact) -> Runner:
    """Return the runner; that of the ``polars`` target, with one line in the log, where numba is missing."""
    missing = absent()
    if missing is not None:
        _log.warning("%s; deciding with the polars target (%s)", missing.what, missing.hint)
        return targets.get("polars").compile(artifact.ruleset, artifact.numerics).load()
    from rulekit.targets.kernel.runner import KernelRunner

    return KernelRunner(artifact)


def expression(artifact: Artifact, outcome: str) -> pl.Expr:
    """Return a Boolean expression that is true where the outcome is ``outcome``; see :func:`rulekit.expr`."""
    ruleset, runner = artifact.ruleset, load(artifact)
    names = [feature.name for feature in ruleset.read]
    if not names:  # every event is decided alike
        return pl.lit(runner.one({}).outcome == outcome)

    def decide(columns: Sequence[pl.Series]) -> pl.Series:
        events = pl.DataFrame(dict(zip(names, columns, strict=True)))
        outcomes: pl.Series = runner.batch(events)[OUTCOME]
        return (outcomes == outcome).alias(columns[0].name)

    return pl.map_batches([pl.col(name) for name in names], decide, pl.Boolean(), is_elementwise=True)


TARGET = Target(
    name="kernel",
    summary="the fastest for frames and files: fused loops driven by tables",
    capabilities=Capabilities(),
    entry=ENTRY,
    emit=emit,
    load=load,
    absent=absent,
)
