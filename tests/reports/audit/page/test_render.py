"""The page and its twin."""

from __future__ import annotations

import json
import math
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from pages import Page

from rulekit.errors import MissingExtraError, RulekitError
from rulekit.ir.ruleset import Ruleset
from rulekit.reports.audit.api import audit
from rulekit.reports.audit.model.audit import Audit
from rulekit.reports.audit.model.headline import gates_in_words
from rulekit.reports.audit.page.chart import chart_of
from rulekit.reports.audit.page.render import render_html, write
from rulekit.reports.audit.page.reproduce import parameters_in_words, recipe_of
from rulekit.reports.audit.page.view import cutflow_bars, sections

CHROMIUM = "/usr/bin/chromium"
CHARTER = (
    "# The law\n\n**Purpose.** To look at `cards` & <b>amounts</b>.\n\n- one\n- two\n\n## Scope\nShops.\n"
)


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

    previous = replace(ruleset, version="1.2.2", rules=ruleset.rules[1:])
    path = record(ruleset, events)
    (path.parent / "CHARTER.md").write_text(CHARTER)
    return {
        "everything": audit(
            path,
            folder=path.parent,
            truth="fraud",
            teacher=teacher,
            previous=previous,
            by=("country", "online"),
            time="amount",
            reference=events.head(300),
            expect=("efficiency >= 0.9", "purity >= 0.1"),
            command="rulekit audit decisions.parquet",
        ),
        "score": audit(record(score_ruleset, events), truth="fraud", teacher=teacher, previous=previous),
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


def test_every_section_is_on_the_page(variants: dict[str, Audit]) -> None:
    html = render_html(variants["everything"])
    page = Page(html)
    for words in (
        "To look at cards & <b>amounts</b>.",
        "efficiency at least 90 % asked for",
        "Version 1.2.3 is a draft: it is not enacted.",
        "Version 1.2.2 ( sha256:",
        "are newly accepted",
        "Near misses of the law",
        "Rules that the teacher doubts",
        "By country",
        "By online",
        "unknown to the schema",
        "given the rate on a frame in memory",
        "by amount .",
        "N-1: all rules but one",
        "sha256sum --check",
        "pip install",
        "These inputs have no digest: reference.",
        "What this page can't show",
    ):
        assert words in page.text, words
    anchors = {section.anchor for section in sections(variants["everything"])}
    assert anchors == {*page.ids} & {*anchors}
    assert {f"#{anchor}" for anchor in anchors} <= set(page.links)
    assert len(anchors) == 21
    assert len(sections(variants["no events file"])) < 21


def test_charts_and_tables_can_be_read_without_seeing(variants: dict[str, Audit]) -> None:
    html = render_html(variants["everything"])
    drawings = re.findall(r"<svg[^>]*>(?:.*?)</svg>", html, re.DOTALL)
    told = [drawing for drawing in drawings if 'role="img"' in drawing]
    assert all('aria-hidden="true"' in drawing for drawing in drawings if drawing not in told)
    assert all("<title id=" in drawing for drawing in told)
    assert len(told) == 1 + 1 + len(variants["everything"].rules), "the curve, all accepted, each rule"
    assert 'id="spark-1">All that is accepted, by period: ' in html
    for table in re.findall(r"<table.*?</table>", html, re.DOTALL):
        assert "<thead>" in table
        assert '<th scope="col"' in table
        assert '<th scope="row"' in table
    regions = re.findall(r'class="scroll"[^>]*aria-label="([^"]+)"', html)
    assert len(regions) == len(set(regions)) == html.count("<table")


def test_parameters_of_a_method_stay_short() -> None:
    parameters = {
        "budget": {"alert_rate": 0.01, "rules": 8, "certified": True},
        "fractions": [0.5, 0.2],
        "race": [{"method": "tree", "measures": {"rate": 0.1}}, {"method": "pool"}],
        "deep": {"one": {"two": 3}},
        "weight": None,
        "folds": 100_000,
    }
    assert parameters_in_words(parameters) == [
        ("budget", "alert rate 0.01, rules 8, certified yes"),
        ("fractions", "0.5, 0.2"),
        ("race", "2 entries, in the JSON twin"),
        ("deep", "1 entry, in the JSON twin"),
        ("folds", "100,000"),
    ]


def test_gates_in_a_sentence(variants: dict[str, Audit], found: Audit) -> None:
    assert gates_in_words(variants["everything"].gates) == "2 of 4 gates are not met: findings, efficiency."
    assert "1 of 2 gates is not met: findings." in Page(render_html(found)).text
    met = [gate.model_copy(update={"verdict": "met"}) for gate in found.gates]
    assert gates_in_words(met) == "All 2 gates are met."
    met[0] = met[0].model_copy(update={"verdict": "can't tell"})
    said = gates_in_words(met)
    assert said == "No gate of 2 is missed; 1 can't be told."


def test_recipe_checks_the_files(
    record: Callable[..., Path], ruleset: Ruleset, events: pl.DataFrame, tmp_path: Path
) -> None:
    path = record(ruleset, events)
    recipe = recipe_of(audit(path, command="rulekit audit decisions.parquet --out 'a report.html'"))
    assert recipe.commands[-1].endswith("--out 'a report.html'")
    text = "\n".join(recipe.check) + "\n"
    check = ["sha256sum", "--check", "--quiet"]
    assert subprocess.run(check, input=text, text=True, cwd=tmp_path, check=False).returncode == 0
    path.write_bytes(path.read_bytes() + b"?")
    spoilt = subprocess.run(check, input=text, text=True, cwd=tmp_path, check=False, capture_output=True)
    assert spoilt.returncode == 1


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


@pytest.fixture
def chromium(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    if not shutil.which(CHROMIUM):
        pytest.skip("chromium is absent: apt-get install -y chromium")

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        quiet = ("quic", "background-networking", "component-update", "sync", "gpu", "dev-shm-usage")
        options = ["--headless", "--no-sandbox", "--no-first-run", *(f"--disable-{word}" for word in quiet)]
        command = [CHROMIUM, *options, f"--user-data-dir={tmp_path / 'profile'}", "--enable-logging=stderr"]
        return subprocess.run([*command, *arguments], capture_output=True, text=True, timeout=60, check=True)

    return run


def test_pages_open_in_chromium(
    variants: dict[str, Audit], tmp_path: Path, chromium: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    for name in ("everything", "tampered"):
        page, _ = write(variants[name], tmp_path / f"{name}.html")
        run = chromium("--dump-dom", page.as_uri())
        wanted = (
            "The record does not hold" if name == "tampered" else "Every decision replayed: the record holds"
        )
        assert wanted in run.stdout
        assert 'class="ring"' in run.stdout
        assert "CONSOLE" not in run.stderr


def test_a_browser_measures_the_page(
    variants: dict[str, Audit], tmp_path: Path, chromium: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    page = write(variants["everything"], tmp_path / "report.html")[0]
    probe = tmp_path / "probe.html"
    for width in (1280, 400):
        script = PROBE.replace("WIDTH", str(width))
        probe.write_text(
            page.read_text(encoding="utf-8").replace("</body>", f"{script}</body>"), encoding="utf-8"
        )
        frame = tmp_path / "frame.html"
        frame.write_text(f"<iframe src='probe.html' width='{width}' height='900'></iframe>{RELAY}")
        found = chromium(
            "--allow-file-access-from-files", "--virtual-time-budget=5000", "--dump-dom", frame.as_uri()
        )
        told = re.search(r"told: (\{.*?\})", found.stdout)
        assert told is not None
        facts = json.loads(told[1])
        assert facts == {"wide": width, "overflow": 0, "loads": [], "lost": [], "moved": True}, width


PROBE = """<script>
addEventListener("load", () => {
  const links = [...document.querySelectorAll("nav a")];
  const lost = links.filter(link => !document.querySelector(link.hash)).map(link => link.hash);
  const from = scrollY;
  document.documentElement.style.scrollBehavior = "auto";
  links.at(-1).click();
  parent.postMessage(JSON.stringify({
    wide: innerWidth,
    overflow: Math.max(0, document.documentElement.scrollWidth - innerWidth),
    loads: performance.getEntriesByType("resource").map(entry => entry.name)
      .filter(name => !name.startsWith("data:")),
    lost: lost,
    moved: scrollY > from,
  }), "*");
});
</script>"""
RELAY = """<script>
addEventListener("message", event => { document.body.append("told: " + event.data); });
</script>"""


def test_the_page_prints(
    variants: dict[str, Audit], tmp_path: Path, chromium: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    page, printed = write(variants["everything"], tmp_path / "report.html")[0], tmp_path / "report.pdf"
    chromium(f"--print-to-pdf={printed}", "--no-pdf-header-footer", page.as_uri())
    data = printed.read_bytes()
    assert data.startswith(b"%PDF-")
    assert 5 <= len(re.findall(rb"/Type\s*/Page\b", data)) <= 40
