"""From the low form to the pair of files."""

from __future__ import annotations

from rulekit.ir.schema import DType
from rulekit.targets.c import single
from rulekit.targets.c.batch import batch
from rulekit.targets.c.grid import encoder
from rulekit.targets.c.header import about, header
from rulekit.targets.c.names import Names, noted, string, wrap_heads
from rulekit.targets.lower import Lowered

HEADER, SOURCE = "decide.h", "decide.c"


def emit(low: Lowered) -> dict[str, str | bytes]:
    """Return the header and the source."""
    names = Names(low)
    return {SOURCE: _source(names), HEADER: header(names)}


def _source(names: Names) -> str:
    answer = single.ladder(names) + single.score(names) if names.low.is_score else single.first(names)
    tables = "" if names.low.is_score else _outcome_of(names)
    parts = [
        about(names, "as C99: the rules, and the functions that ask them."),
        f'\n#include "{HEADER}"\n',
        _guards(names),
        tables,
        single.predicates(names),
        single.required(names),
        single.clear(names),
        encoder(names),
        answer,
        single.decide(names),
        single.hits(names),
        batch(names),
        _names(names),
    ]
    return wrap_heads(names.fill("".join(parts)))


def _guards(names: Names) -> str:
    """Return what stops a compiler that would decide differently."""
    dtypes = {feature.feature.dtype for feature in names.low.features}
    if not dtypes & {DType.FLOAT32, DType.FLOAT64}:
        return ""
    text = _FAST
    if DType.FLOAT32 in dtypes:
        text += _WIDTH.format(name="FLT", kind="float", bits=24)
    if DType.FLOAT64 in dtypes:
        text += _WIDTH.format(name="DBL", kind="double", bits=53)
    return text


_FAST = """
#include <float.h>

#if defined(__FAST_MATH__) || (defined(__FINITE_MATH_ONLY__) && (__FINITE_MATH_ONLY__ > 0))
#error "NaN and infinities have a meaning here: compile without -ffast-math and -ffinite-math-only"
#endif
"""

_WIDTH = """#if (FLT_RADIX != 2) || ({name}_MANT_DIG != {bits})
#error "the thresholds are exact for a {kind} of {bits} binary digits only"
#endif
"""


def _outcome_of(names: Names) -> str:
    by_word = dict(zip(names.low.ruleset.outcomes, names.outcomes, strict=True))
    thens = [by_word[str(rule.rule.then)] for rule in names.low.rules]
    rows = [*thens, names.outcomes[-1], by_word[names.low.ruleset.otherwise]]
    kind = "uint8_t" if len(names.outcomes) <= 1 << 8 else "uint32_t"
    notes = [*(rule.rule.id for rule in names.low.rules), "the event is invalid", "no rule hits"]
    lines = "".join(noted(f"{row},", note) for row, note in zip(rows, notes, strict=True))
    return f"\nstatic const {kind} OUTCOME_OF[@P_RULES + 2U] = {{\n{lines}}};\n"


def _names(names: Names) -> str:
    outcomes = _table("OUTCOME_NAMES", "@P_OUTCOMES", names.low.ruleset.outcomes)
    rules = _table("RULE_IDS", "@P_RULES", [rule.rule.id for rule in names.low.rules])
    text = outcomes + _LOOK_UP.replace("@what@", "outcome_name").replace("@kind@", "outcome").replace(
        "@count@", "@P_OUTCOMES"
    ).replace("@table@", "OUTCOME_NAMES")
    if not names.low.rules:
        return text + _NO_RULES + _DIGEST
    return (
        text
        + rules
        + _LOOK_UP.replace("@what@", "rule_id")
        .replace("@kind@", "rule")
        .replace("@count@", "@P_RULES")
        .replace("@table@", "RULE_IDS")
        + _DIGEST
    )


def _table(name: str, count: str, texts: tuple[str, ...] | list[str]) -> str:
    lines = "".join(f"    {string(text)},\n" for text in texts)
    return f"\nstatic const char *const {name}[{count}] = {{\n{lines}}};\n"


_LOOK_UP = """
const char *@p_@what@(@p_@kind@ @kind@)
{
    return ((uint32_t)@kind@ < @count@) ? @table@[@kind@] : "";
}
"""

_NO_RULES = """
const char *@p_rule_id(@p_rule rule)
{
    (void)rule;
    return "";
}
"""

_DIGEST = """
const char *@p_digest(void)
{
    return @P_DIGEST;
}
"""
