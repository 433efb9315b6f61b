"""HTML for notebooks, read back by an independent parser."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rulekit.html import Html, code, element, escape, join, page, table


class Reader(HTMLParser):
    """Collects the tags, the text and the attributes of a fragment, and checks that tags close in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.styles: list[str] = []
        self.cells: list[str] = []
        self.text = ""
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.open.append(tag)
        self.tags.append(tag)
        self.styles += [value or "" for name, value in attrs if name == "style"]
        if tag in {"td", "th"}:
            self.cells.append("")

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data
        if self.open and {"td", "th"} & set(self.open):
            self.cells[-1] += data


def test_a_value_is_escaped_and_markup_is_not_escaped_twice():
    assert escape('pt < 30 & "x"') == "pt &lt; 30 &amp; &quot;x&quot;"
    assert escape(Html("<b>x</b>")) == "<b>x</b>"
    assert escape(escape("<")) == "&lt;"
    assert escape(None) == ""
    assert escape(0.5) == "0.5"


def test_what_is_made_of_html_is_html():
    for made in (escape("x"), join(["a"]), element("p", "x"), code("x"), table(["a"], [["b"]]), page("t")):
        assert isinstance(made, Html)


def test_joining_escapes_the_parts_and_not_the_separator():
    assert join(["<", Html("<i>x</i>"), 3], "<br>") == "&lt;<br><i>x</i><br>3"
    assert join([]) == ""


def test_a_style_can_not_leave_its_attribute():
    assert element("p", "x", 'a"><script>') == '<p style="a&quot;&gt;&lt;script&gt;">x</p>'
    assert element("p", "x") == "<p>x</p>"


def test_a_table_has_its_cells_in_order():
    reader = Reader(table(["id", "count"], [["a", 1], ["b", None]], numbers=[1]))
    assert reader.cells == ["id", "count", "a", "1", "b", ""]
    assert reader.tags.count("tr") == 3
    assert reader.tags[:2] == ["table", "thead"]


def test_columns_of_numbers_stand_to_the_right():
    styles = Reader(table(["a", "b", "c"], [[1, 2, 3]], numbers={0, 2})).styles
    cells = [style for style in styles if "padding" in style]
    assert ["text-align:right" in style for style in cells] == [True, False, True] * 2
    assert all(("text-align:left" in style) != ("text-align:right" in style) for style in cells)


def test_a_table_of_no_rows_keeps_its_head():
    assert Reader(table(["only"], [])).cells == ["only"]


@pytest.mark.parametrize("row", [[], ["a"], ["a", "b", "c"]])
def test_a_row_of_another_length_is_refused(row):
    with pytest.raises(ValueError, match="zip"):
        table(["x", "y"], [row])


def test_text_on_a_page_is_a_paragraph_and_html_stands_as_it_is():
    shown = page("A & B", "one < two", table(["x"], []))
    assert "<p " in shown
    assert shown.count("<p ") == 1
    assert Reader(shown).text == "A & Bone < twox"


def test_a_page_runs_no_script_and_loads_nothing():
    shown = page("<script>alert(1)</script>", "<img src=x onerror=y>", table(["<a href=z>"], [["<iframe>"]]))
    assert not {"script", "img", "a", "iframe", "link", "style"} & set(Reader(shown).tags)


def test_colours_suit_light_and_dark_pages():
    styles = " ".join(Reader(page("t", "x", code("y"), table(["a"], [["b"]]))).styles)
    assert "color:#" not in styles
    assert "background:none" in styles  # notebooks give code a light background of their own


@given(st.lists(st.lists(st.text(), min_size=2, max_size=2), max_size=4), st.text())
def test_any_text_comes_back_as_it_went_in(rows, title):
    clean = [[cell.replace("\r", "").replace("\0", "") for cell in row] for row in rows]
    reader = Reader(page(title.replace("\r", "").replace("\0", ""), table(["a", "b"], clean)))
    assert reader.cells == ["a", "b", *(cell for row in clean for cell in row)]
