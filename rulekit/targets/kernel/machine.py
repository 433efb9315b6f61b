"""The fused kernel: loops that know nothing of any ruleset, driven by the tables of a :class:`Plan`.

Events go in blocks of 512, column by column. A literal is one bit an event: 64 compares give one word, and what
the rules do with literals (and, or, first hit) is then one instruction for 64 events or more. The compares
of one feature and sign stand together, so that a column is read once for all their thresholds.

Numba's own vectoriser does not turn compares into bits, so that one step is spelled in LLVM's vector types,
which every processor has or splits: ``fcmp <8 x double>`` is one instruction with AVX-512, two with AVX2.

Numba keys its cache on disk by this file alone: all compiled code stays in it.
"""

from __future__ import annotations

import hashlib
from importlib import resources
from typing import Any

import numpy as np
from numba import carray, njit

from rulekit.targets.kernel.lanes import (
    IS_NUMBER,
    STRIDE,
    add_where,
    at,
    compare_words,
    join_all,
    join_any,
    lowest_bit,
    take_all_hits,
    take_first_hit,
    unowned,
)
from rulekit.targets.kernel.tables import (
    BLOCK,
    BOOL,
    CHAPTER,
    FLOAT32,
    FLOAT64,
    INT64,
    IS_MISSING,
    IS_PRESENT,
    IS_TRUE,
    SIGNS,
    WORDS,
)

_ONES = np.uint64(0xFFFFFFFFFFFFFFFF)
_ONE = np.uint64(1)
_ZERO = np.uint64(0)
_NONE = np.uint32(0)


_inner = njit(nogil=True, no_cpython_wrapper=True, no_cfunc_wrapper=True, error_model="numpy")
"""Compiles what only compiled code calls."""


@_inner
def _copy(source: Any, count: Any, target: Any) -> None:
    old, new = carray(at(source), count, np.uint8), carray(at(target), count, np.uint8)
    for i in range(count):
        new[i] = old[i]


@_inner
def _compare(
    which: Any, size: Any, values: Any, events: Any, thresholds: Any, count: Any, out: Any, tail: Any
) -> None:
    """Compare the events of a block; the last few are padded to 64."""
    words = events // 64
    compare_words(which, values, words, thresholds, count, out)
    if 64 * words < events:
        _copy(values + 64 * words * size, (events - 64 * words) * size, tail)
        compare_words(which, tail, 1, thresholds, count, out + 8 * words)


