"""Values that the log must not hold: masked, or hashed with a salt so that equal values can still be recognised.

The hash is HMAC-SHA-256 (RFC 2104), keyed with the salt, over the name of the feature, a line feed and the
canonical JSON of the value. Equal values of one feature have equal hashes under one salt; those of two features
differ. A hash does not hide that a value is missing. A mask does, unless the feature is required: the record of an
invalid event names what it lacks.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from pathlib import Path

import polars as pl
from pydantic import JsonValue

from rulekit.errors import LogError, Where
from rulekit.ir.ruleset import Ruleset
from rulekit.log.options import LogOptions
from rulekit.log.record import HASHED, MASKED, line_text

EVENT = "event"
"""The name under which event ids are hashed."""

_LEAST_SALT = 16
_MASKED_TEXT = '{"masked":true}'
_NULL = "null"


@dataclass(frozen=True, slots=True)
class Privacy:
    """The features that are masked, those that are hashed, whether event ids are hashed, and the salt."""

    masked: frozenset[str]
    hashed: frozenset[str]
    events: bool
    salt: bytes

    def column(self, name: str, texts: pl.Series) -> pl.Series:
        """Return the JSON texts of a feature, masked or hashed as needed."""
        if name in self.masked:
            return pl.Series(texts.name, [_MASKED_TEXT], pl.String).new_from_index(0, len(texts))
        return self._hashes(name, texts) if name in self.hashed else texts

    def ids(self, texts: pl.Series) -> pl.Series:
        """Return the JSON texts of event ids, hashed if needed."""
        return self._hashes(EVENT, texts) if self.events else texts

    def value(self, name: str, value: JsonValue) -> JsonValue:
        """Return the JSON of one value of a feature, masked or hashed as needed."""
        if name in self.masked:
            return dict(MASKED)
        hidden = name in self.hashed and value is not None
        return self._hash(name, line_text(value).decode()) if hidden else value

    def event(self, event: JsonValue) -> JsonValue:
        """Return the JSON of one event id, hashed if needed."""
        return self._hash(EVENT, line_text(event).decode()) if self.events else event

    def _hashes(self, name: str, texts: pl.Series) -> pl.Series:
        known = {text: line_text(self._hash(name, text)).decode() for text in texts.unique().to_list()}
        known[_NULL] = _NULL
        return pl.Series(texts.name, [known[text] for text in texts.to_list()], pl.String)

    def _hash(self, name: str, text: str) -> dict[str, JsonValue]:
        digest = hmac.digest(self.salt, f"{name}\n{text}".encode(), "sha256")
        return {HASHED: f"hmac-sha256:{digest.hex()}"}


def privacy_of(options: LogOptions, ruleset: Ruleset) -> Privacy:
    """Return the privacy that the options ask for on the features of a ruleset.

    Raises
    ------
    LogError
        when they name a feature that the schema does not have, or the salt is absent or too short.

    """
    named = [*options.masked, *options.hashed]
    unknown = [name for name in named if name not in ruleset.schema.by_name]
    if unknown:
        near = ruleset.schema.nearest_names(unknown[0])
        what = f"there is no feature {unknown[0]!r} to mask or hash"
        hint = f"did you mean {near[0]}?" if near else None
        raise LogError(what, expected=f"a feature of schema {ruleset.schema.name}", hint=hint)
    salt = b"" if options.salt is None else _salt(options.salt)
    return Privacy(frozenset(options.masked), frozenset(options.hashed), options.hash_events, salt)


def withheld(options: LogOptions, ruleset: Ruleset) -> list[str]:
    """Return the features that decisions read and the log does not hold; with any, no decision can be replayed."""
    hidden = {*options.masked, *options.hashed}
    return [feature.name for feature in ruleset.read if feature.name in hidden]


def _salt(path: Path) -> bytes:
    where = Where(file=str(path))
    try:
        salt = path.read_bytes()
    except OSError as error:
        raise LogError(f"the salt can't be read: {error.strerror}", where=where) from None
    if len(salt) < _LEAST_SALT:
        hint = "head -c 32 /dev/urandom > FILE"
        raise LogError("the salt is too short", where=where, expected=f"at least {_LEAST_SALT} bytes",
                       got=f"{len(salt)}", hint=hint)  # fmt: skip
    return salt
