"""The events of an induction: read once, split into folds, encoded for learners, labelled by the teacher.

Chosen: three folds. Rules are found on the fit fold, ranked on the fit and selection folds, and sized on the
calibration fold, which nothing before has seen.

Chosen: learners see ranks and not values (:mod:`rulekit.induction.samples.encoding`). What scikit-learn does in
float32 is then exact, and so is the translation of what it learned.

Chosen: rules are ranked by the expected signal of their events: the teacher's score, calibrated against the
truth by isotonic regression. Twenty background events that a rule happens to hit tell little; the probabilities
of the same events tell more. The calibration fold counts the truth itself.

Chosen: one pass over the events (:mod:`rulekit.induction.samples.read`), because a file of events may be large.
"""
