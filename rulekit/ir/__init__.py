"""The language: what a ruleset is, how it is written, and what it means.

Chosen: frozen values; exact numbers until a threshold meets its dtype; one parser and one printer of literals;
:mod:`rulekit.ir.semantics` as the only definition of meaning, slow and obvious. NaN, null and absence become
*missing* in one place (:mod:`rulekit.ir.event`).

Refused: a ``not`` in conditions, because a literal on a missing value is false and so is its complement;
thresholds kept as floats, because text that goes through float64 to float32 rounds twice; evaluation of
expressions, because arithmetic belongs to whoever computes the features; wrapping or saturating a threshold
beyond its dtype, because a law that can never hold is a mistake to be shown.

A condition that hits under UNIQUE and ANY is decided as under FIRST. Their promise (no two hits, all hits agree)
is a property of the ruleset to be proved, not something to discover event by event.
"""
