"""A comparison as text, Markdown, page and JSON: all drawn from one value, none of them to be broken out of."""

from __future__ import annotations

import json
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
from rulekit.ir.notation.document import ruleset_to_document
from rulekit.ir.ruleset import Ruleset
from rulekit.reports.diff.diff import diff_of
from rulekit.reports.diff.events import ReferenceOptions
from rulekit.reports.diff.markdown import to_markdown
from rulekit.reports.diff.model import ChangedRegion, Diff, RegionBox
from rulekit.reports.diff.page import diff_html, write
from rulekit.reports.diff.phrases import deciders, event_in_words, unless
from rulekit.reports.diff.text import to_text
from rulekit.store.compare import compare

CHROMIUM = "/usr/bin/chromium"
Amend = Callable[..., Ruleset]
EVIL = "<script>alert(1)</script> | `x` {{ 7*7 }} **b**"


def changed(law: Ruleset, **changes: dict[str, Any]) -> dict[str, Any]:
    """Return the document of a law with some fields of some rules changed."""
    document = ruleset_to_document(law)
    rules = [{**rule, **changes.get(rule["id"].replace("-", "_"), {})} for rule in document["rules"]]
    return {**document, "rules": rules, "version": "1.3.0"}


@pytest.fixture
def variants(ruleset: Ruleset, score_ruleset: Ruleset, amend: Amend, events: pl.DataFrame) -> dict[str, Diff]:
    new = amend(
        **changed(
            ruleset,
            many_cards={"when": ["cards >= 3", "amount > 50"], "title": "Three cards"},
            dear={"when": ["amount > 600"], "then": "block"},
        )
    )
    summed = amend(**changed(score_ruleset, many_cards={"points": 4}, away={"when": ["amount >= 300"]}))
    schema = ruleset_to_document(ruleset)["schema"]
    listed = [{**one, "required": one["name"] in {"amount", "cards"}} for one in schema["features"]]
    menu = {**changed(ruleset), "hit_policy": "collect"}
    fewer = {**changed(ruleset, dear={"when": ["amount > 800"]}), "hit_policy": "collect"}
    asked = ReferenceOptions(events, truth="fraud", id="payment")
    return {
        "events": diff_of(compare(ruleset, new), asked, ("old.yaml", "new.yaml")),
        "changed": diff_of(compare(ruleset, new)),
        "same": diff_of(compare(ruleset, ruleset)),
        "score": diff_of(compare(score_ruleset, summed), asked),
        "required": diff_of(compare(ruleset, amend(schema={**schema, "features": listed}))),
        "collect": diff_of(compare(amend(**menu), amend(**fewer))),
        "other policy": diff_of(compare(ruleset, score_ruleset)),
        "undecided": diff_of(compare(ruleset, amend(schema=schema_with(schema, "cards", dtype="int64")))),
    }


def schema_with(schema: dict[str, Any], name: str, **fields: Any) -> dict[str, Any]:
    listed = [{**one, **fields} if one["name"] == name else one for one in schema["features"]]
    return {**schema, "features": listed}


def test_text_fits_a_terminal(variants: dict[str, Diff]) -> None:
    for name, one in variants.items():
        lines = to_text(one).splitlines()
        assert [line for line in lines if len(line) > 80] == [], name
        assert re.match(r"shop.card: 1\.[23]\.[03] to ", lines[0]), name
        assert "None" not in to_text(one), name


def test_the_answers_in_words(variants: dict[str, Diff]) -> None:
    said = {name: one.sentence for name, one in variants.items()}
    assert said["same"] == "No decision changes: proved for every event."
    assert said["undecided"].startswith("Whether any decision changes is not decided: feature cards is int32")
    assert "for events that lack cards, and for no other event: proved." in said["required"]
    assert said["changed"].endswith("and for no other event: proved.")
    assert "one law sums points" in said["other policy"]


def test_a_region_says_where_unless_and_who_decides(variants: dict[str, Diff]) -> None:
    text = " ".join(to_text(variants["changed"]).split())
    assert "approve became block (by no rule then, by many-cards now)" in text
    assert "where amount is more than 50 EUR" in text
    assert "cards is 3 cards" in text
    assert "amount: more than 700 EUR became more than 600 EUR" in text
    assert "title: Many cards became Three cards" in text
    assert "unless" in text
    assert "the points were" in to_text(variants["score"])
    assert "events that lack cards become invalid" in to_text(variants["required"])
    assert "no longer" in to_text(variants["collect"])


def test_markdown_is_well_formed(variants: dict[str, Diff]) -> None:
    for name, one in variants.items():
        text = to_markdown(one)
        assert "None" not in text, name
        assert text.count("<details>") == text.count("</details>"), name
        for block in text.split("\n\n"):
            if block.startswith("|"):
                bars = {len(re.findall(r"(?<!\\)\|", line)) for line in block.splitlines()}
                assert len(bars) == 1, (name, block)


