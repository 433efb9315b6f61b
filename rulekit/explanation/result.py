"""The explanation of one decision, with its three forms: a letter, JSON and HTML for a notebook."""

from __future__ import annotations

import json
from typing import Any

from rulekit.explanation.model import ExplanationFields
from rulekit.explanation.notebook import explanation_html
from rulekit.explanation.text import as_text


class Explanation(ExplanationFields):
    """Why one event was decided as it was. ``str()`` gives the letter that a reader gets.

    Attributes
    ----------
    name, version, digest, hit_policy : the ruleset.
    outcome, rule, score, missing : the decision, as in :class:`rulekit.ir.decision.Decision`.
    summary : the decision in one sentence.
    hits : every rule that hit, in text order.
    why : the literals that made the deciding rule hit; under SCORE, those of the rules in ``reasons``.
    ladder : under SCORE, each outcome with its least sum of points and what the event lacks for it.
    why_not : up to three rules that did not hit; those with the fewest failing features first, then the nearest.
    counterfactual : the least change that gives another outcome.
    reasons : ids of up to four rules that hit. The deciding rule comes first, then the others in text order;
        under SCORE, the rules with the most points toward the outcome come first.
    unknown : keys of the event that the schema does not have; the decision ignores them.

    """

    def to_document(self) -> dict[str, Any]:
        """Return the explanation as a JSON-ready dict; infinities are words, missing values null."""
        return self.model_dump(mode="json")

    def to_json(self) -> str:
        """Return the explanation as indented JSON."""
        return json.dumps(self.to_document(), indent=2, ensure_ascii=False)

    def __str__(self) -> str:
        return as_text(self)

    def __repr__(self) -> str:
        return f"Explanation({self.name} {self.version}: {self.outcome}; {self.summary})"

    def _repr_html_(self) -> str:
        return explanation_html(self)
