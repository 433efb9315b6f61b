"""Where a log stands: what the next line is sealed upon, and the decisions so far."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from rulekit.errors import LogError, Where
from rulekit.log.chain import first_seal, seals_of
from rulekit.log.heads import Head, head_from_text
from rulekit.log.stores.base import Lines, Store
from rulekit.log.tally import Tally


@dataclass(slots=True)
class State:
    """The number of the next line, the seal before it, the decisions so far, and the lines since the last head."""

    end: int
    seal: bytes
    tally: Tally
    since_head: int = 0

    def advance(self, lines: Lines, notes: Sequence[bytes], kept: Counter[str]) -> None:
        """Take in lines that were written: notes first, then records that have these outcomes."""
        self.tally.add(notes)
        self.tally.kept += kept
        self.end, self.seal = lines.end, lines.seals[-1]
        self.since_head += len(lines.texts)


def resumed(store: Store, genesis: bytes) -> State:
    """Return where a log stands, from its last head and the lines since.

    Raises
    ------
    LogError
        when these lines do not follow from the head: nothing may be added to a damaged log.

    """
    heads = store.heads()
    head = head_from_text(heads[-1]) if heads else None
    state = _state_of(store, head) if head else State(0, first_seal(genesis), Tally())
    for lines in store.read(state.end):
        seals = seals_of(state.seal, lines.texts)
        if lines.first != state.end or seals != lines.seals:
            raise _damaged(store, f"its lines from {state.end} on do not follow from each other")
        state.tally.add(lines.texts)
        state.end, state.seal = lines.end, seals[-1]
        state.since_head += len(seals)
    return state


def _state_of(store: Store, head: Head) -> State:
    last = next(store.read(head.seq, 1), None)
    if last is None or last.first != head.seq or last.seals != [head.seal]:
        raise _damaged(store, f"its last head is of line {head.seq}, which is absent or another one")
    tally = Tally(Counter(head.kept), Counter(head.sampled), Counter(head.lost))
    return State(head.seq + 1, head.seal, tally)


def _damaged(store: Store, why: str) -> LogError:
    hint = "`rulekit log verify` names the first bad line; start another log"
    return LogError(f"the log is damaged: {why}", where=Where(file=store.where), hint=hint)
