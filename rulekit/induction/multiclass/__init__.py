"""Induction for several classes: one teacher for each class, one ruleset for all."""
