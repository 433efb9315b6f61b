"""Induction for several classes: rules for each class in one list, or one sum with a threshold for each.

Chosen: under FIRST several classes are several inductions on one split, because each class then keeps its own
budget, and FIRST can only take events away from it (:mod:`rulekit.induction.multiclass.induce`).
"""
