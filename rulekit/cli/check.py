"""``rulekit check``: what is odd about a law before anybody decides by it."""

from __future__ import annotations

from rulekit.cli.common import Json, Rules, answer, findings_text, finish


def check(rules: Rules, json: Json = False) -> None:
    """Check a law: its files, thresholds and precedents."""
    from rulekit.store.check import check as check_law
    from rulekit.store.folder import read

    law = read(rules)
    findings = check_law(law)
    ruleset = law.ruleset
    size = f"{len(ruleset.rules)} rules, {len(law.cases)} precedents"
    head = f"{ruleset.name} {ruleset.version}: {size}\n{ruleset.digest}"
    document = {
        "name": ruleset.name,
        "version": ruleset.version,
        "digest": ruleset.digest,
        "rules": len(ruleset.rules),
        "precedents": len(law.cases),
        "findings": [finding.model_dump(mode="json") for finding in findings],
    }
    answer(json, document, f"{head}\n{findings_text(findings) or 'no findings'}")
    finish(findings)