def test_pages_are_well_formed_and_self_contained(variants: dict[str, Diff]) -> None:
    for name, one in variants.items():
        html = diff_html(one)
        page = Page(html)
        assert "script" not in page.tags
        assert page.loads == ["data:,"]
        assert len(page.ids) == len(set(page.ids)), name
        assert all(link.startswith("#") and link[1:] in page.ids for link in page.links), name
        assert not re.search(r"url\((?!#)|@import|https?:", html)
        assert "None" not in page.text, name
        assert one.sentence in page.text, name
        for region in one.regions:
            for place in region.where:
                assert all(line in page.text for line in place.when), name


def test_text_of_the_law_can_not_become_markup(ruleset: Ruleset, amend: Amend, events: pl.DataFrame) -> None:
    new = amend(**changed(ruleset, dear={"then": EVIL, "title": EVIL}))
    named = events.with_columns(payment=events["payment"] + EVIL)
    one = diff_of(compare(ruleset, new), ReferenceOptions(named, id="payment"), (EVIL, EVIL))
    page = diff_html(one)
    assert "<script" not in page
    assert Page(page).text.count("<script>alert(1)</script>") > 5
    markdown = re.sub(r"`+[^`]*`+", "", to_markdown(one))
    assert not re.search(r"(?<!\\)<script", markdown)
    assert "\\*\\*b" in markdown


def test_the_value_round_trips_and_files_are_whole(variants: dict[str, Diff], tmp_path: Path) -> None:
    for number, one in enumerate(variants.values()):
        twin = write(one, tmp_path / "out" / f"{number}.json")
        assert Diff.model_validate(json.loads(twin.read_text(encoding="utf-8"))) == one
        page = write(one, tmp_path / "out" / f"{number}.html")
        assert page.read_text(encoding="utf-8") == diff_html(one)
        assert write(one, tmp_path / "out" / f"{number}.md").read_text(encoding="utf-8") == to_markdown(one)
    assert len(list((tmp_path / "out").iterdir())) == 3 * len(variants)


def test_a_name_that_says_nothing_is_refused(variants: dict[str, Diff], tmp_path: Path) -> None:
    with pytest.raises(RulekitError, match=r"does not say what to write") as caught:
        write(variants["same"], tmp_path / "report.pdf")
    assert (caught.value.expected, caught.value.got) == (".html, .md or .json", ".pdf")


def test_jinja_is_an_extra(variants: dict[str, Diff], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "jinja2", None)
    with pytest.raises(MissingExtraError):
        diff_html(variants["same"])
    assert to_markdown(variants["same"])


def region(**fields: Any) -> ChangedRegion:
    given = {"old": "a", "new": "b", "old_rule": None, "new_rule": "r", "unless": (), "points": None,
             "through": (), "plausible": True, "event": {}, "where": (RegionBox(when=(), words=()),)}  # fmt: skip
    return ChangedRegion.model_validate(given | fields)


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (0, ""),
        (1, "unless r0 hits"),
        (3, "unless r0, r1 or r2 hits"),
        (7, "unless r0, r1, r2, r3, r4, r5 or r6 hits"),
        (20, "unless r0, r1, r2, r3, r4, r5 or one of 14 other rules hits"),
    ],
)
def test_exceptions_in_words(count: int, words: str) -> None:
    assert unless(region(unless=tuple(f"r{number}" for number in range(count)))) == words


def test_events_and_deciders_in_words() -> None:
    event = {"amount": 60.0, "share": 0.5, "country": None, "many": 250_000, "online": True}
    assert event_in_words(event) == "amount 60, share 0.5, country missing, many 250,000, online true"
    assert event_in_words({}) == "an event without features"
    assert deciders(region(old_rule="r")) == "by r, then and now"
    assert deciders(region(through=("r", "s"))) == "through r and s"
    assert deciders(region(new_rule=None)) == ""


def test_pages_open_in_chromium(variants: dict[str, Diff], tmp_path: Path) -> None:
    if not shutil.which(CHROMIUM):
        pytest.skip("chromium is absent: apt-get install -y chromium")
    page = write(variants["events"], tmp_path / "diff.html")
    quiet = ("quic", "background-networking", "component-update", "sync", "gpu", "dev-shm-usage")
    options = ["--headless", "--no-sandbox", "--no-first-run", *(f"--disable-{word}" for word in quiet)]
    command = [CHROMIUM, *options, f"--user-data-dir={tmp_path / 'profile'}", "--enable-logging=stderr"]
    run = subprocess.run(
        [*command, "--dump-dom", page.as_uri()], capture_output=True, text=True, timeout=60, check=True
    )
    assert "Decisions change" in run.stdout
    assert 'id="h-reference"' in run.stdout
    assert "CONSOLE" not in run.stderr
