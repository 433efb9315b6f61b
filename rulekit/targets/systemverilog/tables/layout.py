"""The plan of a design of tables: its memories and registers, which do not depend on the ruleset that they hold.

Each feature has a memory with a word for every code and a bit in it for every row: the code satisfies all that the
row asks of this feature. A row hits where its bits over all features are 1. Row k belongs to rule k; the last rows
are lent, and a register for each of them says to which rules. Outcomes of rules, points and thresholds can be
loaded, too. What stays is the hit policy, the features with their formats, the codes of outcomes, and how much room
there is.

A missing value has words of its own: up to eight bits of code the upper half of the memory, which a block of 512
words has anyway; beyond, where that would double the blocks, a register beside the memory.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import cast

from rulekit.errors import Refusal, RulekitError
from rulekit.ir.numerics import Fixed, Numerics
from rulekit.ir.ruleset import Ruleset
from rulekit.ir.schema import Feature
from rulekit.targets.lower import Lowered, LowFeature, identifiers, lower
from rulekit.targets.systemverilog.names import Names, code_bits, width_of
from rulekit.targets.systemverilog.options import Options
from rulekit.targets.systemverilog.rtl.stages import (
    ANSWER,
    RULES,
    SUM,
    TESTS,
    Pipeline,
    gate_levels,
    place_registers,
)
from rulekit.targets.systemverilog.tables.rows import Domain, Row, rows_of

WORD = 32
"""Bits that are loaded at a time, and rows of one memory."""
WIDEST = 14
"""Bits of a feature that has a memory."""
_SHARED = 8
"""Bits of a feature up to which the words of "missing" lie in the memory itself."""
_BLOCK = 6
"""Bits of an address beyond which a memory is a block; up to it, look-up tables hold it."""
_ROWS, _EXTRA, _LENT = 64, 256, 8
"""Rows of one rule; rows beyond the first of each rule; and of the rows to spare, those that any rule can have."""
_MOST = 4096
"""Rows of all rules."""
_Key = frozenset[tuple[str, int]]
_PARTS = 8
"""Rules whose points are summed before the register cut."""


@dataclass(frozen=True, slots=True)
class Memory:
    """A memory of the design: its number in load addresses, its file, and which rows it holds of which feature."""

    number: int
    name: str
    feature: str
    bits: int
    rows: range

    @property
    def is_block(self) -> bool:
        """Whether it is deep enough for a block; that of the outcomes is read at once, which no block can."""
        return self.bits > _BLOCK and bool(self.feature)


@dataclass(frozen=True, slots=True)
class Setting:
    """A register that is loaded, 32 bits at a time: its first word under number 0, its bits, and what it says."""

    name: str
    word: int
    bits: int
    note: str

    @property
    def words(self) -> int:
        """How many words it is loaded in."""
        return -(-self.bits // WORD)


@dataclass(frozen=True)
class Tables:
    """What a design of tables has room for, planned from the ruleset that it is compiled for."""

    names: Names
    options: Options

    @property
    def low(self) -> Lowered:
        """The ruleset that the memories hold at first."""
        return self.names.low

    @cached_property
    def domains(self) -> dict[str, Domain]:
        """The features that have a memory, by name."""
        return domains_of(self.low.features, self.options)

    @cached_property
    def lacking(self) -> list[str]:
        """The features whose "missing" goes beside the memories to the rules: required ones, and wide ones."""
        if not self.options.missing:
            return []
        return [f.name for f in self.low.features if f.feature.required or f.name in self.apart]

    @cached_property
    def apart(self) -> list[str]:
        """The features with a register that holds the rows for "missing"."""
        return [
            name for name, each in self.domains.items() if each.optional and width_of(each.feature) > _SHARED
        ]

    @cached_property
    def _spread(self) -> tuple[int, int]:
        """Rules, and rows beyond the first of each, that the first ruleset needs."""
        rules = [rows_of(rule.condition, self.domains) for rule in self.low.rules]
        return max(1, len(rules)), len(allotted(rules, len(rules))[1])

    @cached_property
    def rows(self) -> int:
        """Rows of all memories."""
        return max(self.options.rows or 0, sum(self._spread))

    @cached_property
    def lent(self) -> int:
        """Rows at the end that any rule can have."""
        rules, extra = self._spread
        return min(self.rows - rules, max(extra, _LENT))

    @property
    def fixed(self) -> int:
        """Rows at the beginning that belong to the rule of the same place."""
        return self.rows - self.lent

    @cached_property
    def places(self) -> int:
        """Rules that there is room for."""
        return self.rows - self._spread[1]

    @cached_property
    def outcome_bits(self) -> int:
        """The bits of an outcome."""
        return code_bits(len(self.low.ruleset.outcomes))

    @property
    def rule_bits(self) -> int:
        """The bits of a rule's place, or of "invalid" and "none"."""
        return code_bits(self.places + 2)

    @cached_property
    def points_bits(self) -> int:
        """The bits of one rule's points, in two's complement."""
        return max(signed_bits(rule.rule.points or 0) for rule in self.low.rules) if self.low.rules else 1

    @cached_property
    def score_bits(self) -> int:
        """The bits of the score, in two's complement: every rule may have the largest points."""
        return min(64, self.points_bits + (self.places - 1).bit_length())

    @cached_property
    def parts(self) -> list[range]:
        """The places whose points are summed together."""
        return [range(start, min(start + _PARTS, self.places)) for start in range(0, self.places, _PARTS)]

    @cached_property
    def memories(self) -> list[Memory]:
        """All memories: those of the features in the order of their inputs, and the one of the outcomes."""
        found: list[Memory] = []
        slices = [range(start, min(start + WORD, self.rows)) for start in range(0, self.rows, WORD)]
        for name, domain in self.domains.items():
            bits = width_of(domain.feature) + (domain.optional and name not in self.apart)
            for place, rows in enumerate(slices, start=1):
                stem = f"{self.names.stems[name]}{f'_{place}' if len(slices) > 1 else ''}"
                found.append(Memory(len(found) + 1, f"table_{stem}", name, bits, rows))
        if not self.low.is_score:
            verdict = range(self.outcome_bits + 1)
            found.append(Memory(len(found) + 1, "outcomes", "", self.rule_bits, verdict))
        return found

    @cached_property
    def settings(self) -> dict[str, Setting]:
        """All registers by name."""
        found: dict[str, Setting] = {}
        word = 0
        for name, bits, note in self._registers():
            found[name] = Setting(name, word, bits, note)
            word += found[name].words
        return found

    def _registers(self) -> Iterator[tuple[str, int, str]]:
        yield "live", self.rows, "a bit for each row: it is in use"
        if self.lent:
            note = f"for each row from {self.fixed} on a bit for each rule: the row is lent to it"
            yield "lent", self.lent * self.places, note
        for name in self.apart:
            note = f"a bit for each row: {name} missing satisfies it"
            yield f"absent_{self.names.stems[name]}", self.rows, note
        if self.low.is_score:
            steps = len(self.low.ruleset.ladder)
            yield (
                "points",
                self.places * self.points_bits,
                f"for each rule its points, {self.points_bits} bits",
            )
            note = f"for each step the least score, {self.score_bits + 1} bits; steps rise"
            yield "thresholds", steps * (self.score_bits + 1), note
            note = f"for each step its outcome and whether it accepts, {self.outcome_bits + 1} bits; last below all"
            yield "steps", (steps + 1) * (self.outcome_bits + 1), note
        else:
            note = "what the output rule says where no rule hits, and below it where the event is invalid"
            yield "codes", 2 * self.rule_bits, note

    @cached_property
    def word_bits(self) -> int:
        """The bits of a load address that name the word."""
        last = list(self.settings.values())[-1]
        return max([code_bits(last.word + last.words), *(memory.bits for memory in self.memories)])

    @property
    def number_bits(self) -> int:
        """The bits of a load address, above the word, that name the memory; 0 are the registers."""
        return code_bits(len(self.memories) + 1)

    @property
    def address_bits(self) -> int:
        """The bits of a load address."""
        return self.number_bits + self.word_bits

    @cached_property
    def pipeline(self) -> Pipeline:
        """The register cuts: the first one is in the memories, and always there."""
        levels = {TESTS: 0, RULES: gate_levels(len(self.domains) + 2) + (self.lent > 0)}
        tree = (self.places - 1).bit_length()
        if self.low.is_score:
            adder = 1 + self.score_bits // 8
            levels |= {SUM: 3 * adder, ANSWER: (len(self.parts) - 1).bit_length() * adder + adder + 1}
        else:
            levels |= {ANSWER: tree + 1}
        return place_registers(levels, self.options.stages, frozenset({TESTS}))


