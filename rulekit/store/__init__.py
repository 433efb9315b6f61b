"""The store: law folders on disk, as ``rules/<domain>/<ruleset>/``.

Chosen: one folder a ruleset, plain files in git; ``ruleset.yaml`` is edited in place, so that the diff is the
amendment and comments survive; provenance lies beside the law (``evidence/<version>.json``), not in it.

Law is made by acts (enact, repeal, rollback), which are added to ``register.yaml`` and never changed; status and
``until`` follow from them. Each act is bound to the one before by its hash, to its papers by their digests, and
to its approvers by signatures over the exact text. An act begins when it is recorded or later, and displaces
whatever was to come: what was in force at a time that has passed never changes. The register alone makes law,
so a crash leaves either the law before or the law after.

Refused: a database of rules, which no reviewer can read and no diff can show; writing a law folder half;
``status`` and ``until`` as fields, which would have to be edited; acts that reach back; approving a digest
alone, under which titles and reasons could still change.
"""
