"""The method ``auto``: run every method, compare them on the selection fold, and keep the best.

Chosen: methods are compared by the expected signal they accept on the selection fold, and not by a count of true
signal, because the expectation differs less from fold to fold.

Chosen: a law in force takes part in the comparison with its challengers, and its rules stay word for word where
the winner's hardly differ (:mod:`rulekit.induction.auto.incumbent`). What did not change need not be read again.

Chosen: the stability of a rule is how often it is found again on resampled events
(:mod:`rulekit.induction.auto.stability`). Rules are compared by the events they hit, so that thresholds may differ
where no event is.

Refused: choosing a method by the calibration fold, because that fold would then have been selected on, too.
"""
