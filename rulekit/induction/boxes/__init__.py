"""The method ``boxes``: rules as boxes on a grid of short numbers, refined one at a time.

Chosen: the edges of the grid are short decimals, so that a rule is law as it was found, and rounding loses nothing.

Chosen: each box is refined on the events that the others leave, at many prices of the budget and of literals
(:mod:`rulekit.induction.boxes.search`). Every ruleset that was met is kept in an archive, from which a solver
chooses the best (:mod:`rulekit.induction.selection.cp_sat`).

Chosen: widening fills what a ruleset leaves of the budget (:mod:`rulekit.induction.boxes.widen`), at no literal
more.
"""
