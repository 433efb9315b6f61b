"""What the page lays out: headlines, rows, bars and cells."""

from __future__ import annotations

import pytest
from shop import audited_of, law, make_events, score_law

from rulekit.reports.audit.assemble import assemble
from rulekit.reports.audit.page.view import (
    cutflow_bars,
    headlines,
    measure_rows,
    overlap_cells,
    sections,
    spans,
    without_rules,
)
from rulekit.reports.audit.sections.replay import replay_decisions

EVENTS = make_events(300, seed=5)


class Model:
    name = "model"

    def scores(self, frame):
        return frame["model"].to_numpy()


def made(ruleset, **options):
    audited = audited_of(ruleset, EVENTS, **options)
    return assemble(audited, replay_decisions(audited, 10, 0))


@pytest.fixture(scope="module")
def full():
    return made(law(), truth="fraud", teacher=Model(), previous=law(rules=[]), weight="weight")


@pytest.fixture(scope="module")
def bare():
    return made(score_law())


def test_only_sections_with_content_are_listed(full, bare) -> None:
    names, few = ([section.anchor for section in sections(each)] for each in (full, bare))
    assert {"curve", "teacher", "previous", "rules", "subgroups", "drift"} <= set(names)
    assert {"curve", "teacher", "previous", "purpose", "mismatches", "fpga"}.isdisjoint(few)
    assert [name for name in names if name in few] == few
    assert names[0] == "verdict"
    assert names[-1] == "sign"


@pytest.mark.parametrize(
    ("text", "runs"),
    [
        ("plain", [("plain", "plain")]),
        ("**Why.** `x < 1`, so", [("strong", "Why."), ("plain", " "), ("code", "x < 1"), ("plain", ", so")]),
        ("**a** and **b**", [("strong", "a"), ("plain", " and "), ("strong", "b")]),
        ("a * b ** c", [("plain", "a * b ** c")]),
        ("", []),
    ],
)
def test_runs_of_text(text: str, runs: list[tuple[str, str]]) -> None:
    assert [(span.kind, span.text) for span in spans(text)] == runs


def test_headlines_with_and_without_truth(full, bare) -> None:
    assert [figure.label for figure in headlines(full)] == [
        "Efficiency",
        "False-positive rate",
        "Purity",
        "Accepted",
        "Teacher's efficiency",
    ]
    assert "weighted" in headlines(full)[3].note
    labels = {figure.label: figure for figure in headlines(bare)}
    assert list(labels) == ["Accepted", "Rules", "Invalid"]
    assert labels["Rules"].value == "4"
    assert labels["Invalid"].value == str(EVENTS["amount"].null_count())


def test_measures_that_are_known_have_a_row(full, bare) -> None:
    rows = {row.name: row for row in measure_rows(full)}
    assert list(rows) == [
        "Efficiency",
        "False-positive rate",
        "Rejection",
        "Purity",
        "Accuracy",
        "Rate",
        "Fidelity",
        "Teacher F1",
    ]
    assert rows["Rejection"].ours.value.startswith("1 in ")
    assert rows["Fidelity"].teacher is None
    assert rows["Efficiency"].teacher is not None
    assert [row.name for row in measure_rows(bare)] == ["Rate"]


def test_bars_are_scaled_to_the_longest_of_their_column(full, bare) -> None:
    for audit, fields in ((full, ("efficiency", "false_positive_rate")), (bare, ("rate",))):
        bars = cutflow_bars(audit)
        assert len(bars) == len(audit.cutflow)
        for column, field in enumerate(fields):
            ends = [bar[column].kept + (0 if bar[column].lost else bar[column].changed) for bar in bars]
            values = [getattr(row, field).value for row in audit.cutflow]
            assert max(ends) == pytest.approx(100, abs=0.02)
            for end, value in zip(ends, values, strict=True):
                assert end == pytest.approx(100 * value / max(values), abs=0.02)


def test_points_that_are_taken_away_are_lost(bare) -> None:
    lost = [bar[0].lost for bar in cutflow_bars(bare)]
    assert lost == [row.new < 0 for row in bare.cutflow]


def test_cells_of_the_overlap(full) -> None:
    cells = overlap_cells(full)
    for i, row in enumerate(cells):
        assert row[i].text == ""
        assert row[i].title == "the rule itself"
        for j, cell in enumerate(row):
            share = full.overlap[i][j]
            if i != j and share is not None:
                assert cell.depth == round(100 * share)
                assert (cell.text == "") == (share == 0)
                assert full.rules[i].id in cell.title


def test_what_is_accepted_without_each_rule(full, bare) -> None:
    for audit, width in ((full, 3), (bare, 1)):
        rows = without_rules(audit)
        assert len(rows) == len(audit.rules)
        assert {len(row.shares) for row in rows} == {width}
    shown = float(without_rules(bare)[0].shares[0].removesuffix("\N{NO-BREAK SPACE}%"))
    exact = 100 * (bare.measures.rate.value + bare.rules[0].removal.rate.value)
    assert shown == pytest.approx(exact, abs=0.6)
