"""Selection: from many candidate rules to a few within the budget, sized and certified.

Chosen: hits are those of the compiled ``polars`` target, because a rule is what will decide.

Chosen: a rate comes with its exact upper limit (:mod:`rulekit.statistics.upper_limits`), corrected for every choice
that the calibration fold made. A certified budget tests its sizes in a fixed order against that limit.

Chosen: greedy selection with exchanges for large pools (:mod:`rulekit.induction.selection.greedy`), a solver with a
proven bound for small ones (:mod:`rulekit.induction.selection.cp_sat`).

Refused: taking the best of several sizes by the calibration fold, because it would then have been selected on, too.
"""