@_inner
def _and_bits(address: Any, first: Any, events: Any, out: Any, row: Any) -> None:
    """Keep the bits of a row that are set in memory too; ``first`` is a multiple of 64."""
    count = (events + 7) // 8
    source = carray(at(address + first // 8), count, np.uint8)
    for w in range(WORDS):
        word = _ZERO
        for i in range(8 * w, min(8 * w + 8, count)):
            word |= np.uint64(source[i]) << np.uint64(8 * (i % 8))
        out[row, w] &= word


@_inner
def _size(kind: Any) -> int:
    return 8 if kind in (FLOAT64, INT64) else 4


@_inner
def _put_on_grid(kind: Any, address: Any, events: Any, plan: Any, f: Any, grid: Any) -> None:
    """Put a column on the grid of its feature, in least significant bits; NaN, which is masked, becomes 0."""
    scale, low, high = plan.scale[f], plan.low[f], plan.high[f]
    doubles, floats = carray(at(address), events, np.float64), carray(at(address), events, np.float32)
    longs, ints = carray(at(address), events, np.int64), carray(at(address), events, np.int32)
    for i in range(events):
        if kind == FLOAT64:
            value = doubles[i]
        elif kind == FLOAT32:
            value = np.float64(floats[i])
        else:
            value = np.float64(longs[i] if kind == INT64 else ints[i])
        scaled = min(max(value * scale, low), high)
        ticks = np.floor(scaled) if plan.floor else np.rint(scaled)
        if plan.floor and value < 0 and scaled == 0 and low < 0:
            ticks = -1.0  # too small for a float64 once scaled, and below 0 all the same
        grid[f, i] = np.int64(ticks) if value == value else 0  # noqa: PLR0124 - NaN


@_inner
def _read_features(plan: Any, columns: Any, start: Any, events: Any, scratch: Any) -> None:
    """Find which events of a block have each feature, and put bools and grids where the compares look."""
    zero, tail, present = scratch.zero.ctypes.data, scratch.tail.ctypes.data, scratch.present
    for f in range(len(columns.kind)):
        kind, size = columns.kind[f], _size(columns.kind[f])
        address = columns.values[f] + start * size
        present[f, :] = _ONES
        if kind == BOOL:
            scratch.bits[f, :] = _ONES
            _and_bits(columns.values[f], start, events, scratch.bits, f)
        elif plan.watched[f] and kind in (FLOAT64, FLOAT32):
            out = present.ctypes.data + f * STRIDE
            _compare(IS_NUMBER + (kind == FLOAT32), size, address, events, zero, 1, out, tail)
        if plan.scale[f] != 0:
            _put_on_grid(kind, address, events, plan, f, scratch.grid)
        if columns.valid[f] != 0:
            _and_bits(columns.valid[f], start, events, present, f)


@_inner
def _decide_literals(
    plan: Any, columns: Any, start: Any, events: Any, scratch: Any, first: Any, last: Any
) -> None:
    """Decide the literals of some groups; none holds where the feature is missing, but `is missing`."""
    slots, tail = scratch.slots, scratch.tail.ctypes.data
    for group in range(first, last):
        f, op, literal = plan.group_feature[group], plan.group_op[group], plan.group_start[group]
        count, kind = plan.group_start[group + 1] - literal, columns.kind[f]
        if op >= len(SIGNS):
            for w in range(WORDS):
                slots[literal, w] = _word(op, scratch.bits[f, w], scratch.present[f, w])
            continue
        values = columns.values[f] + start * _size(kind)
        if plan.scale[f] != 0:
            kind, values = INT64, scratch.grid.ctypes.data + f * BLOCK * 8
        thresholds, out = plan.value.ctypes.data + 8 * literal, slots.ctypes.data + literal * STRIDE
        _compare(6 * kind + op, _size(kind), values, events, thresholds, count, out, tail)
        if plan.watched[f] or columns.valid[f] != 0:
            for k in range(literal, literal + count):
                for w in range(WORDS):
                    slots[k, w] &= scratch.present[f, w]


@_inner
def _word(op: Any, bits: Any, present: Any) -> Any:
    """Return 64 answers of a literal that compares with no number."""
    if op == IS_MISSING:
        return ~present
    if op == IS_PRESENT:
        return present
    return bits & present if op == IS_TRUE else ~bits & present


@_inner
def _decide_nodes(plan: Any, slots: Any, first: Any, last: Any) -> None:
    """Join the slots of each node's children."""
    base, child = slots.ctypes.data, plan.child.ctypes.data
    for node in range(first, last):
        begin, count = plan.node_start[node], plan.node_start[node + 1] - plan.node_start[node]
        out = base + (len(plan.value) + node) * STRIDE
        if plan.node_any[node]:
            join_any(base, child + 8 * begin, count, out)
        else:
            join_all(base, child + 8 * begin, count, out)


@_inner
def _add_points(plan: Any, slots: Any, sums: Any, first: Any, last: Any) -> None:
    """Add the points of each rule for every event that it hits."""
    for rule in range(first, last):
        for w in range(WORDS):
            word = slots[plan.root[rule], w]
            if word != _ZERO:
                add_where(word, sums.ctypes.data + 512 * w, plan.points[rule])


@_inner
def _begin_block(plan: Any, events: Any, scratch: Any) -> None:
    """Mark which events of a block are there and lack nothing that is required."""
    valid, codes = scratch.valid, scratch.codes
    for w in range(WORDS):
        left = min(max(events - 64 * w, 0), 64)
        valid[w] = _ONES if left == 64 else (_ONE << np.uint64(left)) - _ONE
    codes[:] = len(plan.root) + 1
    for f in range(len(plan.required)):
        if plan.required[f]:
            for w in range(WORDS):
                valid[w] &= scratch.present[f, w]
    if plan.required.any():
        for event in range(events):
            if valid[event // 64] >> np.uint64(event % 64) & _ONE == _ZERO:
                codes[event] = len(plan.root)
    scratch.undecided[:] = valid


@_inner
def _take_hits(
    plan: Any, slots: Any, chapter: Any, start: Any, events: Any, scratch: Any, answer: Any
) -> None:
    """Let the rules of a chapter decide: the first hit, the sum of points, and all hits."""
    first, last = plan.chapter[chapter, 2], plan.chapter[chapter + 1, 2]
    words, roots = slots.ctypes.data, plan.root.ctypes.data + 8 * first
    if plan.is_score:
        _add_points(plan, slots, scratch.sums, first, last)
    else:
        codes = scratch.codes.ctypes.data
        for w in range(WORDS):
            undecided = scratch.undecided[w]
            scratch.undecided[w] ^= take_first_hit(
                words + 8 * w, roots, last - first, undecided, first, codes + 256 * w
            )
    if answer.masks.shape[1] > 0:
        masks = scratch.masks.ctypes.data
        for w in range(WORDS):
            take_all_hits(words + 8 * w, roots, last - first, scratch.valid[w], masks + 256 * w)
        for event in range(events):
            answer.masks[start + event, chapter] = scratch.masks[event]


@_inner
def _count_steps(plan: Any, ladder: Any, events: Any, scratch: Any) -> None:
    """Replace codes by how many thresholds the points reach; one more than there are for an invalid event."""
    codes, sums = scratch.codes, scratch.sums
    codes[:] = 0
    for step in range(len(ladder)):
        for event in range(BLOCK):
            codes[event] += np.uint32(sums[event] >= ladder[step])
    if plan.required.any():
        for event in range(events):
            if scratch.valid[event // 64] >> np.uint64(event % 64) & _ONE == _ZERO:
                codes[event] = len(ladder) + 1


@_inner
def _write_codes(codes: Any, table: Any, address: Any, size: Any, events: Any) -> None:
    """Write the table's entry for each code, in 1, 2 or 4 bytes."""
    bytes_, words = carray(at(address), events, np.uint8), carray(at(address), events, np.uint16)
    if size == 1:
        for i in range(events):
            bytes_[i] = table[codes[i]]
    elif size == 2:
        for i in range(events):
            words[i] = table[codes[i]]
    else:
        longs = carray(at(address), events, np.uint32)
        for i in range(events):
            longs[i] = table[codes[i]]


@_inner
def _write_rules(codes: Any, rules: Any, address: Any, size: Any, events: Any) -> None:
    """Write the codes that are rules, and 0 for the others, in 1, 2 or 4 bytes."""
    bytes_, words = carray(at(address), events, np.uint8), carray(at(address), events, np.uint16)
    if size == 1:
        for i in range(events):
            bytes_[i] = codes[i] if codes[i] < rules else _NONE
    elif size == 2:
        for i in range(events):
            words[i] = codes[i] if codes[i] < rules else _NONE
    else:
        longs = carray(at(address), events, np.uint32)
        for i in range(events):
            longs[i] = codes[i] if codes[i] < rules else _NONE


@_inner
def _write_columns(plan: Any, effects: Any, target: Any, start: Any, events: Any, scratch: Any) -> None:
    """Write outcome, rule and validity of a block; its codes are used up."""
    decided = scratch.undecided  # under SCORE no rule decides alone, so that these are the valid events still
    if plan.is_score:
        _count_steps(plan, effects.ladder, events, scratch)
    else:
        for w in range(WORDS):
            decided[w] ^= scratch.valid[w]
        address = target.rule + start * target.rule_size
        _write_rules(scratch.codes, np.uint32(len(plan.root)), address, target.rule_size, events)
    _copy(decided.ctypes.data, (events + 7) // 8, target.valid + start // 8)
    address = target.outcome + start * target.outcome_size
    _write_codes(scratch.codes, effects.outcome, address, target.outcome_size, events)


@_inner
def _decide_block(
    plan: Any, effects: Any, columns: Any, answer: Any, target: Any, start: Any, events: Any, scratch: Any
) -> None:
    _read_features(plan, columns, start, events, scratch)
    _begin_block(plan, events, scratch)
    wants_all = plan.is_score or answer.masks.shape[1] > 0
    for chapter in range(len(plan.chapter) - 1):
        if not wants_all and not scratch.undecided.any():
            break
        groups, nodes, _ = plan.chapter[chapter]
        groups_end, nodes_end, _ = plan.chapter[chapter + 1]
        _decide_literals(plan, columns, start, events, scratch, groups, groups_end)
        _decide_nodes(plan, scratch.slots, nodes, nodes_end)
        _take_hits(plan, scratch.slots, chapter, start, events, scratch, answer)
    if answer.codes.shape[0] > 0:
        answer.codes[start : start + events] = scratch.codes[:events]
    if target.outcome != 0:
        _write_columns(plan, effects, target, start, events, scratch)
    if plan.is_score:
        answer.scores[start : start + events] = scratch.sums[:events]
        scratch.sums[:] = 0


@_inner
def _decide(
    plan: Any, effects: Any, columns: Any, answer: Any, target: Any, start: Any, stop: Any, scratch: Any
) -> None:
    for first in range(start, stop, BLOCK):
        _decide_block(plan, effects, columns, answer, target, first, min(BLOCK, stop - first), scratch)


@_inner
def _count_hits(masks: Any, ends: Any) -> None:
    for event in range(len(masks)):
        hits = 0
        for word in range(masks.shape[1]):
            some = masks[event, word]
            while some != 0:
                some &= some - np.uint32(1)
                hits += 1
        ends[event + 1] = ends[event] + hits


@_inner
def _list_hits(masks: Any, rules: Any) -> None:
    place = 0
    for event in range(len(masks)):
        for word in range(masks.shape[1]):
            some = masks[event, word]
            while some != 0:
                rules[place] = CHAPTER * word + lowest_bit(some)
                some &= some - np.uint32(1)
                place += 1


def _entries(stamp: str) -> tuple[Any, Any, Any]:
    """Return the functions that Python calls; each answers with the stamp.

    Numba keys its cache by the time and size of a file, which an installer may set alike for two versions. A
    variable that a function closes over is part of the key too: ``stamp`` is the digest of what is compiled.
    """
    entry = njit(nogil=True, cache=True, no_cfunc_wrapper=True, error_model="numpy")

    @entry
    def decide(
        plan: Any, effects: Any, columns: Any, answer: Any, target: Any, start: Any, stop: Any, scratch: Any
    ) -> str:
        """Decide the events from ``start``, a multiple of 512, to ``stop``."""
        bare = unowned(plan), unowned(effects), unowned(columns), unowned(answer), target
        _decide(*bare, start, stop, unowned(scratch))
        return stamp

    @entry
    def count_hits(masks: Any, ends: Any) -> str:
        """Fill ``ends``, int64, shape (n + 1,): where the hits of each event begin."""
        _count_hits(masks, ends)
        return stamp

    @entry
    def list_hits(masks: Any, rules: Any) -> str:
        """Fill ``rules``, uint32, shape (hits,): the rules that hit, event by event."""
        _list_hits(masks, rules)
        return stamp

    return decide, count_hits, list_hits


def _digest() -> str:
    """Return the digest of the sources of what is compiled."""
    folder = resources.files("rulekit.targets.kernel")
    sources = [(folder / name).read_bytes() for name in ("tables.py", "lanes.py", "machine.py")]
    return hashlib.sha256(b"".join(sources)).hexdigest()


decide, count_hits, list_hits = _entries(_digest())
