"""The test kit, shipped for authors of targets, packs and rules.

Chosen: a contract class that a plugin subclasses, because a target that is tested by the same code as the
built-in ones needs no trust; strategies that aim at thresholds, because decisions change nowhere else;
a corpus of YAML cases with a sentence of law each, because a reviewer can read it and a program in any
language can run it.

Refused: a tolerance, because an event on a threshold is exactly the one that a reviewer asks about; a
list of targets, because a suite that names them grows marks and exceptions; expected values written by
running the code, because they would call every bug correct.

Needs pytest and hypothesis, which the core of rulekit does not.
"""

from rulekit.testing.cases import Case, load_corpus, read_cases
from rulekit.testing.conformance import TargetContract
from rulekit.testing.events import events, frame_of
from rulekit.testing.strategies import conditions, literals, numerics, rulesets, schemas

__all__ = [
    "Case",
    "TargetContract",
    "conditions",
    "events",
    "frame_of",
    "literals",
    "load_corpus",
    "numerics",
    "read_cases",
    "rulesets",
    "schemas",
]
