"""What can be shown of the C pair: the size of a build for a microcontroller."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from rulekit.targets.checks import Check, Evidence

if TYPE_CHECKING:
    from rulekit.errors import RulekitError
    from rulekit.targets.artifact import Artifact


def _size(artifact: Artifact[Any]) -> Evidence:
    from rulekit.targets.c.size import size_evidence

    return size_evidence(artifact)


def _no_compiler() -> RulekitError | None:
    from rulekit.targets.c.size import absent

    return absent()


CHECKS: Mapping[str, Check] = {
    "size": Check(
        name="size",
        kind="size",
        help="Measure builds for two ARM microcontrollers",
        run=_size,
        absent=_no_compiler,
        kept=False,
    ),
}
"""The checks of the ``c`` target."""
