"""From hits to outcome and rule: a balanced tree finds the first hit.

A chain of ``if`` over all rules is as deep as there are rules. "The first of a list" is the first of its first
half, or else that of its second half: a tree, which is as deep as the logarithm.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count, groupby

from rulekit.targets.systemverilog.names import Names, code_bits, vector
from rulekit.targets.systemverilog.options import Options


@dataclass(frozen=True, slots=True)
class Found:
    """The first of some hits: whether there is one, and its code, as expressions."""

    hit: str
    code: str


def policy(names: Names, options: Options) -> str:
    """Return the body of the policy module under every hit policy but SCORE."""
    rules = [(str(rule.rule.then), place) for place, rule in enumerate(names.low.rules)]
    runs = [(then, [place for _, place in run]) for then, run in groupby(rules, key=lambda each: each[0])]
    lines = ["    // the first rule that hits names the outcome; rules in a row that agree are one run\n"]
    lines += answers(names, options, [(_any(places), then) for then, places in runs], "invalid")
    return "".join(lines) + (_rule(names) if "rule" in options.outputs else "")


def answers(
    names: Names, options: Options, steps: list[tuple[str, str]], invalid: str, *, falling: bool = False
) -> list[str]:
    """Return the nets ``accept`` and ``outcome``.

    Parameters
    ----------
    names, options : of the design.
    steps : hit and outcome, the first that hits decides.
    invalid : the net that says that the event lacks a required feature; no step then hits, unless ``falling``.
    falling : each step holds only where the next one does too, as thresholds on a score do.

    """
    lines: list[str] = []
    if "accept" in options.outputs:
        lines += _accept(names, steps, invalid, falling=falling)
    if "outcome" in options.outputs:
        codes = list(names.outcomes)
        width = code_bits(len(codes))
        leaves = [Found(hit, names.outcomes[then]) for hit, then in steps]
        found = first(leaves, lines, "first_outcome", width)
        lines.append(_outcome(names, found, invalid, falling=falling))
    return lines


def _accept(names: Names, steps: list[tuple[str, str]], invalid: str, *, falling: bool) -> list[str]:
    lines: list[str] = []
    valid = f"~{invalid} & " if falling else ""
    flags = [then != names.low.ruleset.otherwise for _, then in steps]
    if all(flags):
        hits = [hit for hit, _ in steps][-1 if falling else 0 :]
        anything = " | ".join(hits) or "1'b0"
        return [f"    assign accept = {valid}{f'({anything})' if len(hits) > 1 and valid else anything};\n"]
    leaves = [Found(hit, f"1'b{flag:d}") for (hit, _), flag in zip(steps, flags, strict=True)]
    found = first(leaves, lines, "first_accept", 1)
    assert found is not None  # noqa: S101 - a flag is false, so there is a step
    return [*lines, f"    assign accept = {valid}{found.hit} & {found.code};\n"]


def _outcome(names: Names, found: Found | None, invalid: str, *, falling: bool) -> str:
    codes = list(names.outcomes)
    unnamed, otherwise = names.outcomes[codes[-1]], names.outcomes[names.low.ruleset.otherwise]
    if falling and found is not None:
        chosen = f"{invalid} ? {unnamed} : {found.hit} ? {found.code} : {otherwise}"
        return f"    assign outcome = {chosen};\n"
    return _chosen("outcome", found, f"{invalid} ? {unnamed} : {otherwise}")


def _rule(names: Names) -> str:
    lines = ["    // the first rule that hits, by its place in the law\n"]
    rules = len(names.low.rules)
    width = code_bits(rules + 2)
    leaves = [Found(f"fired[{place}]", f"{width}'d{place}") for place in range(rules)]
    found = first(leaves, lines, "first_rule", width)
    lines.append(_chosen("rule", found, "invalid ? RULE_INVALID : RULE_NONE"))
    return "".join(lines)


def _chosen(name: str, found: Found | None, fallback: str) -> str:
    if found is None:
        return f"    assign {name} = {fallback};\n"
    return f"    assign {name} = {found.hit} ? {found.code} : ({fallback});\n"


def first(leaves: Sequence[Found], lines: list[str], stem: str, width: int) -> Found | None:
    """Return the first of the leaves that hits, writing the tree's nets behind ``lines``; None of no leaves."""
    numbers = count(1)
    size = f"{vector(width)} " if width > 1 else ""

    def find(some: Sequence[Found]) -> Found:
        if len(some) == 1:
            return some[0]
        half = (len(some) + 1) // 2
        one, other = find(some[:half]), find(some[half:])
        name = f"{stem}_{next(numbers)}"
        lines.append(f"    wire {name}_hit = {one.hit} | {other.hit};\n")
        lines.append(f"    wire {size}{name} = {one.hit} ? {one.code} : {other.code};\n")
        return Found(f"{name}_hit", name)

    return find(leaves) if leaves else None


def _any(places: Sequence[int]) -> str:
    low, high = places[0], places[-1]
    return f"(|fired[{high}:{low}])" if high > low else f"fired[{low}]"
