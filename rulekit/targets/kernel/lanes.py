"""The steps of the kernel that numba's own vectoriser does not find, spelled in LLVM's vector types.

Numba does not turn compares into bits. ``fcmp <8 x double>`` does: it is one instruction with AVX-512, two with
AVX2, and LLVM splits it for any other processor. Every function here works on 64 events, or 512, at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic

from rulekit.targets.kernel.tables import FLOAT32, FLOAT64, INT32, INT64, SIGNS, WORDS

_I32, _I64 = ir.IntType(32), ir.IntType(64)
_EVENTS = ir.VectorType(ir.IntType(1), 64)
STRIDE = WORDS * 8
"""Bytes from one slot to the next."""


def _pointer(builder: Any, address: Any, offset: int, kind: Any) -> Any:
    return builder.inttoptr(builder.add(address, ir.Constant(_I64, offset)), kind.as_pointer())


def _splat(builder: Any, number: Any, vector: Any) -> Any:
    none = ir.Constant(vector, ir.Undefined)
    first = ir.Constant(ir.VectorType(_I32, vector.count), [0] * vector.count)
    return builder.shuffle_vector(builder.insert_element(none, number, ir.Constant(_I32, 0)), none, first)


_NUMBERS = {FLOAT64: ir.DoubleType(), FLOAT32: ir.FloatType(), INT64: _I64, INT32: _I32}
_COMPARES = [(kind, sign) for kind in _NUMBERS for sign in SIGNS] + [(FLOAT64, "ord"), (FLOAT32, "ord")]
"""What :func:`compare_words` can do, by number: kind * 6 + sign, then whether a float is a number."""
IS_NUMBER = len(_COMPARES) - 2


def _define_compare(module: Any, kind: int, sign: str) -> Any:
    """Return a function of the module that compares ``words`` times 64 events with ``count`` thresholds."""
    name = f"rulekit_compare_{kind}_{SIGNS.index(sign) if sign in SIGNS else sign}"
    if name in module.globals:
        return module.globals[name]
    function = ir.Function(module, ir.FunctionType(ir.VoidType(), [_I64] * 5), name)
    function.linkage = "internal"
    builder = ir.IRBuilder(function.append_basic_block())
    values, words, thresholds, count, out = function.args
    number = _NUMBERS[kind]
    size = 8 if kind in {FLOAT64, INT64} else 4
    with cgutils.for_range(builder, words) as loop:
        column = builder.add(values, builder.mul(loop.index, ir.Constant(_I64, 64 * size)))
        word = builder.add(out, builder.mul(loop.index, ir.Constant(_I64, 8)))
        _compare_word(builder, sign, number, 64 // size, column, thresholds, count, word)
    builder.ret_void()
    return function


def _compare_word(
    builder: Any, sign: str, number: Any, lanes: int, values: Any, thresholds: Any, count: Any, out: Any
) -> None:
    """Emit the compares of 64 events, which stay in registers, with each threshold in turn."""
    vector, bits, size = ir.VectorType(number, lanes), ir.IntType(lanes), 64 // lanes
    events = [builder.load(_pointer(builder, values, k * 64, vector), align=size) for k in range(size)]
    ordered = builder.icmp_signed if isinstance(number, ir.IntType) else builder.fcmp_ordered
    with cgutils.for_range(builder, count) as loop:
        at = builder.add(thresholds, builder.mul(loop.index, ir.Constant(_I64, 8)))
        threshold = _splat(builder, builder.load(_pointer(builder, at, 0, number)), vector)
        word = builder.add(out, builder.mul(loop.index, ir.Constant(_I64, STRIDE)))
        for k, event in enumerate(events):
            answer = builder.bitcast(ordered(sign, event, threshold), bits)
            builder.store(answer, _pointer(builder, word, k * lanes // 8, bits), align=1)


@intrinsic
def compare_words(
    typing: Any, which: Any, values: Any, words: Any, thresholds: Any, count: Any, out: Any
) -> Any:
    """Compare ``words`` times 64 events of a column with ``count`` thresholds; one bit an event, to ``out``."""
    del typing, which, values, words, thresholds, count, out

    def emit(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        del signature
        number, *rest = arguments
        after = builder.append_basic_block()
        switch = builder.switch(number, after)
        for place, (kind, sign) in enumerate(_COMPARES):
            case = builder.append_basic_block()
            switch.add_case(ir.Constant(_I64, place), case)
            builder.position_at_end(case)
            builder.call(_define_compare(builder.module, kind, sign), rest)
            builder.branch(after)
        builder.position_at_end(after)
        return context.get_dummy_value()

    return types.void(*[types.int64] * 6), emit


def _join(operation: str, start: int) -> Any:
    """Return a function that joins the slots of ``count`` children into one, 512 events at once."""
    vector = ir.VectorType(_I64, WORDS)

    def emit(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        del signature
        slots, children, count, out = arguments
        joined = cgutils.alloca_once_value(builder, ir.Constant(vector, [start] * WORDS))
        with cgutils.for_range(builder, count) as loop:
            at = builder.add(children, builder.mul(loop.index, ir.Constant(_I64, 8)))
            child = builder.mul(builder.load(_pointer(builder, at, 0, _I64)), ir.Constant(_I64, STRIDE))
            term = builder.load(_pointer(builder, builder.add(slots, child), 0, vector), align=8)
            builder.store(getattr(builder, operation)(builder.load(joined), term), joined)
        builder.store(builder.load(joined), _pointer(builder, out, 0, vector), align=8)
        return context.get_dummy_value()

    @intrinsic
    def join(typing: Any, slots: Any, children: Any, count: Any, out: Any) -> Any:
        del typing, slots, children, count, out
        return types.void(types.int64, types.int64, types.int64, types.int64), emit

    return join


join_all, join_any = _join("and_", -1), _join("or_", 0)


@intrinsic
def add_where(typing: Any, word: Any, numbers: Any, points: Any) -> Any:
    """Add points to each of the 64 int64 numbers at an address whose bit is set."""
    del typing, word, numbers, points
    vector = ir.VectorType(_I64, 8)

    def emit(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        del signature
        some, address, addend = arguments
        added, none = _splat(builder, addend, vector), ir.Constant(vector, [0] * 8)
        for k in range(8):
            byte = builder.trunc(builder.lshr(some, ir.Constant(_I64, 8 * k)), ir.IntType(8))
            where = builder.bitcast(byte, ir.VectorType(ir.IntType(1), 8))
            place = _pointer(builder, address, 64 * k, vector)
            total = builder.add(builder.load(place, align=8), builder.select(where, added, none))
            builder.store(total, place, align=8)
        return context.get_dummy_value()

    return types.void(types.uint64, types.int64, types.int64), emit


def _each_rule(builder: Any, slots: Any, roots: Any, count: Any) -> Iterator[tuple[Any, Any]]:
    """Emit a loop over rules from the last to the first: place in the chapter, and which of 64 events it hits."""
    with cgutils.for_range(builder, count) as loop:
        place = builder.sub(builder.sub(count, ir.Constant(_I64, 1)), loop.index)
        at = builder.add(roots, builder.mul(place, ir.Constant(_I64, 8)))
        slot = builder.mul(builder.load(_pointer(builder, at, 0, _I64)), ir.Constant(_I64, STRIDE))
        word = builder.load(_pointer(builder, builder.add(slots, slot), 0, _I64))
        yield place, builder.bitcast(word, _EVENTS)


@intrinsic
def take_first_hit(
    typing: Any, slots: Any, roots: Any, count: Any, undecided: Any, base: Any, codes: Any
) -> Any:
    """Write the code of the first rule that hits, for 64 events; return which were decided so."""
    del typing, slots, roots, count, undecided, base, codes
    places, numbers = ir.VectorType(ir.IntType(8), 64), ir.VectorType(_I32, 64)

    def emit(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        del context, signature
        words, rules, length, open_, first, out = arguments
        none = ir.Constant(places, [255] * 64)
        found = cgutils.alloca_once_value(builder, none)
        for place, hits in _each_rule(builder, words, rules, length):
            mine = _splat(builder, builder.trunc(place, ir.IntType(8)), places)
            builder.store(builder.select(hits, mine, builder.load(found)), found)
        decided = builder.bitcast(builder.icmp_unsigned("!=", builder.load(found), none), _I64)
        decided = builder.and_(decided, open_)
        code = builder.add(builder.zext(builder.load(found), numbers),
                           _splat(builder, builder.trunc(first, _I32), numbers))  # fmt: skip
        at = _pointer(builder, out, 0, numbers)
        kept = builder.load(at, align=4)
        builder.store(builder.select(builder.bitcast(decided, _EVENTS), code, kept), at, align=4)
        return decided

    return types.uint64(types.int64, types.int64, types.int64, types.uint64, types.int64, types.int64), emit


@intrinsic
def take_all_hits(typing: Any, slots: Any, roots: Any, count: Any, valid: Any, out: Any) -> Any:
    """Write which of at most 32 rules hit, as the bits of one uint32, for 64 events."""
    del typing, slots, roots, count, valid, out
    masks = ir.VectorType(_I32, 64)

    def emit(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        del signature
        words, rules, length, some, address = arguments
        none = ir.Constant(masks, [0] * 64)
        found = cgutils.alloca_once_value(builder, none)
        for place, hits in _each_rule(builder, words, rules, length):
            bit = builder.shl(ir.Constant(_I32, 1), builder.trunc(place, _I32))
            mine = builder.select(hits, _splat(builder, bit, masks), none)
            builder.store(builder.or_(builder.load(found), mine), found)
        kept = builder.select(builder.bitcast(some, _EVENTS), builder.load(found), none)
        builder.store(kept, _pointer(builder, address, 0, masks), align=4)
        return context.get_dummy_value()

    return types.void(types.int64, types.int64, types.int64, types.uint64, types.int64), emit


@intrinsic
def at(typing: Any, address: Any) -> Any:
    """Return a pointer for an address."""
    del typing, address

    def emit(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        del context, signature
        return builder.inttoptr(arguments[0], cgutils.voidptr_t)

    return types.voidptr(types.int64), emit


@intrinsic
def lowest_bit(typing: Any, word: Any) -> Any:
    """Return the place of the lowest set bit of a uint32 that is not 0."""
    del typing, word

    def emit(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        del context, signature
        return builder.cttz(arguments[0], ir.Constant(ir.IntType(1), 1))

    return types.uint32(types.uint32), emit


@intrinsic
def unowned(typing: Any, parts: Any) -> Any:
    """Return a named tuple of arrays without their owners, so that no reference is counted on the way down."""
    del typing

    def emit(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        del signature
        fields = []
        for kind, field in zip(parts.types, cgutils.unpack_tuple(builder, arguments[0]), strict=True):
            if isinstance(kind, types.Array):
                array = context.make_array(kind)(context, builder, field)
                array.meminfo = cgutils.get_null_value(array.meminfo.type)
                array.parent = cgutils.get_null_value(array.parent.type)
                field = array._getvalue()  # noqa: PLW2901, SLF001 - numba has no other name for it
            fields.append(field)
        return context.make_tuple(builder, parts, fields)

    return parts(parts), emit
