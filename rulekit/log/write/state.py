"""The state of a log at its end: what the next line needs, and the decisions so far."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from rulekit.errors import LogError, Where
from rulekit.log.chain import chain_hashes, first_hash
from rulekit.log.counts import DecisionCounts
from rulekit.log.heads import Head, head_from_text
from rulekit.log.stores.base import Lines, Store


@dataclass(slots=True)
class State:
    """Where a log ends: what the next line needs.

    Attributes
    ----------
    end : number of the next line.
    chain_hash : hash of the line before it, 32 bytes.
    counts : decisions so far.
    since_head : lines since the last head.

    """

    end: int
    chain_hash: bytes
    counts: DecisionCounts
    since_head: int = 0

    def advance(self, lines: Lines, notes: Sequence[bytes], kept: Counter[str]) -> None:
        """Account for lines that were written: notes first, then records that have these outcomes."""
        self.counts.add(notes)
        self.counts.kept += kept
        self.end, self.chain_hash = lines.end, lines.hashes[-1]
        self.since_head += len(lines.texts)


def resume_state(store: Store, header: bytes) -> State:
    """Return the state of a log, from its last head and the lines after it.

    Raises
    ------
    LogError
        when these lines do not follow from the head: nothing may be added to a damaged log.

    """
    heads = store.heads()
    head = head_from_text(heads[-1]) if heads else None
    state = _state_of(store, head) if head else State(0, first_hash(header), DecisionCounts())
    for lines in store.read(state.end):
        hashes = chain_hashes(state.chain_hash, lines.texts)
        if lines.first != state.end or hashes != lines.hashes:
            raise _damaged(store, f"its lines from {state.end} on do not follow from each other")
        state.counts.add(lines.texts)
        state.end, state.chain_hash = lines.end, hashes[-1]
        state.since_head += len(hashes)
    return state


def _state_of(store: Store, head: Head) -> State:
    last = next(store.read(head.seq, 1), None)
    if last is None or last.first != head.seq or last.hashes != [head.hash_bytes]:
        raise _damaged(store, f"its last head is of line {head.seq}, which is absent or another one")
    counts = DecisionCounts(Counter(head.kept), Counter(head.sampled), Counter(head.lost))
    return State(head.seq + 1, head.hash_bytes, counts)


def _damaged(store: Store, why: str) -> LogError:
    hint = "`rulekit log verify` names the first bad line; start another log"
    return LogError(f"the log is damaged: {why}", where=Where(file=store.where), hint=hint)
