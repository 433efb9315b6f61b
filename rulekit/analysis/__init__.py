"""Exact analysis of rulesets: what can happen for *any* event, not for those that were seen.

Chosen: every feature's values are cut into *atoms*, the pieces between the thresholds that the rules name, in
the feature's own dtype. Within an atom no literal tells two values apart, so a finite search over atoms answers
for all events: exactly, because an atom that holds no value of the dtype does not exist. Three answers: proved,
refuted, undecided with the reason; each event that is shown was replayed through ``semantics``.

Chosen: where two laws differ is told by the two rules that decide, as boxes *unless* other rules hit, which is how
an amendment is read; under SCORE by the rules that changed, and the points of all. Only what is not alike in both
laws is searched, so one threshold in a thousand rules takes a second.

Refused: differences as disjoint boxes alone, which are thousands for ten rules; comparing the texts of cells;
sampling in place of proof; a general solver, where boxes of bits decide a thousand rules in a second.
"""
