"""C text that decides one event: a predicate for each rule, and the functions that call them in text order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from rulekit.targets.c.conditions import EVENT, Writer
from rulekit.targets.c.header import WORD_BITS, has_grid
from rulekit.targets.c.names import Names, is_real, native, rule_comment

_Item = TypeVar("_Item")

SECTION = 128
"""Rules asked by one function: compilers take more than linear time over a long one."""
_DIRECT = 4
"""Sections that are called by name; more are called through a table, so that no compiler makes them one again."""


def struct_of(names: Names) -> str:
    """Return the struct that predicates read."""
    return f"{names.prefix}_{'encoded' if has_grid(names) else 'event'}"


def predicates(names: Names) -> str:
    """Return one function for each rule."""
    write = Writer(names, EVENT)
    text = ""
    for rule, name in zip(names.low.rules, names.predicates, strict=True):
        test = write.condition(rule.condition)
        unused = "" if "event->" in test else "    (void)event;\n"
        text += (
            f"\n{rule_comment(rule.rule)}static bool {name}(const {struct_of(names)} *event)\n"
            f"{{\n{unused}    return {test};\n}}\n"
        )
    return text


def required(names: Names) -> str:
    """Return the function that looks for the required features; nothing where there are none."""
    if len(names.lacks) == 1:
        return ""
    write, tests = Writer(names, EVENT), ""
    for feature in names.low.features:
        if feature.feature.required:
            tests += (
                f"    if ({write.missing(feature)}) {{\n        return {names.lacks[feature.name]};\n    }}\n"
            )
    return (
        f"\nstatic @p_lack lack_of_event(const {struct_of(names)} *event)\n"
        f"{{\n{tests}    return {names.lacks['']};\n}}\n"
    )


def is_invalid(names: Names) -> str:
    """Return the test of an event that lacks a required feature; empty where nothing is required."""
    return "" if len(names.lacks) == 1 else f"lack_of_event(event) != {names.lacks['']}"


def hits(names: Names) -> str:
    """Return the functions that give all hits, a word at a time."""
    rules = list(enumerate(names.predicates))
    lines = [
        "".join(f"    word |= (uint32_t){name}(event) << {number % WORD_BITS};\n" for number, name in part)
        for part in _parts(rules, WORD_BITS)
    ]
    text = _functions(
        names, "uint32_t word", lines, lambda body: f"    uint32_t word = 0U;\n{body}    return word;\n"
    )
    test = is_invalid(names)
    keep = f"    const bool invalid = {test};\n" if test else ""
    value = "invalid ? 0U : {}" if test else "{}"
    if len(lines) <= _DIRECT:
        calls = [f"    hits[{k}] = {value.format(f'word_{k}(event)')};\n" for k in range(len(lines))]
        body = keep + "".join(calls)
    else:
        each = value.format("WORD_PARTS[word](event)")
        loop = "    for (word = 0U; word < @P_HIT_WORDS; word++) {\n"
        body = f"    size_t word;\n{keep}{loop}        hits[word] = {each};\n    }}\n"
    return text + _public(names, "void @p_hits", ", uint32_t hits[@P_HIT_WORDS]", body)


def first(names: Names) -> str:
    """Return the functions that find the first hit."""
    none = names.rules[-1]
    pairs = list(zip(names.predicates, names.rules[:-2], strict=True))
    lines = [
        "".join(
            f"    if ({predicate}(event)) {{\n        return {rule};\n    }}\n" for predicate, rule in part
        )
        for part in _parts(pairs, SECTION)
    ]
    text = _functions(names, "@p_rule first", lines, lambda body: f"{body}    return {none};\n")
    test = is_invalid(names)
    guard = f"    if ({test}) {{\n        return {names.rules[-2]};\n    }}\n" if test else ""
    return text + _public(names, "@p_rule @p_first_rule", "", guard + _first_of_parts(none, len(lines)))


def _first_of_parts(none: str, parts: int) -> str:
    if parts == 1:
        return "    return first_0(event);\n"
    return (
        f"    @p_rule rule = {none};\n    size_t part;\n"
        f"    for (part = 0U; (part < {parts}U) && (rule == {none}); part++) {{\n"
        "        rule = FIRST_PARTS[part](event);\n    }\n    return rule;\n"
    )


def score(names: Names) -> str:
    """Return the functions that sum the points of all hits."""
    pairs = list(zip(names.predicates, names.low.rules, strict=True))
    lines = [
        "".join(
            f"    if ({predicate}(event)) {{\n        score += INT64_C({rule.rule.points});\n    }}\n"
            for predicate, rule in part
        )
        for part in _parts(pairs, SECTION)
    ]
    text = _functions(
        names, "int64_t score", lines, lambda body: f"    int64_t score = 0;\n{body}    return score;\n"
    )
    if len(lines) == 1:
        body = "    return score_0(event);\n"
    else:
        body = (
            "    int64_t score = 0;\n    size_t part;\n"
            f"    for (part = 0U; part < {len(lines)}U; part++) {{\n"
            "        score += SCORE_PARTS[part](event);\n    }\n    return score;\n"
        )
    return f"{text}\nstatic int64_t sum_of_points(const {struct_of(names)} *event)\n{{\n{body}}}\n"


def _functions(names: Names, signature: str, bodies: Sequence[str], wrap: Callable[[str], str]) -> str:
    """Return one function for each body, and a table of them where there are many."""
    struct, (kind, stem) = struct_of(names), signature.split()
    text = ""
    for number, body in enumerate(bodies):
        unused = "" if body else "    (void)event;\n"
        wrapped = wrap(body)
        head = f"\nstatic {kind} {stem}_{number}(const {struct} *event)\n"
        text += f"{head}{{\n{_after_declaration(wrapped, unused)}}}\n"
    if len(bodies) > (_DIRECT if stem == "word" else 1):
        listed = "".join(f"    {stem}_{number},\n" for number in range(len(bodies)))
        head = f"\nstatic {kind} (*const {stem.upper()}_PARTS[{len(bodies)}])(const {struct} *) = {{\n"
        text += f"{head}{listed}}};\n"
    return text


def _after_declaration(body: str, statement: str) -> str:
    """Return a body with a statement behind its first line where that declares, else before it."""
    first_line, _, rest = body.partition("\n")
    if statement and " = " in first_line:
        return f"{first_line}\n{statement}{rest}"
    return statement + body


def _public(names: Names, name: str, more: str, body: str) -> str:
    """Return a public function; with a grid, one that takes encoded events and one that encodes first."""
    struct = struct_of(names)
    if not has_grid(names):
        return f"\n{name}(const {struct} *event{more})\n{{\n{body}}}\n"
    result = "return " if not name.startswith("void") else ""
    passed = "" if not more else ", " + ("decision" if "decision" in more else "hits")
    called = f"{name.split()[1]}_encoded"
    return (
        f"\n{name}_encoded(const {struct} *event{more})\n{{\n{body}}}\n"
        f"\n{name}(const @p_event *event{more})\n"
        "{\n    @p_encoded encoded;\n    @p_encode(event, &encoded);\n"
        f"    {result}{called}(&encoded{passed});\n}}\n"
    )


def decide(names: Names) -> str:
    """Return the function that decides one event."""
    rule = "@p_first_rule_encoded(event)" if has_grid(names) else "@p_first_rule(event)"
    lacks = "    decision->lacks = lack_of_event(event);\n" if len(names.lacks) > 1 else ""
    if not names.low.is_score:
        body = (
            f"    const @p_rule rule = {rule};\n{lacks}    decision->rule = rule;\n"
            "    decision->outcome = (@p_outcome)OUTCOME_OF[rule];\n"
        )
    else:
        body = "    decision->score = sum_of_points(event);\n    decision->outcome = outcome_of(decision->score);\n"
        if lacks:
            guard = f"    if (decision->lacks != {names.lacks['']}) {{\n        decision->score = 0;\n"
            guard += f"        decision->outcome = {names.outcomes[-1]};\n    }} else {{\n"
            indented = "".join(f"    {line}\n" for line in body.splitlines())
            body = f"{lacks}{guard}{indented}    }}\n"
    return _public(names, "void @p_decide", ", @p_decision *decision", body)


def ladder(names: Names) -> str:
    """Return the function from points to outcome: the highest threshold reached names it."""
    ruleset, steps = names.low.ruleset, ""
    by_word = dict(zip(ruleset.outcomes, names.outcomes, strict=True))
    for outcome, points in reversed(ruleset.ladder):
        steps += f"    if (score >= INT64_C({points})) {{\n        return {by_word[outcome]};\n    }}\n"
    last = by_word[ruleset.otherwise]
    return f"\nstatic @p_outcome outcome_of(int64_t score)\n{{\n{steps}    return {last};\n}}\n"


def clear(names: Names) -> str:
    """Return the function that makes every value missing."""
    lines, reals = "", [f for f in names.low.features if is_real(f, encoded=False)]
    for feature in names.low.features:
        name, kind = names.fields[feature.name], native(feature)
        if feature in reals:
            lines += f"    event->{name} = {'(float)' if kind == 'float' else ''}missing;\n"
        else:
            zero = {"bool": "false", "uint32_t": "0U"}.get(kind, "0")
            lines += f"    event->{name} = {zero};\n    event->has_{name} = false;\n"
    nan, nothing = _NAN if reals else "", "    event->unused = false;\n"
    return f"\nvoid @p_clear(@p_event *event)\n{{\n{nan}{lines or nothing}}}\n"


_NAN = """    const double zero = 0.0;
    const double missing = zero / zero; /* NaN */
"""


def _parts(items: Sequence[_Item], size: int) -> list[Sequence[_Item]]:
    return [items[at : at + size] for at in range(0, len(items), size)] or [[]]
