"""Ed25519 keys: they sign approvals of laws and heads of logs.

A pair is two files. ``NAME.key`` holds the private half (PKCS #8 in PEM, readable by its owner only). ``NAME.pub``
holds a few lines of YAML with the public half and the time for which it is valid. Signatures follow RFC 8032. They
cover canonical JSON (RFC 8785), which has the same bytes on every machine; see
:func:`rulekit.digests.canonical_json`.
"""

from __future__ import annotations

import base64
import binascii
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import AwareDatetime, Field, field_validator

from rulekit.errors import MissingExtraError, SignatureError, Where
from rulekit.files import write_text
from rulekit.ir.notation.document import model_from_document
from rulekit.ir.notation.yaml_file import dump_document, locator, parse_yaml, read_text
from rulekit.ir.schema import Model

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

_PREFIX = "ed25519:"
_RAW = 32
"""The number of bytes of a public key."""


class PublicKey(Model):
    """The public half of a key, with its owner; it signs from ``since`` (included) to ``until`` (excluded)."""

    name: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._@-]*$")
    key: str
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None

    @field_validator("key")
    @classmethod
    def _is_a_key(cls, key: str) -> str:
        if not key.startswith(_PREFIX) or len(_decoded(key.removeprefix(_PREFIX)) or b"") != _RAW:
            raise ValueError("a public key is ed25519: and 32 bytes in base64")
        return key

    def verify(self, message: bytes, signature: str, at: datetime) -> None:
        """Check a signature of a message.

        Parameters
        ----------
        message : the signed bytes.
        signature : ``ed25519:`` and base64.
        at : when it claims to be made, a time with a zone.

        Raises
        ------
        SignatureError
            when the key was not valid at that time, or the signature is not of this key over this message.

        """
        ed25519, _ = _cryptography()
        from cryptography.exceptions import InvalidSignature

        self._check_time(at)
        raw, signed = _decoded(self.key.removeprefix(_PREFIX)), _decoded(signature.removeprefix(_PREFIX))
        try:
            ed25519.Ed25519PublicKey.from_public_bytes(raw or b"").verify(signed or b"", message)
        except InvalidSignature:
            hint = "the text was changed after it was signed, or another key signed it"
            raise SignatureError(f"the signature of {self.name} does not hold", hint=hint) from None

    def _check_time(self, at: datetime) -> None:
        if self.since is not None and at < self.since:
            expected, word = f"a time from {self.since.isoformat()}", "not valid yet"
        elif self.until is not None and at >= self.until:
            expected, word = f"a time before {self.until.isoformat()}", "expired"
        else:
            return
        what = f"the key of {self.name} is {word}"
        raise SignatureError(what, expected=expected, got=at.isoformat(), hint="sign with a valid key")


@dataclass(frozen=True)
class PrivateKey:
    """The private half of a key, which signs."""

    public: PublicKey
    _secret: Ed25519PrivateKey

    def sign(self, message: bytes) -> str:
        """Return the signature of a message: ``ed25519:`` and base64.

        Raises
        ------
        SignatureError
            when the key is not valid now.

        """
        self.public._check_time(datetime.now(UTC))  # noqa: SLF001 - the other half of one pair
        return _PREFIX + base64.b64encode(self._secret.sign(message)).decode()


def new_key(name: str, folder: Path, until: datetime | None = None) -> PrivateKey:
    """Make a key and write ``NAME.key`` and ``NAME.pub`` into a folder.

    Parameters
    ----------
    name : the name of its owner: letters, digits, and ``._@-`` after the first character.
    folder : where the files go; it is made if needed.
    until : when the key ceases to be valid, a time with a zone; default: never.

    Raises
    ------
    LawError
        when the name is not allowed, or the time has no zone.
    SignatureError
        when either file exists already: a key is never overwritten.

    """
    ed25519, serialization = _cryptography()
    secret = ed25519.Ed25519PrivateKey.generate()
    since = datetime.now(UTC).replace(microsecond=0)
    document = {"name": name, "key": _public_text(secret), "since": since, "until": until}
    public: PublicKey = model_from_document(PublicKey, document, lambda _: Where(file=name))
    path = folder / f"{name}.key"
    if path.exists() or path.with_suffix(".pub").exists():
        raise SignatureError("there is a key of that name already", where=Where(file=str(path)))
    folder.mkdir(parents=True, exist_ok=True)
    pem = secret.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
        stream.write(pem)
    write_text(path.with_suffix(".pub"), public_text(public))
    return PrivateKey(public, secret)


def public_text(key: PublicKey) -> str:
    """Return the text of a ``.pub`` file, which is also how a charter lists an approver."""
    return dump_document(key.model_dump(mode="json", exclude_none=True))


def load_public(path: Path) -> PublicKey:
    """Load a ``.pub`` file.

    Raises
    ------
    LawError
        when it can't be read or is not a public key.

    """
    document = parse_yaml(read_text(path), str(path))
    found: PublicKey = model_from_document(PublicKey, document, locator(document, str(path)))
    return found


def load_private(path: Path) -> PrivateKey:
    """Load a ``.key`` file, and the ``.pub`` file beside it.

    Raises
    ------
    SignatureError
        when it is not an Ed25519 key, or the public half beside it belongs to another key.
    LawError
        when either file can't be read.

    """
    ed25519, serialization = _cryptography()
    where = Where(file=str(path))
    try:
        secret = serialization.load_pem_private_key(read_text(path).encode(), password=None)
    except (ValueError, TypeError):
        hint = "`rulekit keys new` writes one"
        raise SignatureError("this is no private key", where=where, hint=hint) from None
    if not isinstance(secret, ed25519.Ed25519PrivateKey):
        raise SignatureError("this is no Ed25519 key", where=where, got=type(secret).__name__)
    public = load_public(path.with_suffix(".pub"))
    if public.key != _public_text(secret):
        raise SignatureError("the public half beside this key belongs to another one", where=where)
    return PrivateKey(public, secret)


def as_private(key: PrivateKey | str | Path) -> PrivateKey:
    """Return a private key as it is, or load it from a file; errors are those of :func:`load_private`."""
    return key if isinstance(key, PrivateKey) else load_private(Path(key))


def _public_text(secret: Ed25519PrivateKey) -> str:
    return _PREFIX + base64.b64encode(secret.public_key().public_bytes_raw()).decode()


def _decoded(text: str) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None


def _cryptography() -> tuple[Any, Any]:
    try:
        from cryptography.hazmat.primitives import serialization
        from cryptography.hazmat.primitives.asymmetric import ed25519
    except ImportError:
        raise MissingExtraError("cryptography", "law") from None
    return ed25519, serialization
