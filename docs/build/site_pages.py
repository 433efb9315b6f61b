"""Pages made from the project: the corpus, the command line, the recorded benchmarks, the project's own files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from types import FunctionType
from typing import Any

import typer
from ruamel.yaml import YAML

ROOT = Path(__file__).parents[2]
OUTPUTS = ROOT / "docs" / "benchmarks" / "outputs"
PROJECT = {"changelog": "CHANGELOG.md", "contributing": "CONTRIBUTING.md", "security": "SECURITY.md"}


def generated() -> dict[str, str]:
    """Return the generated pages by their place in the site."""
    made = {
        "semantics/corpus.md": corpus(),
        "reference/cli.md": command_line(),
        "benchmarks/outputs.md": outputs(),
        "reference/rulekit.md": verbs(),
        "reference/types.md": types(),
    }
    made |= {f"project/{name}.md": project_page(ROOT / file) for name, file in PROJECT.items()}
    return made


def project_page(file: Path) -> str:
    """Return a file of the root as a page two floors down: its links into ``docs/`` lead to the site."""
    text = file.read_text(encoding="utf-8")
    return re.sub(r"\]\(docs/([^)]+)\)", r"](../\1)", text)


def targets_table() -> str:
    """Return the table that ``rulekit targets --markdown`` prints."""
    from rulekit.cli.targets import markdown
    from rulekit.targets import targets

    return markdown([targets.get(name) for name in targets.names()])


def corpus() -> str:
    """Return the page of the corpus: every ruleset with its cases, as the YAML files have them."""
    folder = resources.files("rulekit.testing") / "corpus"
    files = sorted(
        (file for file in folder.iterdir() if file.name.endswith(".yaml")), key=lambda file: file.name
    )
    documents = {file.name: (file.read_text(encoding="utf-8")) for file in files}
    count = sum(len(_read(text)["cases"]) for text in documents.values())
    head = [
        "# The corpus",
        (
            f"{len(documents)} rulesets with {count} cases, each with the sentence of law behind it. They were"
            " worked out by hand. A target, in any language, is right when it gives these decisions; the files lie"
            " in `rulekit/testing/corpus/` and come with the wheel. This page is made from them."
        ),
    ]
    return (
        "\n\n".join([*head, *(part for name, text in documents.items() for part in _corpus_file(name, text))])
        + "\n"
    )


def _read(text: str) -> Any:
    return YAML(typ="safe", pure=True).load(text)


def _corpus_file(name: str, text: str) -> Iterator[str]:
    """Give the section of one file: what it is about, its law, its cases."""
    document = _read(text)
    words = [line.removeprefix("#").strip() for line in text.splitlines() if line.startswith("#")]
    law = text[text.index("ruleset:") : text.index("\ncases:")]
    yield f"## {name.removesuffix('.yaml')}"
    if words:
        yield " ".join(words)
    yield f"```yaml\n{law.rstrip()}\n```"
    rows = ["| why | event | outcome | rule | hits |", "| --- | --- | --- | --- | --- |"]
    yield "\n".join([*rows, *(_case(case) for case in document["cases"])])


def _case(case: dict[str, Any]) -> str:
    event = ", ".join(f"{name} = {_value(value)}" for name, value in case["event"].items()) or "(empty)"
    hits = ", ".join(case["hits"]) or "none"
    outcome = str(case["outcome"]) + (f", score {case['score']}" if case.get("score") is not None else "")
    cells = (case["why"], f"`{event}`", outcome, case["rule"] or "none", hits)
    return "| " + " | ".join(str(cell).replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


def _value(value: object) -> str:
    return "missing" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def command_line() -> str:
    """Return the page of the command line: the help of every verb, as it prints it."""
    from rulekit.cli import app

    group: Any = typer.main.get_command(app)
    parts = [
        "# Command line",
        (
            "What each verb prints with `--help`. Exit codes: 0 all is well, 1 findings, 2 bad usage or input."
            " Answers go to stdout, as text or with `--json` as one JSON document; progress and errors to stderr."
        ),
    ]
    for words, command in _commands("rulekit", group):
        context = typer.Context(command, info_name=words, terminal_width=80)
        parts.append(f"## {words}\n\n```text\n{command.get_help(context).rstrip()}\n```")
    return "\n\n".join(parts) + "\n"


def _commands(words: str, command: Any) -> Iterator[tuple[str, Any]]:
    """Give every verb with the words that call it, without the groups."""
    below = getattr(command, "commands", None)
    if below is None:
        yield words, command
    for name, each in (below or {}).items():
        yield from _commands(f"{words} {name}", each)


def _public(*, verbs: bool) -> list[str]:
    """Return the public names of rulekit that are functions, or all others: classes and aliases."""
    import rulekit

    names = [name for name in rulekit.__all__ if not name.startswith("_")]
    return sorted(name for name in names if isinstance(getattr(rulekit, name), FunctionType) is verbs)


def _shown(name: str) -> str:
    """Return the directive for a public name; one that is defined under another name is shown as that."""
    import rulekit

    thing = getattr(rulekit, name)
    if isinstance(thing, FunctionType) and thing.__name__ != name:
        return (
            f"::: {thing.__module__}.{thing.__name__}\n    options: {{heading: {name}, toc_label: {name}}}\n"
        )
    return f"::: rulekit.{name}\n"


def verbs() -> str:
    """Return the page of the functions of the front door."""
    head = "# Verbs\n\nThe functions that `import rulekit` gives. Heavy libraries are loaded on first use.\n"
    return "\n".join([head, *map(_shown, _public(verbs=True))])


def types() -> str:
    """Return the page of the types of the front door."""
    head = (
        "# Types\n\nThe types that a user of the verbs meets, from `import rulekit`. Values are immutable.\n"
    )
    return "\n".join([head, *map(_shown, _public(verbs=False))])


def outputs() -> str:
    """Return the page of what benchmark scripts printed, one section a file that ``record_output.py`` wrote."""
    files = sorted(OUTPUTS.glob("*.txt"))
    parts = [
        "# Recorded outputs",
        "What the scripts in `benchmarks/` printed, under the command, the day, the machine and the versions.",
    ]
    if not files:
        parts.append("None is recorded since 0.1.0.")
    parts += [
        f"## {file.stem}\n\n```text\n{file.read_text(encoding='utf-8').rstrip()}\n```" for file in files
    ]
    return "\n\n".join(parts) + "\n"
