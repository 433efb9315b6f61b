"""Inducers: from a teacher and events to a short ruleset within a budget.

Chosen: three folds. Rules are found on the fit fold, from labels that the teacher gives at several working
points around the budget; ranked on the fit and selection folds; and cut on the calibration fold, which nothing
before has seen. What the cut leaves is measured there, too, and said to be.

Chosen: learners see ranks, not values (:mod:`rulekit.induction.samples.encoding`). What scikit-learn does
in float32 is then exact, and so is the translation of what it learned, from its arrays and not from its
text.

Chosen: candidates come from everywhere (trees, forests, imodels, the teacher's own trees), and
:mod:`rulekit.induction.boxes.search` refines them as boxes on a grid of short numbers, one at a time on
what the others leave, at many prices; :mod:`rulekit.induction.selection.cp_sat` then asks a solver for the
best of what was met. Who wins the race on the selection fold is drafted, whoever it is.

Chosen: several classes are several inductions on one split, under FIRST, because each class then keeps its own
budget and FIRST can only take events away from it (:mod:`rulekit.induction.multiclass.induce`).

Chosen: a law in force runs in the race that challenges it, and its rules stay word for word where the winner's
hardly differ (:mod:`rulekit.induction.auto.incumbent`): what did not change need not be read again.

Chosen: sums of points are fitted anew for every size (:mod:`rulekit.induction.points.method`), on soft
labels that weigh most where the budget's threshold is, because a long sum cut short is a poor short sum.

Chosen: a rate comes with its exact upper limit (:mod:`rulekit.statistics.upper_limits`), corrected for
every choice that the calibration fold made. A certified budget tests its cuts in a fixed order against that
limit.

Chosen: a rule's expected signal, by the teacher's score calibrated against the truth (isotonic), ranks the rules.
Twenty background events that a rule happens to hit tell little; the same events' probabilities tell more. The
calibration fold counts the truth itself.

Chosen: hits are those of the compiled ``polars`` target, because a rule is what will decide.

Refused: taking the best of several cuts by the calibration fold, because then it would have been selected on, too;
reading pickles, because a pickle runs code; parsing the text of rules, where the learner keeps a structure; a
default that is tuned to a data set.

An inducer is one object with a ``propose`` method (:class:`rulekit.induction.learners.base.Inducer`): it gets the
encoded fit fold with labels, and answers with regions. Ranking, rounding, cutting, measuring and naming are not its
business.
"""
