"""How to make the page again: the versions, the files with their digests, and the commands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import JsonValue

from rulekit.reports.audit.model.audit import Audit


@dataclass(frozen=True, slots=True)
class Recipe:
    """What to paste into a shell: installation, checks, commands. ``unnamed`` are inputs without a file."""

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


def parameters_in_words(parameters: Mapping[str, JsonValue]) -> list[tuple[str, str]]:
    """Return the parameters of a method, one line each; nested values are only counted, the JSON has them."""
    return [
        (name.replace("_", " "), _in_words(value)) for name, value in parameters.items() if value is not None
    ]


def _in_words(value: JsonValue) -> str:
    if isinstance(value, dict):
        inner = (f"{name.replace('_', ' ')} {_in_words(item)}" for name, item in value.items())
        flat = all(not isinstance(item, (dict, list)) for item in value.values())
        return ", ".join(inner) if flat else _counted(len(value))
    if isinstance(value, list):
        flat = all(not isinstance(item, (dict, list)) for item in value)
        return ", ".join(map(_in_words, value)) if flat else _counted(len(value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:,}" if isinstance(value, int) else str(value)


def _counted(number: int) -> str:
    return f"{number:,} {'entry' if number == 1 else 'entries'}, in the JSON twin"
