"""Heads: their text, and what their signature covers."""

import json
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from rulekit.errors import LogError, SignatureError
from rulekit.keys import new_key
from rulekit.log.counts import DecisionCounts
from rulekit.log.heads import head_from_text, head_text, new_head

COUNTS = DecisionCounts(Counter(yes=3, never=0), Counter(no=2))


@pytest.fixture
def key(tmp_path):
    return new_key("site", tmp_path)


def test_a_head_holds_what_it_is_of():
    head = new_head("log-1", 41, bytes(range(32)), COUNTS, None)
    assert (head.log, head.seq, head.hash_bytes) == ("log-1", 41, bytes(range(32)))
    assert (head.kept, head.sampled, head.lost) == ({"yes": 3}, {"no": 2}, {})
    assert (head.key, head.signature) == (None, None)
    assert abs(head.at - datetime.now(UTC)) < timedelta(seconds=5)


def test_a_head_is_read_back(key):
    head = new_head("log-1", 41, bytes(32), COUNTS, key)
    assert head_from_text(head_text(head)) == head
    assert head_text(head_from_text(head_text(head))) == head_text(head)
    assert json.loads(head_text(head))["hash"] == "00" * 32


def test_a_signature_holds(key):
    head = new_head("log-1", 41, bytes(32), COUNTS, key)
    assert head.key == "site"
    head.check(key.public)


@pytest.mark.parametrize(
    "change",
    [{"seq": 42}, {"log": "log-2"}, {"kept": {"yes": 4}}, {"sampled": {}}, {"lost": {"no": 1}}, {"key": "other"},
     {"hash": "11" * 32}],
)  # fmt: skip
def test_a_signature_covers_every_field(key, change):
    head = new_head("log-1", 41, bytes(32), COUNTS, key).model_copy(update=change)
    with pytest.raises(SignatureError):
        head.check(key.public)


def test_no_signature_and_that_of_another_do_not_hold(key, tmp_path):
    with pytest.raises(SignatureError, match="it is not signed"):
        new_head("log-1", 0, bytes(32), COUNTS, None).check(key.public)
    other = new_key("site", tmp_path / "other")
    with pytest.raises(SignatureError):
        new_head("log-1", 0, bytes(32), COUNTS, other).check(key.public)


@pytest.mark.parametrize("text", [b"", b"{}", b"null", b'{"log": "x", "seq": -1}', b"\xff"])
def test_what_is_no_head_is_refused(text):
    with pytest.raises(LogError, match="this is no head of a log"):
        head_from_text(text)
