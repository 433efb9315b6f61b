"""Identifiers of an emitted design, legal in Verilog, SystemVerilog and VHDL alike, and words for its comments."""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass
from functools import cached_property

from rulekit.ir.ruleset import Rule
from rulekit.ir.schema import DType
from rulekit.targets.lower import Lowered, LowFeature, distinct, slug
from rulekit.targets.source import rule_lines

WIDTH = 110
_KEPT = frozenset(
    """abs access after alias all always and architecture array assert assign assume attribute automatic begin bind
    bit block body break buf buffer bus byte case cell checker class clocking component config configuration const
    constant constraint context continue cover default deassign design disable disconnect dist do downto edge else
    elsif end entity enum event exit expect export extends extern file final first_match for force foreach forever
    fork function generate generic genvar global group guarded if iff import impure in include initial inout input
    inside instance int integer interface intersect is join label library linkage liblist literal local localparam
    logic loop macromodule map matches medium mod modport module nand negedge new next nexttime nmos nor not null
    of on open or others out output package packed parameter pmos port posedge postponed primitive priority
    procedure process program property protected pulldown pullup pull pure rand range real record reg register
    reject rem release repeat report restrict return rol ror select sequence severity shared shortint signal signed
    sla sll small solve specify sra srl static string strong struct subtype super supply0 supply1 table tagged task
    then this throughout time timeunit to transport tri type typedef unaffected union unique units unsigned until
    untyped use use vector var variable virtual void wait wait_order wand weak when while wildcard wire with within
    wor xnor xor""".split()  # noqa: SIM905 - a list of words
)
"""Words that Verilog, SystemVerilog or VHDL keeps for itself."""
_PREFIXES = ("in_", "no_", "out_", "is_", "lacks_", "rule_", "first_", "any_", "sum_")
"""What the names of other nets start with."""


@dataclass(frozen=True)
class Names:
    """Every identifier of a design; all modules start with the name of the ruleset, so that designs meet."""

    low: Lowered

    @cached_property
    def module(self) -> str:
        """The name of the module that decides: the ruleset's."""
        name = _plain(self.low.ruleset.name)
        return f"law_{name}" if name in _KEPT or not name[0].isalpha() else name

    @cached_property
    def stems(self) -> dict[str, str]:
        """What the nets of each feature that is read start with."""
        stems = distinct(_stem(_plain(feature.identifier)) for feature in self.low.features)
        return dict(zip((feature.name for feature in self.low.features), stems, strict=True))

    @cached_property
    def rules(self) -> list[str]:
        """The net of each rule."""
        return distinct(f"rule_{_plain(rule.rule.id)}" for rule in self.low.rules)

    @cached_property
    def outcomes(self) -> dict[str, str]:
        """The constant of each outcome."""
        names = [slug(outcome).upper() or "NAMED" for outcome in self.low.ruleset.outcomes]
        return dict(
            zip(self.low.ruleset.outcomes, distinct(f"OUTCOME_{_single(n)}" for n in names), strict=True)
        )

    def value(self, feature: str) -> str:
        """Return the input with the value of a feature."""
        return f"in_{self.stems[feature]}"

    def missing(self, feature: str) -> str:
        """Return the input that says that a feature is missing."""
        return f"no_{self.stems[feature]}"


def _stem(name: str) -> str:
    """Return the name, set apart where a net of it could meet one of another feature."""
    name = f"f_{name}" if name.startswith(_PREFIXES) or not name[0].isalpha() else name
    return f"{name}_f" if name.endswith("_q") else name


def _plain(name: str) -> str:
    return _single(slug(name).lower()) or "x"


def _single(name: str) -> str:
    """Return a name without runs of underscores, which VHDL does not have."""
    return re.sub("_+", "_", name).strip("_")


def code_bits(codes: int) -> int:
    """Return the bits that tell so many codes apart, one at least."""
    return max(1, (codes - 1).bit_length())


def width_of(feature: LowFeature) -> int:
    """Return the bits of a feature's value; 0 where only its being there is read."""
    if feature.grid is not None:
        return feature.grid.width
    if feature.feature.dtype is DType.CATEGORY:
        return code_bits(len(feature.feature.categories or ()) + 1)
    return 1 if feature.feature.dtype is DType.BOOL else 0


def is_signed(feature: LowFeature) -> bool:
    """Say whether a value has a sign."""
    return feature.grid is not None and feature.grid.signed


def vector(width: int) -> str:
    """Return the range of a vector."""
    return f"[{width - 1}:0]"


def plain_text(words: str) -> str:
    """Return words fit for a comment of any tool: in one line, and in ASCII."""
    line = " ".join(words.split())
    shown = "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in line)
    return shown.encode("ascii", "backslashreplace").decode("ascii")


def comment(words: str, indent: int = 4, inner: str = "") -> str:
    """Return words as lines of comment; ``inner`` stands before each line's words."""
    width = WIDTH - indent - 3 - len(inner)
    lines = textwrap.wrap(plain_text(words), width, break_long_words=False, break_on_hyphens=False)
    return "".join(f"{' ' * indent}// {inner}{line}\n" for line in lines)


def noted(code: str, note: str, indent: int = 4) -> str:
    """Return a line of code with a note behind it, or above it where the line would become too long."""
    line = f"{' ' * indent}{code}"
    behind = f"{line}  // {plain_text(note)}"
    if not note or len(behind) <= WIDTH:
        return (behind if note else line) + "\n"
    return f"{comment(note, indent)}{line}\n"


def rule_comment(rule: Rule) -> str:
    """Return comment lines that give a rule as the law has it."""
    head, *literals = rule_lines(rule)
    return comment(head) + "".join(comment(line, inner="    ") for line in literals)