def domains_of(features: Iterable[LowFeature], options: Options) -> dict[str, Domain]:
    """Return the features that have a memory: all of which a value is an input."""
    held = [feature for feature in features if width_of(feature)]
    return {each.name: Domain(each, options.missing and not each.feature.required) for each in held}


def widened(low: Lowered) -> Lowered:
    """Return a low form with all features that another ruleset could read: the numbers that have a format, too."""
    features = readable(low.ruleset, low.numerics)
    names = identifiers([feature.name for feature in features])
    formats = cast("Fixed", low.numerics).formats
    pairs = zip(features, names, strict=True)
    return replace(low, features=tuple(LowFeature(f, name, formats.get(f.name)) for f, name in pairs))


def readable(ruleset: Ruleset, numerics: Numerics) -> list[Feature]:
    """Return the features that a ruleset reads, and the numbers that have a format, in schema order."""
    known = {feature.name for feature in ruleset.read} | set(getattr(numerics, "formats", {}))
    return [feature for feature in ruleset.schema.features if feature.name in known]


def signed_bits(number: int) -> int:
    """Return the bits of a number in two's complement."""
    return (-number - 1 if number < 0 else number).bit_length() + 1


def allotted(rules: Sequence[list[Row]], fixed: int) -> tuple[list[Row | None], dict[_Key, int]]:
    """Return the row that each of the first places has, and the rows to be lent, with a bit for each rule.

    A row that several rules need is lent once to all of them.
    """
    count = Counter(frozenset(row.items()) for rows in rules for row in rows)
    own: list[Row | None] = [None] * fixed
    lent: dict[_Key, int] = {}
    for place, rows in enumerate(rules):
        rest = sorted(rows, key=lambda row: count[frozenset(row.items())])
        if place < fixed and rest:
            own[place] = rest.pop(0)
        for row in rest:
            key = frozenset(row.items())
            lent[key] = lent.get(key, 0) | 1 << place
    return own, lent


