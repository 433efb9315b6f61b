"""Contents of memories and registers of a design of tables: as files, and as writes to the load port.

:func:`program` gives the writes that load another ruleset into a design that is there already. What a design can't
hold it refuses: other features or formats, another hit policy, outcomes that the design has no code for, more rules
or rows than it has room for. The order of the writes does not matter; no event may be under way while words are
written, because rules are half old and half new then.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from rulekit.errors import LawError, RulekitError, Where
from rulekit.ir.ruleset import INVALID, Ruleset
from rulekit.targets.artifact import Artifact
from rulekit.targets.lower import Lowered, LowRule, lower
from rulekit.targets.systemverilog.names import Names, comment
from rulekit.targets.systemverilog.options import Options
from rulekit.targets.systemverilog.rtl.comparators import describe_format
from rulekit.targets.systemverilog.tables.layout import (
    WORD,
    Memory,
    Tables,
    allotted,
    signed_bits,
    widened,
)
from rulekit.targets.systemverilog.tables.rows import Row, rows_of

PROGRAM = "program.txt"
_Places = Sequence[Row | None]


@dataclass(frozen=True)
class Contents:
    """What is held for a ruleset: the words of each memory, by its number, and each register as one number."""

    memories: Mapping[int, Sequence[int]]
    settings: Mapping[str, int]


def plan_of(artifact: Artifact) -> Tables:
    """Return the plan of an artifact's design.

    Raises
    ------
    RulekitError
        when the artifact is no design of tables.

    """
    options = artifact.options
    if not isinstance(options, Options) or options.architecture != "tables":
        expected = "target systemverilog with architecture=tables"
        raise RulekitError(
            "the artifact has no tables to load", expected=expected, got=f"target {artifact.target}"
        )
    return Tables(Names(widened(lower(artifact.ruleset, artifact.numerics, options))), options)


def program(artifact: Artifact, ruleset: Ruleset) -> list[tuple[int, int]]:
    """Return the writes, address and data, that load a ruleset into the design of an artifact.

    Parameters
    ----------
    artifact : of the ``systemverilog`` target with ``architecture=tables``.
    ruleset : over the same features; it is decided in the numerics of the artifact.

    Raises
    ------
    RulekitError
        when the design can't hold the ruleset, with every reason; or the artifact has no tables.
    LawError
        when a rule does not fit the schema or the numerics.

    """
    plan = plan_of(artifact)
    problems = list(_unlike(plan, ruleset))
    if problems:
        raise LawError.collect(problems)
    return writes(plan, contents(plan, lower(ruleset, artifact.numerics)))


def program_text(plan: Tables, ruleset: Ruleset, found: Sequence[tuple[int, int]]) -> str:
    """Return writes as a file for the testbench (``+program=FILE``) and for people: a line each, in hexadecimal."""
    head = [
        f"{ruleset.name} {ruleset.version} for the load port: address and data, in hexadecimal.",
        f"Ruleset {ruleset.digest}",
        f"Address: the number of a memory, then {plan.word_bits} bits that name its word; number 0 are registers.",
    ]
    head += [
        f"registers from word {each.word:x}: {each.name}, {each.note}" for each in plan.settings.values()
    ]
    head += [f"memory {memory.number:x}: {_what(plan, memory)}" for memory in plan.memories]
    digits = -(-plan.address_bits // 4)
    lines = [f"{address:0{digits}x} {data:08x}\n" for address, data in found]
    return "".join([*(comment(line, indent=0) for line in head), *lines])


def files(plan: Tables) -> dict[str, str]:
    """Return the files that the memories are read from at synthesis, and the writes that restore them."""
    held = contents(plan, plan.low)
    texts = {
        f"{memory.name}.mem": _image(plan, memory, held.memories[memory.number]) for memory in plan.memories
    }
    return {**texts, PROGRAM: program_text(plan, plan.low.ruleset, writes(plan, held))}


def _image(plan: Tables, memory: Memory, words: Sequence[int]) -> str:
    digits = -(-len(memory.rows) // 4)
    lines = [f"{word:0{digits}x}\n" for word in words]
    return "".join([comment(_what(plan, memory), indent=0), *lines])


def _what(plan: Tables, memory: Memory) -> str:
    """Return in words what a memory holds."""
    if not memory.feature:
        return "by the output rule: the outcome, and above it whether that accepts"
    feature = plan.domains[memory.feature].feature
    missing = (
        "; the upper half is for missing" if 1 << memory.bits > plan.domains[memory.feature].codes else ""
    )
    rows = f"rows {memory.rows.start} to {memory.rows.stop - 1}, the first in the lowest bit"
    return f"by the code of {memory.feature} ({describe_format(feature)}): {rows}{missing}"


def writes(plan: Tables, held: Contents) -> list[tuple[int, int]]:
    """Return address and data of every word."""
    found = [
        (setting.word + part, held.settings[name] >> WORD * part & (1 << WORD) - 1)
        for name, setting in plan.settings.items()
        for part in range(setting.words)
    ]
    for number, words in held.memories.items():
        found += [(number << plan.word_bits | word, data) for word, data in enumerate(words)]
    return found


def contents(plan: Tables, low: Lowered) -> Contents:
    """Return what the memories and registers hold for a ruleset.

    Raises
    ------
    RulekitError
        when there is no room for it.

    """
    rows, lent = _placed(plan, low.rules)
    memories = {memory.number: _words(plan, memory, rows) for memory in plan.memories if memory.feature}
    settings = {"live": _packed([row is not None for row in rows], 1)}
    if plan.lent:
        settings["lent"] = _packed(lent, plan.places)
    for name in plan.apart:
        missing = plan.domains[name].codes
        settings[f"absent_{plan.names.stems[name]}"] = _column(plan, name, rows, missing)
    if low.is_score:
        return Contents(memories, settings | _scores(plan, low.ruleset))
    last, rules = plan.memories[-1], len(low.rules)
    outcomes = [str(rule.rule.then) for rule in low.rules] + [INVALID, low.ruleset.otherwise]
    verdicts = [_verdict(plan, low.ruleset, outcome) for outcome in outcomes]
    memories[last.number] = verdicts + [verdicts[-1]] * ((1 << last.bits) - len(verdicts))
    return Contents(memories, {**settings, "codes": _packed([rules, rules + 1], plan.rule_bits)})


def _placed(plan: Tables, rules: Sequence[LowRule]) -> tuple[_Places, list[int]]:
    """Return what each row is to hold, and to which rules each of the last rows is lent."""
    spread = [rows_of(rule.condition, plan.domains) for rule in rules]
    own, lent = allotted(spread, plan.fixed)
    if len(rules) > plan.places:
        raise RulekitError("the design has no room for the ruleset", expected=f"at most {plan.places} rules",
                           got=str(len(rules)), hint="compile with more rows=")  # fmt: skip
    if len(lent) > plan.lent:
        most = max(zip(spread, rules, strict=True), key=lambda pair: len(pair[0]))
        raise RulekitError(
            "the design has no room for the ruleset", where=Where(rule=most[1].rule.id),
            expected=f"at most {plan.lent} rows besides the first of each of the first {plan.fixed} rules",
            got=str(len(lent)), hint="compile with more rows=; `any` over several features takes several rows",
        )  # fmt: skip
    idle = plan.lent - len(lent)
    return [*own, *(dict(row) for row in lent), *[None] * idle], [*lent.values(), *[0] * idle]


def _words(plan: Tables, memory: Memory, rows: _Places) -> list[int]:
    """Return the words of a feature's memory: for each code the rows that it satisfies."""
    domain = plan.domains[memory.feature]
    words = [0] * domain.codes
    missing = _column(plan, memory.feature, rows[memory.rows.start : memory.rows.stop], domain.codes)
    for bit, row in enumerate(rows[place] for place in memory.rows):
        codes = domain.full if row is None else row.get(memory.feature, domain.full)
        for code, taken in enumerate(reversed(f"{codes & domain.present:b}")):
            if taken == "1":
                words[code] |= 1 << bit
    return words + [missing] * ((1 << memory.bits) - domain.codes)


