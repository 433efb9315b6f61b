"""The store: law folders on disk, as ``rules/<domain>/<ruleset>/``.

Chosen: one folder a ruleset, plain files in git; ``ruleset.yaml`` is edited in place, so that the diff is the
amendment and comments survive; provenance lies beside the law (``evidence/<version>.json``), not in it.

Refused: a database of rules, which no reviewer can read and no diff can show; writing a law folder half.
"""
