"""The shape of the house: small functions, short files, every public name explained, no import rings."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest
from places import ROOT

SOURCES = {"rulekit": ROOT / "rulekit", "rulekit_adapters": ROOT / "adapters" / "rulekit_adapters"}
FILES = sorted(file for folder in SOURCES.values() for file in folder.rglob("*.py"))
Function = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def tree_of(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"), str(file))


def named(file: Path) -> str:
    return str(file.relative_to(ROOT))


def functions(tree: ast.AST) -> Iterator[Function]:
    yield from (node for node in ast.walk(tree) if isinstance(node, Function))


def body_lines(function: Function) -> int:
    """Lines from the first statement to the last; the docstring is not code."""
    first = function.body[1:] if ast.get_docstring(function) is not None else function.body
    return (function.end_lineno or 0) - first[0].lineno + 1 if first else 0


def is_overload(node: ast.AST) -> bool:
    """Whether this is one typed form of a function, whose docstring stands at the function itself."""
    marks = node.decorator_list if isinstance(node, Function) else []
    return any(isinstance(mark, ast.Name) and mark.id == "overload" for mark in marks)


def public(node: ast.Module | ast.ClassDef) -> Iterator[Function | ast.ClassDef]:
    """Public functions and classes, and the public methods of these classes."""
    for child in node.body:
        if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)) and not (
            child.name.startswith("_") or is_overload(child)
        ):
            yield child
            if isinstance(child, ast.ClassDef):
                yield from public(child)


def test_functions_are_small() -> None:
    lengths = {
        f"{named(file)}:{f.lineno} {f.name}": body_lines(f)
        for file in FILES
        for f in functions(tree_of(file))
    }
    ordered = sorted(lengths.values())
    assert {name: length for name, length in lengths.items() if length > 40} == {}
    assert ordered[int(0.95 * len(ordered))] <= 25


def test_files_are_short() -> None:
    lengths = {named(file): len(file.read_text(encoding="utf-8").splitlines()) for file in FILES}
    assert {name: length for name, length in lengths.items() if length > 400} == {}


def test_every_module_says_what_it_is() -> None:
    assert [named(file) for file in FILES if not ast.get_docstring(tree_of(file))] == []


def test_every_public_name_has_a_docstring() -> None:
    bare = [
        f"{named(file)}:{node.lineno} {node.name}"
        for file in FILES
        if not file.name.startswith("_") or file.name == "__init__.py"
        for node in public(tree_of(file))
        if not ast.get_docstring(node)
    ]
    assert bare == []


def test_every_function_says_what_it_returns() -> None:
    untyped = [
        f"{named(file)}:{f.lineno} {f.name}"
        for file in FILES
        for f in functions(tree_of(file))
        if f.returns is None
    ]
    assert untyped == []


def test_nothing_is_left_for_later() -> None:
    marks = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
    left = [
        f"{named(file)}:{number}"
        for file in FILES
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1)
        if marks.search(line)
    ]
    assert left == []


def module_of(file: Path) -> str:
    package = "rulekit" if file.is_relative_to(SOURCES["rulekit"]) else "rulekit_adapters"
    parts = [package, *file.relative_to(SOURCES[package]).with_suffix("").parts]
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported(tree: ast.Module, known: set[str]) -> Iterator[str]:
    """Every module of ours that a module names: at its top, in functions, and for type checkers alone."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in known)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            for alias in node.names:
                full = f"{node.module}.{alias.name}"
                yield from (name for name in [full if full in known else node.module] if name in known)


def import_graph(files: list[Path]) -> dict[str, set[str]]:
    known = {module_of(file) for file in files}
    return {module_of(file): set(imported(tree_of(file), known)) - {module_of(file)} for file in files}


def test_no_two_modules_import_each_other() -> None:
    try:
        TopologicalSorter(import_graph(FILES)).prepare()
    except CycleError as ring:
        pytest.fail(" -> ".join(ring.args[1]))


def test_the_graph_sees_what_is_imported() -> None:
    graph = import_graph(FILES)
    assert {"rulekit.errors", "rulekit.ir.schema"} <= graph["rulekit.ir.canonical"]
    assert not any(name.startswith("rulekit.") for name in graph["rulekit.errors"])


def test_no_folder_is_crowded() -> None:
    """Fifteen modules are a room that a stranger still looks over; the command line has one for each verb."""
    sizes = Counter(named(file.parent) for file in FILES if not file.name.startswith("__"))
    crowded = {
        folder: size
        for folder, size in sizes.items()
        if size > 15 and folder not in {"rulekit", "rulekit/cli"}
    }
    assert crowded == {}


def test_a_test_stands_at_the_path_of_what_it_tests() -> None:
    """``a/test_b.py`` tests ``a/b.py`` or the package ``a/b``, and ``a/test_init.py`` the package ``a``."""
    lost = [
        named(test)
        for test in sorted((ROOT / "tests").rglob("test_*.py"))
        if not _tested_by(test).exists() and named(test) not in WHOLE and not CROSSING & set(test.parts)
    ]
    assert lost == []


CROSSING = {"conformance", "laws", "typing", "docs", "smoke", "adapters"}
"""Folders of tests that cross the tree, or mirror another one."""

WHOLE = {
    "tests/cli/test_compile_fpga.py": "a design as it is compiled, proved and synthesised",
    "tests/cli/test_journey.py": "the verbs in a row, as a user types them",
    "tests/cli/test_usage.py": "every verb: help, spelling, bad usage, JSON",
    "tests/induction/test_robust.py": "poor input, and the same rules on any machine",
    "tests/log/stores/test_stores.py": "one contract for every store",
    "tests/log/write/test_kill.py": "kill -9 at random moments",
    "tests/reports/audit/test_audit.py": "every number of an audit, by brute force",
    "tests/reports/audit/test_audit_of_decide.py": "what decide writes is what audit reads",
    "tests/targets/systemverilog/test_refusals.py": "what the target refuses, with what words",
    "tests/store/acts/test_public_verbs.py": "enact and approve as the front door has them",
    "tests/test_floors.py": "imports go down only",
    "tests/test_house.py": "the shape of the house",
    "tests/test_init.py": "the front door",
    "tests/test_marks.py": "what make quick leaves out",
}
"""Tests of no single module, and what they are about."""


def _tested_by(test: Path) -> Path:
    folder = ROOT / "rulekit" / test.relative_to(ROOT / "tests").parent
    name = test.stem.removeprefix("test_")
    if name == "init":
        return folder / "__init__.py"
    return folder / name if (folder / name).is_dir() else folder / f"{name}.py"
