"""The charter: the purpose of a law in prose, and in its front matter who approves it.

``CHARTER.md`` may begin with YAML between two lines of ``---``::

    ---
    approvals: 2                # the number of approvers who must sign each act; default: 0
    approvers:                  # as `rulekit keys new` prints them
      - {name: alice, key: "ed25519:...", since: 2026-01-01T00:00:00Z, until: 2027-01-01T00:00:00Z}
    log: {on_failure: closed}   # what happens to a decision whose record can't be kept; default: closed
    ---

A charter without front matter asks for no approvals and fails closed.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import cached_property
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from rulekit.errors import LawError, Where
from rulekit.ir.notation.document import model_from_document
from rulekit.ir.notation.yaml_file import locator, parse_yaml, read_text
from rulekit.ir.schema import Model
from rulekit.keys import PublicKey

HEADINGS = ("Purpose", "Scope", "Owner", "Who is affected", "How to appeal")
"""The required headings of the prose, each in bold: ``**Purpose.** ...``."""

_FENCE = "---"


class Officers(Model):
    """Who approves the acts on a law, and how many of them must."""

    approvals: int = Field(default=0, ge=0)
    approvers: tuple[PublicKey, ...] = ()

    @model_validator(mode="after")
    def _can_be_met(self) -> Self:
        for field in ("name", "key"):
            most = Counter(getattr(approver, field) for approver in self.approvers).most_common(1)
            if most and most[0][1] > 1:
                raise ValueError(f"two approvers have the {field} {most[0][0]}")
        if self.approvals > len(self.approvers):
            raise ValueError(f"{self.approvals} approvals are asked for, of {len(self.approvers)} approvers")
        return self

    @cached_property
    def by_name(self) -> dict[str, PublicKey]:
        """The approvers by name."""
        return {approver.name: approver for approver in self.approvers}

    @property
    def names(self) -> str:
        """The names of the approvers, for a sentence."""
        return ", ".join(self.by_name) or "nobody"


class LogPolicy(Model):
    """What happens to a decision whose record can't be kept: it is withheld (closed), or goes out (open)."""

    on_failure: Literal["closed", "open"] = "closed"


class Charter(Officers):
    """The front matter of a charter."""

    log: LogPolicy = LogPolicy()

    @property
    def officers(self) -> Officers:
        """The approvers, without what else the charter says."""
        return Officers(approvals=self.approvals, approvers=self.approvers)


def read_charter(path: Path) -> Charter:
    """Read the front matter of a charter; without front matter return the defaults.

    Raises
    ------
    LawError
        when there is no such file, or its front matter is wrong, with file and line.

    """
    lines = read_text(path).splitlines()
    if not lines or lines[0].rstrip() != _FENCE:
        return Charter()
    end = next((number for number, line in enumerate(lines[1:], 1) if line.rstrip() == _FENCE), None)
    if end is None:
        where = Where(file=str(path), line=1)
        raise LawError("the front matter has no end", where=where, hint=f"close it by a line of {_FENCE}")
    # The blank line stands for the first fence, so that the lines keep their numbers.
    document = parse_yaml("\n".join(["", *lines[1:end]]), str(path))
    locate = locator(document, str(path))
    charter: Charter = model_from_document(Charter, {} if document is None else document, locate)
    return charter


def missing_headings(text: str) -> list[str]:
    """Return the required headings under which the charter says nothing."""
    parts = re.split(r"^\*\*(.+?)\.?\*\*", text, flags=re.MULTILINE)
    said = {name: prose.strip() for name, prose in zip(parts[1::2], parts[2::2], strict=True)}
    return [heading for heading in HEADINGS if not said.get(heading)]
