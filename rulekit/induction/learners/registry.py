"""The registry of inducers; other distributions add theirs by the entry point ``rulekit.inducers``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rulekit.registry import Registry

if TYPE_CHECKING:
    from rulekit.induction.learners.base import Inducer


inducers: Registry[Inducer] = Registry(
    "inducer",
    "rulekit.inducers",
    {
        "tree": "rulekit.induction.learners.trees:TREE",
        "score-tree": "rulekit.induction.learners.trees:SCORE_TREE",
        "forest": "rulekit.induction.learners.forests:FOREST",
        "skope-rules": "rulekit.induction.learners.imodels:SKOPE_RULES",
        "rule-fit": "rulekit.induction.learners.imodels:RULE_FIT",
        "figs": "rulekit.induction.learners.imodels:FIGS",
        "boosted-rules": "rulekit.induction.learners.imodels:BOOSTED_RULES",
        "greedy-rule-list": "rulekit.induction.learners.imodels:GREEDY_RULE_LIST",
    },
)
"""Every inducer by name; the method ``auto`` compares them all."""
