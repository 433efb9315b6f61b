"""The store: law folders on disk, such as ``rules/<domain>/<ruleset>/``.

Chosen: one folder per ruleset, plain files under git. ``ruleset.yaml`` is edited in place, so the git diff is the
amendment and comments survive. Provenance lies beside the law (``evidence/<version>.json``), not in it.

Refused: a database of rules, which no reviewer can read and no diff can show; a law folder that is half written.

``folder`` reads and drafts the files, ``acts`` makes law, ``versions`` says what an amendment changes, and
``lookup`` finds a law by any of its names.
"""
