"""The register files of a law folder by name, and the frozen copies in ``enacted/``.

The register is where an act happens. So a copy is first *staged* under another name (``enacted/.1.2.0.yaml``),
then the register is written whole, and then the copy gets its name. An interruption in between leaves a readable
law: a staged copy that the register does not list is ignored, and one that it lists counts like a named one.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from rulekit.errors import LawError, Where
from rulekit.files import write_lasting, write_text
from rulekit.ir.notation.document import model_from_document
from rulekit.ir.notation.yaml_file import dump, dump_document, locator, parse_yaml, read_text
from rulekit.ir.ruleset import Ruleset
from rulekit.ir.schema import Model
from rulekit.store.acts.model import Act, Approval, ProposedAct
from rulekit.store.folder.folder import APPROVALS, ENACTED, REGISTER


class _RegisterFile(Model):
    acts: tuple[Act, ...]


class _Pending(Model):
    approvals: tuple[Approval, ...]


def load_register(folder: Path) -> tuple[Act, ...]:
    """Load the acts on a law, in order; none when there is no register.

    Raises
    ------
    LawError
        when the register is not a list of acts, with file and line. Whether the acts are unchanged is checked by
        :mod:`rulekit.store.acts.integrity`.

    """
    acts: tuple[Act, ...] = _load_list(folder / REGISTER, _RegisterFile, "acts")
    return acts


def write_register(folder: Path, acts: tuple[Act, ...]) -> None:
    """Write the whole register."""
    head = f"# The gazette of {acts[-1].name}: acts are added by rulekit, and never changed.\n"
    write_settled(folder / REGISTER, head + dump_document([act.document() for act in acts]))


def pending_path(folder: Path, proposed: ProposedAct) -> Path:
    """Return the file in which the approvals of a proposed act wait until it is recorded."""
    prefix = "" if proposed.act == "enact" else f"{proposed.act}-"
    return folder / APPROVALS / f"{prefix}{proposed.version}.yaml"


def load_approvals(path: Path) -> tuple[Approval, ...]:
    """Load the approvals that wait; none when there is no such file."""
    approvals: tuple[Approval, ...] = _load_list(path, _Pending, "approvals")
    return approvals


def write_approvals(path: Path, approvals: tuple[Approval, ...]) -> None:
    """Write the approvals that wait."""
    path.parent.mkdir(exist_ok=True)
    write_text(path, dump_document([approval.document() for approval in approvals]))


def _load_list(path: Path, model: type[Model], field: str) -> Any:
    if not path.exists():
        return ()
    document = parse_yaml(read_text(path), str(path))
    if not isinstance(document, list):
        got = "nothing" if document is None else type(document).__name__
        raise LawError(f"{field} are a list", where=Where(file=str(path)), got=got)
    locate = locator(document, str(path))
    found = model_from_document(model, {field: document}, lambda inner: locate(inner[1:]))
    return getattr(found, field)


def frozen_text(ruleset: Ruleset) -> str:
    """Return the text of ``enacted/<version>.yaml``: a ruleset with its schema, which needs no other file."""
    head = f"# {ruleset.name} {ruleset.version}, {ruleset.digest}\n# A frozen copy, written by `rulekit enact`.\n"
    return head + dump(replace(ruleset, provenance=None))


def copy_path(folder: Path, version: str) -> Path:
    """Return the file of a version's frozen copy: under its name, or still staged."""
    path = folder / ENACTED / f"{version}.yaml"
    return path if path.exists() or not staged_path(path).exists() else staged_path(path)


def staged_path(copy: Path) -> Path:
    """Return the name that a copy has before its act is recorded."""
    return copy.with_name(f".{copy.name}")


def write_settled(path: Path, text: str) -> None:
    """Write a whole text and wait until it and its name are on the disk, since later steps rely on it."""
    path.parent.mkdir(exist_ok=True)
    write_lasting(path, lambda draft: draft.write_text(text, encoding="utf-8", newline="\n"))
