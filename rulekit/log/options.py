"""The options of a log."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from rulekit.errors import LogError, RulekitError
from rulekit.ir.schema import Model

POLICIES = ("closed", "open")


class LogOptions(Model):
    """What a log keeps of the decisions, and what happens when it fails.

    Attributes
    ----------
    on_failure : ``closed``: no decision is given out that the log does not hold. ``open``: decisions go on with an
        error on the logger ``rulekit.log``; what the log lacks is counted by outcome and written into it as soon as
        that works again. Default: closed.
    segment : lines per segment; at its end the head is signed, and a folder gets another Parquet file. Default:
        100,000.
    sample : by outcome, keep one decision in this many; default: keep every decision.
    seed : the seed of the sample, which is chosen by a keyed hash of seed, outcome and event id.
    masked : features whose values are left out.
    hashed : features that are written as the HMAC-SHA-256 of their value, keyed with the salt.
    hash_events : whether event ids are hashed as well.
    salt : the file with the secret salt, at least 16 bytes.
    losses : the file for losses that a server could not be told of; logs in files keep them beside themselves.

    """

    _error: ClassVar[type[RulekitError]] = LogError

    on_failure: Literal["closed", "open"] = "closed"
    segment: int = Field(default=100_000, ge=1)
    sample: dict[str, Annotated[int, Field(ge=1)]] = Field(default_factory=dict)
    seed: int = 0
    masked: tuple[str, ...] = ()
    hashed: tuple[str, ...] = ()
    hash_events: bool = False
    salt: Path | None = None
    losses: Path | None = None

    @model_validator(mode="after")
    def _a_value_is_hidden_in_one_way(self) -> Self:
        both = sorted(set(self.masked) & set(self.hashed))
        if both:
            raise ValueError(f"feature {both[0]} is both masked and hashed")
        if (self.hashed or self.hash_events) and self.salt is None:
            raise ValueError("hashing wants a salt: without one, every value can be guessed")
        return self
