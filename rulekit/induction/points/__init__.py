"""The method ``points``: sums of rules with whole points, fitted anew for every size.

Chosen: a sum is fitted for each size on its own, because a long sum that is made shorter is a poor short sum.

Chosen: labels are soft, and weigh most where the budget's threshold is
(:mod:`rulekit.induction.points.soft_labels`). Only there does the order of events matter.
"""
