"""Precedents: named events, with the outcome that each must get on every target."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

from pydantic import Field

from rulekit.errors import LawError, Where
from rulekit.findings import Finding
from rulekit.ir.decision import Decision
from rulekit.ir.notation.document import model_from_document
from rulekit.ir.notation.yaml_file import locator, parse_yaml, read_text
from rulekit.ir.numerics import Native
from rulekit.ir.ruleset import Ruleset
from rulekit.ir.schema import Model
from rulekit.ir.semantics import decide
from rulekit.targets import targets

EventValue = bool | int | float | str | None


class Case(Model):
    """One precedent. ``rule`` and ``hits`` are compared only when given; ``rule: null`` counts as given."""

    name: str = Field(min_length=1)
    event: dict[str, EventValue]
    outcome: str
    rule: str | None = None
    hits: tuple[str, ...] | None = None
    because: str = ""


def load_cases(path: Path) -> tuple[Case, ...]:
    """Load ``cases.yaml``: a list of precedents.

    Raises
    ------
    LawError
        when the file is not a list of precedents, with file and line.

    """
    document = parse_yaml(read_text(path), str(path))
    if not isinstance(document, list):
        raise LawError("cases are a list", where=Where(file=str(path)), got=type(document).__name__)
    locate = locator(document, str(path))
    return tuple(
        model_from_document(Case, case, lambda inner, index=index: locate((index, *inner)))  # type: ignore[misc]
        for index, case in enumerate(document)
    )


def run_cases(ruleset: Ruleset, cases: Iterable[Case]) -> list[Finding]:
    """Decide every precedent by ``semantics`` and on each installed target that can; return what differs."""
    deciders: dict[str, Callable[[dict[str, EventValue]], Decision]] = {"semantics": partial(decide, ruleset)}
    for name in targets.names():
        target = targets.get(name)
        if target.absent() is None and not target.refusals(ruleset, Native()):
            deciders[name] = partial(target.compile(ruleset, Native()).load().one, hits=True)
    found = []
    for case in cases:
        for name, decider in deciders.items():
            wrong = _difference(case, decider(case.event))
            if wrong:
                found.append(Finding(code="precedent", subject=case.name, message=f"on {name}: {wrong}"))
    return found


def _difference(case: Case, decision: Decision) -> str | None:
    for field in ("outcome", "rule", "hits"):
        wanted, got = getattr(case, field), getattr(decision, field)
        if field in case.model_fields_set and wanted != got:
            return f"expected {field} {wanted}, got {got}"
    return None
