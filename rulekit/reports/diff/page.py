"""Writes a comparison as HTML page, Markdown or JSON, by the suffix of the file."""

from __future__ import annotations

from pathlib import Path

from rulekit.errors import RulekitError, Where
from rulekit.files import write_text
from rulekit.reports.common.template import render_template
from rulekit.reports.diff import phrases
from rulekit.reports.diff.markdown import to_markdown
from rulekit.reports.diff.model import Diff
from rulekit.version import VERSION


def diff_html(diff: Diff) -> str:
    """Return the page of a comparison.

    Raises
    ------
    MissingExtraError
        when Jinja2 is not installed.

    """
    return render_template(
        "diff.html.j2", diff=diff, phrases=phrases, sections=_sections(diff), version=VERSION
    )


def _sections(diff: Diff) -> list[tuple[str, str]]:
    """Return the anchors and titles of the sections that the page has."""
    listed = [
        ("amendment", "What is amended", bool(diff.fields or diff.features or diff.rules)),
        ("decisions", "Decisions that change", bool(diff.regions)),
        ("validity", "Validity", bool(diff.invalid)),
        ("hits", "Hits that change", bool(diff.hits and diff.each_hit_counts)),
        ("reference", "Reference events", diff.reference is not None),
    ]
    return [(anchor, title) for anchor, title, there in listed if there]


def write(diff: Diff, path: str | Path) -> Path:
    """Write a comparison to a ``.html``, ``.md`` or ``.json`` file, whole or not at all.

    Raises
    ------
    MissingExtraError
        when Jinja2 is not installed.
    RulekitError
        when the name ends in another way.

    """
    path = Path(path)
    writers = {".html": diff_html, ".htm": diff_html, ".md": to_markdown, ".json": _json}
    writer = writers.get(path.suffix.lower())
    if writer is None:
        what = "the name of the file does not say what to write"
        raise RulekitError(
            what, where=Where(file=str(path)), expected=".html, .md or .json", got=path.suffix or "nothing"
        )
    text = writer(diff)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_text(path, text)
    return path


def _json(diff: Diff) -> str:
    return diff.to_json() + "\n"
