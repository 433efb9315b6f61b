"""Comparison of two rulesets over every possible event.

Chosen: a difference is named by the two rules that decide, as boxes *unless* earlier rules hit. This is how an
amendment is read. Under SCORE it is named by the rules that changed and the points of the others.

Chosen: only what differs between the two rulesets is searched, so one changed threshold in a thousand rules takes
a second.

Refused: disjoint boxes alone, which are thousands for ten rules; comparing the texts of decision-table cells.
"""
