"""The section on drift: small charts and marks."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from rulekit.reports.audit.model.groups import Band, Drift, FeatureDrift, Period, RateOverTime
from rulekit.reports.audit.page.drift import HEIGHT, WIDTH, drift_page
from rulekit.reports.common.intervals import Share
from rulekit.statistics.intervals import proportion


def share(part: int, whole: int = 100) -> Share:
    return Share.of(proportion(part, whole))


def band(part: int, low: float, high: float, whole: int = 100) -> Band:
    one = share(part, whole)
    return Band(rate=one, low=low, high=high, outside=one.value is not None and not low <= one.value <= high)


def page(features: tuple[FeatureDrift, ...] = ()):
    periods = tuple(Period(first=f"{n}01", last=f"{n}99", events=100) for n in (1, 2, 3))
    rates = (
        RateOverTime(number=None, id=None, expected=share(20),
                     periods=(band(20, 0.1, 0.3), band(40, 0.1, 0.3), band(0, 0.1, 0.3, 0))),
        RateOverTime(number=1, id="r<1>", expected=share(5), periods=(band(5, 0, 0.1),) * 3),
    )  # fmt: skip
    drift = Drift(column=None, untimed=0, reference="the first period", periods=periods, confidence=0.95, tests=6,
                  rates=rates, features=features)  # fmt: skip
    return drift_page(SimpleNamespace(drift=drift))


def test_no_drift_no_section() -> None:
    assert drift_page(SimpleNamespace(drift=None)) is None


def test_rows_name_the_rate_and_where_it_is_outside() -> None:
    found = page()
    first, second = found.rates
    assert (first.number, first.name, first.outside) == ("", "all that is accepted", "2")
    assert (second.number, second.name, second.outside) == ("1", "r<1>", "")
    assert found.outside == 1
    assert first.range.startswith("20")
    assert first.range.endswith("40\N{NO-BREAK SPACE}%")
    assert "outside the band in period 2" in first.spark.description
    assert second.spark.description.endswith("always inside the band.")


def test_marks_stand_inside_the_chart_and_higher_rates_higher() -> None:
    spark = page().rates[0].spark
    assert [mark.outside for mark in spark.marks] == [False, True, False]
    assert all(0 < mark.x < WIDTH and 0 < mark.y < HEIGHT for mark in spark.marks)
    assert spark.marks[1].y < spark.marks[0].y < spark.marks[2].y
    assert [mark.x for mark in spark.marks] == sorted(mark.x for mark in spark.marks)
    assert spark.marks[2].title == "period 3, 301 to 399: no event"
    assert spark.band.count("V") == 6  # up, over and down again: two ends of each period
    assert spark.band.endswith("Z")


@pytest.mark.parametrize(
    ("value", "limit", "mark"),
    [
        (None, 0.0, ""),
        (0.05, 0.0, ""),
        (0.15, 0.0, "small"),
        (0.15, 0.2, ""),
        (0.3, 0.0, "large"),
        (0.3, 0.4, ""),
    ],
)
def test_an_index_is_marked_where_it_is_large_and_beyond_noise(value, limit: float, mark: str) -> None:
    feature = FeatureDrift(feature="x", bins=10, psi=(None, value, 0.01), noise=(0.0, 0.02, 0.03),
                           limit=(0.0, limit, 0.0))  # fmt: skip
    found = page((feature,))
    assert found.features[0].cells[1].mark == mark
    assert found.marked == bool(mark)
    assert found.features[0].noise == "0.030"
    assert found.features[0].cells[0].title.endswith(": reference")
