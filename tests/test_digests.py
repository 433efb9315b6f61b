"""Digests, against the values of FIPS 180-4 and RFC 8785."""

from __future__ import annotations

import math

import pytest

from rulekit.digests import (
    canonical_json,
    digest,
    digest_of,
    document_digest,
    file_digest,
    short,
    text_digest,
)
from rulekit.errors import SignatureError

ABC = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
EMPTY = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def test_the_published_values() -> None:
    assert digest(b"abc") == text_digest("abc") == ABC
    assert digest(b"") == EMPTY


def test_text_is_digested_as_utf_8() -> None:
    assert text_digest("\u00e5") == digest(b"\xc3\xa5")


def test_line_ends_do_not_change_the_digest_of_a_text_file(tmp_path) -> None:
    digests = set()
    for ends in (b"\n", b"\r\n", b"\r"):
        (tmp_path / "a.yaml").write_bytes(b"a: 1" + ends + b"b: 2" + ends)
        digests.add(file_digest(tmp_path / "a.yaml"))
    assert digests == {text_digest("a: 1\nb: 2\n")}


def test_any_bytes_of_a_file_have_a_digest(tmp_path) -> None:
    path = tmp_path / "events.parquet"
    path.write_bytes(b"\xff\r\n\x00")
    assert digest_of(path) == digest(b"\xff\r\n\x00") != file_digest(path)


def test_what_is_no_file_has_no_digest(tmp_path) -> None:
    assert digest_of(None) is None
    assert digest_of(tmp_path) is None
    assert digest_of(tmp_path / "absent") is None
    assert file_digest(tmp_path / "absent") is None


@pytest.mark.parametrize(
    ("document", "text"),
    [
        ({"b": 1, "a": [True, None]}, b'{"a":[true,null],"b":1}'),
        ({"x": 1.0, "y": 1e21, "z": 0.000001}, b'{"x":1,"y":1e+21,"z":0.000001}'),
        ("\u20ac\n", b'"\xe2\x82\xac\\n"'),
        ({"\U0001f600": 1, "\ufb33": 2}, b'{"\xf0\x9f\x98\x80":1,"\xef\xac\xb3":2}'),  # by UTF-16 units
    ],
)
def test_canonical_json_is_that_of_the_standard(document, text) -> None:
    assert canonical_json(document) == text
    assert document_digest(document) == digest(text)


@pytest.mark.parametrize("document", [math.nan, [math.inf], {"a": 2**53 + 1}])
def test_what_json_can_not_represent_is_refused(document) -> None:
    with pytest.raises(SignatureError, match="this has no canonical JSON"):
        canonical_json(document)


def test_a_digest_is_cut_for_a_sentence() -> None:
    assert short(ABC) == "sha256:ba7816bf8f01"
    assert short("1.2.0") == "1.2.0"
    assert short(None) == "none"
