"""The decision log: every decision, kept so that nobody can change it unseen.

::

    log = open_log("decisions.sqlite", LogOptions(sample={"approve": 100}), key)
    runner = Logged(artifact.load(), log, id_column="payment")     # runner.batch(frame), runner.one(event)
    for records in read_batches("decisions.sqlite"): ...
    verify_log("decisions.sqlite", public_key).findings

Chosen: a line is the canonical JSON text of a record, and that text is the only truth. A hash chain runs over the
texts, a signature over the head of the chain, and every view, in SQL or as a frame, is read from the text.

Chosen: three stores behind one small protocol that keeps lines in order and gives them back: SQLite for one
process, a folder of Parquet files for archives, PostgreSQL for a site. Chain, privacy, sampling and losses are the
same above all three, and so are their tests.

Chosen: the seal of each line is kept beside it, 32 bytes, because a chain of which only heads are known can say
that a segment is wrong, but not which line.

Chosen: whole columns become text by Polars, held byte for byte to the records of single events; a batch is one
write and one wait for the disk. Acknowledged means: on the disk.

Chosen: what is not in the log is counted in the log. Lines that are no records tell what was sampled away and what
was lost, and in which numerics was decided where these are not native. After a kill at most 10,000 decisions that
were sampled away, and none that was to be kept, go uncounted.

Chosen: fail closed unless told otherwise. A caller that gets no answer notices; a log that lacks answers may not be
noticed for years.

Refused: columns beside the text that hold a value once more, since two copies can disagree; numbers of events as
floats; one log for several writers, since a chain has one end; repairing a damaged log, since that is what an
attacker would like to have done.
"""
