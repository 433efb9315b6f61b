"""Names, numbers and words of a ruleset as C spells them."""

from __future__ import annotations

import math
import re
import textwrap
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from rulekit.ir.floats import shortest_float32
from rulekit.ir.notation.clauses import clause_text, condition_to_when
from rulekit.ir.ruleset import Rule
from rulekit.ir.schema import DType, Feature
from rulekit.targets.lower import Lowered, LowFeature, distinct, slug

WIDTH = 110
_RESERVED = frozenset(
    """alignas alignof and and_eq asm auto bitand bitor bool break case catch char class compl concept const
    constexpr continue decltype default delete do double else enum explicit export extern false far float for
    friend goto i386 if inline int interface linux long mutable namespace near new noexcept not not_eq nullptr
    operator or or_eq private protected public register requires restrict return short signed sizeof small
    static struct switch template this throw true try typedef typeid typename typeof union unix unsigned
    using virtual void volatile while wchar_t xor xor_eq""".split()  # noqa: SIM905 - a list of words
)
"""Words that C99, C++ (which may include the header) or a common compiler keeps for itself."""


@dataclass(frozen=True)
class Names:
    """Every identifier of an emitted pair; they all start with the name of the ruleset, so that pairs link."""

    low: Lowered

    @cached_property
    def prefix(self) -> str:
        """The ruleset's name as an identifier, in lower case."""
        name = self.low.ruleset.name.replace(".", "_")
        return name if name[0].isalpha() else f"r{name}" if name[0] == "_" else f"r_{name}"

    @property
    def macro(self) -> str:
        """The ruleset's name in capitals, as macros and enumerators have it."""
        return self.prefix.upper()

    @cached_property
    def fields(self) -> dict[str, str]:
        """The member of the event struct by feature."""
        return dict(zip((f.name for f in self.low.features), self._members(), strict=True))

    def _members(self) -> list[str]:
        wanted = [f.identifier for f in self.low.features]
        safe = [f"{name}_value" if name in _RESERVED or name.startswith("has_") else name for name in wanted]
        return distinct(safe)

    @cached_property
    def rules(self) -> list[str]:
        """The enumerator of each rule, and of the two answers that name no rule."""
        return self._enumerators("RULE", [rule.rule.id for rule in self.low.rules], ["INVALID", "NONE"])

    @cached_property
    def predicates(self) -> list[str]:
        """The function that says whether a rule hits."""
        names = distinct([slug(rule.rule.id).lower() for rule in self.low.rules])
        verb = "holds" if self.prefix.startswith("hits") else "hits"  # public names start with the prefix
        return [f"{verb}_{name}" for name in names]

    @cached_property
    def outcomes(self) -> list[str]:
        """The enumerator of each outcome."""
        return self._enumerators("OUTCOME", self.low.ruleset.outcomes)

    @cached_property
    def categories(self) -> dict[str, list[str]]:
        """The enumerators of the categories of each category feature; the last one stands for all others."""
        words = [f.feature for f in self.low.features if f.feature.dtype is DType.CATEGORY]
        listed = {word.name: self._categories_of(word) for word in words}
        names = iter(distinct(name for found in listed.values() for name in found))
        return {feature: [next(names) for _ in found] for feature, found in listed.items()}

    def _categories_of(self, feature: Feature) -> list[str]:
        stem = f"IN_{self.fields[feature.name].upper()}"
        return self._enumerators(stem, feature.categories or (), ["UNKNOWN"])

    @cached_property
    def lacks(self) -> dict[str, str]:
        """The enumerator of each required feature."""
        required = [f.name for f in self.low.features if f.feature.required]
        names = self._enumerators("LACKS", [self.fields[name] for name in required], ["NOTHING"])
        return dict(zip([*required, ""], names, strict=True))

    def _enumerators(self, kind: str, words: Iterable[str], fixed: Iterable[str] = ()) -> list[str]:
        last = list(fixed)
        plain = [slug(word).upper() or str(number) for number, word in enumerate(words)]
        named = distinct([*last, *plain])
        return [f"{self.macro}_{kind}_{name}" for name in (*named[len(last) :], *named[: len(last)])]

    def fill(self, text: str, **parts: object) -> str:
        """Return a piece of C with ``@p`` and ``@P`` replaced by the prefix, and ``@name`` by a part."""
        table = {"p": self.prefix, "P": self.macro, **{key: str(part) for key, part in parts.items()}}
        return re.sub(r"@(\w+?)@|@([pP])(?=_|\b)", lambda m: table[m[1] or m[2]], text)


