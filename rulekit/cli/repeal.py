"""``rulekit repeal``: nothing is in force any more."""

from __future__ import annotations

from rulekit.cli.acts import Because, Folder, From, Key, carry, time_of
from rulekit.cli.common import Json


def repeal(
    folder: Folder, because: Because, begins: From = None, key: Key = None, json: Json = False
) -> None:
    """Repeal the version in force; its copy stays, and what it decided can be replayed."""
    from rulekit.store.proposals import propose_repeal

    carry(propose_repeal(folder, because, time_of(begins)), key, json)
