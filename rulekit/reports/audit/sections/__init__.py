"""One module for each section of the audit: each computes its part of the model.

Chosen: a gate is judged by the interval of a share, with "can't tell" as an answer of its own.

Chosen: bands are exact. A period without drift is a draw from the record, so its hits are hypergeometric. What
is compared many times is corrected (Holm for subgroups, Bonferroni for bands), and the page names the
correction. A mark on a stability index must exceed noise as well, because a small record would get nothing but
marks.

Chosen: near misses are decided by compiled rules too; each term of a rule becomes a rule of its own. What
removing a rule changes is counted exactly from the hits, because a rule that saves look-up tables is given up
for the events that only it takes.

Chosen: the status of a version is the one after the last act of its register, not the one of today, so that the
page stays the same.

Chosen: a design for an FPGA is described from the evidence in its artifact; synthesis is not run again, because
a report is read where no tool is. Its formats are tried on the recorded events, because a proof says that the
logic equals the rules in these formats, not that the formats do no harm.
"""
