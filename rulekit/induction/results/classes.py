"""The result of :func:`rulekit.induce_classes`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rulekit.html import element, page
from rulekit.html import table as html_table
from rulekit.induction.results.chart import path_chart
from rulekit.induction.results.induction import Induction, early, title
from rulekit.induction.results.path import count_of, json_text, rate_name
from rulekit.ir.notation.document import ruleset_to_document
from rulekit.ir.ruleset import Ruleset
from rulekit.measures import Measures
from rulekit.tables import interval, percent_of, table

NOTE = "Measured on the calibration fold, with 95 % intervals.\nlimit: the upper limit on the rate."
SCALE_NOTE = "A class is one step of a scale: its line holds those above it, too."


@dataclass(frozen=True, repr=False)
class ClassInduction:
    """What was induced for several classes.

    Attributes
    ----------
    ruleset : the draft of a law, with one outcome a class.
    measures : of each class, as the whole ruleset gives it, on the calibration fold. Under SCORE, where classes are
        steps of a scale, of each class together with those above it.
    limits : of each class, an upper limit on its rate at its budget's confidence.
    inductions : under FIRST, what was induced for each class alone; under SCORE, the sum, by the lowest class.

    """

    ruleset: Ruleset
    measures: Mapping[str, Measures]
    limits: Mapping[str, float]
    inductions: Mapping[str, Induction]

    @property
    def by_rate(self) -> bool:
        """Whether the budgets cap the share of all events, and not false-positive rates."""
        return all(found.false_positive_rate is None for found in self.measures.values())

    @property
    def stopped(self) -> str | None:
        """Why some class ended early; None when none did."""
        return next((one.stopped for one in self.inductions.values() if one.stopped is not None), None)

    def to_document(self) -> dict[str, Any]:
        """Return the result as plain JSON."""
        return {
            "digest": self.ruleset.digest,
            "rules": len(self.ruleset.rules),
            "thresholds": self.ruleset.thresholds,
            "stopped": self.stopped,
            "classes": {
                name: {"rate_limit": self.limits[name], **measures.to_document()}
                for name, measures in self.measures.items()
            },
            "ruleset": ruleset_to_document(self.ruleset),
        }

    def to_json(self) -> str:
        """Return the result as indented JSON text."""
        return json_text(self.to_document())

    def _table(self) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
        """Return head and cells: each class with its rules or points, its measures and its limit."""
        thresholds = self.ruleset.thresholds
        lines: list[tuple[str, ...]] = []
        for name, measures in self.measures.items():
            count = sum(rule.then == name for rule in self.ruleset.rules)
            rate = measures.rate if self.by_rate else measures.false_positive_rate
            lines.append((
                name,
                str(count if thresholds is None else thresholds[name]),
                interval(measures.efficiency),
                interval(rate),
                percent_of({"value": self.limits[name]}),
            ))  # fmt: skip
        what = "rules" if thresholds is None else "points"
        return ("class", what, "efficiency", rate_name(by_rate=self.by_rate), "limit"), lines

    def _note(self) -> str:
        return NOTE if self.ruleset.thresholds is None else f"{NOTE}\n{SCALE_NOTE}"

    def __repr__(self) -> str:
        classes = ", ".join(self.measures)
        return f"ClassInduction({title(self.ruleset)}: {count_of(len(self.ruleset.rules), 'rule')} for {classes})"

    def __str__(self) -> str:
        return "\n".join([table(*self._table()), self._note(), *early(self.stopped)])

    def _repr_html_(self) -> str:
        head, rows = self._table()
        charts = []
        for name, induction in self.inductions.items():
            chart = path_chart(induction.path, induction.teacher)
            charts += [element("div", f"{name}: the path"), chart] if chart else []
        parts = (html_table(head, rows, range(1, len(head))), self._note(), *charts, *early(self.stopped))
        return page(title(self.ruleset), *parts)
