"""``rulekit rollback``: a version that was enacted before is in force again."""

from __future__ import annotations

from typing import Annotated

import typer

from rulekit.cli.acts import Because, Folder, From, Key, carry, time_of
from rulekit.cli.common import Json


def rollback(
    folder: Folder,
    version: Annotated[str, typer.Argument(help="A version that was enacted.", show_default=False)],
    because: Because,
    begins: From = None,
    key: Key = None,
    json: Json = False,
) -> None:
    """Put a version in force again that was enacted before."""
    from rulekit.store.proposals import propose_rollback

    carry(propose_rollback(folder, version, because, time_of(begins)), key, json)
