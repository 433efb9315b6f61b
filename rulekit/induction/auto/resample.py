"""Run the chosen method again on resampled events, to see which of its rules it finds again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from rulekit.induction.auto.compare import MethodComparison
from rulekit.induction.auto.incumbent import INCUMBENT
from rulekit.induction.auto.stability import bootstrap, reappearance
from rulekit.induction.boxes.method import BOXES, StartingBoxes, bin_events, most_literals, search_boxes
from rulekit.induction.learners.methods import POOL, Method
from rulekit.induction.points.method import POINTS, fit_sums
from rulekit.induction.samples.encoding import Encoding
from rulekit.induction.samples.sample import Sample
from rulekit.induction.selection.calibration import CalibratedRuleset
from rulekit.induction.selection.candidate_ruleset import hit_matrix
from rulekit.induction.selection.candidates import propose, ruleset_of_pool, rulesets_of
from rulekit.induction.selection.context import InductionContext
from rulekit.ir.condition import Condition
from rulekit.labels import Mask, Weights


def stability(
    chosen: CalibratedRuleset,
    comparison: MethodComparison,
    methods: Sequence[Method],
    context: InductionContext,
    times: int,
) -> npt.NDArray[np.float64]:
    """Return in which share of the resamples each kept rule is found again, shape (rules,).

    The fit and selection folds are resampled, whole groups at a time, and the chosen method runs on them. An
    inducer learns again; the pool and the boxes start from the candidate rules of the comparison. Hits are
    compared on the calibration fold.
    """
    groups, count = context.folds.search.groups, len(context.folds.search)
    draws = bootstrap(count, times, context.seed, groups)
    found = (_conditions(chosen, comparison, methods, redrawn(context, drawn)) for drawn in draws)
    hits = (hit_matrix(conditions, context.folds.calibration, context.schema) for conditions in found)
    return reappearance(chosen.hits[list(chosen.kept)], hits)


def redrawn(context: InductionContext, drawn: Weights) -> InductionContext:
    """Return the context in which each event of the fit and selection folds counts as often as it was drawn."""
    count = len(context.folds.fit)
    first, second = drawn[:count] > 0, drawn[count:] > 0
    folds = replace(
        context.folds,
        fit=_counted(context.folds.fit, first, drawn[:count]),
        selection=_counted(context.folds.selection, second, drawn[count:]),
    )
    encoding = Encoding(context.encoding.columns, np.asfortranarray(context.encoding.matrix[first]))
    return replace(
        context,
        folds=folds,
        encoding=encoding,
        signal_fit=context.signal_fit[first],
        signal_search=context.signal_search[drawn > 0],
    )


def _counted(sample: Sample, kept: Mask, drawn: Weights) -> Sample:
    return replace(sample.take(kept), weights=sample.weights[kept] * drawn[kept])


def _conditions(
    chosen: CalibratedRuleset,
    comparison: MethodComparison,
    methods: Sequence[Method],
    context: InductionContext,
) -> tuple[Condition, ...]:
    candidate = chosen.candidate
    if candidate.method == BOXES:
        return _boxes(chosen, comparison, context)
    if candidate.method == POOL:
        return ruleset_of_pool(POOL, comparison.pool, context)[0].conditions
    if candidate.method == POINTS:
        return _points(chosen, context)
    if candidate.method == INCUMBENT:
        return candidate.conditions  # they were not learned from these events
    method = next(one for one in methods if (one.name, one.policy) == (candidate.method, candidate.policy))
    return tuple(_proposed(method, context))


def _proposed(method: Method, context: InductionContext) -> Iterator[Condition]:
    for candidate, _ in rulesets_of(method, propose(method.inducer, method.policy, context), context):
        yield from candidate.conditions


def _boxes(
    chosen: CalibratedRuleset, comparison: MethodComparison, context: InductionContext
) -> tuple[Condition, ...]:
    """Search at the prices at which a ruleset of the chosen size was found."""
    regions = [candidate.region for candidate in comparison.pool]
    binned = bin_events(context)
    search = search_boxes(StartingBoxes(regions), context, binned, len(context.folds.search), every=0)
    literals = chosen.candidate.literals(chosen.option.size)
    price, literal = comparison.prices_of(min(literals, most_literals(context.budget)))
    boxes = search.solve(price * search.data.unit, literal * search.data.reachable, context.budget.rules)
    return tuple(search.archive.condition(box) for box in boxes)


def _points(chosen: CalibratedRuleset, context: InductionContext) -> tuple[Condition, ...]:
    """Fit the sum again at the chosen size."""
    made = fit_sums(context, bin_events(context), [chosen.candidate.literals(chosen.option.size)])
    return made.rulesets[-1].conditions if made.rulesets else ()
