"""The page and its twin."""

from __future__ import annotations

import json
import math
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from pages import Page

from rulekit.errors import MissingExtraError, RulekitError
from rulekit.ir.ruleset import Ruleset
from rulekit.reports.audit import audit
from rulekit.reports.chart import chart_of
from rulekit.reports.model import Audit
from rulekit.reports.render import render_html, write
from rulekit.reports.view import cutflow_bars

CHROMIUM = "/usr/bin/chromium"


@pytest.fixture
def found(record: Callable[..., Path], ruleset: Ruleset, events: pl.DataFrame, teacher: Any) -> Audit:
    return audit(
        record(ruleset, events), truth="fraud", teacher=teacher, command="rulekit audit decisions.parquet"
    )


@pytest.fixture
def variants(
    record: Callable[..., Path], ruleset: Ruleset, score_ruleset: Ruleset, events: pl.DataFrame, teacher: Any
) -> dict[str, Audit]:
    def spoil(decisions: pl.DataFrame) -> pl.DataFrame:
        return decisions.with_columns(outcome=decisions["outcome"].replace("block", "approve"))

    return {
        "score": audit(record(score_ruleset, events), truth="fraud", teacher=teacher),
        "no truth": audit(record(ruleset, events)),
        "teacher only": audit(record(ruleset, events), teacher=teacher),
        "weighted": audit(record(ruleset, events), truth="fraud", weight="weight"),
        "tampered": audit(record(ruleset, events, tamper=spoil), truth="fraud"),
        "no event": audit(record(ruleset, events.head(0)), truth="fraud", teacher=teacher),
        "no events file": audit(record(ruleset, events, events="elsewhere.parquet")),
        "no hits": audit(record(ruleset, events, events=None, tamper=lambda d: d.drop("hits"))),
    }


def test_page_is_well_formed_and_self_contained(found: Audit) -> None:
    page = Page(render_html(found))
    assert "script" not in page.tags
    assert page.loads == ["data:,"]
    assert len(page.ids) == len(set(page.ids))
    assert all(link.startswith("#") and link[1:] in page.ids for link in page.links)
    assert not re.search(r"url\((?!#)|@import|https?:", render_html(found))


def test_page_tells_everything(found: Audit) -> None:
    text = Page(render_html(found, "report.json")).text
    for words in (
        "Every decision replayed: the record holds",
        "shop.card 1.2.3",
        found.law.digest,
        "If cards is at least 4 cards, and amount is more than 50 EUR: block.",
        "cards >= 4",
        "Far away & dear.",
        "Otherwise: approve.",
        "gradient <boosting>",
        "rulekit decide rules/shop",
        "rulekit audit decisions.parquet",
        "report.json",
        "unknown-category, country",
    ):
        assert words in text
    assert f"{found.data.invalid} events could not be decided: {found.data.invalid} lack amount" in text


def test_every_variant_renders(variants: dict[str, Audit]) -> None:
    verdicts = {
        "tampered": "The record does not hold",
        "no events file": "Not replayed",
        "no hits": "Not replayed",
    }
    for name, one in variants.items():
        page = Page(render_html(one))
        assert verdicts.get(name, "the record holds") in page.text, name
        assert set(page.links) <= {f"#{name}" for name in page.ids}, name
        assert "None" not in page.text.replace("Findings None.", ""), name
        assert "nan" not in page.text.lower().split(), name
        assert ("Efficiency against rate" in page.text) == bool(one.curves), name


def test_tampered_decisions_are_on_the_page(variants: dict[str, Audit]) -> None:
    one = variants["tampered"]
    text = Page(render_html(one)).text
    assert one.replay.mismatches[0].event in text
    assert f"{one.replay.mismatched} of 600 recorded decisions are not what the law says" in text


def test_text_of_the_law_can_not_become_markup(
    record: Callable[..., Path], amend: Callable[..., Ruleset], events: pl.DataFrame
) -> None:
    evil = "<script>alert(1)</script>"
    rules = [
        {"id": "one", "when": ["cards >= 4"], "then": evil, "title": evil, "because": f"{evil} {{{{ 7*7 }}}}"}
    ]
    law = amend(rules=rules, provenance={"teacher": evil, "command": evil, "parameters": {evil: evil}})
    named = events.with_columns(payment=events["payment"] + evil)
    path = record(
        law,
        named,
        command=evil,
        tamper=lambda d: d.with_columns(outcome=d["outcome"].replace("approve", evil)),
    )
    page = render_html(audit(path, truth="fraud", command=evil))
    assert "<script" not in page
    assert "{{ 7*7 }}" in Page(page).text
    assert Page(page).text.count(evil) >= 8


def test_twin_round_trips_and_files_are_whole(found: Audit, tmp_path: Path) -> None:
    page, twin = write(found, tmp_path / "out" / "report.html")
    assert (page.name, twin.name) == ("report.html", "report.json")
    assert Audit.model_validate(json.loads(twin.read_text(encoding="utf-8"))) == found
    assert page.read_text(encoding="utf-8") == render_html(found, "report.json")
    assert sorted(path.name for path in page.parent.iterdir()) == ["report.html", "report.json"]
    assert write(found, tmp_path / "out") == (page, twin)
    assert write(found, tmp_path / "named")[0].name == "named.html"


def test_equal_input_gives_equal_bytes(
    record: Callable[..., Path], ruleset: Ruleset, events: pl.DataFrame, teacher: Any
) -> None:
    path = record(ruleset, events)
    pages = [render_html(audit(path, truth="fraud", teacher=teacher)) for _ in range(2)]
    assert pages[0] == pages[1]


