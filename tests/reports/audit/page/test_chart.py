"""Geometry of the efficiency curve."""

from __future__ import annotations

import math
import re
from itertools import pairwise

import pytest
from shop import audited_of, law, make_events, score_law

from rulekit.reports.audit.assemble import assemble
from rulekit.reports.audit.page.chart import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH, chart_of
from rulekit.reports.audit.sections.replay import replay_decisions

EVENTS = make_events(400, seed=5)


class Model:
    name = "model"

    def scores(self, frame):
        return frame["model"].to_numpy()


def chart(ruleset, **options):
    audited = audited_of(ruleset, EVENTS, **options)
    audit = assemble(audited, replay_decisions(audited, 10, 0))
    return audit, chart_of(audit)


@pytest.fixture(scope="module")
def full():
    return chart(law(), truth="fraud", teacher=Model(), previous=law(version="1.0.0", rules=[]))


def places(path: str) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in re.findall(r"[ML]([\d.]+) (-?[\d.]+)", path)]


def test_without_truth_there_is_no_chart() -> None:
    assert chart(law())[1] is None


def test_everything_is_inside_the_frame(full) -> None:
    _, made = full
    for line in made.lines:
        for x, y in places(line.path) if line.kind == "law" else ():  # the others are clipped by the macro
            assert LEFT - 0.1 <= x <= WIDTH - RIGHT + 0.1
            assert TOP - 0.1 <= y <= HEIGHT - BOTTOM + 0.1
        for marker in line.markers:
            assert LEFT - 0.1 <= marker.x <= WIDTH - RIGHT + 0.1
        if line.working is not None:
            assert line.working.left <= line.working.x <= line.working.right
            assert line.working.top <= line.working.y <= line.working.bottom


def test_the_axis_is_logarithmic(full) -> None:
    _, made = full
    xs = [tick.at for tick in made.x_ticks]
    steps = {round(later - earlier, 0) for earlier, later in pairwise(xs)}
    assert len(steps) == 1
    assert (xs[0], xs[-1]) == (LEFT, WIDTH - RIGHT)
    labels = [float(tick.label.removesuffix(" %")) for tick in made.x_ticks]
    assert all(math.log10(label).is_integer() for label in labels)
    assert labels == sorted(labels)


def test_points_stand_where_their_numbers_say(full) -> None:
    audit, made = full
    ours, line = audit.curves[0], made.lines[0]
    low = math.log10(float(made.x_ticks[0].label.removesuffix(" %")) / 100)
    high = math.log10(float(made.x_ticks[-1].label.removesuffix(" %")) / 100)
    top = float(made.y_ticks[-1].label.removesuffix(" %")) / 100
    working, at = ours.working, line.working
    x = LEFT + (math.log10(working.false_positive_rate.value) - low) / (high - low) * (WIDTH - LEFT - RIGHT)
    y = TOP + (1 - working.efficiency.value / top) * (HEIGHT - TOP - BOTTOM)
    assert (at.x, at.y) == (pytest.approx(x, abs=0.1), pytest.approx(y, abs=0.1))


def test_rules_are_numbered_where_there_is_room(full) -> None:
    audit, made = full
    markers = made.lines[0].markers
    assert len(markers) == len(audit.curves[0].points)
    assert [marker.label for marker in markers if marker.label] == [
        str(number) for number, marker in enumerate(markers, start=1) if marker.label
    ]
    shown = [(marker.label_x, marker.label_y) for marker in markers if marker.label]
    for place, one in enumerate(shown):
        assert all(math.dist(one, other) >= 11 for other in shown[:place])


def test_each_curve_says_what_it_is(full) -> None:
    _, made = full
    assert [line.kind for line in made.lines] == ["law", "teacher", "previous"]
    assert made.lines[2].band == ""
    assert made.lines[1].markers == ()
    assert made.description.count("efficiency") == sum(line.working is not None for line in made.lines)


def test_points_have_no_numbers() -> None:
    _, made = chart(score_law(), truth="fraud")
    assert made.lines[0].markers == ()
    assert made.lines[0].path.startswith("M")
