"""Tables, verdicts and plots of the induction benchmark, from its results file.

A cell is a data set at a cap on literals. The rate of a method keeps to the budget when its mean over the seeds is
at most the budget plus one standard error, of the seeds and of counting the events of test together. Among those
that keep to it, the highest mean efficiency leads the cell. The standard error of a difference is the seeds'.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Sequence
from pathlib import Path

from contenders import LITERALS
from datasets import CASES, Case
from pareto_cells import CEILING, EITHER, GLASS, OURS, POINTS, Cell, Line, Table

_REFERENCES = {CEILING, GLASS}
_WEIGHED = ("RUX", "RUG")
_Z95 = 1.959964
_CLAIM_AHEAD, _CLAIM_TEACHER, _CLAIM_CASES = 0.6, 0.95, 0.5


def cell(lines: Iterable[tuple[Line, Line]]) -> Cell | None:
    """Return the cell of a method: pairs of its result lines, one a seed, and their point at the cap."""
    pairs = list(lines)
    if not pairs:
        return None
    points = [point for _, point in pairs]
    efficiencies, rates = [p["efficiency"] for p in points], [p["rate"] for p in points]
    counting = statistics.fmean((high - low) / (2 * _Z95) for _, low, high in rates)
    spread = _error([value for value, _, _ in rates])
    used = [point["used"] for point in points if point["used"] is not None]
    return Cell(
        len(points),
        *(_mean(efficiencies, 0), _error([value for value, _, _ in efficiencies])),
        *(_mean(efficiencies, 1), _mean(efficiencies, 2)),
        *(_mean(rates, 0), math.hypot(spread, counting)),
        statistics.fmean(point["fidelity"] for point in points),
        statistics.fmean(used) if used else None,
        statistics.fmean(line["seconds"] for line, _ in pairs),
    )


def _mean(rows: Sequence[Sequence[float]], index: int) -> float:
    return statistics.fmean(row[index] for row in rows)


def _error(values: Sequence[float]) -> float:
    return statistics.stdev(values) / math.sqrt(len(values)) if len(values) > 1 else 0.0


def with_either(lines: Sequence[Line]) -> list[Line]:
    """Return the lines and, for each pair of ours, the better of both at each cap by the folds of train."""
    ours = {(line["case"], line["seed"], line["method"]): line for line in lines}
    found = list(lines)
    for case, seed, method in ours:
        other = ours.get((case, seed, POINTS))
        if method != OURS or other is None:
            continue
        line = ours[case, seed, OURS]
        best: dict[int, Line] = {}
        for point in [*line["points"], *other["points"]]:
            known = best.get(point["literals"])
            if known is None or point["selection"] > known["selection"]:
                best[point["literals"]] = point
        both = line["seconds"] + other["seconds"]
        found.append({**line, "method": EITHER, "points": list(best.values()), "seconds": both})
    return found


def table_of(case: Case, lines: Sequence[Line]) -> Table:
    """Return the cells of a data set by method and cap."""
    found = {}
    for method in dict.fromkeys(line["method"] for line in lines):
        for literals in LITERALS:
            reached = cell(
                (line, point)
                for line in lines
                if line["case"] == case.name and line["method"] == method
                for point in line["points"]
                if point["literals"] == literals
            )
            if reached is not None:
                found[method, literals] = reached
    return found


def leader(table: Table, literals: int, budget: float, among: Iterable[str]) -> tuple[str, Cell] | None:
    """Return who has the most efficiency at a cap within the rate; None when nobody keeps to it."""
    fitting = [
        (method, table[method, literals])
        for method in among
        if (method, literals) in table and table[method, literals].within(budget)
    ]
    return max(fitting, key=lambda pair: pair[1].efficiency, default=None)


def verdict(mine: Cell | None, best: Cell | None, budget: float) -> str:
    """Say where a cell of ours is beside the best other one: ahead, inside one standard error, or behind."""
    if mine is None or not mine.within(budget):
        return "over the rate" if mine is not None else "absent"
    if best is None or mine.efficiency > best.efficiency:
        return "ahead"
    return "inside" if mine.efficiency >= best.efficiency - math.hypot(mine.error, best.error) else "behind"


def report(lines: Sequence[Line], plots: Path | None) -> int:
    """Print all tables and verdicts; return 1 when an aim is missed, or ours has not run."""
    lines = with_either(lines)
    tables = {
        case: table
        for case in CASES
        if (table := table_of(case, [_ for _ in lines if _["case"] == case.name]))
    }
    for case, table in tables.items():
        _print_table(case, table, lines)
        if plots is not None:
            from pareto_plot import plot

            plot(case, table, plots)
    for line in lines:
        if "error" in line:
            print(f"failed: {line['case']} {line['method']} seed {line['seed']}: {line['error']}")
    return 0 if _aims(tables) else 1


def _print_table(case: Case, table: Table, lines: Sequence[Line]) -> None:
    print(f"\n{case.title}: test efficiency ± standard error over seeds @ test rate; budget {case.rate:.2%}")
    print(f"{'literals':15} " + " ".join(f"{literals:>21}" for literals in LITERALS) + "  fidelity seconds")
    methods = dict.fromkeys(method for method, _ in table)
    leaders = {at: leader(table, at, case.rate, set(methods) - _REFERENCES) for at in LITERALS}
    for method in methods:
        cells = [table.get((method, literals)) for literals in LITERALS]
        texts = [
            _text(cell, case, best=bool(leaders[at]) and leaders[at][0] == method)  # type: ignore[index]
            for at, cell in zip(LITERALS, cells, strict=True)
        ]
        last = next(cell for cell in reversed(cells) if cell is not None)
        print(f"{method:15} " + " ".join(texts) + f"  {last.fidelity:8.3f} {last.seconds:7.1f}")
    ceilings = [line["ceiling"] for line in lines if line["case"] == case.name and "ceiling" in line]
    if ceilings:
        print(f"{'':15} teacher cut at the rate on test itself: {statistics.fmean(ceilings):.3f}")
    widest = max(((cell.high - cell.low) / 2 for cell in table.values()), default=0.0)
    print(f"{'':15} 95 % interval of one test efficiency: at most ± {widest:.3f}")
    print(f"{'':15} * leads within the rate    ! rate beyond the budget by more than one standard error")


def _text(cell: Cell | None, case: Case, *, best: bool) -> str:
    if cell is None:
        return f"{'-':>21}"
    mark = "*" if best else " " if cell.within(case.rate) else "!"
    return f"{cell.efficiency:.3f}±{cell.error:.3f} @{cell.rate:6.2%}{mark}".rjust(21)


def _aims(tables: dict[Case, Table]) -> bool:
    """Print the verdict of every cell and the aims; say whether all are kept."""
    kept = [_race(tables, ours) for ours in (OURS, POINTS, EITHER)]
    return all([kept[-1], _near_teacher(tables), _beside_weighed(tables)])


def _race(tables: dict[Case, Table], ours: str) -> bool:
    verdicts = []
    print(f"\n{ours} beside the best peer within the rate")
    for case, table in tables.items():
        peers = {method for method, _ in table} - _REFERENCES - {OURS, POINTS, EITHER}
        for literals in LITERALS:
            best = leader(table, literals, case.rate, peers)
            mine = table.get((ours, literals))
            verdicts.append(verdict(mine, None if best is None else best[1], case.rate))
            if best is not None and mine is not None:
                beside = f"{mine.efficiency:.3f} against {best[1].efficiency:.3f} of {best[0]}"
                print(f"  {case.name:8} {literals:4} literals: {verdicts[-1]:13} {beside}")
    counts = {word: verdicts.count(word) for word in ("ahead", "inside", "behind", "over the rate", "absent")}
    share = counts["ahead"] / max(len(verdicts), 1)
    print(f"  {counts}; ahead in {share:.0%} (aim: {_CLAIM_AHEAD:.0%}), never behind (aim)")
    return share >= _CLAIM_AHEAD and counts["ahead"] + counts["inside"] == len(verdicts)


def _near_teacher(tables: dict[Case, Table]) -> bool:
    reached = []
    print(f"\n{POINTS} beside the teacher, at most {LITERALS[-1]} literals (aim: {_CLAIM_TEACHER:.0%})")
    for case, table in tables.items():
        mine, ceiling = table.get((POINTS, LITERALS[-1])), table.get((CEILING, LITERALS[-1]))
        if mine is not None and ceiling is not None:
            share = mine.efficiency / ceiling.efficiency
            reached.append(share >= _CLAIM_TEACHER and mine.within(case.rate))
            print(f"  {case.name:8} {share:6.1%} of {ceiling.efficiency:.3f}, within the rate: "
                  f"{'yes' if mine.within(case.rate) else 'no'}")  # fmt: skip
    return bool(reached) and sum(reached) >= _CLAIM_CASES * len(tables)


def _beside_weighed(tables: dict[Case, Table]) -> bool:
    verdicts = []
    print(f"\n{POINTS} beside RUX and RUG at equal literals (aim: ahead everywhere)")
    for case, table in tables.items():
        for literals in LITERALS:
            best = leader(table, literals, case.rate, _WEIGHED)
            mine = table.get((POINTS, literals))
            verdicts.append(verdict(mine, None if best is None else best[1], case.rate))
    print("  " + ", ".join(f"{word}: {verdicts.count(word)}" for word in dict.fromkeys(verdicts)))
    return bool(verdicts) and set(verdicts) == {"ahead"}
