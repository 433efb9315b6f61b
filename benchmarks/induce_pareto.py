"""Rulesets of rulekit beside those of its peers: efficiency within a rate, at equal numbers of literals.

Same folds, same teacher, for everyone: see :mod:`contenders` (how peers are trimmed, cut and counted), :mod:`peers`
and :mod:`datasets`. Seeds change the folds and the learners; test stays. Results are appended to a file as they
come, and what is in the file is not run again.

Aims: in every cell (data set, cap on literals) the highest efficiency within the rate, or inside one standard error
of it, and strictly the highest in 60 % of them; points reach 0.95 of the teacher's efficiency with at most 200
literals on half of the data sets, and are ahead of RUX and RUG at equal literals everywhere.

Run: python benchmarks/induce_pareto.py --results results.jsonl --plots plots    (data: see datasets.py)
"""

from __future__ import annotations

import argparse
import itertools
import json
import sys
import tempfile
import time
import traceback
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from contenders import LITERALS, Folds, Mask, decide, efficiency, folds_of, on_test, spent, threshold_within
from datasets import CASES, SCORE, TRUTH, Case, Data, available, load
from machine import describe
from pareto_report import report
from peers import Task
from peers_additive import MOST_EVENTS, PEERS

import rulekit

OURS = {"rulekit": None, "rulekit points": "score"}
"""Our methods, and the hit policy each asks for."""

METHODS = (*PEERS, *OURS)
_LIBRARIES = (
    "rulekit-engine", "numpy", "polars", "scikit-learn", "lightgbm", "imodels", "iguanas", "xgboost", "ruleopt",
    "wittgenstein", "interpret-core",
)  # fmt: skip


class Job(NamedTuple):
    """One line of the results to come."""

    case: str
    method: str
    seed: int


@lru_cache(maxsize=2)
def prepared(source: str, cache: Path) -> Data:
    """Return a data set; the last two are kept."""
    return load(source, cache)


def run(job: Job, cache: Path) -> dict[str, Any]:
    """Return the line of a job; an error of a method is a result, too."""
    case = next(case for case in CASES if case.name == job.case)
    data = prepared(case.source, cache)
    folds = folds_of(data, job.seed)
    start = time.perf_counter()
    line: dict[str, Any] = {**job._asdict(), "kind": case.kind, "budget": case.rate, "points": []}
    try:
        points = _ours(job, case, data, folds) if job.method in OURS else _peer(job, case, folds)
        line["points"] = list(points)
    except Exception as error:  # noqa: BLE001 - one peer's failure must not end a run of hours
        traceback.print_exc()
        line["error"] = f"{type(error).__name__}: {str(error).splitlines()[:1]}"
    line["seconds"] = round(time.perf_counter() - start, 2)
    line["events"] = min(len(folds.fit.truth), MOST_EVENTS.get(job.method, len(folds.fit.truth)))
    if job.method == "teacher":
        line["ceiling"] = _ceiling(case, folds)
    return line


def _ceiling(case: Case, folds: Folds) -> float:
    """Return the teacher's efficiency when it is cut at the rate on test itself: nothing can be asked beyond."""
    accepted = folds.test.scores >= threshold_within(folds.test.scores, folds.test, case)
    return efficiency(accepted, folds.test)


def _peer(job: Job, case: Case, folds: Folds) -> Iterator[dict[str, Any]]:
    models = PEERS[job.method](Task(folds, case, job.seed))
    for literals in LITERALS:
        found = decide(models, folds, case, literals)
        if found is not None:
            rules, used = found.model.size(literals, found.threshold)
            yield {
                **_measured(case, folds, literals, found.accepted),
                "rules": rules,
                "used": used,
                "variant": found.model.label,
                "selection": found.selection,
            }


