"""How a ruleset was made. It is kept beside the law and is not part of it."""

from __future__ import annotations

from pydantic import Field, JsonValue

from rulekit.ir.schema import Model


class Provenance(Model):
    """How a ruleset was made, in enough detail to make it again.

    ``measures`` are those of the calibration fold or of held-out events, never of the events that
    the rules were induced from; ``parents`` are digests of the rulesets this one was made from.
    """

    teacher: str | None = None
    data: str | None = None
    method: str | None = None
    parameters: dict[str, JsonValue] = Field(default_factory=dict)
    seed: int | None = None
    measures: dict[str, JsonValue] = Field(default_factory=dict)
    parents: tuple[str, ...] = ()
    versions: dict[str, str] = Field(default_factory=dict)
    command: str | None = None
