"""The decision log: every decision, kept so that nobody can change it unnoticed.

::

    log = open_log("decisions.sqlite", LogOptions(sample={"approve": 100}), key)
    runner = LoggedRunner(artifact.load(), log, id_column="payment")   # runner.batch(events), runner.one(event)
    for records in read_batches("decisions.sqlite"): ...
    verify_log("decisions.sqlite", public_key).findings

Chosen: the canonical JSON text of a record is the only truth. The hash chain covers these texts, a signature
covers the head of the chain, and every view (SQL or frame) is read from the texts.

Chosen: "acknowledged" means "on the disk". A batch is one write and one wait for the disk.

Chosen: the log itself says what it lacks. Lines that are no records give the number of decisions that were sampled
away or lost, and the numerics of the artifact where they are not native. If the process is killed, at most 10,000
decisions that were sampled away stay uncounted, and none that was to be kept.

Chosen: fail closed by default. A caller notices at once that no answer comes; nobody may notice for years that a
log has gaps.

Refused: floats as event ids; several writers of one log, since a chain has one end; repairing a damaged log, since
an attacker would like that.

``write`` holds the encoder and the writer, ``stores`` the three stores, ``read`` the readers and the verification.
"""
