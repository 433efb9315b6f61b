"""Questions as gates: a threshold is a chain of ANDs and ORs over the bits of its feature.

``x >= k`` asks the bits of x from the lowest one that k has: where k has a 1 the bit must be set too (AND),
where it has a 0 the bit would do alone (OR). Bits below the lowest 1 of k can't matter. Against a plain ``>=``,
from which synthesis builds a subtractor, this takes a quarter of the look-up tables and leaves no carry chain
to place.
"""

from __future__ import annotations

from rulekit.ir.schema import DType
from rulekit.targets.lower import LowFeature
from rulekit.targets.shared.constants import quantity
from rulekit.targets.systemverilog.names import Names, is_signed, width_of
from rulekit.targets.systemverilog.rtl import logic
from rulekit.targets.systemverilog.rtl.literal_nets import InputLiteral
from rulekit.targets.systemverilog.rtl.logic import Logic, Net


def literal_logic(literal: InputLiteral, names: Names) -> Logic:
    """Return a literal as logic over the bits of the inputs."""
    if literal.kind == "no":
        return Net(names.missing(literal.feature))
    feature, value = names.low.feature(literal.feature), names.value(literal.feature)
    if literal.kind == "bit":
        return Net(value)
    bits = bits_of(value, width_of(feature), signed=is_signed(feature))
    offset = 1 << (len(bits) - 1) if is_signed(feature) else 0
    codes = [code + offset for code in literal.codes]
    if literal.kind == "ge":
        return at_least(bits, codes[0])
    return logic.either([equals(bits, code) for code in codes])


def bits_of(value: str, width: int, *, signed: bool = False) -> list[Logic]:
    """Return the bits of a vector from the lowest up, in offset binary: the sign is turned, and order kept."""
    bits: list[Logic] = [Net(f"{value}[{bit}]" if width > 1 else value) for bit in range(width)]
    return [*bits[:-1], logic.inverse(bits[-1])] if signed else bits


def at_least(bits: list[Logic], code: int) -> Logic:
    """Return ``bits >= code`` as a chain; ``code`` is within the range of the bits."""
    chain: Logic = logic.TRUE
    for place, bit in enumerate(bits):
        terms = [bit, chain]
        if code >> place & 1:
            chain = logic.both(terms)
        elif chain != logic.TRUE:
            chain = logic.either(terms)
    return chain


def equals(bits: list[Logic], code: int) -> Logic:
    """Return ``bits == code``."""
    terms = [bit if code >> place & 1 else logic.inverse(bit) for place, bit in enumerate(bits)]
    return logic.both(reversed(terms))


def describe_literal(literal: InputLiteral, names: Names) -> str:
    """Return a literal in words, with units: ``met >= 58 GeV``."""
    feature = names.low.feature(literal.feature)
    name = feature.feature.name
    if literal.kind == "no":
        return f"{name} is missing"
    if literal.kind == "bit":
        return f"{name} == true"
    if feature.feature.dtype is DType.CATEGORY:
        categories = feature.feature.categories or ()
        return f"{name} in {{{', '.join(categories[code] for code in literal.codes)}}}"
    unit = f" {feature.feature.unit}" if feature.feature.unit else ""
    return f"{name} {'>=' if literal.kind == 'ge' else '=='} {quantity(feature, literal.codes[0])}{unit}"


def describe_format(feature: LowFeature) -> str:
    """Return what the bits of a feature's input mean: ``10 bits, 1 step = 0.25 GeV, 0 to 255.75 GeV``."""
    width, unit = width_of(feature), f" {feature.feature.unit}" if feature.feature.unit else ""
    bits = f"{width} bit{'s' if width > 1 else ''}"
    if feature.feature.dtype is DType.CATEGORY:
        categories = feature.feature.categories or ()
        listed = ", ".join(f"{code} {name}" for code, name in enumerate(categories))
        return f"{bits}, {listed}, {len(categories)} any other"
    if feature.grid is None:
        return "1 bit" if width else "only its being there matters"
    low, high = (quantity(feature, code) for code in feature.grid.range)
    kind = "two's complement, " if feature.grid.signed else ""
    return f"{bits}, {kind}1 step = {quantity(feature, 1)}{unit}, {low} to {high}{unit}"
