"""Explanations: why one event was decided as it was, what was nearly otherwise, and the least that would change it.

::

    explainer = Explainer(ruleset, immutable=["age"], monotone={"income": "up"})    # once
    explainer.explain(event, toward="approve")                                      # for every event

Chosen: the decision, and that of every counterfactual, comes from ``semantics`` itself; an explanation that is
drawn from a model of the law could differ from the law.

Chosen: the counterfactual is the nearest one there is, or it is proved that there is none, or the search ran out of
its budget, and the answer says which. Rules are boxes, so the nearest point is found exactly: nothing is sampled.

Chosen: the scale in which a change counts is part of the answer, since whoever sets it decides what is near.

Refused: weights of features, as fits to the neighbourhood of an event give them: a rule that decided is the reason,
and says so in its own words; changes to values that nobody can have, beyond the bounds of the schema.
"""
