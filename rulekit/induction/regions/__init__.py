"""Regions: what a candidate rule allows of each feature, simplified, rounded and written as a condition.

Chosen: one form for the paths of all learners: a range or a set of categories for each feature, and whether a
missing value is allowed.

Chosen: thresholds are rounded to the shortest number within a tolerance
(:mod:`rulekit.induction.regions.rounding`), because people read them, and a fit fold does not determine the
third digit.
"""
