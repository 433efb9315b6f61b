"""The test kit, shipped for authors of targets, packs and rules.

- :class:`TargetContract`: subclass it and name your target; pytest then compares its decisions with the reference.
- :func:`load_corpus`, :func:`read_cases`: rulesets in YAML, with events and the decision that each must get.
- :func:`schemas`, :func:`literals`, :func:`conditions`, :func:`rulesets`, :func:`numerics`, :func:`events`:
  Hypothesis strategies for property tests; :func:`frame_of` makes a frame of drawn events.

Chosen: one contract class, so that plugins are tested by the same code as the built-in targets; strategies that aim
at thresholds, because decisions change nowhere else; a corpus in YAML, because a reviewer can read it and a program
in any language can run it.

Refused: a tolerance, because reviewers ask about the events on a threshold; a list of targets,
because a suite that names them collects exceptions; expected values recorded from a run, because they would call
every bug correct.

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
