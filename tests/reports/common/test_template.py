"""Drawing templates: text is escaped, what is undefined is an error, blank lines are gone."""

from __future__ import annotations

import sys

import jinja2
import pytest
from pages import Page

from rulekit.errors import MissingExtraError
from rulekit.reports.audit.model.law import Passage
from rulekit.reports.audit.page.view import spans
from rulekit.reports.common.template import render_template, template_environment


class Charter:
    charter = (
        Passage(kind="heading", text="Purpose & scope"),
        Passage(kind="paragraph", text="**All** of `x < 1` <b>"),
        Passage(kind="item", text="one"),
        Passage(kind="item", text="two"),
    )


def test_text_is_escaped_and_lines_are_trimmed() -> None:
    html = render_template("purpose.html.j2", (spans,), audit=Charter())
    assert "Purpose &amp; scope" in html
    assert "<strong>All</strong>" in html
    assert "x &lt; 1" in html
    assert "&lt;b&gt;" in html
    assert Page(html).text.count("one") == 1
    lines = html.splitlines()
    assert all(line == line.rstrip() != "" for line in lines)
    assert html.endswith("\n")


def test_what_is_not_given_is_an_error() -> None:
    with pytest.raises(jinja2.UndefinedError, match="audit"):
        render_template("purpose.html.j2", (spans,))
    with pytest.raises(jinja2.TemplateNotFound):
        render_template("absent.html.j2")


def test_numbers_are_filters_and_pages_add_their_own() -> None:
    def shout(text: str) -> str:
        return text.upper() + "!"

    environment = template_environment((shout,))
    drawn = environment.from_string("{{ 1234|count }} {{ -5|signed }} {{ 'a<'|shout }}").render()
    assert drawn == "1,234 \N{MINUS SIGN}5 A&lt;!"
    assert "shout" not in template_environment().filters


def test_without_jinja_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "jinja2", None)
    with pytest.raises(MissingExtraError, match="reports"):
        template_environment()
