"""C text that decides many events: in blocks, 32 rules at a time, in loops that compilers turn into vectors.

Measured with 40 rules of 4 literals on 12 doubles: one loop for a word of 32 rules is as fast as a loop for each
rule and compiles twice as fast. A table of the loops keeps compilers from making one function of them all.
"""

from __future__ import annotations

from rulekit.ir.schema import DType
from rulekit.targets.c.conditions import BLOCK, Writer
from rulekit.targets.c.grid import encoding
from rulekit.targets.c.header import WORD_BITS, words
from rulekit.targets.c.names import Names, is_real, storage
from rulekit.targets.lower import LowFeature

EVENTS = 64
"""Events in a block: a multiple of what one instruction holds, and few enough to stay in the nearest cache."""


def batch(names: Names) -> str:
    """Return the C text of everything that decides many events."""
    text = _block(names) + _load(names) + _words(names)
    text += _SCORED.replace("@points@", _points(names)) if names.low.is_score else _FIRST
    return text.replace("@open@", _open(names)).replace("@keep@", _keep(names)) + _BATCH


def _member(feature: LowFeature) -> str:
    """Return the type of a member of the block; truth values as wide as numbers make better vectors."""
    return "int32_t" if feature.feature.dtype is DType.BOOL else storage(feature)


def _block(names: Names) -> str:
    members = ""
    for feature in names.low.features:
        name = names.fields[feature.name]
        members += f"    {_member(feature)} {name}[BLOCK];\n"
        members += "" if is_real(feature, encoded=True) else f"    int32_t has_{name}[BLOCK];\n"
    if len(names.lacks) > 1:
        members += "    uint32_t valid[BLOCK]; /* all bits, or none */\n"
    members = members or "    int32_t unused;\n"
    return (
        f"\n#define BLOCK {EVENTS}U\n\n/* A few events, feature by feature, as the rules read them. */\n"
        f"typedef struct {{\n{members}}} block_of_events;\n"
    )


def _load(names: Names) -> str:
    loops = "".join(_load_feature(names, feature) for feature in names.low.features)
    valid = _load_valid(names)
    if loops:
        flag = "    bool present;\n" if "present = " in loops else ""
        body = f"    size_t i;\n{flag}{loops}{valid}"
    else:
        body = "    (void)columns;\n    (void)start;\n    (void)count;\n    block->unused = 0;\n"
    return (
        "\n/* Fills a block; beyond the last event it holds zeros. */\n"
        "static void load(const @p_columns *columns, size_t start, size_t count, block_of_events *block)\n"
        f"{{\n{body}}}\n"
    )


def _load_feature(names: Names, feature: LowFeature) -> str:
    name = names.fields[feature.name]
    value, before, flag = f"columns->{name}[start + i]", "", ""
    zero = {"float": "0.0F", "double": "0.0", "uint32_t": "0U"}.get(_member(feature), "0")
    if feature.feature.dtype is DType.BOOL:
        value = f"{value} ? 1 : 0"
    present = f"(present || columns->has_{name}[start + i]) ? 1 : 0"
    if feature.feature.dtype.is_float:
        present = f"({value} == {value}) ? 1 : 0"
    else:
        before = f"    present = columns->has_{name} == NULL;\n"
    value = encoding(feature, value)
    if not is_real(feature, encoded=True):
        flag = f"        block->has_{name}[i] = {present};\n"
    rest = f"        block->has_{name}[i] = 0;\n" if flag else ""
    return (
        f"{before}    for (i = 0U; i < count; i++) {{\n        block->{name}[i] = {value};\n{flag}    }}\n"
        f"    for (i = count; i < BLOCK; i++) {{\n        block->{name}[i] = {zero};\n{rest}    }}\n"
    )


def _load_valid(names: Names) -> str:
    write = Writer(names, BLOCK)
    tests = [write.present(feature) for feature in names.low.features if feature.feature.required]
    if not tests:
        return ""
    joined = "\n            & ".join(tests)
    return (
        f"    for (i = 0U; i < BLOCK; i++) {{\n        block->valid[i] = 0U - (uint32_t)({joined});\n    }}\n"
    )


def _words(names: Names) -> str:
    """Return one loop for each word of hits, and the table of them."""
    write, text, listed = Writer(names, BLOCK), "", ""
    rules = names.low.rules
    for word in range(words(names)):
        lines = ""
        for bit, rule in enumerate(rules[word * WORD_BITS : (word + 1) * WORD_BITS]):
            test = write.condition(rule.condition)
            lines += f"        /* {rule.rule.id} */\n"
            lines += f"        word |= (uint32_t)(\n            {test}) << {bit};\n"
        unused = "" if "block->" in lines else "    (void)block;\n"
        text += (
            f"\nstatic void block_word_{word}(const block_of_events *block, uint32_t words[BLOCK])\n"
            f"{{\n    size_t i;\n{unused}    for (i = 0U; i < BLOCK; i++) {{\n        uint32_t word = 0U;\n{lines}"
            f"        words[i] = word;\n    }}\n}}\n"
        )
        listed += f"    block_word_{word},\n"
    head = "\nstatic void (*const BLOCK_WORDS[@P_HIT_WORDS])(const block_of_events *, uint32_t *) = {\n"
    return f"{text}{head}{listed}}};\n"


