"""How to make the page again: the versions, the files with their digests, and the commands."""

from __future__ import annotations

from dataclasses import dataclass

from rulekit.reports.model import Audit


@dataclass(frozen=True, slots=True)
class Recipe:
    """Three things to paste into a shell, in order; ``unnamed`` are inputs that are no single file."""

    install: str
    check: tuple[str, ...]
    commands: tuple[str, ...]
    unnamed: tuple[str, ...]


def recipe_of(audit: Audit) -> Recipe:
    """Return the recipe of a page."""
    origin = audit.origin
    libraries = {name: version for name, version in origin.versions.items() if name != "python"}
    made = origin.provenance.command if origin.provenance is not None else None
    return Recipe(
        install="pip install "
        + " ".join(f"'{name}=={version}'" for name, version in sorted(libraries.items())),
        check=tuple(
            f"{source.digest.removeprefix('sha256:')}  {source.path}"
            for source in origin.sources
            if source.digest is not None
        ),
        commands=tuple(command for command in (made, origin.decided_by, origin.audited_by) if command),
        unnamed=tuple(source.role for source in origin.sources if source.digest is None),
    )
