"""``rulekit enact``: the draft in a law folder becomes law."""

from __future__ import annotations

from rulekit.cli.acts import Folder, From, Key, carry, tell, time_of
from rulekit.cli.common import Json


def enact(folder: Folder, begins: From = None, key: Key = None, json: Json = False) -> None:
    """Make a draft law: a frozen copy, its evidence, and an entry in the register.

    Refused when the charter is incomplete, precedents fail, the version is too low, or approvals are missing.
    """
    from rulekit.store.enact import resume
    from rulekit.store.proposals import propose_enactment

    resumed = resume(folder)
    if resumed is not None:
        tell(folder, resumed, json)
    else:
        carry(propose_enactment(folder, time_of(begins)), key, json)
