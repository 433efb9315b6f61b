from __future__ import annotations

import subprocess
import sys
from importlib.metadata import EntryPoint
from typing import Any

import pytest

from rulekit import registry
from rulekit.errors import RulekitError
from rulekit.registry import Registry


def made() -> Registry[Any]:
    return Registry(
        "thing",
        "rulekit.things",
        {"join": "os.path:join", "path": "os.path", "gone": "no_such_module_here:x"},
    )


def test_names_in_order_without_loading() -> None:
    assert made().names() == ("join", "path", "gone")


def test_loads_an_attribute_or_a_module_once() -> None:
    import os.path

    things = made()
    assert things.get("join") is os.path.join
    assert things.get("path") is os.path
    assert things.get("path") is things.get("path")


def test_an_unknown_name_has_a_hint() -> None:
    with pytest.raises(RulekitError) as raised:
        made().get("jion")
    assert raised.value.what == "unknown thing 'jion'"
    assert raised.value.expected == "one of join, path, gone"
    assert raised.value.hint == "did you mean 'join'?"
    with pytest.raises(RulekitError) as raised:
        made().get("zzzzzz")
    assert raised.value.hint is None


def test_a_broken_thing_breaks_on_use_alone() -> None:
    with pytest.raises(ModuleNotFoundError):
        made().get("gone")


def test_adds_and_removes_for_this_process() -> None:
    things = made()
    things.add("mine", 3)
    things.add("join", 4)
    assert (things.names(), things.get("mine"), things.get("join")) == (
        ("join", "path", "gone", "mine"),
        3,
        4,
    )
    things.remove("mine")
    things.remove("never was")
    assert things.names() == ("join", "path", "gone")
    with pytest.raises(RulekitError):
        things.get("mine")


def test_plugins_come_after_the_built_in_and_replace_none(monkeypatch: pytest.MonkeyPatch) -> None:
    def points(*, group: str) -> list[EntryPoint]:
        assert group == "rulekit.things"
        return [EntryPoint(name, "os.path:split", group) for name in ("split", "join")]

    monkeypatch.setattr(registry, "entry_points", points)
    things = made()
    assert things.names() == ("join", "path", "gone", "split")
    assert things.get("split").__name__ == "split"
    assert things.get("join").__name__ == "join"


def test_listing_the_targets_imports_none_of_them() -> None:
    program = (
        "import sys; from rulekit.targets import targets; names = targets.names(); "
        "assert names; print([m for m in sys.modules if m.startswith('rulekit.targets.')])"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
