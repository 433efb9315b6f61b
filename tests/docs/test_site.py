"""The site: generated pages say what the project says, its navigation is complete, its links lead somewhere."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from functools import cache
from pathlib import Path

import pytest
from places import ROOT

import rulekit
from rulekit.testing import load_corpus

DOCS = ROOT / "docs"
sys.path.append(str(DOCS / "build"))

import plain_docstrings  # noqa: E402
import record_output as record  # noqa: E402
import site_pages as pages  # noqa: E402 - the hook of the site is a script, not a package

MARKDOWN = [*ROOT.glob("*.md"), *DOCS.rglob("*.md"), *ROOT.glob("rules/**/*.md")]
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)|!\[[^\]]*\]\(([^)\s]+)\)")


generated = cache(pages.generated)


def links(text):
    outside = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
    return [one or other for one, other in LINK.findall(outside)]


def anchors(text):
    """The anchors of a page, made of its headings as MkDocs and GitHub make them."""
    headings = re.findall(r"^#+ (.+)$", re.sub(r"```.*?```", "", text, flags=re.DOTALL), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("file", MARKDOWN, ids=lambda file: str(file.relative_to(ROOT)))
def test_every_link_of_a_page_leads_to_a_file_and_an_anchor(file):
    made = generated()
    for link in links(file.read_text(encoding="utf-8")):
        if link.startswith(("http://", "https://")):
            continue
        place, _, anchor = link.partition("#")
        to = (file.parent / place).resolve() if place else file
        if to.exists():
            text = to.read_text(encoding="utf-8") if to.suffix == ".md" else ""
        else:
            text = made.get(str(to.relative_to(DOCS)))
        assert text is not None, f"{file.name}: {link} leads nowhere"
        assert not anchor or anchor in anchors(text), f"{file.name}: {link} has no such anchor"


def test_the_readme_is_short():
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= 150


def test_every_page_is_in_the_navigation():
    named = set(
        re.findall(r"[\w/-]+\.md", (ROOT / "mkdocs.yml").read_text(encoding="utf-8").split("nav:")[1])
    )
    written = {str(file.relative_to(DOCS)) for file in DOCS.rglob("*.md")}
    assert named == written | set(generated())


def test_the_corpus_page_has_every_case():
    text = pages.corpus()
    rows = [
        line
        for line in text.splitlines()
        if line.startswith("| ") and not line.startswith(("| why", "| ---"))
    ]
    cases = load_corpus()
    assert len(rows) == len(cases)
    assert f"with {len(cases)} cases" in text
    assert {f"## {case.file}" for case in cases} <= set(text.splitlines())
    first = next(row for row in rows if row.startswith("| The float32 below 0.1 is below it."))
    assert first == "| The float32 below 0.1 is below it. | `x = 0.09999999403953552` | hit | le | le, lt |"


def test_the_command_line_page_has_every_verb_with_its_help():
    text = pages.command_line()
    assert [line for line in text.splitlines() if line == "## rulekit decide"]
    assert "## rulekit log verify" in text
    assert "Usage: rulekit explain [OPTIONS]" in text


def test_the_reference_has_every_public_name():
    text = pages.verbs() + pages.types()
    shown = set(re.findall(r"^::: rulekit\.(\w+)$|heading: (\w+)", text, re.MULTILINE))
    shown = {own or other for own, other in shown}
    assert shown == {name for name in rulekit.__all__ if not name.startswith("_")}
    assert "::: rulekit.induce\n" in pages.verbs()
    assert "::: rulekit.Ruleset\n" in pages.types()


DOCSTRING = """What it is.

Parameters
----------
low, high : the ends
    of a range.
unit : what it is measured in.

Raises
------
LawError
    when : it is wrong.

"""


def test_descriptions_stand_below_their_names():
    text = plain_docstrings.plain(DOCSTRING)
    assert "low, high\n    the ends\n    of a range.\nunit\n    what it is measured in.\n" in text
    assert text.splitlines()[-3:] == DOCSTRING.rstrip("\n").splitlines()[-3:]
    assert plain_docstrings.plain("See :func:`rulekit.load`.") == "See `rulekit.load`."
    assert plain_docstrings.plain("One line : with a colon.") == "One line : with a colon."


def test_a_file_of_the_root_is_linked_from_two_floors_down(tmp_path):
    file = tmp_path / "X.md"
    file.write_text("[a](docs/guide/law.md#check), [b](https://example.org/docs/x)")
    assert pages.project_page(file) == "[a](../guide/law.md#check), [b](https://example.org/docs/x)"


def test_outputs_are_shown_as_they_were_recorded(tmp_path, monkeypatch):
    monkeypatch.setattr(pages, "OUTPUTS", tmp_path)
    assert "None is recorded" in pages.outputs()
    (tmp_path / "decide.txt").write_text("# python x.py\n\n1.5 us\n")
    text = pages.outputs()
    assert "## decide\n\n```text\n# python x.py\n\n1.5 us\n```" in text
    assert "None is recorded" not in text


def test_an_output_is_recorded_under_its_head_when_the_script_ends_well(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(record, "OUTPUTS", tmp_path / "outputs")
    monkeypatch.chdir(tmp_path)
    Path("good.py").write_text("import sys\nprint('7 us', *sys.argv[1:])")
    Path("bad.py").write_text("print('8 us')\nraise SystemExit(3)")
    assert (record.main(["good.py", "--quick"]), record.main(["bad.py"])) == (0, 3)
    assert capsys.readouterr().out == "7 us --quick\n8 us\n"
    assert [file.name for file in (tmp_path / "outputs").iterdir()] == ["good.txt"]
    lines = (tmp_path / "outputs" / "good.txt").read_text().splitlines()
    assert (lines[0], lines[3:]) == ("# python good.py --quick", ["", "7 us --quick"])
    assert re.fullmatch(r"# \d{4}-\d\d-\d\d", lines[1])
    assert "Python 3." in lines[2]


def test_versions_agree():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert f"version: {project['version']}\n" in citation
    assert f"## [{project['version']}]" in changes


def test_the_site_is_built_without_a_warning(tmp_path):
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(tmp_path / "site")]
    paths = os.pathsep.join([str(ROOT), str(ROOT / "adapters")])
    settings = os.environ | {"NO_MKDOCS_2_WARNING": "1", "PYTHONPATH": paths}
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, env=settings)
    assert ended.returncode == 0, ended.stderr[-3000:]
    assert (tmp_path / "site" / "semantics" / "corpus" / "index.html").exists()
