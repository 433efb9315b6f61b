"""What verifying says of a log that was written here; damage of every kind is in tests/log/test_chain.py."""

import json

import pytest
from logs import drop_heads, events, rewrite

from rulekit.keys import new_key
from rulekit.log.options import LogOptions
from rulekit.log.read.verify import verify_log
from rulekit.log.runner import LoggedRunner
from rulekit.log.write.writer import open_log


@pytest.fixture
def key(tmp_path):
    return new_key("site", tmp_path / "keys")


@pytest.fixture
def place(tmp_path, runner, key):
    where = tmp_path / "log.sqlite"
    with open_log(where, LogOptions(segment=4), key) as log:
        logged = LoggedRunner(runner, log, "id")
        for first in range(0, 12, 4):
            logged.batch(events(4, first))
    return str(where)


def test_a_sound_log(place, key):
    found = verify_log(place, key.public)
    assert (found.lines, found.first_bad, found.signed, found.findings, found.notes) == (12, None, 12, (), ())
    assert found.kept == {"approve": 3, "block": 3, "invalid": 3, "review": 3}
    assert found.head.seq == 11
    assert repr(found) == f"<Verification {place}: 12 lines hold, 12 signed, no findings>"
    assert json.loads(found.to_json())["lines"] == 12


def test_without_a_key_signatures_are_not_checked(place):
    found = verify_log(place)
    assert (found.signed, found.notes) == (None, ("signatures were not checked: no key was given",))


def test_a_log_without_heads_is_unsigned(place, key):
    drop_heads(place)
    (finding,) = verify_log(place, key.public).findings
    assert (finding.code, finding.subject, finding.count) == ("log-unsigned", "lines from 0 on", 12)
    assert verify_log(place).findings == ()


@pytest.mark.parametrize("bad", [0, 5, 11])
def test_the_first_bad_line_is_named(place, key, bad):
    def change(rows):
        seq, text, digest = rows[bad]
        return [*rows[:bad], (seq, text.replace(b'"took_ns"', b'"took_nS"'), digest), *rows[bad + 1 :]]

    rewrite(place, change)
    found = verify_log(place, key.public)
    assert (found.first_bad, found.lines) == (bad, bad)
    assert found.findings[0].code == "log-broken"
    assert found.findings[0].subject == f"line {bad}"
    assert sum(found.kept.values()) == bad
    assert found.signed <= bad
    assert "findings" in repr(found)


def test_lines_that_a_head_knows_of_and_are_gone(place, key):
    rewrite(place, lambda rows: rows[:9])
    found = verify_log(place, key.public)
    truncated = next(finding for finding in found.findings if finding.code == "log-truncated")
    assert (truncated.subject, truncated.count) == ("line 9", 3)
    assert found.first_bad == 9


def test_a_head_kept_elsewhere_finds_what_was_cut_off_with_its_heads(place, key):
    kept = verify_log(place).head
    drop_heads(place)
    rewrite(place, lambda rows: rows[:8])
    assert verify_log(place).findings == ()
    (finding, *_) = verify_log(place, known_head=kept).findings
    assert finding.code == "log-truncated"
    stranger = kept.model_copy(update={"log": "another"})
    assert verify_log(place, known_head=stranger).findings[0].code == "log-broken"
