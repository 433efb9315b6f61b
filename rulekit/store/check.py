"""``check``: what is odd about a law before anybody decides by it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from rulekit.analysis.check.check_ruleset import PropertyCount, check_ruleset
from rulekit.errors import Where
from rulekit.findings import Finding, threshold_findings
from rulekit.ir.numerics import Fixed, Numerics
from rulekit.ir.ruleset import Ruleset
from rulekit.ir.yaml_file import rule_places
from rulekit.store.folder.cases import run_cases
from rulekit.store.folder.folder import LawFolder, read
from rulekit.targets.lower import lower
from rulekit.targets.shared.constants import constant_literals


@dataclass(frozen=True)
class CheckedLaw:
    """A law that was checked.

    Attributes
    ----------
    law : what was read.
    findings : the worst first, otherwise in the order of the questions.
    counts : the questions of the exact analysis, with how often each was proved, refuted and left undecided.

    """

    law: LawFolder
    findings: tuple[Finding, ...]
    counts: tuple[PropertyCount, ...]

    @cached_property
    def places(self) -> dict[str, Where]:
        """Where each rule begins, by its id."""
        return {} if self.law.file is None else rule_places(self.law.file)


def check(source: LawFolder | Ruleset | str | Path, numerics: Numerics | None = None) -> list[Finding]:
    """Return the findings on a ruleset, a law folder or a ruleset file; an empty list when all is well.

    Parameters
    ----------
    source : the law.
    numerics : in which it will be decided; native without. In fixed point, constant literals are told as well.

    Raises
    ------
    LawError
        when the law can't be read, or a rule does not fit its schema or the numerics.

    """
    return list(check_law(source, numerics).findings)


def check_law(source: LawFolder | Ruleset | str | Path, numerics: Numerics | None = None) -> CheckedLaw:
    """Check a law: thresholds against bounds, every precedent on every target, and all that can happen.

    See :func:`check`, and :mod:`rulekit.analysis.check.check_ruleset` for the questions.
    """
    law = (
        source
        if isinstance(source, LawFolder)
        else LawFolder(source)
        if isinstance(source, Ruleset)
        else read(source)
    )
    examined = check_ruleset(law.ruleset, numerics)
    fixed = isinstance(numerics, Fixed)
    found = [
        *examined.findings,
        *threshold_findings(law.ruleset),
        *(constant_literals(lower(law.ruleset, numerics)) if fixed and numerics is not None else ()),
        *run_cases(law.ruleset, law.cases),
    ]
    found.sort(key=lambda finding: ("error", "warning", "note").index(finding.level))
    return CheckedLaw(law, tuple(found), examined.counts)
