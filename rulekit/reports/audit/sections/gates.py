"""Gates: the expectations of a record, and whether each is met.

A gate on a share looks at its 95 % interval. It is met if the whole interval lies on the right side, not met if
the whole interval lies on the wrong side, and can't be told otherwise. The evidence was measured too, so it
promises only the far end of its own interval. The rate must lie in the band where 99 of 100 records of this size
lie if nothing has changed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rulekit.budget import Budget
from rulekit.errors import BudgetError, RulekitError
from rulekit.findings import Finding
from rulekit.ir.condition import literals
from rulekit.ir.provenance import Provenance
from rulekit.reports.audit.inputs.audit_input import AuditInput
from rulekit.reports.audit.model.law import Gate, GateVerdict
from rulekit.reports.common.intervals import MeasureTable, Share
from rulekit.reports.common.numbers import percent, percent_with_interval, share_text
from rulekit.reports.replay.model import Replay
from rulekit.statistics.bands import beta_binomial_band

_EXPECTED = 0.99

_WORDS = {
    "rate": "rate",
    "efficiency": "efficiency",
    "false_positive_rate": "false-positive rate",
    "purity": "purity",
    "accuracy": "accuracy",
    "fidelity": "fidelity",
}
_ASKED = re.compile(r"(?P<name>[a-z_ -]+?)\s*(?P<sign>>=|<=)\s*(?P<number>[0-9.]+)\s*(?P<percent>%?)")


def gates_of(
    audited: AuditInput, replay: Replay, findings: Sequence[Finding], measures: MeasureTable
) -> tuple[Gate, ...]:
    """Return the gates of a record: those of every audit, from evidence and budget, and those asked for.

    Raises
    ------
    RulekitError
        when an expectation is not one, such as ``efficiency >= 0.7``.

    """
    made = audited.law.provenance
    asked = [_asked(text, measures) for text in audited.options.expect]
    of_origin = (
        () if made is None or audited.options.accept is not None else _of_origin(audited, made, measures)
    )
    return (_replayed(replay), _without_findings(findings), *of_origin, *asked)


def _replayed(replay: Replay) -> Gate:
    verdicts: dict[str, GateVerdict] = {
        "holds": "met",
        "does not hold": "not met",
        "not replayed": "can't tell",
    }
    got = f"{replay.compared - replay.mismatched:,} of {replay.decisions:,}"
    return Gate(
        name="replay",
        claim="every decision is what the law says",
        basis="every audit",
        got=got if replay.compared else "not replayed",
        verdict=verdicts[replay.verdict],
    )


def _without_findings(findings: Sequence[Finding]) -> Gate:
    return Gate(
        name="findings",
        claim="no findings",
        basis="every audit",
        got=f"{len(findings):,}" if findings else "none",
        verdict="not met" if findings else "met",
    )


def _of_origin(audited: AuditInput, made: Provenance, measures: MeasureTable) -> Iterator[Gate]:
    evidence = {name: share for name in _WORDS if (share := _evidence(made.measures, name)) is not None}
    if "rate" in evidence:
        yield _rate_gate(evidence["rate"], measures.rate)
    if "efficiency" in evidence:
        yield _gate("efficiency", measures, "evidence", least=evidence["efficiency"].low)
    if "false_positive_rate" in evidence:
        yield _gate("false_positive_rate", measures, "evidence", most=evidence["false_positive_rate"].high)
    budget = _budget(made.parameters)
    if budget is not None:
        yield from _within(audited, budget, measures)


def _evidence(measures: Mapping[str, Any], name: str) -> Share | None:
    try:
        return Share.model_validate(measures.get(name))
    except RulekitError:  # absent, or of another shape: laws of several classes have one of each
        return None


def _budget(parameters: Mapping[str, Any]) -> Budget | None:
    given = parameters.get("budget")
    try:
        return Budget(**given) if isinstance(given, dict) else None
    except (BudgetError, TypeError):  # of another version
        return None


def _rate_gate(expected: Share, rate: Share) -> Gate:
    events = round(rate.whole)
    low, high = beta_binomial_band(events, expected.part, expected.whole, _EXPECTED) if events else (0, 0)
    least, most = (low / events, high / events) if events else (0.0, 1.0)
    inside = rate.value is not None and least <= rate.value <= most
    return Gate(
        name="rate",
        claim=f"{share_text(least, expected)} to {share_text(most, expected)}",
        basis="evidence",
        got=percent(rate),
        verdict="can't tell" if rate.value is None else "met" if inside else "not met",
        least=least,
        most=most,
        measured=rate,
    )


def _within(audited: AuditInput, budget: Budget, measures: MeasureTable) -> Iterator[Gate]:
    yield _gate("rate" if budget.kind == "alert_rate" else budget.kind, measures, "budget", most=budget.rate)
    found = {
        "rules": len(audited.law.rules),
        "literals": sum(1 for condition in audited.law.bound for _ in literals(condition)),
        "features": len(
            {literal.feature for condition in audited.law.bound for literal in literals(condition)}
        ),
    }
    for name, number in found.items():
        most = getattr(budget, name)
        if most is not None:
            verdict: GateVerdict = "met" if number <= most else "not met"
            yield Gate(name=name, claim=f"at most {most:,}", basis="budget", got=f"{number:,}", verdict=verdict,
                       most=most)  # fmt: skip


def _gate(
    name: str, measures: MeasureTable, basis: Any, *, least: float | None = None, most: float | None = None
) -> Gate:
    share: Share | None = getattr(measures, name)
    ends = [
        f"{word} {share_text(end, share)}"
        for word, end in (("at least", least), ("at most", most))
        if end is not None
    ]
    return Gate(
        name=_WORDS[name],
        claim=" and ".join(ends),
        basis=basis,
        got="not known" if share is None or share.value is None else percent_with_interval(share),
        verdict=gate_verdict(share, least, most),
        least=least,
        most=most,
        measured=share,
    )


def gate_verdict(share: Share | None, least: float | None = None, most: float | None = None) -> GateVerdict:
    """Return ``met`` if the whole interval is within least and most, ``not met`` if none of it is."""
    if share is None or share.value is None:
        return "can't tell"
    if (least is not None and share.high < least) or (most is not None and share.low > most):
        return "not met"
    kept = (least is None or share.low >= least) and (most is None or share.high <= most)
    return "met" if kept else "can't tell"


def _asked(text: str, measures: MeasureTable) -> Gate:
    found = _ASKED.fullmatch(text.strip())
    name = "" if found is None else re.sub(r"[ -]", "_", found["name"].strip())
    try:
        number = float(found["number"]) if found else -1.0
    except ValueError:
        number = -1.0
    number = number / 100 if found and found["percent"] else number
    if found is None or name not in _WORDS or not 0 <= number <= 1:
        expected = "a measure, >= or <=, and a share, such as 'efficiency >= 0.7' or 'purity >= 70 %'"
        raise RulekitError("this is no expectation", expected=expected, got=text,
                           hint="measures are " + ", ".join(_WORDS))  # fmt: skip
    end = "least" if found["sign"] == ">=" else "most"
    return _gate(name, measures, "asked for", **{end: number})
