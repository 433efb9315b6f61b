"""``check``: what is odd about a law before anybody decides by it."""

from __future__ import annotations

from pathlib import Path

from rulekit.findings import Finding, threshold_findings
from rulekit.ir.ruleset import Ruleset
from rulekit.store.cases import run_cases
from rulekit.store.folder import Law, read


def check(source: Law | Ruleset | str | Path) -> list[Finding]:
    """Return the findings on a ruleset, a law folder or a ruleset file; an empty list when all is well.

    Checked are thresholds against bounds, and every precedent on every target.

    Raises
    ------
    LawError
        when the law can't be read, or a rule does not fit its schema.

    """
    law = source if isinstance(source, Law) else Law(source) if isinstance(source, Ruleset) else read(source)
    return [*threshold_findings(law.ruleset), *run_cases(law.ruleset, law.cases)]
