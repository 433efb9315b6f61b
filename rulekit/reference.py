"""The reference evaluator: the definition of what a ruleset means, slow and obvious, in plain Python.

Every target is tested against it. Use it to check an answer; :func:`rulekit.decide` gives the same one, faster.
"""

from __future__ import annotations

from rulekit.ir.decision import Decision
from rulekit.ir.event import bind_event, bind_value
from rulekit.ir.semantics import OPERATORS, decide, holds

__all__ = ["OPERATORS", "Decision", "bind_event", "bind_value", "decide", "holds"]
