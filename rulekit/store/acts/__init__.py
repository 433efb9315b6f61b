"""Acts: enact, repeal, roll back, approve; the register that records them, and its integrity.

Chosen: the register alone makes law. Acts are added to ``register.yaml`` and never changed; status and ``until``
follow from them. A crash leaves either the law before or the law after.

Chosen: each act names the hash of the act before, the digests of its files, and signatures of its approvers over
the exact text. An act begins when it is recorded or later, and displaces every act that had not begun. So the law
at a time that has passed never changes.

Refused: ``status`` and ``until`` as fields, which would have to be edited; acts that reach back; approvals of a
digest alone, under which titles and reasons could still change.
"""