def plain_text(text: str) -> str:
    """Return text fit for a C comment: in one line, printable, and with no end of a comment in it."""
    line = " ".join(text.split())
    shown = "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in line)
    return re.sub(r"(?<=\*)(?=/)|(?<=/)(?=\*)", " ", shown).replace("??/", "?? /")


def comment(text: str, indent: int = 0) -> str:
    """Return a comment of one or more lines, wrapped."""
    return _framed(_wrapped(plain_text(text), indent), indent)


def noted(code: str, note: str) -> str:
    """Return a line of code with a note beside it, or above it where the line would become too long."""
    text = plain_text(note)
    if not text:
        return f"    {code}\n"
    line = f"    {code} /* {text} */\n"
    return line if len(line) <= WIDTH else f"{comment(text, 4)}    {code}\n"


def rule_comment(rule: Rule) -> str:
    """Return a comment that gives a rule as the law has it: id, title, and the text of its literals."""
    title = plain_text(rule.title)
    lines = _wrapped(f"{rule.id}: {title}" if title else rule.id, 0)
    for term in condition_to_when(rule.when):
        lines += [f"    {line}" for line in _wrapped(plain_text(clause_text(term)), 4)]
    return _framed(lines, 0)


def _wrapped(text: str, indent: int) -> list[str]:
    return textwrap.wrap(text, WIDTH - indent - 6, break_long_words=False, break_on_hyphens=False)


def _framed(lines: list[str], indent: int) -> str:
    margin = " " * indent
    return f"{margin}/* " + f"\n{margin} * ".join(lines) + " */\n"


def wrap_heads(text: str) -> str:
    """Return the text, with one parameter a line in each function head that is too long for one line."""
    return "\n".join(_wrap_head(line) for line in text.split("\n"))


def _wrap_head(line: str) -> str:
    is_head = re.match(r"[a-z][^;=]*\w\(.*\);?$", line)
    if len(line) <= WIDTH or not is_head:
        return line
    head, parameters = line.split("(", 1)
    return f"{head}(\n    " + parameters.replace(", ", ",\n    ")


def string(text: str) -> str:
    """Return a C string literal in UTF-8: with octal escapes, which a following character cannot extend."""
    return '"' + "".join(map(_character, text.encode())) + '"'


def _character(byte: int) -> str:
    if chr(byte) in '"\\?':  # an escaped question mark starts no trigraph
        return "\\" + chr(byte)
    return chr(byte) if 0x20 <= byte < 0x7F else f"\\{byte:03o}"


def real(value: float, dtype: DType) -> str:
    """Return a finite float as an exact C literal: decimal where that is exact, else hexadecimal."""
    suffix = "F" if dtype is DType.FLOAT32 else ""
    short = shortest_float32(value) if dtype is DType.FLOAT32 else repr(value)
    number = repr(float(short))
    if Decimal(number) == Decimal(value):
        return number + suffix
    return f"{_hexadecimal(value)}{suffix} /* {short} */"


def _hexadecimal(value: float) -> str:
    mantissa, exponent = value.hex().split("p")
    return f"{mantissa.rstrip('0').removesuffix('.')}p{exponent}"


def integer(value: int, c_type: str) -> str:
    """Return an integer constant of 32 or 64 bits; the smallest one is a macro, as C has no literal for it."""
    bits = 32 if c_type == "int32_t" else 64
    if value == -(1 << (bits - 1)):
        return f"INT{bits}_MIN"
    return str(value) if -(1 << 31) < value < (1 << 31) else f"INT64_C({value})"


def storage(feature: LowFeature) -> str:
    """Return the type in which a value is compared. For a grid it also holds one step beyond the range."""
    if feature.grid is not None:
        low, high = feature.grid.range
        return "int32_t" if low > -(1 << 31) and high + 1 < (1 << 31) else "int64_t"
    return native(feature)


def native(feature: LowFeature) -> str:
    """Return the type in which an event comes."""
    return {
        DType.BOOL: "bool",
        DType.INT32: "int32_t",
        DType.INT64: "int64_t",
        DType.FLOAT32: "float",
        DType.FLOAT64: "double",
        DType.CATEGORY: "uint32_t",
    }[feature.feature.dtype]


def is_real(feature: LowFeature, *, encoded: bool) -> bool:
    """Return whether NaN stands for a missing value: a float that is not on a grid."""
    return feature.feature.dtype.is_float and not (encoded and feature.grid is not None)


def limit(dtype: DType) -> str:
    """Return the macro of the largest finite number of a float dtype."""
    return "FLT_MAX" if dtype is DType.FLOAT32 else "DBL_MAX"


def is_infinite(value: object) -> bool:
    """Return whether a threshold is an infinity."""
    return isinstance(value, float) and math.isinf(value)
