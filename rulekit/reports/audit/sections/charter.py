"""The charter of a law folder as passages; the front matter is for programs and is left out."""

from __future__ import annotations

import re
from pathlib import Path

from rulekit.ir.notation.yaml_file import read_text
from rulekit.reports.audit.model.law import Passage
from rulekit.store.folder.folder import CHARTER

_HEADING = re.compile(r"#{1,6} +(?P<text>.*?) *#*")
_ITEM = re.compile(r"(?:[-*+]|\d+[.)]) +(?P<text>.*)")


def read_charter(folder: str | Path | None) -> tuple[Passage, ...]:
    """Return the charter of a law folder in passages; empty if there is none.

    A heading at the very top is the title, and is left out.
    """
    path = None if folder is None else Path(folder) / CHARTER
    if path is None or not path.is_file():
        return ()
    found = passages(read_text(path))
    return found[1:] if found and found[0].kind == "heading" else found


def passages(text: str) -> tuple[Passage, ...]:
    """Return the headings, paragraphs and list items of a Markdown text, without its front matter."""
    found: list[Passage] = []
    opened = False
    for line in (line.strip() for line in _without_front_matter(text).splitlines()):
        heading, item = _HEADING.fullmatch(line), _ITEM.fullmatch(line)
        if not line:
            opened = False
        elif heading or item:
            kind, words = ("heading", heading) if heading else ("item", item)
            found.append(Passage.model_validate({"kind": kind, "text": words["text"] if words else ""}))
            opened = item is not None
        elif opened:
            found[-1] = found[-1].model_copy(update={"text": f"{found[-1].text} {line}"})
        else:
            found.append(Passage(kind="paragraph", text=line))
            opened = True
    return tuple(found)


def _without_front_matter(text: str) -> str:
    lines = text.splitlines()
    if not lines or lines[0].rstrip() != "---":
        return text
    end = next((at for at, line in enumerate(lines[1:], start=1) if line.rstrip() in {"---", "..."}), None)
    return text if end is None else "\n".join(lines[end + 1 :])
