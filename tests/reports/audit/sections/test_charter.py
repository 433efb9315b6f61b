"""The charter as passages: what is prose, what is a list, and what is only for programs."""

from __future__ import annotations

from pathlib import Path

from rulekit.reports.audit.sections.charter import passages, read_charter

TEXT = """\
---
approvals: 2
approvers: []
---

# Payments ##

**Purpose.** Stop card testing
in the shop.

- the first item
  goes on here
* another
1. one
2) two

After the list.
#no heading
## Scope
"""


def pairs(text: str) -> list[tuple[str, str]]:
    return [(passage.kind, passage.text) for passage in passages(text)]


def test_headings_paragraphs_and_items() -> None:
    assert pairs(TEXT) == [
        ("heading", "Payments"),
        ("paragraph", "**Purpose.** Stop card testing in the shop."),
        ("item", "the first item goes on here"),
        ("item", "another"),
        ("item", "one"),
        ("item", "two"),
        ("paragraph", "After the list. #no heading"),
        ("heading", "Scope"),
    ]


def test_a_line_after_a_heading_is_a_paragraph_of_its_own() -> None:
    assert pairs("## Scope\nAll payments.\n") == [("heading", "Scope"), ("paragraph", "All payments.")]


def test_front_matter_ends_at_its_fence_and_only_there() -> None:
    assert pairs("---\nkey: 1\n...\ntext") == [("paragraph", "text")]
    assert pairs("---\nkey: 1\n") == [("paragraph", "--- key: 1")]
    assert pairs("text\n---\nmore") == [("paragraph", "text --- more")]
    assert pairs("") == []


def test_the_title_of_the_page_is_left_out(tmp_path: Path) -> None:
    assert read_charter(None) == read_charter(tmp_path) == ()
    (tmp_path / "CHARTER.md").write_text(TEXT)
    assert read_charter(tmp_path)[0].text.startswith("**Purpose.**")
    (tmp_path / "CHARTER.md").write_text("Straight on.\n\n# Later\n")
    assert [passage.kind for passage in read_charter(tmp_path)] == ["paragraph", "heading"]
    (tmp_path / "CHARTER.md").write_text("")
    assert read_charter(tmp_path) == ()
