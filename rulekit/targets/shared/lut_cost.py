"""What a ruleset costs in an FPGA, predicted without synthesis.

The prediction counts six-input look-up tables of a design in which equal thresholds share one comparator.
Against yosys (``synth_xilinx -family xcup -nocarry``) it was within 3 % for rulesets of comparisons.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rulekit.ir.canonical import bind
from rulekit.ir.condition import Compare, Condition, LiteralCondition, Member, literals
from rulekit.ir.numerics import Fixed
from rulekit.ir.schema import Schema

_INPUTS = 6
"""Inputs of a look-up table."""

Part = tuple[str, str, object]
"""Logic that rules share: its feature, what it does (``>=``, ``==`` or a test of words), and its constant."""


def predicted_lut(conditions: Sequence[Condition], schema: Schema, numerics: Fixed) -> int:
    """Return the look-up tables that rules are expected to take: comparators, ANDs, and an OR over rules.

    - ``<``, ``<=``, ``>``, ``>=`` on a number: :func:`threshold_cost`, once per distinct threshold of a
      feature; ``x <= 7`` and ``x > 7`` are one comparator and a NOT, which is free, as is ``x >= 8`` on the
      grid.
    - ``==``, ``!=`` and membership on a number: all bits of each value, once, and an OR over the values of a
      set.
    - A category is a code of as many bits as tell its categories and one more value, "unknown", apart. A set
      of codes of up to six bits is one look-up table; of longer ones it is priced as a set of numbers.
    - bool and ``is missing`` are single wires, and free. So is a literal that always or never holds on the
      grid.
    - The literals of a rule, however nested: a tree of six-input gates, and another one over the rules. A bit
      that says whether a value is missing is not counted.

    Parameters
    ----------
    conditions : of the rules, bound to the schema or not.
    schema : gives dtypes and categories.
    numerics : gives the width of each number.

    Raises
    ------
    BindError
        when a condition does not fit the schema, or a number that it reads has no format.

    """
    logic: dict[Part, int] = {}
    for condition in conditions:
        logic |= shared_logic(condition, schema, numerics)
    gates = sum(gate_cost(sum(1 for _ in literals(condition))) for condition in conditions)
    return sum(logic.values()) + gates + gate_cost(len(conditions))


def shared_logic(condition: Condition, schema: Schema, numerics: Fixed) -> dict[Part, int]:
    """Return the comparators of a rule, and how many look-up tables each takes. Rules share equal comparators.

    Raises
    ------
    BindError
        as :func:`predicted_lut` does.

    """
    bound = numerics.bind_condition(bind(condition, schema), schema)
    found = {part for literal in literals(bound) for part in _parts(literal, schema)}
    return {part: _price(part, schema, numerics) for part in found}


def threshold_cost(code: int, width: int) -> int:
    """Return the look-up tables of ``x >= code``: ``ceil((width - trailing zeros - 1) / 5)``.

    Bits of x below the lowest one of the code can't change the answer, so that a threshold which is a
    multiple of a high power of two is cheap; zero is free, because it is the sign or no threshold at all.

    Parameters
    ----------
    code : the threshold in least significant bits, in the range of the format; two's complement where it has
        a sign.
    width : bits of x.

    """
    zeros = (code & -code).bit_length() - 1 if code else width
    return gate_cost(width - zeros)


def gate_cost(inputs: int) -> int:
    """Return the look-up tables of an AND or OR: ``ceil((inputs - 1) / 5)``; each table takes five inputs more."""
    return max(0, -(-(inputs - 1) // (_INPUTS - 1)))


def _parts(literal: LiteralCondition, schema: Schema) -> Iterator[Part]:
    """Yield the shared logic of a bound literal, with thresholds as those of ``>=``."""
    name, feature = literal.feature, schema.by_name[literal.feature]
    if isinstance(literal, Member):
        if len(literal.values) > 1 or not feature.dtype.is_number:
            yield name, "in", literal.values
        yield from ((name, "==", value) for value in literal.values if feature.dtype.is_number)
    elif isinstance(literal, Compare) and feature.dtype.is_number and isinstance(literal.value, int):
        if literal.sign in {"==", "!="}:
            yield name, "==", literal.value
        else:
            yield name, ">=", literal.value + (literal.sign in {">", "<="})


def _price(part: Part, schema: Schema, numerics: Fixed) -> int:
    name, sign, value = part
    if isinstance(value, tuple):
        categories = schema.by_name[name].categories
        return gate_cost(len(value)) if categories is None else _words_cost(len(value), len(categories))
    form = numerics.formats[name]
    low, high = form.range
    if not isinstance(value, int) or not low <= value <= high:
        return 0
    return threshold_cost(value, form.width) if sign == ">=" else gate_cost(form.width)


def _words_cost(values: int, categories: int) -> int:
    bits = categories.bit_length()
    if bits <= _INPUTS:
        return min(1, bits - 1)
    return values * gate_cost(bits) + gate_cost(values)
