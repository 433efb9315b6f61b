"""Whether the method that won finds each of its rules again on events that are drawn anew."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from rulekit.induction.auto.compare import Race
from rulekit.induction.auto.incumbent import INCUMBENT
from rulekit.induction.auto.stability import bootstrap, reappearance
from rulekit.induction.boxes.method import BOXES, Seeds, most_literals, search_boxes, survey
from rulekit.induction.learners.methods import POOL, Entrant
from rulekit.induction.points.method import POINTS, score_drafts
from rulekit.induction.samples.encoding import Encoding
from rulekit.induction.samples.sample import Sample
from rulekit.induction.selection.calibration import Calibrated
from rulekit.induction.selection.context import Arena
from rulekit.induction.selection.draft import hit_matrix
from rulekit.induction.selection.drafting import draft_any, drafts_of, propose
from rulekit.ir.condition import Condition
from rulekit.labels import Mask, Weights


def stability(
    chosen: Calibrated, race: Race, racing: Sequence[Entrant], arena: Arena, times: int
) -> npt.NDArray[np.float64]:
    """Return in which share of the resamples each kept rule appears again, shape (rules,).

    The fit and selection folds are drawn anew, groups as a whole, and the winner runs on them: an inducer learns
    again; the pool and the boxes start from the candidates that the race had. What a rule hits is compared on
    the calibration fold.
    """
    groups, count = arena.folds.search.groups, len(arena.folds.search)
    draws = bootstrap(count, times, arena.seed, groups)
    found = (_conditions(chosen, race, racing, redrawn(arena, drawn)) for drawn in draws)
    hits = (hit_matrix(conditions, arena.folds.calibration, arena.schema) for conditions in found)
    return reappearance(chosen.hits[list(chosen.kept)], hits)


def redrawn(arena: Arena, drawn: Weights) -> Arena:
    """Return the arena with each event of the fit and selection folds counted as often as it was drawn."""
    count = len(arena.folds.fit)
    first, second = drawn[:count] > 0, drawn[count:] > 0
    folds = replace(
        arena.folds,
        fit=_counted(arena.folds.fit, first, drawn[:count]),
        selection=_counted(arena.folds.selection, second, drawn[count:]),
    )
    encoding = Encoding(arena.encoding.columns, np.asfortranarray(arena.encoding.matrix[first]))
    return replace(
        arena,
        folds=folds,
        encoding=encoding,
        signal_fit=arena.signal_fit[first],
        signal_search=arena.signal_search[drawn > 0],
    )


def _counted(sample: Sample, kept: Mask, drawn: Weights) -> Sample:
    return replace(sample.take(kept), weights=sample.weights[kept] * drawn[kept])


def _conditions(
    chosen: Calibrated, race: Race, racing: Sequence[Entrant], arena: Arena
) -> tuple[Condition, ...]:
    draft = chosen.draft
    if draft.method == BOXES:
        return _boxes(chosen, race, arena)
    if draft.method == POOL:
        return draft_any(POOL, race.pool, arena)[0].conditions
    if draft.method == POINTS:
        return _points(chosen, arena)
    if draft.method == INCUMBENT:
        return draft.conditions  # it was not learned from these events
    entrant = next(one for one in racing if (one.method, one.policy) == (draft.method, draft.policy))
    return tuple(_proposed(entrant, arena))


def _proposed(entrant: Entrant, arena: Arena) -> Iterator[Condition]:
    for draft, _ in drafts_of(entrant, propose(entrant.inducer, entrant.policy, arena), arena):
        yield from draft.conditions


def _boxes(chosen: Calibrated, race: Race, arena: Arena) -> tuple[Condition, ...]:
    """Search at the prices at which a ruleset of the chosen size was found."""
    regions = [candidate.region for candidate in race.pool]
    terrain = survey(arena)
    cover = search_boxes(Seeds(regions), arena, terrain, len(arena.folds.search), every=0)
    literals = chosen.draft.literals(chosen.cut.size)
    price, literal = race.prices_of(min(literals, most_literals(arena.budget)))
    boxes = cover.solve(price * cover.unit, literal * cover.ground.reachable, arena.budget.rules)
    return tuple(cover.condition(box) for box in boxes)


def _points(chosen: Calibrated, arena: Arena) -> tuple[Condition, ...]:
    """Fit the sum again, at the size that was chosen."""
    made = score_drafts(arena, survey(arena), [chosen.draft.literals(chosen.cut.size)])
    return made.drafts[-1].conditions if made.drafts else ()
