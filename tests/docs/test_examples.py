"""Every Python and console example of the README and of the site does what the page says."""

from __future__ import annotations

import shutil
from collections import Counter

import pytest
from blocks import Page, blocks_of, commands_of, same, words
from places import ROOT, RULES

PAGES = ["README.md", *sorted(str(file.relative_to(ROOT)) for file in (ROOT / "docs").rglob("*.md"))]
BLOCKS = {page: blocks_of(page, (ROOT / page).read_text(encoding="utf-8")) for page in PAGES}
# How many blocks of which page are not run. The reason stands before each of them, in the page.
NOT_RUN = {
    "README.md": 2,
    "docs/benchmarks/index.md": 1,
    "docs/guide/firmware.md": 1,
    "docs/guide/tour.md": 1,
    "docs/install.md": 2,
}


@pytest.mark.parametrize("page", [page for page in PAGES if any(block.runs for block in BLOCKS[page])])
def test_the_examples_do_what_the_page_says(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("PYTHONPATH", f"{ROOT}:{ROOT / 'adapters'}")
    shutil.copytree(RULES, "rules")
    shared = Page(tmp_path)
    for block in BLOCKS[page]:
        shared.run(block)


def test_what_is_not_run_is_stated_and_counted():
    left = Counter(block.page for block in every_block() if block.not_run)
    assert dict(left) == NOT_RUN, [f"{block}: {block.not_run}" for block in every_block() if block.not_run]
    assert [
        str(block) for block in every_block() if block.not_run and block.language not in {"python", "console"}
    ] == []


def every_block():
    return [block for page in PAGES for block in BLOCKS[page]]


def test_a_block_says_what_it_is():
    nameless = [str(block) for block in every_block() if not block.language]
    assert nameless == [], "give each block a language: a nameless one is never run"


PAGE = """
```python
x = 2
print(x)
```

```text
2
```

<!-- not run: it needs a network -->
```console
$ pip install x
```

```yaml title="a/b.yaml"
x: 1
```

Words.

```text
not an output
```
"""


def test_blocks_are_read():
    python, console, file, words = blocks_of("page.md", PAGE)
    assert (python.line, python.text, python.output) == (3, "x = 2\nprint(x)\n", "2\n")
    assert (console.runs, console.not_run) == (False, "it needs a network")
    assert (file.title, file.text, file.runs) == ("a/b.yaml", "x: 1\n", False)
    assert (words.language, words.runs) == ("text", False)


CONSOLE = """
```console
$ rulekit check \\
      x
finding
$ echo $?
1
$ rulekit law y
```
"""


def test_commands_are_read():
    (block,) = blocks_of("page.md", CONSOLE)
    first, second = commands_of(block)
    assert (first.line, first.text, first.output, first.code) == (
        3,
        "rulekit check \\\n      x",
        "finding\n",
        1,
    )
    assert (second.line, second.text, second.output, second.code) == (8, "rulekit law y", None, 0)


@pytest.mark.parametrize(
    ("shown", "got", "equal"),
    [
        ("a\n", "a  \n\n", True),
        ("a ... c\n", "a b c\n", True),
        ("a\n...\nz\n", "a\nb\nc\nz\n", True),
        ("a\n", "b\n", False),
        ("a\n...\nz\n", "a\nz\n", True),
        ("...\nz\n...\n", "z\n", True),
        ("a\n...\nz\n", "a\nb\n", False),
        ("a ... c\n", "a b\nd c\n", False),
        ("a  b\n", "a b\n", False),
    ],
)
def test_dots_leave_open_what_they_stand_for_and_nothing_else(shown, got, equal):
    assert same(shown, got) is equal


def test_numbers_may_vary_where_the_page_says_so(tmp_path):
    text = "<!-- numbers vary: a reason -->\n```python\nprint('a  12.5 %  b\\n-----')\n```\n"
    text += "```text\na 7 % b\n---\n```\n"
    (block,) = blocks_of("page.md", text)
    Page(tmp_path).run(block)
    assert block.vary == "a reason"
    assert not same(words("a 1 b"), words("a 1 c"))


@pytest.mark.parametrize(
    "text",
    [
        "```python\nprint(1)\n```\n```text\n2\n```\n",
        "```python\nassert False\n```\n",
        "```console\n$ rulekit check nowhere.yaml\n```\n",
        "```console\n$ rulekit --version\nrulekit of old\n```\n",
        "```console\n$ rulekit --version\n$ echo $?\n1\n```\n",
        "```console\n$ false\n```\n",
    ],
)
def test_a_page_that_is_wrong_is_found(text, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    page = Page(tmp_path)
    (block,) = blocks_of("wrong.md", text)
    with pytest.raises(AssertionError):
        page.run(block)


def test_files_and_names_are_shared_in_a_page(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    text = '```yaml title="x/a.txt"\none\n```\n'
    text += '```python\nfrom pathlib import Path\nname = Path("x/a.txt").read_text()\n```\n'
    text += "```python\nprint(name)\n```\n```text\none\n```\n```console\n$ cat x/a.txt | tr o 0\n0ne\n```\n"
    page = Page(tmp_path)
    for block in blocks_of("right.md", text):
        page.run(block)
    assert page.names["name"] == "one\n"
