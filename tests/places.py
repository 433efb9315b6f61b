"""Where the project's own files lie, for tests that read them."""

from __future__ import annotations

from pathlib import Path

TESTS = Path(__file__).parent
ROOT = TESTS.parent
RULES = ROOT / "rules"
GOLDEN = TESTS / "golden"
