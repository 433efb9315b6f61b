"""The registers of the control module: one table, from which its text, a header for C and the comments are written.

Addresses count words of 32 bits. Those of the whole design are the same for every ruleset, and each rule has eight
words from ``RULES_FROM`` on, so that a program reads ``magic`` and ``rules`` and then knows where everything is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from rulekit.ir.prescale import last_kept
from rulekit.targets.systemverilog.design import Design
from rulekit.targets.systemverilog.names import comment
from rulekit.targets.systemverilog.rtl.stages import SUM

HEADER = "registers.h"
MAGIC = 0x52554C45
"""``RULE`` in ASCII."""
INTERFACE = 1
"""The version of this table: it rises when a register moves or changes its meaning."""
ADDRESS_BITS = 16
COMMAND = 0x10
"""Where the bus writes commands."""
RULES_FROM = 0x8000
RULE_WORDS = 8
MOST_RULES = (1 << ADDRESS_BITS - 1) // RULE_WORDS
"""Rules that the addresses have room for."""
MIXED = 12
"""Clocks from an event's id to its place under a rule."""

Access = Literal["read", "write", "read and write"]


@dataclass(frozen=True, slots=True)
class Register:
    """A word of the bus.

    Attributes
    ----------
    name : in the header, after the name of the module.
    address : of the word.
    access : what the bus may do with it.
    value : what it holds after ``rst``.
    meaning : in words.
    rule : the id of the rule that it belongs to; None when it is one of the whole design.

    """

    name: str
    address: int
    access: Access
    value: int
    meaning: str
    rule: str | None = None


def latency_of_kept(design: Design) -> int:
    """Return the clocks from an event to its kept answer: its place, three more, and the registers in the sum."""
    return MIXED + 3 + design.pipeline.places.get(SUM, 0)


def registers(design: Design) -> list[Register]:
    """Return every register of a design, by rising address."""
    return [
        *_facts(design),
        *_counts(),
        *(register for place in range(design.rules) for register in _rule(design, place)),
    ]


def _facts(design: Design) -> list[Register]:
    ruleset = design.low.ruleset
    latency = latency_of_kept(design) << 8 | design.pipeline.latency
    facts = [
        ("MAGIC", 0x00, MAGIC, "RULE in ASCII: such a module is here"),
        ("INTERFACE", 0x01, INTERFACE, "version of this table of registers"),
        ("RULES", 0x02, design.rules, "how many rules there are"),
        (
            "VERSION",
            0x03,
            packed(ruleset.version),
            "version of the ruleset: major [31:20], minor [19:10], patch [9:0]",
        ),
        ("LATENCY", 0x04, latency, "clocks from in_valid to out_valid [7:0], and to kept_valid [15:8]"),
    ]
    digits = ruleset.digest.removeprefix("sha256:")
    facts += [
        (
            f"DIGEST_{word}",
            0x08 + word,
            int(digits[8 * word :][:8], 16),
            f"digest of the ruleset, digits {8 * word} to {8 * word + 7}",
        )
        for word in range(8)
    ]
    return [Register(name, address, "read", value, meaning) for name, address, value, meaning in facts]


def packed(version: str) -> int:
    """Return a version in one word; a part that does not fit is the largest that does."""
    major, minor, patch = map(int, version.split("."))
    return min(major, 0xFFF) << 20 | min(minor, 0x3FF) << 10 | min(patch, 0x3FF)


def _counts() -> list[Register]:
    """Return the command, and the counters of the whole design."""
    command = "bit 0 takes a snapshot of all counters, bit 1 clears them"
    counts = [
        ("EVENTS", 0x18, "events"),
        ("INVALID", 0x19, "events that lack a required feature"),
        ("ACCEPTED", 0x1A, "events that the law accepts"),
        ("KEPT_ACCEPTED", 0x1B, "events that are accepted after masks and prescales"),
        ("OVERFLOW", 0x1C, "which went round: events [0], invalid [1], accepted [2], kept accepted [3]"),
        ("CLOCKS_LOW", 0x1D, "clocks since the last clear, low half"),
        ("CLOCKS_HIGH", 0x1E, "clocks since the last clear, high half"),
    ]
    shown = [Register(name, address, "read", 0, f"at the snapshot: {what}") for name, address, what in counts]
    return [Register("COMMAND", COMMAND, "write", 0, command), *shown]


def _rule(design: Design, place: int) -> list[Register]:
    rule, name = design.low.rules[place].rule, design.names.rules[place].upper()
    words: list[tuple[str, Access, int, str]] = [
        ("MASK", "read and write", 1, "1: its hits are kept, 0: none is"),
        (
            "PRESCALE",
            "read and write",
            last_kept(rule.prescale),
            "last place that is kept: ceil(2**32 / N) - 1",
        ),
        ("HITS", "read", 0, "at the snapshot: events that it hits"),
        ("KEPT", "read", 0, "at the snapshot: hits that are kept"),
        ("OVERFLOW", "read", 0, "at the snapshot: which went round: hits [0], kept [1]"),
    ]
    start = RULES_FROM + RULE_WORDS * place
    return [
        Register(f"{name}_{word}", start + offset, access, value, f"{rule.id}: {meaning}", rule.id)
        for offset, (word, access, value, meaning) in enumerate(words)
    ]


def described(design: Design) -> str:
    """Return the table as comment lines."""
    found = registers(design)
    width = max(len(register.name) for register in found)
    lines = []
    for register in found:
        label = f"{register.address:04x}  {register.name:{width}}  "
        first, *more = comment(f"{register.meaning} ({register.access})", 0, label).splitlines(keepends=True)
        lines += [first, *(line.replace(label, " " * len(label), 1) for line in more)]
    return "".join(lines)


def header(design: Design, head: str) -> str:
    """Return the table as a header for C; ``head`` is the comment at its top."""
    name = design.names.module.upper()
    guard = f"{name}_REGISTERS_H"
    lines = [comment(f"Addresses of words of 32 bits on the bus of {name.lower()}_control.", 0)]
    lines += [f"#ifndef {guard}\n#define {guard}\n#include <stdint.h>\n\n"]
    for register in registers(design):
        lines.append(comment(f"{register.meaning} ({register.access})", 0))
        lines.append(f"#define {name}_{register.name} 0x{register.address:04x}u\n")
    place = f"(0x{RULES_FROM:04x}u + {RULE_WORDS}u * (rule) + (word))"
    lines += [
        "\n",
        comment(
            "A word of a rule, by its place in the law: 0 mask, 1 prescale, 2 hits, 3 kept, 4 overflow", 0
        ),
    ]
    lines.append(f"#define {name}_RULE_WORD(rule, word) {place}\n")
    lines += [comment("What to write to a prescale in order to keep one hit in n, which is 1 or more", 0)]
    lines.append(f"#define {name}_KEEP_ONE_IN(n) (0xffffffffu / (uint32_t)(n))\n\n#endif\n")
    return head + "".join(lines)
