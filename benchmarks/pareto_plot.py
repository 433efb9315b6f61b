"""The plot of a data set: efficiency over literals, ours in front, each line labelled at its end."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from contenders import LITERALS
from datasets import Case
from pareto_cells import CEILING, EITHER, GLASS, OURS, POINTS, Cell, Table

_BLUE, _ORANGE = "#0072B2", "#D55E00"
_GREYS = ("#5b5b5b", "#7a7a7a", "#969696")
_MARKERS = "osv^D<>P"
_APART = 0.042


def plot(case: Case, table: Table, folder: Path) -> Path:
    """Write the plot as PNG and return its path.

    Ours are blue and vermilion (Okabe and Ito's colours, told apart by all), peers grey with a marker of their own.
    A hollow marker is a test rate beyond the budget. Bars are standard errors over the seeds.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 5.6), layout="constrained")
    axes = figure.subplots()
    ends = []
    drawn = dict.fromkeys(method for method, _ in table if method not in {EITHER, CEILING, GLASS})
    for number, method in enumerate(drawn):
        cells = {at: table[method, at] for at in LITERALS if (method, at) in table}
        colour, width, front = _style(method, number)
        _line(axes, case, cells, (colour, width, front, _MARKERS[number % len(_MARKERS)]))
        ends.append((cells[max(cells)].efficiency, method, colour, width > 1.5, max(cells)))
    for method, dashes in ((CEILING, "--"), (GLASS, ":")):
        if (method, LITERALS[0]) in table:
            level = table[method, LITERALS[0]].efficiency
            axes.axhline(level, color="black", linewidth=1, linestyle=dashes, zorder=1)
            text = method if method == CEILING else f"{method} (no literals to count)"
            axes.annotate(text, (LITERALS[0] * 0.83, level), va="bottom", fontsize=9)
    _frame(axes, case)
    _labels(axes, ends)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{case.name}.png"
    figure.savefig(path, dpi=150)
    return path


def _style(method: str, number: int) -> tuple[str, float, int]:
    if method == OURS:
        return _BLUE, 2.6, 4
    if method == POINTS:
        return _ORANGE, 2.6, 4
    return _GREYS[number % len(_GREYS)], 1.1, 2


def _line(axes: Any, case: Case, cells: dict[int, Cell], style: tuple[str, float, int, str]) -> None:
    colour, width, front, marker = style
    heights = [cell.efficiency for cell in cells.values()]
    axes.errorbar(
        list(cells), heights, [cell.error for cell in cells.values()], color=colour, linewidth=width, capsize=2,
        elinewidth=0.8, zorder=front,
    )  # fmt: skip
    for literals, cell in cells.items():
        inside = colour if cell.within(case.rate) else "white"
        axes.plot(literals, cell.efficiency, marker, color=colour, markerfacecolor=inside,
                  markersize=6 if width > 1.5 else 4.5, zorder=front + 1)  # fmt: skip


def _frame(axes: Any, case: Case) -> None:
    axes.set_xscale("log")
    axes.set_xlim(LITERALS[0] * 0.8, LITERALS[-1] * 2.4)
    axes.set_xticks(LITERALS, [str(at) for at in LITERALS], minor=False)
    axes.minorticks_off()
    axes.set_ylim(bottom=0)
    axes.set_xlabel("at most so many literals")
    axes.set_ylabel("efficiency on test")
    axes.set_title(f"{case.title}\nhollow: test rate beyond the budget", loc="left", fontsize=10)
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(axis="y", color="#e4e4e4", zorder=0)


def _labels(axes: Any, ends: list[tuple[float, str, str, bool, int]]) -> None:
    """Write each name beside the end of its line, as near as the names below it leave room."""
    top = axes.get_ylim()[1]
    floor = -1.0
    for height, method, colour, bold, at in sorted(ends):
        floor = max(height, floor + _APART * top)
        axes.annotate(
            method, (at, height), (LITERALS[-1] * 1.18, floor), va="center", fontsize=9, color=colour,
            fontweight="bold" if bold else "normal",
            arrowprops={"arrowstyle": "-", "color": colour, "linewidth": 0.5, "alpha": 0.6},
        )  # fmt: skip
