"""Decision columns from integer codes: Polars Enums are made from their codes, never from words.

Polars checks every code that becomes an Enum, at about 1.5 ns each. Where a column can hold only a few categories,
comparing its codes with each of them is several times as fast. The nulls of the rule column are laid over it
afterwards, without touching its codes.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

import numpy as np
import polars as pl

from rulekit.ir.ruleset import INVALID, HitPolicy, Ruleset
from rulekit.targets.shared.columns import OUTCOME, RULE, SCORE

_VALID = "valid"
_COMPARED = 5
"""Categories up to which comparing the codes is faster than checking them."""


def physical(categories: int) -> type[np.unsignedinteger]:
    """Return the dtype in which Polars keeps the codes of an Enum of so many categories."""
    return np.uint8 if categories < 1 << 8 else np.uint16 if categories < 1 << 16 else np.uint32


def outcomes_by_code(ruleset: Ruleset) -> list[str]:
    """Return the outcome of each code, in the order of codes.

    The codes are those of the rules, then one for an invalid event and one for no hit. Under SCORE they are the
    number of thresholds that the score reaches, then one for an invalid event.
    """
    if ruleset.hit_policy is HitPolicy.SCORE:
        return [ruleset.otherwise, *(name for name, _ in ruleset.ladder), INVALID]
    return [*(str(rule.then) for rule in ruleset.rules), INVALID, ruleset.otherwise]


def outcome_places(ruleset: Ruleset) -> list[int]:
    """Return the place among ``ruleset.outcomes`` of each code of :func:`outcomes_by_code`."""
    return [ruleset.outcomes.index(name) for name in outcomes_by_code(ruleset)]


class DecisionSeries:
    """Makes the columns ``outcome``, ``rule`` and, under SCORE, ``score`` of a ruleset from codes."""

    def __init__(self, ruleset: Ruleset) -> None:
        ids = pl.Enum([rule.id for rule in ruleset.rules])
        is_score = ruleset.hit_policy is HitPolicy.SCORE
        self._checked = [
            _enum(OUTCOME, pl.Enum(ruleset.outcomes), sorted(_possible(ruleset))),
            _enum(RULE, ids, () if is_score else range(len(ruleset.rules))),
        ]
        with_nulls = (RULE, SCORE) if is_score else (RULE,)
        self._laid_over = [OUTCOME, *(pl.when(_VALID).then(name).alias(name) for name in with_nulls)]

    def of(
        self,
        outcome: pl.Series,
        valid: pl.Series,
        rule: pl.Series | None = None,
        score: pl.Series | None = None,
    ) -> list[pl.Series]:
        """Return the columns of n events.

        Parameters
        ----------
        outcome : places among ``ruleset.outcomes``, of dtype :func:`physical`.
        valid : Boolean; whether a rule decided the event; under SCORE, whether the event is valid.
        rule : places among the rules, of dtype :func:`physical`; 0 where ``valid`` is false. None under SCORE.
        score : Int64, any value where ``valid`` is false; None unless under SCORE.

        """
        columns = {OUTCOME: outcome, RULE: rule, SCORE: score, _VALID: valid}
        codes = pl.DataFrame({name: column for name, column in columns.items() if column is not None})
        # Two stages: beneath when/then, Polars would check the codes of valid events and of the others apart.
        return codes.with_columns(self._checked).select(self._laid_over).get_columns()


def _enum(name: str, enum: pl.Enum, places: Sequence[int]) -> pl.Expr:
    """Return an Enum column from its codes, which are all among ``places``; where there are none, it is null."""
    if not places:
        return pl.lit(None, enum).alias(name)
    if len(places) > _COMPARED:
        return pl.col(name).cat.to(enum)
    words = [pl.lit(enum.categories[place], enum) for place in places]
    tests = zip(places[:-1], words[:-1], strict=True)
    chosen = reduce(
        lambda rest, test: pl.when(pl.col(name) == test[0]).then(test[1]).otherwise(rest), tests, words[-1]
    )
    return chosen.alias(name)


def _possible(ruleset: Ruleset) -> set[int]:
    """Return the places of the outcomes that an event can get; none is invalid where no feature is required."""
    invalid = ruleset.outcomes.index(INVALID)
    return {place for place in outcome_places(ruleset) if place != invalid or ruleset.schema.required}
