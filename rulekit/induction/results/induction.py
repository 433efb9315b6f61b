"""The result of :func:`rulekit.induce`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rulekit.errors import BudgetError
from rulekit.html import page
from rulekit.html import table as html_table
from rulekit.induction.results.chart import path_chart
from rulekit.induction.results.path import (
    PathPoint,
    count_of,
    joined,
    json_text,
    path_head,
    path_lines,
    path_text,
    rate_name,
)
from rulekit.induction.selection.context import MethodResult
from rulekit.induction.selection.cp_sat import Selection
from rulekit.ir.condition import count_literals
from rulekit.ir.notation.document import ruleset_to_document
from rulekit.ir.ruleset import Ruleset
from rulekit.measures import Measures, RuleMeasures
from rulekit.tables import percent, percent_of, table


@dataclass(frozen=True, repr=False)
class Induction:
    """What was induced.

    Attributes
    ----------
    ruleset : the draft of a law, with provenance.
    path : rulesets of rising size within the budget, the drafted one last. Each brings more expected signal than
        the smaller ones. Their limits hold together.
    measures : of the ruleset on the calibration fold. Only the choice of its size has seen that fold.
    rule_measures : of each rule, on the calibration fold.
    methods : what each method reached on the selection fold, the best first.
    limit : upper limit on the rate of the ruleset, at the budget's confidence: a one-sided, exact bound.
    stopped : why the comparison of methods ended early; None when every method ran.
    selection : what the solver proved about its choice; None where no solver chose.
    stability : share of the resamples in which each rule was found again, shape (rules,); None without resamples.
    teacher : what the teacher itself reaches at the budget, on the calibration fold.

    """

    ruleset: Ruleset
    path: tuple[PathPoint, ...]
    measures: Measures
    rule_measures: tuple[RuleMeasures, ...]
    methods: tuple[MethodResult, ...]
    limit: float
    stopped: str | None = None
    selection: Selection | None = None
    stability: tuple[float, ...] | None = None
    teacher: Measures | None = None

    @property
    def by_rate(self) -> bool:
        """Whether the budget caps the share of all events, and not the false-positive rate."""
        facts = self.ruleset.provenance
        budget = None if facts is None else facts.parameters.get("budget")
        return isinstance(budget, dict) and "alert_rate" in budget

    def at(self, literals: int) -> PathPoint:
        """Return the largest point of the path with at most this number of literals.

        Raises
        ------
        BudgetError
            when the smallest point has more.

        """
        within = [point for point in self.path if point.literals <= literals]
        if not within:
            least = min(point.literals for point in self.path)
            raise BudgetError("no ruleset of the path is that small", expected=f"at least {least} literals",
                              got=str(literals))  # fmt: skip
        return within[-1]

    def to_document(self) -> dict[str, Any]:
        """Return the result as plain JSON."""
        return {
            "digest": self.ruleset.digest,
            "rules": len(self.ruleset.rules),
            "measures": self.measures.to_document(),
            "rate_limit": self.limit,
            "stopped": self.stopped,
            "selection": None if self.selection is None else self.selection.to_document(),
            "stability": self.stability,
            "path": [point.to_document() for point in self.path],
            "methods": [result.to_document() for result in self.methods],
            "teacher": None if self.teacher is None else self.teacher.to_document(),
            "ruleset": ruleset_to_document(self.ruleset),
        }

    def to_json(self) -> str:
        """Return the result as indented JSON text."""
        return json_text(self.to_document())

    def remarks(self) -> list[str]:
        """Return what there is to say beside the path: stability, the solver's bound, an early end."""
        found = []
        if self.stability is not None:
            again = zip(self.ruleset.rules, self.stability, strict=True)
            found.append(
                table(("rule", "found again"), [(rule.id, f"{100 * share:.0f} %") for rule, share in again])
            )
        if self.selection is not None:
            of, more = self.selection.candidates, 100 * self.selection.optimality_gap
            found.append(f"Selected by a solver from {of} boxes, which hold at most {more:.1f} % more.")
        return found + early(self.stopped)

    def __repr__(self) -> str:
        rate = self.measures.rate if self.by_rate else self.measures.false_positive_rate
        size = sum(count_literals(rule.when) for rule in self.ruleset.rules)
        facts = joined((
            f"{count_of(len(self.ruleset.rules), 'rule')} with {count_of(size, 'literal')}",
            "" if self.measures.efficiency is None else f"efficiency {percent(self.measures.efficiency)}",
            f"{rate_name(by_rate=self.by_rate)} {percent(rate)}, at most {percent_of({'value': self.limit})}",
            f"path of {len(self.path)}",
            "" if self.stopped is None else f"stopped early: {self.stopped}",
        ))  # fmt: skip
        return f"Induction({title(self.ruleset)}: {facts})"

    def __str__(self) -> str:
        return "\n".join([path_text(self.path, by_rate=self.by_rate), *self.remarks()])

    def _repr_html_(self) -> str:
        *head, _ = path_head(by_rate=self.by_rate)
        lines = path_lines(self.path, by_rate=self.by_rate)
        rows = [(*cells, "drafted" if mark else "") for *cells, mark in lines]
        shown = html_table([*head, ""], rows, range(1, len(head)))
        note = "Size is rules/literals; measured on the calibration fold, with 95 % intervals."
        return page(
            title(self.ruleset), shown, path_chart(self.path, self.teacher), note, *early(self.stopped)
        )


def title(ruleset: Ruleset) -> str:
    """Return name, version and the beginning of the digest of a drafted ruleset."""
    return f"{ruleset.name} {ruleset.version}, {ruleset.digest[:19]}"


def early(stopped: str | None) -> list[str]:
    """Return the remark on an induction that stopped early, if it did."""
    return [] if stopped is None else [f"Stopped early ({stopped}): this is the best so far."]
