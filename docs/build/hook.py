"""MkDocs calls this: it adds the pages that are made from the project itself, so that they can't be out of date."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

sys.path[:0] = [str(Path(__file__).parent)]

import site_pages  # noqa: E402 - it lies beside this file
from mkdocs.structure.files import File  # noqa: E402


def on_files(files: Any, *, config: Any) -> Any:
    """Add the generated pages to those that lie in the folder."""
    for place, text in site_pages.generated().items():
        files.append(File.generated(config, place, content=text))
    return files


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Put the table of targets where a page asks for it."""
    return markdown.replace("<!-- the table of targets -->", site_pages.targets_table())
