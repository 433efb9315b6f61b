from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest

from rulekit.html import Html
from rulekit.induction.results.chart import HEIGHT, WIDTH, path_chart, reached
from rulekit.induction.results.induction import Induction

from .conftest import measured, point


def _svg(chart: Html) -> ET.Element:
    return ET.fromstring(chart)  # noqa: S314 - our own text


def _circles(chart: Html) -> list[tuple[float, float, str, str]]:
    return [
        (float(c.attrib["cx"]), float(c.attrib["cy"]), c.attrib["r"], (c.find("title").text or ""))  # type: ignore[union-attr]
        for c in _svg(chart).iter("circle")
    ]


def test_there_is_a_circle_for_each_point_and_the_drafted_one_is_larger(induction: Induction) -> None:
    circles = _circles(path_chart(induction.path))
    assert len(circles) == 3
    assert [radius for _, _, radius, _ in circles] == ["3.5", "3.5", "5"]
    assert circles[0][3] == "1 rule, 2 literals: 20.0 %"
    assert circles[-1][3] == "3 rules, 6 literals: 80.0 %, drafted"


def test_more_literals_are_to_the_right_and_more_signal_is_higher(induction: Induction) -> None:
    circles = _circles(path_chart(induction.path))
    across, down = [x for x, *_ in circles], [y for _, y, *_ in circles]
    assert across == sorted(across)
    assert down == sorted(down, reverse=True)
    # equal steps of literals are equal steps to the right
    assert across[1] - across[0] == pytest.approx(across[2] - across[1], abs=0.2)
    # 20 %, 60 %, 80 %: the first step is twice the second
    assert (down[0] - down[1]) / (down[1] - down[2]) == pytest.approx(2, rel=0.02)


def test_the_curve_goes_through_the_circles(induction: Induction) -> None:
    chart = path_chart(induction.path)
    (curve,) = _svg(chart).iter("polyline")
    assert [tuple(map(float, pair.split(","))) for pair in curve.attrib["points"].split()] == [
        (x, y) for x, y, *_ in _circles(chart)
    ]


def test_the_teacher_is_a_dashed_line_at_its_efficiency(induction: Induction) -> None:
    chart = path_chart(induction.path, induction.teacher)
    (dashed,) = (line for line in _svg(chart).iter("line") if "stroke-dasharray" in line.attrib)
    assert dashed.attrib["y1"] == dashed.attrib["y2"]
    assert "teacher 90.0 %" in chart  # 45 of 50
    assert float(dashed.attrib["y1"]) < _circles(chart)[-1][1]  # above the drafted one
    assert "teacher" not in path_chart(induction.path)


def test_everything_is_drawn_inside(induction: Induction) -> None:
    chart = path_chart(induction.path, induction.teacher)
    for element in _svg(chart).iter():
        for name in ("x", "x1", "x2", "cx"):
            assert 0 <= float(element.attrib.get(name, 0)) <= WIDTH
        for name in ("y", "y1", "y2", "cy"):
            assert 0 <= float(element.attrib.get(name, 0)) <= HEIGHT


def test_without_truth_the_curve_is_of_the_f1(induction: Induction) -> None:
    path = tuple(point(rules, signal, 0, truth=False) for rules, signal in ((1, 10), (2, 30)))
    found = [reached(one.measures) for one in path]
    # F1 against a teacher who takes 50: 2 * 10 / (10 + 50), 2 * 30 / (30 + 50)
    assert [one.value for one in found if one] == pytest.approx([1 / 3, 3 / 4])
    assert "teacher F1 against literals" in path_chart(path)
    assert "efficiency against literals" in path_chart(induction.path)


def test_without_truth_and_teacher_there_is_no_chart(induction: Induction) -> None:
    blind = measured(10, 0)._replace(efficiency=None, teacher_f1=None)
    assert path_chart([replace(induction.path[0], measures=blind)]) == ""
    assert reached(blind) is None


def test_small_efficiencies_get_a_scale_of_their_own() -> None:
    tiny = point(1, 0, 0)
    small = tiny.measures._replace(efficiency=measured(0, 0).efficiency._replace(value=0.01, high=0.015))  # type: ignore[union-attr]
    chart = path_chart([replace(tiny, measures=small)])
    assert ">2 %</text>" in chart
    assert ">100 %</text>" not in chart
    assert ">100 %</text>" in path_chart([point(1, 50, 0)])


def test_it_takes_the_colour_of_the_page(induction: Induction) -> None:
    chart = path_chart(induction.path, induction.teacher)
    assert isinstance(chart, Html)
    assert not re.search(r"#[0-9a-f]{3}|rgb|black|white", chart)
    assert "<script" not in chart