def test_twin_is_plain_json_whatever_the_provenance_holds(
    record: Callable[..., Path], amend: Callable[..., Ruleset], events: pl.DataFrame, tmp_path: Path
) -> None:
    odd = {"most": math.inf, "least": -math.inf, "none": math.nan, "list": [1.5, math.inf]}
    _, twin = write(audit(record(amend(provenance={"parameters": odd}), events)), tmp_path / "r.html")
    document = json.loads(twin.read_text(), parse_constant=pytest.fail)
    plain = {"most": "Infinity", "least": "-Infinity", "none": None, "list": [1.5, "Infinity"]}
    assert document["origin"]["provenance"]["parameters"] == plain


def test_twin_never_overwrites_what_was_read(
    record: Callable[..., Path], ruleset: Ruleset, events: pl.DataFrame, tmp_path: Path
) -> None:
    found = audit(record(ruleset, events))
    before = (tmp_path / "decisions.parquet.json").read_bytes()
    with pytest.raises(RulekitError, match="overwrite"):
        write(found, tmp_path / "decisions.parquet.html")
    assert (tmp_path / "decisions.parquet.json").read_bytes() == before


def test_failed_write_leaves_the_earlier_report(
    found: Audit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page, twin = write(found, tmp_path / "report.html")
    before = page.read_bytes(), twin.read_bytes()

    def fail(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(OSError, match="disk full"):
        write(found.model_copy(update={"truth": None}), tmp_path / "report.html")
    assert (page.read_bytes(), twin.read_bytes()) == before
    assert not list(tmp_path.glob(".report*"))


def test_without_jinja2(found: Audit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "jinja2", None)
    with pytest.raises(MissingExtraError, match="jinja2"):
        render_html(found)


def test_twenty_rules_stay_small(
    record: Callable[..., Path], amend: Callable[..., Ruleset], events: pl.DataFrame, teacher: Any
) -> None:
    rules = [
        {"id": f"rule-{n}", "title": f"Rule {n}", "then": "review", "because": "Because of the amount.",
         "when": [f"amount > {40 * n}", f"cards != {n}", {"any": ["online == true", f"device_age < {n}"]}]}
        for n in range(1, 21)
    ]  # fmt: skip
    page = render_html(audit(record(amend(rules=rules), events), truth="fraud", teacher=teacher))
    assert len(page.encode()) < 250_000


def test_bars_add_up(variants: dict[str, Audit]) -> None:
    for name in ("score", "weighted"):
        one, before = variants[name], 0.0
        columns = [signal for signal, _ in cutflow_bars(one)]
        top = max(row.efficiency.value for row in one.cutflow)
        for row, bar in zip(one.cutflow, columns, strict=True):
            now = 100 * row.efficiency.value / top
            assert bar.kept == pytest.approx(min(before, now), abs=0.01)
            assert bar.kept + bar.changed == pytest.approx(max(before, now), abs=0.02)
            assert bar.lost == (now < before)
            before = now
    assert any(bar.lost for bars in cutflow_bars(variants["score"]) for bar in bars)


def test_chart_keeps_to_its_box(variants: dict[str, Audit]) -> None:
    for one in variants.values():
        chart = chart_of(one)
        if chart is None:
            assert not one.curves
            continue
        ours = chart.lines[0]
        places = [(marker.x, marker.y) for marker in ours.markers] + [(ours.working.x, ours.working.y)]
        assert all(chart.left <= x <= chart.right and chart.top <= y <= chart.bottom for x, y in places)
        assert chart.x_ticks[0].at == chart.left
        assert chart.x_ticks[-1].at == chart.right
        assert len(chart.x_ticks) >= 3
        first, last = (float(chart.x_ticks[end].label.split()[0]) / 100 for end in (0, -1))
        along = math.log(one.measures.false_positive_rate.value / first) / math.log(last / first)
        assert ours.working.x == pytest.approx(chart.left + along * (chart.right - chart.left), abs=0.1)
        assert ours.working.left <= ours.working.x <= ours.working.right
        assert ours.working.top <= ours.working.y <= ours.working.bottom
        expected = f"efficiency {100 * one.measures.efficiency.value:.0f}"
        assert expected[:-1] in chart.description


def test_pages_open_in_chromium(variants: dict[str, Audit], tmp_path: Path) -> None:
    if not shutil.which(CHROMIUM):
        pytest.skip("chromium is absent: apt-get install -y chromium")
    for name, one in variants.items():
        page, _ = write(one, tmp_path / f"{name.replace(' ', '-')}.html")
        if name not in {"score", "tampered"}:
            continue
        quiet = ("quic", "background-networking", "component-update", "sync", "gpu", "dev-shm-usage")
        options = ["--headless", "--no-sandbox", "--no-first-run", *(f"--disable-{word}" for word in quiet)]
        command = [CHROMIUM, *options, f"--user-data-dir={tmp_path / 'profile'}", "--enable-logging=stderr"]
        run = subprocess.run(
            [*command, "--dump-dom", page.as_uri()], capture_output=True, text=True, timeout=60, check=True
        )
        wanted = (
            "The record does not hold" if name == "tampered" else "Every decision replayed: the record holds"
        )
        assert wanted in run.stdout
        assert 'class="ring"' in run.stdout
        assert "CONSOLE" not in run.stderr
