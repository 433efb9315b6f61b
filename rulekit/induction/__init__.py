"""Induction: from a teacher and events to a short ruleset within a budget.

The way of the events: :mod:`~rulekit.induction.samples` reads and splits them,
:mod:`~rulekit.induction.teachers` score them, :mod:`~rulekit.induction.learners` propose candidate rules as
:mod:`~rulekit.induction.regions`, :mod:`~rulekit.induction.boxes` and :mod:`~rulekit.induction.points` make
better ones, and :mod:`~rulekit.induction.selection` chooses and calibrates a few.
:mod:`~rulekit.induction.auto` compares the methods, :mod:`~rulekit.induction.multiclass` puts classes together,
:mod:`~rulekit.induction.results` holds what comes out. Each of them states its own decisions.

Chosen: whatever finds rules, the rest of the way is the same for all of them: rank, round, size, measure, name.

Refused: a default that is tuned to a data set.
"""
