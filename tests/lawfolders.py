"""Law folders for tests: written from the shared fraud law, with a charter, precedents and approvers."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path

from fixtures import FRAUD

from rulekit.ir.notation.yaml_file import dump_document
from rulekit.keys import PrivateKey, PublicKey, new_key
from rulekit.store.folder.times import now

PROSE = """
# fraud.card_present: charter

**Purpose.** Stop card testing.

**Scope.** Card-present payments.

**Owner.** The fraud team.

**Who is affected.** Customers whose payment waits.

**How to appeal.** Write to the fraud team.
"""

PRECEDENTS = """\
- name: card testing
  event: {amount: 60, cards_per_device_1h: 5, country: DK}
  outcome: review
- name: an ordinary payment
  event: {amount: 12.5, country: SE}
  outcome: approve
"""

HOUR = timedelta(hours=1)


def write_charter(folder: Path, approvals: int = 0, approvers: Iterable[PublicKey | PrivateKey] = ()) -> None:
    keys = [each.public if isinstance(each, PrivateKey) else each for each in approvers]
    listed = [key.model_dump(mode="json", exclude_none=True) for key in keys]
    front = dump_document({"approvals": approvals, "approvers": listed})
    (folder / "CHARTER.md").write_text(f"---\n{front}---\n{PROSE}")


def make_law(folder: Path, text: str = FRAUD) -> Path:
    """Write a law folder whose draft is fit to be enacted, and whose charter asks for no approvals."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "ruleset.yaml").write_text(text)
    (folder / "cases.yaml").write_text(PRECEDENTS)
    write_charter(folder)
    return folder


def edit(path: Path, old: str, new: str) -> None:
    """Replace what must stand in a file."""
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def amend(
    folder: Path, version: str = "1.3.0", old: str = "amount > 5000", new: str = "amount > 4000"
) -> None:
    """Amend the draft, and raise its version."""
    text = (folder / "ruleset.yaml").read_text()
    current = next(line for line in text.splitlines() if line.startswith("version: "))
    edit(folder / "ruleset.yaml", current, f"version: {version}")
    edit(folder / "ruleset.yaml", old, new)


def make_keys(folder: Path, *names: str) -> list[PrivateKey]:
    return [new_key(name, folder) for name in names]


def later(hours: int) -> datetime:
    return now() + hours * HOUR


def snapshot(folder: Path) -> dict[str, str]:
    """Return every file of a folder by name."""
    return {
        str(path.relative_to(folder)): path.read_text()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
