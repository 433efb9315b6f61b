"""Identifiers of an emitted design, legal in Verilog, SystemVerilog and VHDL alike, and words for its comments."""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass
from functools import cached_property

from rulekit.ir.ruleset import Rule
from rulekit.ir.schema import DType
from rulekit.targets.lower import Lowered, LowFeature, distinct, slug
from rulekit.targets.shared.python_source import rule_lines

WIDTH = 110
_KEPT = frozenset(
    """abs accept_on access after alias all always always_comb always_ff always_latch and architecture
    array assert assign assume assume_guarantee attribute automatic before begin bind bins binsof bit
    block body boolean break buf buffer bufif0 bufif1 bus byte case casex casez cell chandle character
    checker class clocking cmos component config configuration const constant constraint context
    continue cover covergroup coverpoint cross deassign default defparam delay_length design disable
    disconnect dist do downto edge else elsif end endcase endchecker endclass endclocking endconfig
    endfunction endgenerate endgroup endinterface endmodule endpackage endprimitive endprogram
    endproperty endsequence endspecify endtable endtask entity enum error event eventually exit expect
    export extends extern failure fairness false file final first_match for force foreach forever fork
    forkjoin function generate generic genvar global group guarded highz0 highz1 ieee if iff ifnone
    ignore_bins illegal_bins implements implies import impure in incdir include inertial initial inout
    input inside instance int integer interconnect interface intersect is join join_any join_none label
    large let liblist library line linkage literal local localparam logic longint loop macromodule map
    matches medium mod modport module nand natural negedge nettype new next nexttime nmos nor
    noshowcancelled not note notif0 notif1 now null numeric_std of on open or others out output package
    packed parameter pmos port posedge positive postponed primitive priority private procedure process
    program property protected pull0 pull1 pulldown pullup pulsestyle_ondetect pulsestyle_onevent pure
    rand randc randcase randsequence range rcmos real realtime record ref reg register reject reject_on
    release rem repeat report restrict restrict_guarantee return rnmos rol ror rpmos rtran rtranif0
    rtranif1 s_always s_eventually s_nexttime s_until s_until_with scalared select sequence severity
    severity_level shared shortint shortreal showcancelled side signal signed sla sll small soft solve
    specify specparam sra srl standard static std std_logic std_logic_1164 std_logic_vector std_ulogic
    std_ulogic_vector string strong strong0 strong1 struct subtype super supply0 supply1 sync_accept_on
    sync_reject_on table tagged task text textio then this throughout time timeprecision timeunit to
    tran tranif0 tranif1 transport tri tri0 tri1 triand trior trireg true type typedef unaffected union
    unique unique0 units unsigned until until_with untyped use uwire var variable vector vectored view
    virtual vmode void vprop vunit wait wait_order wand warning weak weak0 weak1 when while width
    wildcard wire with within wor work xnor xor
    clk digest example golden id_width latency law miter netlist policy rst rules score_bits""".split()  # noqa: SIM905 - a list of words
)
"""What no module may be called: words of Verilog, SystemVerilog and VHDL, names that VHDL finds everywhere, and
names that are used beside the modules of a design."""
_PREFIXES = ("in_", "no_", "out_", "is_", "lacks_", "rule_", "first_", "any_", "sum_")
"""What the names of other nets start with."""
_CONSTANTS = ("cut_", "lsb_", "outcome_")
"""What constants that stand beside a module start with."""
_TAKEN = frozenset({"valid", "id"})
"""Stems that would give names of inputs which every design has."""
_COMMANDS = re.compile(
    r"(?=(?:altera|ambit|cadence|coverage|exemplar|lint|pragma|psl|quartus|rtl_synthesis|spyglass|synopsys|synplify"
    r"|synthesis|tool|verilator|verific|vivado|xilinx)\b|\$|@)",
    re.IGNORECASE,
)
"""How comments begin that tools obey."""


@dataclass(frozen=True)
class Names:
    """Every identifier of a design; all modules start with the name of the ruleset, so that designs meet."""

    low: Lowered

    @cached_property
    def module(self) -> str:
        """The name of the module that decides: the ruleset's."""
        name = _plain(self.low.ruleset.name)
        free = name[0].isalpha() and name not in _KEPT and not name.startswith((*_PREFIXES, *_CONSTANTS))
        return name if free else f"law_{name}"

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
        named = distinct(f"OUTCOME_{name}" for name in names)
        return dict(zip(self.low.ruleset.outcomes, named, strict=True))

    def value(self, feature: str) -> str:
        """Return the input with the value of a feature."""
        return f"in_{self.stems[feature]}"

    def missing(self, feature: str) -> str:
        """Return the input that says that a feature is missing."""
        return f"no_{self.stems[feature]}"


def _stem(name: str) -> str:
    """Return the name, set apart where a net of it could meet one of another feature."""
    free = name[0].isalpha() and name not in _TAKEN and not f"{name}_".startswith(_PREFIXES)
    name = name if free else f"f_{name}"
    return f"{name}_f" if name.endswith("_q") else name


def _plain(name: str) -> str:
    """Return what identifiers can hold of a name in lower case, without the runs of "_" that VHDL refuses."""
    return slug(name) or "x"


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
    return _said(shown.encode("ascii", "backslashreplace").decode("ascii"))


def _said(line: str) -> str:
    """Return a line so that no tool takes it for a command: ``'verilator' lint_off``."""
    return re.sub(r"^\W*\w*", r"'\g<0>'", line) if _COMMANDS.match(line.lstrip()) else line


def comment(words: str, indent: int = 4, inner: str = "", mark: str = "//") -> str:
    """Return words as lines of comment; ``inner`` stands before each line's words."""
    width = WIDTH - indent - 3 - len(inner)
    lines = textwrap.wrap(plain_text(words), width, break_long_words=False, break_on_hyphens=False)
    return "".join(f"{' ' * indent}{mark} {inner}{_said(line)}\n" for line in lines)


def noted(code: str, note: str, indent: int = 4, mark: str = "//") -> str:
    """Return a line of code with a note behind it, or above it where the line would become too long."""
    line = f"{' ' * indent}{code}"
    behind = f"{line}  {mark} {plain_text(note)}"
    if not note or len(behind) <= WIDTH:
        return (behind if note else line) + "\n"
    return f"{comment(note, indent, mark=mark)}{line}\n"


def rule_comment(rule: Rule) -> str:
    """Return comment lines that give a rule as the law has it."""
    head, *literals = rule_lines(rule)
    return comment(head) + "".join(comment(line, inner="    ") for line in literals)
