"""The audit report: measured from recorded decisions or a log, written as one HTML page and JSON.

Chosen: the audit measures the record, not the recomputation, because the report is about what was done. *Every*
decision is recomputed by compiled rules, which is cheap; a seeded sample is replayed by the reference
semantics, which is slow and obviously right.

Refused: guessing. What can't be told without events, truth or a teacher is left out, and the page says what and
why.
"""
