"""``check``: find what is wrong with a law before anybody decides by it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from rulekit.analysis.check.check_ruleset import PropertyCount, check_ruleset
from rulekit.errors import Where
from rulekit.findings import LEVELS, Finding, Findings, threshold_findings
from rulekit.ir.notation.yaml_file import rule_places
from rulekit.ir.numerics import Fixed, Numerics
from rulekit.store.folder.cases import run_cases
from rulekit.store.folder.folder import LawFolder
from rulekit.store.lookup import RulesetSource, read_law
from rulekit.targets.lower import lower
from rulekit.targets.shared.constants import constant_literals


@dataclass(frozen=True)
class CheckedLaw:
    """The result of checking a law.

    Attributes
    ----------
    law : what was read.
    findings : errors first, then warnings, then notes; within these in the order of the checks.
    counts : for each property of the exact analysis, how often it was proved, refuted and left undecided.

    """

    law: LawFolder
    findings: tuple[Finding, ...]
    counts: tuple[PropertyCount, ...]

    @cached_property
    def places(self) -> dict[str, Where]:
        """Where each rule begins, by its id."""
        return {} if self.law.file is None else rule_places(self.law.file)


def check(ruleset: RulesetSource, numerics: Numerics | None = None) -> Findings:
    """Return the findings on a law; an empty list when all is well.

    Parameters
    ----------
    ruleset : the law, named in any way that :func:`rulekit.load` takes. The precedents of a law folder are
        checked too.
    numerics : in which it will be decided (default: native). In fixed point, literals that became constant are
        findings.

    Raises
    ------
    LawError
        when the law can't be read, or a rule does not fit its schema or the numerics.

    """
    return Findings(check_law(ruleset, numerics).findings)


def check_law(ruleset: RulesetSource, numerics: Numerics | None = None) -> CheckedLaw:
    """Check thresholds against bounds, every precedent on every target, and the properties of all possible events.

    See :func:`check`, and :mod:`rulekit.analysis.check.check_ruleset` for the properties.
    """
    law = read_law(ruleset)
    examined = check_ruleset(law.ruleset, numerics)
    fixed = isinstance(numerics, Fixed)
    found = [
        *examined.findings,
        *threshold_findings(law.ruleset),
        *(constant_literals(lower(law.ruleset, numerics)) if fixed and numerics is not None else ()),
        *run_cases(law.ruleset, law.cases),
    ]
    found.sort(key=lambda finding: LEVELS.index(finding.level))
    return CheckedLaw(law, tuple(found), examined.counts)