def _ours(job: Job, case: Case, data: Data, folds: Folds) -> Iterator[dict[str, Any]]:
    groups = {} if data.groups is None else {"groups": data.groups}
    found = rulekit.induce(
        SCORE, data.train, TRUTH, schema=data.schema, budget=case.budget(max(LITERALS)), weight=data.weight,
        hit_policy=OURS[job.method], seed=job.seed, progress=False, **groups,
    )  # fmt: skip
    smallest = min(point.literals for point in found.path)
    for literals in LITERALS:
        if smallest > literals:
            continue
        point = found.at(literals=literals)
        accepted = data.test.select(rulekit.expr(point.ruleset, "accept")).to_series().to_numpy()
        provenance = point.ruleset.provenance
        yield {
            **_measured(case, folds, literals, accepted),
            "rules": point.rules,
            "used": point.literals,
            "variant": "" if provenance is None else provenance.method,
            "selection": point.measures.efficiency.value,
            "limit": point.limit,
        }


def _measured(case: Case, folds: Folds, literals: int, accepted: Mask) -> dict[str, Any]:
    measures = on_test(accepted, folds.test, case.kind)
    rate, reached, fidelity = spent(case.kind, measures), measures.efficiency, measures.fidelity
    return {
        "literals": literals,
        "efficiency": None if reached is None else list(reached[:3]),
        "rate": list(rate[:3]),
        "fidelity": None if fidelity is None else fidelity.value,
        "f1": measures.teacher_f1,
    }


def read(path: Path) -> list[dict[str, Any]]:
    """Return the lines of a results file; none when there is no file yet."""
    return [json.loads(line) for line in path.read_text().splitlines()] if path.is_file() else []


def jobs_left(names: Sequence[str], seeds: int, done: Iterable[dict[str, Any]]) -> list[Job]:
    """Return what is still to do: every seed of all data sets before the next seed."""
    known = {Job(line["case"], line["method"], line["seed"]) for line in done}
    cases = [case.name for case in available()]
    wanted = (
        Job(case, method, seed) for seed, case, method in itertools.product(range(seeds), cases, METHODS)
    )
    chosen = (job for job in wanted if not names or job.case in names or job.method in names)
    return [job for job in chosen if job not in known]


def lines_of(jobs: Sequence[Job], cache: Path, processes: int) -> Iterator[dict[str, Any]]:
    """Yield the lines of jobs as they come."""
    if processes == 1:
        yield from (run(job, cache) for job in jobs)
        return
    for source in {case.source for case in CASES if any(job.case == case.name for job in jobs)}:
        prepared(source, cache)  # before the processes start, so that no two of them train the same teacher
    with ProcessPoolExecutor(processes) as pool:
        for future in as_completed([pool.submit(run, job, cache) for job in jobs]):
            yield future.result()


def arguments() -> argparse.Namespace:
    """Return the options of the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seeds", type=int, default=5, help="number of splits of train")
    parser.add_argument("--only", action="append", default=[], help="a data set or a method; may be repeated")
    parser.add_argument("--jobs", type=int, default=1, help="number of processes")
    parser.add_argument("--results", type=Path, help="JSON Lines file to append to and to go on from")
    parser.add_argument("--plots", type=Path, help="folder for a plot per data set")
    parser.add_argument("--cache", type=Path, help="folder for the scored events; temporary without")
    return parser.parse_args()


def main() -> int:
    """Run what is left, then print the tables and the verdicts; exit 1 when an aim is missed."""
    options = arguments()
    print(describe(*_LIBRARIES))
    with tempfile.TemporaryDirectory() as temporary:
        cache = options.cache or Path(temporary)
        cache.mkdir(parents=True, exist_ok=True)
        results = options.results or Path(temporary) / "results.jsonl"
        left = jobs_left(options.only, options.seeds, read(results))
        with results.open("a") as file:
            for line in lines_of(left, cache, options.jobs):
                print(json.dumps(line), file=file, flush=True)
                reached = [f"{point['efficiency'][0]:.3f}" for point in line["points"]]
                print(f"{line['case']:8} {line['method']:15} {line['seed']} {line['seconds']:7.1f} s ", *reached,
                      line.get("error", ""), file=sys.stderr, flush=True)  # fmt: skip
        return report(read(results), options.plots)


if __name__ == "__main__":
    np.seterr(divide="ignore", invalid="ignore")
    sys.exit(main())
