"""Where a log stands: from its last head and the lines since, by a store that is a list."""

from collections import Counter

import pytest

from rulekit.errors import LogError
from rulekit.log.chain import chain_hashes, first_hash
from rulekit.log.counts import DecisionCounts
from rulekit.log.heads import head_text, new_head
from rulekit.log.record import line_text
from rulekit.log.stores.base import Lines
from rulekit.log.write.state import State, resume_state

HEADER = b"header"
TEXTS = [
    line_text({"artifact": "a", "id": n, "outcome": "yes" if n % 2 else "no", "rule": None}) for n in range(6)
]
HASHES = chain_hashes(first_hash(HEADER), TEXTS)


class Listed:
    """A store whose lines are a list, read a few at a time."""

    where = "memory"

    def __init__(self, texts, hashes, heads=()):
        self.texts, self.hashes, self.head_texts = texts, hashes, list(heads)

    def heads(self):
        return self.head_texts

    def read(self, first=0, size=4):
        for start in range(first, len(self.texts), size):
            yield Lines(start, self.texts[start : start + size], self.hashes[start : start + size])


def head_at(seq):
    counts = DecisionCounts()
    counts.add(TEXTS[: seq + 1])
    return head_text(new_head("log", seq, HASHES[seq], counts, None))


def test_an_empty_log_stands_at_its_header():
    state = resume_state(Listed([], []), HEADER)
    assert (state.end, state.chain_hash, state.counts.total, state.since_head) == (
        0,
        first_hash(HEADER),
        0,
        0,
    )


@pytest.mark.parametrize(("heads", "since"), [([], 6), ([2], 3), ([1, 3], 2), ([5], 0)])
def test_the_state_is_the_same_wherever_the_last_head_is(heads, since):
    state = resume_state(Listed(TEXTS, HASHES, map(head_at, heads)), HEADER)
    assert (state.end, state.chain_hash, state.since_head) == (6, HASHES[-1], since)
    assert state.counts.kept == Counter(yes=3, no=3)


def test_nothing_is_added_to_a_damaged_log():
    changed = [*TEXTS[:4], b"{}", TEXTS[5]]
    with pytest.raises(LogError, match="the log is damaged: its lines from 4 on do not follow"):
        resume_state(Listed(changed, HASHES), HEADER)
    with pytest.raises(LogError, match="its lines from 0 on"):
        resume_state(Listed(TEXTS, HASHES), b"another header")


@pytest.mark.parametrize(
    "store",
    [
        Listed(TEXTS[:2], HASHES[:2], [head_at(3)]),
        Listed(TEXTS, [*HASHES[:3], bytes(32), *HASHES[4:]], [head_at(3)]),
    ],
)
def test_a_head_of_a_line_that_is_not_there_is_damage(store):
    with pytest.raises(LogError, match="its last head is of line 3, which is absent or another one"):
        resume_state(store, HEADER)


def test_a_state_advances_by_what_was_written():
    state = State(0, first_hash(HEADER), DecisionCounts())
    note = line_text({"id": 0, "sampled": {"no": 4}})
    texts = [note, TEXTS[1]]
    state.advance(Lines(0, texts, chain_hashes(state.chain_hash, texts)), [note], Counter(yes=1))
    assert (state.end, state.since_head) == (2, 2)
    assert state.chain_hash == chain_hashes(first_hash(HEADER), texts)[-1]
    assert state.counts.by_kind() == {"kept": {"yes": 1}, "sampled": {"no": 4}, "lost": {}}
