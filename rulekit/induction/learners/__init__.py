"""Inducers: what proposes candidate rules. Trees, forests, the learners of imodels, the trees of the teacher.

An inducer is one object with a ``propose`` method (:class:`rulekit.induction.learners.base.Inducer`). It gets
the encoded fit fold with labels and returns regions. Ranking, rounding, sizing, measuring and naming are done
elsewhere.

Chosen: candidate rules come from every inducer and from the teacher's own trees, because they find different rules.

Chosen: what a learner found is read from its fitted arrays, so that the translation is exact.

Refused: parsing the text of rules, where the learner keeps a structure.
"""
