"""Exact analysis of rulesets: statements about every possible event, not about observed ones.

Chosen: a feature's values are cut into *atoms*, the runs of values between the thresholds that the rules name, in
the feature's own dtype. No literal tells two values of one atom apart, so a finite search over atoms answers for
all events. The answer is exact: an atom without a value of the dtype does not exist.

Chosen: three answers. *Proved*, *refuted*, or *undecided* with the reason. Every event that is shown was decided
by ``semantics``.

Refused: sampling in place of proof; a general solver, since boxes of bits check a thousand rules in a second.

``space`` holds atoms, boxes and the index of boxes; ``search`` the search by splitting; ``check``, ``compare`` and
``nearest`` what is asked of them.
"""