def refusals(ruleset: Ruleset, numerics: Numerics, options: Options) -> tuple[Refusal, ...]:
    """Return what a design of tables can't hold, with reason and remedy; nothing under another architecture."""
    if options.architecture != "tables" or not isinstance(numerics, Fixed):
        return ()
    found = []
    if options.stages < 2:
        reason = "a memory is read in a cycle of its own, before the answer's"
        found.append(Refusal(None, "stages=1", reason, "use stages=2, or architecture=comparators"))
    try:
        low = widened(lower(ruleset, numerics, options))
    except RulekitError:  # which compiling raises in its turn, with every problem
        return tuple(found)
    wide = list(_wide(low))
    return (*found, *wide) if wide else (*found, *_crowded(low, options))


def _wide(low: Lowered) -> Iterator[Refusal]:
    """Yield the features for which a memory would be too deep."""
    read = {feature.name for feature in low.ruleset.read}
    for feature in low.features:
        bits = width_of(feature)
        if bits > WIDEST:
            unread = "" if feature.name in read else ", no format at all, as no rule reads it"
            remedy = f"choose a narrower format (see rulekit quantise){unread}, or architecture=comparators"
            reason = (
                f"its {bits} bits would address a memory of {1 << bits:,} words; tables take {WIDEST} bits"
            )
            yield Refusal(None, f"feature {feature.name}", reason, remedy)


def _crowded(low: Lowered, options: Options) -> Iterator[Refusal]:
    """Yield the rules that take too many rows, and what all rules together have no room for."""
    domains = domains_of(low.features, options)
    rules: list[list[Row]] = []
    for rule in low.rules:
        try:
            rules.append(rows_of(rule.condition, domains))
            number = f"{len(rules[-1])}"
        except RulekitError as error:
            rules.append([{}] * (_ROWS + 1))
            number = str(error.got)
        if len(rules[-1]) > _ROWS:
            reason = f"over several features it multiplies out to {number} rows of tables, at most {_ROWS}"
            remedy = "split the rule, or use architecture=comparators"
            yield Refusal(rule.rule.id, "any", reason, remedy)
    if all(len(rows) <= _ROWS for rows in rules):
        extra = len(allotted(rules, len(rules))[1])
        yield from _full(max(1, len(rules)), extra, options)


def _full(rules: int, extra: int, options: Options) -> Iterator[Refusal]:
    if extra > _EXTRA:
        reason = (
            f"`any` over several features takes {extra} rows beyond the first of each rule, at most {_EXTRA}"
        )
        yield Refusal(None, "rules", reason, "split the ruleset, or use architecture=comparators")
    most = options.rows or _MOST
    if rules + extra > most:
        remedy = f"use rows={rules + extra} or more" if options.rows else "use architecture=comparators"
        reason = f"the ruleset takes {rules + extra} rows, the tables have {most}"
        yield Refusal(None, f"rows={most}", reason, remedy)