def _column(plan: Tables, feature: str, rows: _Places, code: int) -> int:
    """Return the rows that a code of a feature satisfies; a row that is not in use is satisfied by everything."""
    full = plan.domains[feature].full
    return _packed([(full if row is None else row.get(feature, full)) >> code & 1 for row in rows], 1)


def _packed(values: Sequence[int], bits: int) -> int:
    """Return numbers side by side, the first in the lowest bits."""
    mask = (1 << bits) - 1
    return sum((int(value) & mask) << bits * place for place, value in enumerate(values))


def _verdict(plan: Tables, ruleset: Ruleset, outcome: str) -> int:
    """Return the code of an outcome, and above it whether it accepts."""
    accepts = outcome in ruleset.accepting
    return plan.low.ruleset.outcomes.index(outcome) | accepts << plan.outcome_bits


def _scores(plan: Tables, ruleset: Ruleset) -> dict[str, int]:
    """Return points, thresholds and what they give; steps that the ruleset does not have are beyond any score."""
    points = [rule.points or 0 for rule in ruleset.rules]
    beyond = 1 << plan.score_bits - 1
    steps = len(plan.low.ruleset.ladder)
    least = [max(-beyond, min(beyond, threshold)) for _, threshold in ruleset.ladder]
    least += [beyond] * (steps - len(least))
    named = [outcome for outcome, _ in ruleset.ladder]
    named += [ruleset.otherwise] * (steps + 1 - len(named))
    verdicts = [_verdict(plan, ruleset, outcome) for outcome in named]
    return {
        "points": _packed(points + [0] * (plan.places - len(points)), plan.points_bits),
        "thresholds": _packed(least, plan.score_bits + 1),
        "steps": _packed(verdicts, plan.outcome_bits + 1),
    }


