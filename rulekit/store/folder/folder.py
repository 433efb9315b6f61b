"""Reads and drafts law folders."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path

from rulekit.errors import LawError, ParseError, Where
from rulekit.files import write_text
from rulekit.ir.notation.document import model_from_document
from rulekit.ir.notation.yaml_file import dump, dump_schema, load_ruleset, load_schema, read_text
from rulekit.ir.provenance import Provenance
from rulekit.ir.ruleset import Ruleset
from rulekit.store.folder.cases import Case, load_cases

RULESET, SCHEMA, CASES, CHARTER, EVIDENCE = (
    "ruleset.yaml",
    "schema.yaml",
    "cases.yaml",
    "CHARTER.md",
    "evidence",
)
ENACTED, REGISTER, APPROVALS = "enacted", "register.yaml", "approvals"


@dataclass(frozen=True, slots=True)
class LawFolder:
    """A ruleset as it lies on disk, with its precedents.

    Attributes
    ----------
    ruleset, cases : the contents of the files.
    folder : the law folder; None for a single file.
    file : the file of the ruleset; None where it comes from a program.

    """

    ruleset: Ruleset
    cases: tuple[Case, ...] = ()
    folder: Path | None = None
    file: Path | None = None


def read(path: str | Path) -> LawFolder:
    """Read a law folder, or a single ruleset file.

    Raises
    ------
    LawError
        when a file is absent or not what it should be, with file and line.

    """
    path = Path(path)
    if not path.is_dir():
        return LawFolder(load_ruleset(path), file=path)
    ruleset = load_ruleset(path / RULESET)
    cases = load_cases(path / CASES) if (path / CASES).exists() else ()
    evidence = path / EVIDENCE / f"{ruleset.version}.json"
    if evidence.exists():
        ruleset = replace(ruleset, provenance=_read_provenance(evidence))
    return LawFolder(ruleset, cases, path, path / RULESET)


def _read_provenance(path: Path) -> Provenance:
    try:
        document = json.loads(read_text(path))
    except json.JSONDecodeError as error:
        where = Where(file=str(path), line=error.lineno, column=error.colno)
        raise ParseError(f"this is not JSON: {error.msg.lower()}", where=where) from None
    return model_from_document(Provenance, document, lambda _: Where(file=str(path)))


def draft(ruleset: Ruleset, folder: str | Path) -> Path:
    """Write a ruleset into a law folder as a draft: ``schema.yaml``, ``ruleset.yaml`` and its evidence.

    An existing ruleset file is amended, and its comments stay. An existing schema file must hold the same schema.
    A version that is enacted is left as it is.

    Raises
    ------
    LawError
        when the folder holds another ruleset or schema, or this version is enacted with other rules or words.

    """
    folder = Path(folder)
    if _is_enacted(ruleset, folder):
        return folder
    onto = _earlier_text(ruleset, folder)
    (folder / EVIDENCE).mkdir(parents=True, exist_ok=True)
    if not (folder / SCHEMA).exists():
        write_text(folder / SCHEMA, dump_schema(ruleset.schema))
    write_text(folder / RULESET, dump(replace(ruleset, provenance=None), schema_file=SCHEMA, onto=onto))
    if ruleset.provenance is not None:
        write_text(folder / EVIDENCE / f"{ruleset.version}.json", evidence_text(ruleset.provenance))
    return folder


def evidence_text(provenance: Provenance) -> str:
    """Return the text of ``evidence/<version>.json``."""
    evidence = provenance.model_dump(mode="json", exclude_defaults=True)
    return json.dumps(evidence, indent=2, ensure_ascii=False) + "\n"


def _is_enacted(ruleset: Ruleset, folder: Path) -> bool:
    path = folder / ENACTED / f"{ruleset.version}.yaml"
    if not path.exists():
        return False
    if load_ruleset(path) != replace(ruleset, provenance=None):
        hint = "an amendment raises the version"
        raise LawError(f"{ruleset.version} is enacted already", where=Where(file=str(path)), hint=hint)
    return True


def _earlier_text(ruleset: Ruleset, folder: Path) -> str | None:
    if (folder / SCHEMA).exists() and load_schema(folder / SCHEMA) != ruleset.schema:
        where = Where(file=str(folder / SCHEMA))
        raise LawError(
            "the folder has another schema", where=where, hint="induce on this schema, or name another folder"
        )
    if not (folder / RULESET).exists():
        return None
    earlier = load_ruleset(folder / RULESET)
    if earlier.name != ruleset.name:
        where = Where(file=str(folder / RULESET))
        raise LawError(
            "the folder holds another ruleset", where=where, expected=ruleset.name, got=earlier.name
        )
    return read_text(folder / RULESET)
