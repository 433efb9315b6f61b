"""Explanations: why one event was decided as it was, which rules nearly hit, and the least change that matters.

::

    explainer = Explainer(ruleset, immutable=["age"], monotone={"income": "up"})    # once
    explainer.explain(event, toward="approve")                                      # for every event

Chosen: the decision, and the decision on every counterfactual, come from ``semantics`` itself. An explanation made
from a model of the rules could contradict the rules.

Chosen: the counterfactual is the nearest there is, or it is proved that there is none, or the search used up its
budget; the answer says which. Rules are boxes, so the nearest point is found exactly and nothing is sampled.

Chosen: the scale in which a change counts is part of the answer, because whoever sets it decides what is near.

Refused: feature weights from a local fit, because the rule that decided is the reason and states it in its own
words; changes to values beyond the bounds of the schema, because nobody can have them.
"""