def _points(names: Names) -> str:
    listed = "".join(f"    INT64_C({rule.rule.points}), /* {rule.rule.id} */\n" for rule in names.low.rules)
    rows = listed or "    0, /* no rules */\n"
    return f"\nstatic const int64_t POINTS[{max(1, len(names.low.rules))}] = {{\n{rows}}};\n"


def _open(names: Names) -> str:
    """Return the answer that an event of a block starts from."""
    if names.low.is_score:
        invalid, otherwise = names.outcomes[-1], "outcome_of(score[i])"
    else:
        invalid, otherwise = names.rules[-2], names.rules[-1]
    if len(names.lacks) == 1:
        return f"(uint32_t){otherwise}"
    return f"(block.valid[i] != 0U) ? (uint32_t){otherwise} : (uint32_t){invalid}"


def _keep(names: Names) -> str:
    return " & block.valid[i]" if len(names.lacks) > 1 else ""


_GIVE_HITS = """        if (answers->hits != NULL) {
            for (i = 0U; i < count; i++) {
                answers->hits[((start + i) * @P_HIT_WORDS) + part] = words[i]@keep@;
            }
        }
"""

_FIRST = (
    """
/* Place of the lowest bit of a word, by the five top bits of the product with 0x077CB531 (de Bruijn). */
static const uint8_t LOWEST_BIT[32] = {
    0, 1, 28, 2, 29, 14, 24, 3, 30, 22, 20, 15, 25, 17, 4, 8,
    31, 27, 13, 23, 21, 19, 16, 7, 26, 12, 18, 6, 11, 5, 10, 9
};

static void decide_block(const @p_columns *columns, size_t start, size_t count, const @p_answers *answers)
{
    block_of_events block;
    uint32_t words[BLOCK];
    uint32_t rule[BLOCK];
    uint32_t undecided = 1U;
    size_t part;
    size_t i;
    load(columns, start, count, &block);
    for (i = 0U; i < BLOCK; i++) {
        rule[i] = @open@;
    }
    for (part = 0U; (part < @P_HIT_WORDS) && ((undecided != 0U) || (answers->hits != NULL)); part++) {
        BLOCK_WORDS[part](&block, words);
        undecided = 0U;
        for (i = 0U; i < BLOCK; i++) {
            const uint32_t lowest = words[i] & (0U - words[i]);
            const uint32_t hit = ((uint32_t)part * 32U) + LOWEST_BIT[(uint32_t)(lowest * 0x077CB531U) >> 27];
            const bool decides = (rule[i] == (uint32_t)@P_RULE_NONE) & (lowest != 0U);
            rule[i] = decides ? hit : rule[i];
            undecided |= (uint32_t)(rule[i] == (uint32_t)@P_RULE_NONE);
        }
"""
    + _GIVE_HITS
    + """    }
    for (i = 0U; (answers->rule != NULL) && (i < count); i++) {
        answers->rule[start + i] = rule[i];
    }
    for (i = 0U; (answers->outcome != NULL) && (i < count); i++) {
        answers->outcome[start + i] = OUTCOME_OF[rule[i]];
    }
}
"""
)

_SCORED = (
    """@points@
static void decide_block(const @p_columns *columns, size_t start, size_t count, const @p_answers *answers)
{
    block_of_events block;
    uint32_t words[BLOCK];
    int64_t score[BLOCK] = {0};
    size_t part;
    size_t rule;
    size_t i;
    load(columns, start, count, &block);
    for (part = 0U; part < @P_HIT_WORDS; part++) {
        BLOCK_WORDS[part](&block, words);
        for (rule = part * 32U; (rule < @P_RULES) && (rule < ((part + 1U) * 32U)); rule++) {
            for (i = 0U; i < BLOCK; i++) {
                score[i] += (((words[i]@keep@) >> (rule % 32U)) & 1U) != 0U ? POINTS[rule] : 0;
            }
        }
"""
    + _GIVE_HITS
    + """    }
    for (i = 0U; (answers->score != NULL) && (i < count); i++) {
        answers->score[start + i] = score[i];
    }
    for (i = 0U; (answers->outcome != NULL) && (i < count); i++) {
        answers->outcome[start + i] = @open@;
    }
}
"""
)

_BATCH = """
void @p_decide_batch(const @p_columns *columns, size_t events, const @p_answers *answers)
{
    size_t start;
    for (start = 0U; start < events; start += BLOCK) {
        const size_t left = events - start;
        decide_block(columns, start, (left < BLOCK) ? left : BLOCK, answers);
    }
}
"""