def _unlike(plan: Tables, ruleset: Ruleset) -> Iterator[RulekitError]:
    """Yield what another ruleset has that a design does not."""
    ours = plan.low.ruleset
    if ruleset.hit_policy is not ours.hit_policy:
        yield RulekitError("the design has another hit policy", expected=str(ours.hit_policy.value),
                           got=str(ruleset.hit_policy.value))  # fmt: skip
    strange = [outcome for outcome in ruleset.outcomes if outcome not in ours.outcomes]
    if strange:
        yield RulekitError("the design has no code for an outcome", expected=f"any of {', '.join(ours.outcomes)}",
                           got=", ".join(strange))  # fmt: skip
    if plan.low.is_score and len(ruleset.ladder) > len(ours.ladder):
        yield RulekitError("the design has too few thresholds", expected=f"at most {len(ours.ladder)}",
                           got=str(len(ruleset.ladder)))  # fmt: skip
    yield from _other_features(plan, ruleset)
    yield from _other_rules(plan, ruleset)


def _other_features(plan: Tables, ruleset: Ruleset) -> Iterator[RulekitError]:
    ours, theirs = plan.low.ruleset.schema, ruleset.schema
    if plan.options.missing and set(ours.required) != set(theirs.required):
        yield RulekitError("the design has other required features", expected=", ".join(ours.required) or "none",
                           got=", ".join(theirs.required) or "none")  # fmt: skip
    for feature in ruleset.read:
        known = ours.by_name.get(feature.name)
        if known is None or feature.name not in {each.name for each in plan.low.features}:
            hint = (
                "compile with a format for every number that rules may read, and rules that read every bool"
            )
            got = f"feature {feature.name}"
            yield RulekitError("the design has no memory for a feature", expected=", ".join(plan.domains), got=got,
                               hint=hint)  # fmt: skip
            continue
        for aspect in ("dtype", "unit", "categories"):
            one, other = getattr(known, aspect), getattr(feature, aspect)
            if one != other:
                yield RulekitError(f"the design has another {aspect} of {feature.name}", expected=str(one),
                                   got=str(other))  # fmt: skip


def _other_rules(plan: Tables, ruleset: Ruleset) -> Iterator[RulekitError]:
    for rule in ruleset.rules:
        if rule.prescale > 1:
            yield RulekitError("tables do not prescale", where=Where(rule=rule.id), got=f"prescale {rule.prescale}",
                               hint="write the registers of the module around it")  # fmt: skip
        if plan.low.is_score and signed_bits(rule.points or 0) > plan.points_bits:
            most = (1 << plan.points_bits - 1) - 1
            yield RulekitError("the points are beyond the registers", where=Where(rule=rule.id),
                               expected=f"{-most - 1} to {most}", got=str(rule.points))  # fmt: skip
