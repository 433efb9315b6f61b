"""Replay: decide recorded events again and compare with the record.

Chosen: a decisions file is recomputed by another engine than ``decide`` uses (the ``polars`` target instead of
the kernel), so that two programs have to agree.

Chosen: a decision log is replayed from itself: from the values that were read and the ruleset that each record
names by its digest, batch by batch, so that years of it fit in memory. The kernel recomputes all records, for
speed. Errors that it could share with ``decide`` show in the sample, which another reader reads and the
reference semantics decides. A record is equal, different, or can't be replayed, and the three are never added
up.

Chosen: a record is compared with what the rules decide; prescales act after the rules.

Refused: a tolerance, because the event on the threshold is the one that people ask about.
"""
