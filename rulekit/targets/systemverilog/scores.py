"""Summing points: a heap of bits that counters of six bits bring down to two rows, and one addition.

A six-input look-up table takes six bits of one weight; three of them count six bits. So points are spread over
columns by their binary digits, counters take six bits of a column to one bit each of three columns, and what is left
is one addition of two rows. Negative points become positive points of "the rule does not hit" and a constant; the
constant is taken off the thresholds, so that it costs nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from rulekit.targets.systemverilog import logic
from rulekit.targets.systemverilog.chains import at_least, bits_of
from rulekit.targets.systemverilog.names import Names, comment, vector
from rulekit.targets.systemverilog.options import Options
from rulekit.targets.systemverilog.policy import answers

_COUNTED = 6
"""Bits that one look-up table sees."""


@dataclass
class Heap:
    """Bits by weight, the constant beside them, and the layers of counters that brought them down."""

    columns: dict[int, list[str]] = field(default_factory=lambda: defaultdict(list))
    constant: int = 0
    layers: list[list[str]] = field(default_factory=list)

    @classmethod
    def of(cls, names: Names) -> Heap:
        """Return the heap of the points of every rule."""
        heap = cls()
        for place, rule in enumerate(names.low.rules):
            for weight, positive in digits(rule.rule.points or 0):
                heap.columns[weight].append(f"fired[{place}]" if positive else f"~fired[{place}]")
                heap.constant -= 0 if positive else 1 << weight
        return heap

    @property
    def most(self) -> int:
        """The largest sum of the bits, without the constant."""
        return sum(len(bits) << weight for weight, bits in self.columns.items())


def digits(points: int) -> Iterator[tuple[int, bool]]:
    """Yield weights and signs of the digits of a number: plain binary, or with a -1 where that takes fewer."""
    plain = [(bit, points > 0) for bit in range(abs(points).bit_length()) if abs(points) >> bit & 1]
    signed = list(_non_adjacent(points))
    yield from signed if len(signed) < len(plain) else plain


def _non_adjacent(number: int) -> Iterator[tuple[int, bool]]:
    """Yield the digits of the non-adjacent form, which has the fewest (Reitwiesner 1960)."""
    weight = 0
    while number:
        if number & 1:
            digit = 2 - (number & 3)
            yield weight, digit > 0
            number -= digit
        number >>= 1
        weight += 1


def reduce(heap: Heap) -> None:
    """Bring every column down to two bits, layer by layer; each layer's nets are in ``heap.layers``."""
    while max(map(len, heap.columns.values()), default=0) > 2:
        columns: dict[int, list[str]] = defaultdict(list)
        lines: list[str] = []
        for weight in sorted(heap.columns):
            _count_column(heap.columns[weight], weight, columns, lines, f"sum_{len(heap.layers) + 1}")
        heap.columns = columns
        heap.layers.append(lines)


def _count_column(
    bits: list[str], weight: int, columns: dict[int, list[str]], lines: list[str], stem: str
) -> None:
    """Count the bits of a column in groups of six; groups of one or two pass as they are."""
    for start in range(0, len(bits), _COUNTED):
        group = bits[start : start + _COUNTED]
        if len(group) < 3:
            columns[weight] += group
            continue
        width = len(group).bit_length()
        name = f"{stem}_{weight}_{start // _COUNTED + 1}"
        zeros = f"{width - 1}'b0"
        total = " + ".join(f"{{{zeros}, {bit}}}" for bit in group)
        lines.append(f"wire {vector(width)} {name} = {total};")
        for bit in range(width):
            columns[weight + bit].append(f"{name}[{bit}]")


def policy(names: Names, options: Options) -> str:
    """Return the body of the policy module under SCORE."""
    heap = Heap.of(names)
    width = max(1, heap.most.bit_length())
    reduce(heap)
    low_row, high_row = (_row(heap, row, width) for row in range(2))
    lines = [
        "    // points by weight: six bits at a time are counted, and the last two rows are added\n",
        *(f"    {line}\n" for layer in heap.layers for line in layer),
        f"    wire {vector(2 * width + 1)} rows = {{invalid, {high_row}, {low_row}}};\n",
        f"    wire {vector(2 * width + 1)} rows_q;\n",
        f"    {names.module}_cut #(.WIDTH({2 * width + 1}), .ON(CUT_SUM)) sum_cut (.clk(clk), .d(rows), .q(rows_q));\n",
        f"    wire invalid_q = rows_q[{2 * width}];\n",
        f"    wire {vector(width)} points = rows_q[{width - 1}:0] + rows_q[{2 * width - 1}:{width}];\n",
    ]
    return "".join([*lines, *_ladder(names, options, heap.constant, width), *_score(names, options, heap.constant)])


def score_range(names: Names) -> tuple[int, int]:
    """Return the lowest and the highest sum of points."""
    points = [rule.rule.points or 0 for rule in names.low.rules]
    return sum(min(each, 0) for each in points), sum(max(each, 0) for each in points)


def score_bits(names: Names) -> int:
    """Return the bits of the score output, in two's complement."""
    low, high = score_range(names)
    return max((-low - 1).bit_length() if low < 0 else 0, high.bit_length()) + 1


def _row(heap: Heap, row: int, width: int) -> str:
    """Return one of the last two rows, from the highest bit down."""
    bits = [heap.columns.get(weight, []) for weight in reversed(range(width))]
    return ", ".join(column[row] if row < len(column) else "1'b0" for column in bits)


def _ladder(names: Names, options: Options, constant: int, width: int) -> list[str]:
    """Return the thresholds, and the outcome of the highest one that is reached."""
    bits = bits_of("points", width)
    lines = []
    for step, (outcome, least) in enumerate(names.low.ruleset.ladder, start=1):
        code = least - constant
        if 0 < code < 1 << width:
            test = logic.text(at_least(bits, code))
        else:
            test = logic.text(logic.constant(value=code <= 0))
        lines += [comment(f"{outcome}: {least} points or more"), f"    wire any_step_{step} = {test};\n"]
    steps = [(f"any_step_{n}", outcome) for n, (outcome, _) in enumerate(names.low.ruleset.ladder, start=1)]
    return lines + answers(names, options, list(reversed(steps)), "invalid_q", falling=True)


def _score(names: Names, options: Options, constant: int) -> list[str]:
    if "score" not in options.outputs:
        return []
    bits = score_bits(names)
    offset = constant % (1 << bits)
    plus = f" + {bits}'d{offset}" if constant else ""
    return [f"    assign score = points{plus};\n"]
