"""Keys: what is signed holds, and anything else does not."""

import stat
from datetime import UTC, datetime, timedelta

import pytest

from rulekit.digests import canonical_json
from rulekit.errors import LawError, SignatureError
from rulekit.keys import load_private, load_public, new_key

NOW = datetime.now(UTC)


def soon():
    """Return a time at which a key that was just made is valid, however long ago this file was read."""
    return datetime.now(UTC) + timedelta(seconds=5)


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "keys"


def test_a_signature_holds_for_its_message_alone(folder):
    new_key("alice", folder)
    key, public = load_private(folder / "alice.key"), load_public(folder / "alice.pub")
    signature = key.sign(b"the law")
    public.verify(b"the law", signature, soon())
    for message, changed in ((b"the lax", signature), (b"the law", signature[:-8] + "AAAAAA=="), (b"", "x")):
        with pytest.raises(SignatureError, match="signature of alice does not hold"):
            public.verify(message, changed, soon())


def test_another_key_is_told(folder):
    signature = new_key("alice", folder).sign(b"the law")
    with pytest.raises(SignatureError, match="signature of bob does not hold"):
        new_key("bob", folder).public.verify(b"the law", signature, soon())


def test_an_expired_key_neither_signs_nor_counts(folder):
    key = new_key("alice", folder, until=NOW - timedelta(days=1))
    with pytest.raises(SignatureError, match="expired"):
        key.sign(b"the law")
    with pytest.raises(SignatureError, match="expired"):
        key.public.verify(b"the law", "ed25519:", key.public.since + timedelta(seconds=1))
    with pytest.raises(SignatureError, match="not valid yet"):
        key.public.verify(b"the law", "ed25519:", NOW - timedelta(days=2))


def test_the_private_half_is_for_its_owner_and_is_never_overwritten(folder):
    new_key("alice", folder)
    assert stat.S_IMODE((folder / "alice.key").stat().st_mode) == 0o600
    with pytest.raises(SignatureError, match="already"):
        new_key("alice", folder)


def test_files_that_are_no_keys_are_refused(folder):
    new_key("alice", folder)
    new_key("bob", folder)
    (folder / "bob.pub").write_text((folder / "alice.pub").read_text())
    with pytest.raises(SignatureError, match="belongs to another one"):
        load_private(folder / "bob.key")
    (folder / "alice.key").write_text("not a key")
    with pytest.raises(SignatureError, match="no private key"):
        load_private(folder / "alice.key")
    (folder / "alice.pub").write_text("name: alice\nkey: ed25519:AAAA\n")
    with pytest.raises(LawError, match="32 bytes"):
        load_public(folder / "alice.pub")


def test_canonical_json_is_one_text_and_refuses_what_json_cannot_say():
    assert canonical_json({"b": 1.0, "a": "é"}) == '{"a":"é","b":1}'.encode()
    for value in (float("nan"), float("inf"), 2**60):
        with pytest.raises(SignatureError, match="no canonical JSON"):
            canonical_json({"a": value})
