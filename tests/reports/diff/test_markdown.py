"""A comparison as Markdown: tables with equal columns, and text of a law that can't become markup."""

from __future__ import annotations

import re

import pytest
from shop import RULES, law, make_events

from rulekit.reports.diff.diff import diff_of
from rulekit.reports.diff.events import ReferenceOptions
from rulekit.reports.diff.markdown import to_markdown
from rulekit.store.compare import compare

EVIL = "a | b `c` <i> *d* [e](f)"
NEWER = law(
    version="1.3.0",
    rules=[{**RULES[0], "when": ["cards >= 3", "amount > 50"], "title": EVIL, "because": EVIL}, *RULES[1:3]],
)


@pytest.fixture(scope="module")
def made():
    options = ReferenceOptions(make_events(200), truth="fraud", id="payment")
    found = diff_of(compare(law(), NEWER), options)
    return found, to_markdown(found)


def tables(text: str) -> list[list[str]]:
    found, rows = [], []
    for line in [*text.splitlines(), ""]:
        if line.startswith("|"):
            rows.append(line)
        elif rows:
            found.append(rows)
            rows = []
    return found


def cells(row: str) -> int:
    return len(re.findall(r"(?<!\\)\|", row)) - 1


def test_every_row_of_a_table_has_as_many_cells(made) -> None:
    found = tables(made[1])
    assert len(found) >= 4
    for rows in found:
        assert len({cells(row) for row in rows}) == 1, rows
        assert set(rows[1]) <= set("| -:")


def test_words_of_the_law_are_escaped(made) -> None:
    said = [line for line in made[1].splitlines() if "many-cards" in line and "title" in line]
    assert said
    for line in said:
        bare = re.sub(r"\\[\\`*_{}\[\]<>|~#&]", "", line)  # what is escaped can't be markup
        assert not re.search(r"[<*\[\]]", re.sub(r"<br>|`[^`]*`", "", bare))
    assert r"a \| b \`c\` \<i\> \*d\* \[e\](f)" in made[1]


def test_head_says_whether_anything_changes(made) -> None:
    lines = made[1].splitlines()
    assert lines[0] == "## shop.card: 1.2.3 to 1.3.0"
    assert lines[2].startswith("🔶 **Decisions change")
    assert lines[4].startswith("✅ Version: At least 1.3.0")
    same = to_markdown(diff_of(compare(law(), law())))
    assert "✅ **No decision changes: proved for every event.**" in same
    low = to_markdown(diff_of(compare(law(), law(version="1.2.3", rules=RULES[:3]))))
    assert "❌ Version" in low


def test_digests_stand_at_the_end(made) -> None:
    last = made[1].rstrip().splitlines()[-1]
    assert law().digest[:19] in last
    assert NEWER.digest[:19] in last
    assert last.startswith("<sub>")
    assert last.endswith("</sub>")


def test_details_are_closed(made) -> None:
    assert made[1].count("<details>") == made[1].count("</details>") >= 1
    assert f"Newly selected: {len(made[0].reference.newly)} examples" in made[1]


def test_numbers_of_the_reference_events(made) -> None:
    found, text = made
    gained = found.reference.gained
    assert f"| **not selected** | **selected** | {gained.count} |" in text
    assert "200 events: " in text
    for name in ("rate", "efficiency", "false-positive rate", "purity"):
        assert f"| {name} |" in text
