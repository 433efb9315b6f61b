"""Finding a law: by any name a user gives it, by the time it was in force, or by its digest."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from rulekit.digests import file_digest, short
from rulekit.errors import LawError, Where
from rulekit.ir.notation.yaml_file import load_ruleset, ruleset_from_text
from rulekit.ir.ruleset import Ruleset
from rulekit.store.acts.model import Act
from rulekit.store.acts.register import copy_path, load_register
from rulekit.store.acts.status import in_force
from rulekit.store.folder.folder import RULESET, LawFolder, read
from rulekit.store.folder.times import now, time_text

IN_FORCE = "in-force"
"""Stands for a version: the one that is in force now."""

RulesetSource = Ruleset | LawFolder | str | Path
"""Every way to name a law; see :func:`load`."""

_WAYS = (
    "a law folder, a file of YAML or JSON, FOLDER@VERSION, FOLDER@in-force, the text of a law, or a Ruleset"
)


def law_in_force(folder: str | Path, at: datetime | None = None) -> Ruleset:
    """Return the ruleset in force at a time, now without one.

    Raises
    ------
    LawError
        when nothing is in force, or anything in the folder was tampered with.

    """
    at = at or now()
    act = in_force(folder, at)
    if act is None:
        what = f"nothing is in force at {time_text(at)}"
        raise LawError(what, where=Where(file=str(folder)), hint="see `rulekit law`")
    return load_ruleset(copy_path(Path(folder), act.version))


def enacted(folder: str | Path, version: str) -> Ruleset:
    """Return a version that was enacted, in force or not.

    Raises
    ------
    LawError
        when it was not, or its copy was tampered with.

    """
    folder = Path(folder)
    _check_folder(folder)
    acts = {act.version: act for act in load_register(folder) if act.act == "enact"}
    if version not in acts:
        expected = "one of " + ", ".join(acts) if acts else "an enacted version, and there is none"
        where = Where(file=str(folder))
        raise LawError("this version was never enacted", where=where, expected=expected, got=version)
    return _untouched(folder, acts[version])


def load(source: RulesetSource) -> Ruleset:
    """Load a ruleset, however it is named.

    Parameters
    ----------
    source : a Ruleset; the text of one in YAML or JSON; a file or a law folder; ``FOLDER@1.2.0``, an enacted
        version; or ``FOLDER@in-force``, the version in force now. A folder alone is read as it stands, with
        amendments that are not law yet.

    Raises
    ------
    LawError
        when there is no such law, it does not hold a ruleset, the version was never enacted, nothing is in force,
        or an enacted copy was tampered with.

    """
    return source if isinstance(source, Ruleset) else read_law(source).ruleset


def read_law(source: RulesetSource) -> LawFolder:
    """Read a law as :func:`load` does, together with its precedents and its place on disk, where it has them."""
    if isinstance(source, LawFolder):
        return source
    if isinstance(source, Ruleset):
        return LawFolder(source)
    if not isinstance(source, (str, Path)):
        raise LawError("this does not name a law", expected=_WAYS, got=type(source).__name__)
    if isinstance(source, str) and _is_text(source):
        return LawFolder(ruleset_from_text(source))
    if _exists(source):
        return read(source)
    folder, at, version = str(source).rpartition("@")
    if not at:
        raise LawError("there is no such file or folder", where=Where(file=str(source)), expected=_WAYS)
    ruleset = law_in_force(folder) if version == IN_FORCE else enacted(folder, version)
    return LawFolder(ruleset, folder=Path(folder), file=copy_path(Path(folder), ruleset.version))


def _is_text(source: str) -> bool:
    """Tell the text of a law from a path: it has several lines, or is an object of JSON, or a mapping of YAML."""
    if "\n" in source or source.lstrip().startswith("{"):
        return True
    return ": " in source and not source.endswith((".yaml", ".yml", ".json")) and not _exists(source)


def _exists(path: str | Path) -> bool:
    try:
        return Path(path).exists()
    except (OSError, ValueError):  # a name that no file can have: too long, or with a zero byte
        return False


def ruleset_of_digest(folder: str | Path, digest: str) -> Ruleset:
    """Return the law that a digest names: an enacted version, in force or not, or else the draft.

    Raises
    ------
    LawError
        when the folder has no law of that digest, or its copy was tampered with.

    """
    known: dict[str, str] = {}
    found = _search(Path(folder), digest, known)
    if found is None:
        raise _unknown(Path(folder), digest, known)
    return found


def find_law(root: str | Path, digest: str) -> LawFolder:
    """Find the law that a digest names in a tree of law folders.

    A folder that can't be read is passed over, and named if the law is not found in another one.

    Raises
    ------
    LawError
        when no folder has a law of that digest.

    """
    root, known, unreadable = Path(root), dict[str, str](), []
    for path in sorted(root.rglob(RULESET)):
        try:
            found = _search(path.parent, digest, known)
        except LawError as error:
            unreadable.append(error)
            continue
        if found is not None:
            return LawFolder(found, (), path.parent)
    raise LawError.collect([_unknown(root, digest, known), *unreadable])


def _search(folder: Path, digest: str, known: dict[str, str]) -> Ruleset | None:
    """Return the law of a digest in one folder; what else there is is noted in ``known``, words by digest."""
    for act in load_register(folder):
        known[act.digest] = f"{act.name} {act.version}"
        if act.digest == digest and act.act == "enact":
            return _untouched(folder, act)
    if not (folder / RULESET).exists():
        return None
    draft = load_ruleset(folder)
    known.setdefault(draft.digest, f"{draft.name} {draft.version}, a draft")
    return draft if draft.digest == digest else None


def _check_folder(folder: Path) -> None:
    if not folder.is_dir():
        raise LawError("there is no such law folder", where=Where(file=str(folder)))


def _untouched(folder: Path, act: Act) -> Ruleset:
    path = copy_path(folder, act.version)
    found = file_digest(path)
    if found != act.text:
        what = "the copy is not the one that was enacted"
        raise LawError(what, where=Where(file=str(path)), expected=short(act.text), got=short(found))
    return load_ruleset(path)


def _unknown(place: Path, digest: str, known: dict[str, str]) -> LawError:
    listed = "; ".join(f"{short(other)} ({words})" for other, words in known.items()) or "no law"
    hint = "a version that was never enacted is lost with its draft"
    what = "there is no law of this digest"
    return LawError(what, where=Where(file=str(place)), expected=listed, got=digest, hint=hint)
