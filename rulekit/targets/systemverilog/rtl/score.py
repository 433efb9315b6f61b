"""Summing points: a heap of bits that counters of six bits bring down to two rows, and one addition.

Three look-up tables of six inputs count six bits. So points are spread over columns by their binary digits,
counters take six bits of a column to one bit each of three columns, and what is left is one addition of two
rows. Negative points become positive points of "the rule does not hit" and a constant; the constant is taken
off the thresholds, so that it costs nothing. Many rules are summed in several heaps and a tree of additions,
which takes somewhat more look-up tables than one heap, and can be proved: the time to prove one heap of bits
grows exponentially with them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count

from rulekit.targets.systemverilog.names import Names, comment, vector
from rulekit.targets.systemverilog.options import Options
from rulekit.targets.systemverilog.rtl import logic
from rulekit.targets.systemverilog.rtl.comparators import at_least, bits_of
from rulekit.targets.systemverilog.rtl.policy import answers

_COUNTED = 6
"""Bits that one look-up table sees."""
_RULES, _BITS = 16, 48
"""Rules and bits that are summed in one heap: so few that a prover sees through it in a second."""


@dataclass
class Heap:
    """The points of some rules: bits by weight, and the counters that bring them down.

    Attributes
    ----------
    number : which heap it is, from 1.
    places : the rules, by their places in the law.
    columns : the bits of each weight that are not counted yet.
    most : the largest sum of the bits.
    layers : lines of Verilog for each layer of counters.

    """

    number: int
    places: range
    columns: dict[int, list[str]] = field(default_factory=lambda: defaultdict(list))
    most: int = 0
    layers: list[list[str]] = field(default_factory=list)

    @property
    def width(self) -> int:
        """The bits of the sum."""
        return _bits(self.most)

    def add(self, place: int, points: int) -> None:
        """Put the points of a rule on the heap."""
        for weight, positive in digits(points):
            self.columns[weight].append(f"fired[{place}]" if positive else f"~fired[{place}]")
            self.most += 1 << weight

    @property
    def is_tall(self) -> bool:
        """Whether a column has more bits than the two that are added."""
        return max(map(len, self.columns.values()), default=0) > 2

    def count(self) -> None:
        """Count the bits of every column once: a layer of counters, whose text joins ``layers``."""
        columns: dict[int, list[str]] = defaultdict(list)
        lines: list[str] = []
        stem = f"sum_{self.number}_{len(self.layers) + 1}"
        for weight in sorted(self.columns):
            _count_column(self.columns[weight], weight, columns, lines, stem)
        self.columns = columns
        self.layers.append(lines)

    def row(self, row: int) -> str:
        """Return one of the last two rows, from the highest bit down."""
        bits = [self.columns.get(weight, []) for weight in reversed(range(self.width))]
        return "{" + ", ".join(column[row] if row < len(column) else "1'b0" for column in bits) + "}"


def groups(points: list[int]) -> list[range]:
    """Return the rules that are summed in one heap each, in text order; one group at least."""
    found, start, bits = [], 0, 0
    for place, each in enumerate(points):
        size = sum(1 for _ in digits(each))
        if place > start and (place - start == _RULES or bits + size > _BITS):
            found.append(range(start, place))
            start, bits = place, 0
        bits += size
    return [*found, range(start, len(points))]


def heaps(names: Names) -> list[Heap]:
    """Return the heaps of a design, brought down to two rows each."""
    found = _filled(names)
    for heap in found:
        while heap.is_tall:
            heap.count()
    return found


def _filled(names: Names) -> list[Heap]:
    """Return the heaps of a design with every point on them."""
    points = [rule.rule.points or 0 for rule in names.low.rules]
    found = [Heap(number, places) for number, places in enumerate(groups(points), start=1)]
    for heap in found:
        for place in heap.places:
            heap.add(place, points[place])
    return found


def digits(points: int) -> Iterator[tuple[int, bool]]:
    """Yield weights and signs of the digits of a number: plain binary, or with a -1 where that takes fewer."""
    plain = [(bit, points > 0) for bit in range(abs(points).bit_length()) if abs(points) >> bit & 1]
    signed = list(_non_adjacent(points))
    yield from signed if len(signed) < len(plain) else plain


def lift(points: list[int]) -> int:
    """Return by how much the heaps of some points are above their sum, so that no heap is ever negative."""
    return sum(1 << weight for each in points for weight, positive in digits(each) if not positive)


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
        lines.append(f"    wire {vector(width)} {name} = {total};\n")
        for bit in range(width):
            columns[weight + bit].append(f"{name}[{bit}]")


def rows_place(found: list[Heap]) -> int:
    """Return the place of the register at the last two rows, of those of :func:`sum_levels`."""
    return max(1, *(len(heap.layers) for heap in found)) - 1


def sum_levels(found: list[Heap]) -> list[int]:
    """Return the levels of look-up tables up to each place where a register can stand within a sum.

    The places are: each layer of counters, the last of which gives the two rows of every heap; the sums of the
    heaps; and each level of the tree of additions. The last place is the sum of all points. A counter needs all six
    inputs of its tables, which are far apart, so that it counts for two.
    """
    addition = 1 + max(heap.width for heap in found) // 3
    tree = [addition + 1] * (len(found) - 1).bit_length()
    return [2] * (rows_place(found) + 1) + [addition, *tree]


def policy(names: Names, options: Options, cuts: Sequence[int]) -> str:
    """Return the body of the policy module under SCORE, with registers at some places of :func:`sum_levels`."""
    found = _filled(names)
    lines = ["    // points by weight, six bits at a time counted, until two rows are left to be added\n"]
    cutter = _Cutter(names, frozenset(cuts), lines)
    _counted(found, rows_place(heaps(names)), cutter)
    total = _total(found, cutter)
    constant = -lift([rule.rule.points or 0 for rule in names.low.rules])
    width = _bits(sum(heap.most for heap in found))
    lines.append(f"    wire {vector(width)} points = {total};\n")
    lines += _ladder(names, options, (constant, width), cutter.invalid)
    return "".join([*lines, *_score(names, options, constant, width)])


def sum_registers(names: Names, cuts: Sequence[int]) -> list[list[str]]:
    """Return the words that each pipeline register within a sum keeps."""
    found, cutter = _filled(names), _Cutter(names, frozenset(cuts), [])
    _counted(found, rows_place(heaps(names)), cutter)
    _total(found, cutter)
    return cutter.registers


def _counted(found: list[Heap], layers: int, cutter: _Cutter) -> None:
    """Write the counters of all heaps, layer by layer, and their last rows."""
    for layer in range(layers + 1):
        for heap in found:
            if heap.is_tall:
                heap.count()
                cutter.lines += heap.layers[-1]
        if layer < layers:
            _cut_heaps(found, layer + 1, cutter)
    for heap in found:
        for row in range(2):
            cutter.lines.append(
                f"    wire {vector(heap.width)} row_{heap.number}_{row + 1} = {heap.row(row)};\n"
            )


def _cut_heaps(found: list[Heap], layer: int, cutter: _Cutter) -> None:
    """Register all bits that are on the heaps after a layer of counters, if there is a cut."""
    if cutter.place not in cutter.cuts:
        cutter.place += 1
        return
    words = []
    for heap in found:
        bits = [bit for weight in sorted(heap.columns) for bit in heap.columns[weight]] or ["1'b0"]
        name = f"heap_{heap.number}_{layer}"
        cutter.lines.append(f"    wire {vector(len(bits))} {name} = {{{', '.join(reversed(bits))}}};\n")
        words.append((name, len(bits)))
    for heap, net in zip(found, cutter.cut(words), strict=True):
        numbers = count()
        heap.columns = {
            weight: [f"{net}[{next(numbers)}]" for _ in heap.columns[weight]]
            for weight in sorted(heap.columns)
        }


@dataclass
class _Cutter:
    """Writes the pipeline registers of a sum behind ``lines``; ``invalid`` is the net that has come along so far.

    ``registers`` are the words that each cut has kept.
    """

    names: Names
    cuts: frozenset[int]
    lines: list[str]
    place: int = 0
    invalid: str = "invalid"
    registers: list[list[str]] = field(default_factory=list)

    def cut(self, words: list[tuple[str, int]]) -> list[str]:
        """Register some words at the next place, if it has a register. Return the nets to continue with."""
        self.place += 1
        if self.place - 1 not in self.cuts:
            return [name for name, _ in words]
        nets = [f"{name}_q" for name, _ in words]
        self.registers.append(nets)
        before, self.invalid = self.invalid, f"invalid_{self.place}"
        self.lines += [f"    wire {vector(size)} {name}_q;\n" for name, size in words]
        self.lines.append(f"    wire {self.invalid};\n")
        given = f"#(.WIDTH({sum(size for _, size in words) + 1}), .ON(CUT_SUM != 0))"
        self.lines.append(
            f"    {self.names.module}_cut {given} sum_cut_{self.place} (\n        .clk(clk), .rst(1'b0),\n"
            f"        .d({{{', '.join([before, *(name for name, _ in words)])}}}),\n"
            f"        .q({{{', '.join([self.invalid, *nets])}}})\n    );\n"
        )
        return nets


def _total(found: list[Heap], cutter: _Cutter) -> str:
    """Write the additions of all heaps, as a tree, and return the net of the sum."""
    sizes = {f"row_{n}_{row}": heap.width for n, heap in enumerate(found, start=1) for row in (1, 2)}
    rows = cutter.cut(list(sizes.items()))
    words = [(f"points_{number}", heap.most) for number, heap in enumerate(found, start=1)]
    for (name, most), one, other in zip(words, rows[::2], rows[1::2], strict=True):
        cutter.lines.append(f"    wire {vector(_bits(most))} {name} = {one} + {other};\n")
    level, numbers = _cut_level(words, cutter), count(1)
    while len(level) > 1:
        pairs = [level[place : place + 2] for place in range(0, len(level), 2)]
        added = [p[0] if len(p) == 1 else _added(p, f"added_{next(numbers)}", cutter.lines) for p in pairs]
        level = _cut_level(added, cutter)
    return level[0][0]


def _cut_level(words: list[tuple[str, int]], cutter: _Cutter) -> list[tuple[str, int]]:
    nets = cutter.cut([(name, _bits(most)) for name, most in words])
    return [(net, most) for net, (_, most) in zip(nets, words, strict=True)]


def _added(pair: list[tuple[str, int]], name: str, lines: list[str]) -> tuple[str, int]:
    """Write the addition of two words; no bit is lost."""
    total = sum(most for _, most in pair)
    one, other = (sized(word, _bits(most), _bits(total)) for word, most in pair)
    lines.append(f"    wire {vector(_bits(total))} {name} = {one} + {other};\n")
    return name, total


def _bits(most: int) -> int:
    """Return the bits of a sum that is at most so much; one at least, because there is no vector of none."""
    return max(1, most.bit_length())


def sized(word: str, width: int, wanted: int) -> str:
    """Return a vector with as many bits as are wanted: zeros in front, or the lowest bits only."""
    if wanted > width:
        return f"{{{wanted - width}'b0, {word}}}"
    return word if wanted == width else f"{word}[{wanted - 1}:0]"


def score_range(names: Names) -> tuple[int, int]:
    """Return the lowest and the highest sum of points."""
    points = [rule.rule.points or 0 for rule in names.low.rules]
    return sum(min(each, 0) for each in points), sum(max(each, 0) for each in points)


def score_bits(names: Names) -> int:
    """Return the bits of the score output, in two's complement."""
    low, high = score_range(names)
    return max((-low - 1).bit_length() if low < 0 else 0, high.bit_length()) + 1


def _ladder(names: Names, options: Options, scale: tuple[int, int], invalid: str) -> list[str]:
    """Return the thresholds, and the outcome of the highest one that is reached."""
    constant, width = scale
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
    return lines + answers(names, options, list(reversed(steps)), invalid, falling=True)


def _score(names: Names, options: Options, constant: int, width: int) -> list[str]:
    if "score" not in options.outputs:
        return []
    bits = score_bits(names)
    offset = constant % (1 << bits)
    plus = f" + {bits}'d{offset}" if constant else ""
    return [f"    assign score = {sized('points', width, bits)}{plus};\n"]
