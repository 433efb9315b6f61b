"""What is written is what is read; whatever is done to it afterwards is named, with the first bad line."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from logs import drop_heads, event_ids, events, rewrite, sealed_anew

from rulekit.errors import LogError, SignatureError
from rulekit.keys import new_key
from rulekit.log.heads import Head
from rulekit.log.options import LogOptions
from rulekit.log.read.records import find_records, read_batches
from rulekit.log.read.verify import verify_log
from rulekit.log.record import record_from_text
from rulekit.log.write.writer import open_log

LINES = 40
SMALL = LogOptions(segment=10)


@pytest.fixture
def key(tmp_path):
    return new_key("site", tmp_path / "keys")


@pytest.fixture
def written(write, key):
    return write(*(events(10, first) for first in range(0, LINES, 10)), options=SMALL, key=key)


def codes(found):
    return [finding.code for finding in found.findings]


def test_what_is_written_verifies_and_reads_back(written, key, runner):
    found = verify_log(written, key.public)
    assert (found.lines, found.signed, found.first_bad, found.findings) == (LINES, LINES, None, ())
    assert found.kept == dict.fromkeys(["approve", "block", "invalid", "review"], LINES // 4)
    read = pl.concat(read_batches(written, size=7))
    decided = runner.batch(events(LINES), hits=True)
    assert read["seq"].to_list() == list(range(LINES))
    assert read["event"].to_list() == events(LINES)["id"].to_list()
    for column in ("outcome", "rule"):
        assert read[column].equals(decided[column].cast(pl.String))
    assert read["hits"].to_list() == decided["hits"].cast(pl.List(pl.String)).to_list()
    assert read["missing"].to_list() == [["amount"] if row % 4 == 2 else [] for row in range(LINES)]
    assert abs(read["at"].max() - datetime.now(UTC)) < timedelta(minutes=5)


def test_a_log_goes_on_where_it_ended(written, write, key):
    write(events(5, LINES), options=SMALL, key=key)
    assert verify_log(written, key.public).lines == LINES + 5
    assert event_ids(written) == events(LINES + 5)["id"].to_list()
    assert [record["event"] for record in find_records(written, last=3)] == ["t42", "t43", "t44"]
    assert [record["id"] for record in find_records(written, event="t7")] == [7]
    assert len(find_records(written, outcome="block", last=100)) == LINES // 4 + 1


def test_reading_may_start_anywhere(written):
    assert pl.concat(read_batches(written, first=23))["seq"].to_list() == list(range(23, LINES))


def with_text(rows, place, text, seal=None):
    return [*rows[:place], (rows[place][0], text, seal or rows[place][2]), *rows[place + 1 :]]


def approved(text):
    return text.replace(b'"outcome":"block"', b'"outcome":"approve"')


def edited_and_sealed(rows):
    text = approved(rows[7][1])
    return with_text(rows, 7, text, hashlib.sha256(rows[6][2] + text).digest())


def renumbered(rows):
    return [(seq, text, seal) for seq, (_, text, seal) in enumerate(rows)]


DAMAGE = {
    "a text is edited": (lambda rows: with_text(rows, 7, approved(rows[7][1])), 7, "log-broken"),
    "a text and its seal are edited": (edited_and_sealed, 8, "log-broken"),
    "a text is no JSON": (lambda rows: with_text(rows, 7, b"no JSON"), 7, "log-broken"),
    "a seal is edited": (lambda rows: with_text(rows, 7, rows[7][1], bytes(32)), 7, "log-broken"),
    "a seal is cut": (lambda rows: with_text(rows, 7, rows[7][1], rows[7][2][:31]), 7, "log-broken"),
    "a line is deleted": (lambda rows: rows[:7] + rows[8:], 7, "log-broken"),
    "lines are deleted and the rest moved up": (lambda r: renumbered(r[:7] + r[9:]), 7, "log-broken"),
    "the first line is deleted": (lambda rows: rows[1:], 0, "log-broken"),
    "lines are swapped": (lambda r: renumbered([*r[:7], r[8], r[7], *r[9:]]), 7, "log-broken"),
    "a line is there twice": (lambda r: renumbered([*r[:8], *r[7:]]), 8, "log-broken"),
    "the last lines are cut off": (lambda rows: rows[:-5], LINES - 5, "log-truncated"),
    "every line is gone": (lambda rows: rows[:0], 0, "log-truncated"),
    "a text is forged, and every seal from it on": (
        lambda rows: sealed_anew(with_text(rows, 17, approved(rows[3][1])), 17), 10, "log-signature"),
}  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGE)
def test_damage_is_named_with_the_first_bad_line(written, key, damage):
    change, first_bad, code = DAMAGE[damage]
    rewrite(written, change)
    found = verify_log(written, key.public)
    assert found.first_bad == first_bad
    assert code in codes(found)
    assert found.lines <= max(first_bad, LINES if code == "log-signature" else 0)


UNSEEN = ("the last lines are cut off", "every line is gone", "a text is forged, and every seal from it on")
"""What nobody can tell who has no head."""


@pytest.mark.parametrize("damage", [damage for damage in DAMAGE if damage not in UNSEEN])
def test_nothing_is_added_to_a_log_whose_end_is_damaged(written, key, damage):
    change, first_bad, _ = DAMAGE[damage]
    drop_heads(written)  # so that its end is all of it
    rewrite(written, change)
    with pytest.raises(LogError, match=f"damaged: its lines from ({first_bad}|0) on"):
        open_log(written, SMALL, key)


def test_a_log_that_is_shorter_than_its_head_is_not_gone_on_with(written, key):
    rewrite(written, lambda rows: rows[:-5])
    with pytest.raises(LogError, match="its last head is of line 39, which is absent"):
        open_log(written, SMALL, key)


def test_a_log_replaced_as_a_whole_lacks_the_signature(written, key):
    rewrite(written, lambda rows: sealed_anew(with_text(rows, 3, approved(rows[3][1])), 3))
    drop_heads(written)
    found = verify_log(written, key.public)
    assert "log-unsigned" in codes(found)
    assert found.signed == 0


def test_a_number_that_is_left_out_is_told_of_even_if_the_chain_is_forged_around_it(written):
    rewrite(written, lambda rows: sealed_anew([*rows[:7], *rows[8:]], 7))
    drop_heads(written)
    found = verify_log(written)
    in_files = "it holds record 8: lines were moved, dropped or put in"  # where a line's place is its number
    message = in_files if Path(written).is_dir() else "it is absent"
    assert (found.first_bad, found.findings[0].message) == (7, message)


def test_a_line_that_is_no_record_is_bad_however_well_it_is_sealed(written):
    rewrite(written, lambda rows: sealed_anew(with_text(rows, 7, b"no record"), 7))
    drop_heads(written)
    found = verify_log(written)
    assert (found.first_bad, found.findings[0].message) == (7, "it is sealed, and no record of a decision")


def test_heads_of_another_key_do_not_hold(written, key, tmp_path):
    other = new_key("other", tmp_path / "keys")
    valid = other.public.model_copy(
        update={"since": key.public.since}
    )  # it may be made a second after the heads
    found = verify_log(written, valid)
    assert codes(found) == ["log-signature"] * 4 + ["log-unsigned"]
    assert "the signature of other does not hold" in str(found.findings[0])


def test_a_head_signed_after_the_key_expired_does_not_hold(written, key):
    past = datetime.now(UTC) - timedelta(days=1)
    expired = key.public.model_copy(update={"until": past})
    assert "expired" in str(verify_log(written, expired).findings[0])


def test_an_expired_key_is_refused_at_the_start(where, tmp_path):
    until = datetime.now(UTC) - timedelta(seconds=5)
    with pytest.raises(SignatureError, match="expired"):
        open_log(where, None, new_key("late", tmp_path, until))


def test_unsigned_heads_are_told_of(write, key):
    where = write(events(10))
    assert verify_log(where).notes == ("no head is signed",)
    found = verify_log(where, key.public)
    assert codes(found) == ["log-unsigned", "log-unsigned"]


def test_without_a_key_signatures_are_not_checked_and_that_is_said(written):
    found = verify_log(written)
    assert (found.findings, found.signed) == ((), None)
    assert found.notes == ("signatures were not checked: no key was given",)


def test_lines_after_the_last_head_are_vouched_for_by_nobody(where, written, key, runner):
    from rulekit.log.runner import LoggedRunner

    log = open_log(where, SMALL.model_copy(update={"segment": 1000}), key)
    LoggedRunner(runner, log, "id").batch(events(3, LINES))
    found = verify_log(where, key.public)
    assert (codes(found), found.signed, found.lines) == (["log-unsigned"], LINES, LINES + 3)
    assert log.sign().seq == LINES + 2
    assert log.sign() is None
    assert verify_log(where, key.public).findings == ()
    log.close()


def test_a_head_that_was_kept_elsewhere_tells_of_a_log_that_was_put_back(written, key):
    kept = verify_log(written, key.public).head
    rewrite(written, lambda rows: rows[:20])
    drop_heads(written)
    assert verify_log(written).findings == ()
    assert codes(verify_log(written, known_head=kept)) == ["log-truncated"]
    stranger = kept.model_copy(update={"log": "another"})
    assert codes(verify_log(written, known_head=stranger)) == ["log-broken"]


def test_a_head_whose_counts_are_edited_does_not_hold(written, key):
    kept = verify_log(written, key.public).head
    edited = Head.model_validate({**kept.document(), "kept": {"approve": 40}})
    found = verify_log(written, key.public, known_head=edited)
    assert "it counts other decisions" in str(found.findings[0])


def test_records_are_as_their_texts(written):
    for text in pl.concat(read_batches(written))["text"]:
        record = record_from_text(text.encode())
        assert record.id == json.loads(text)["id"]
