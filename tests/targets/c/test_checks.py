"""The check of the ``c`` target: sizes as facts and as a table."""

from __future__ import annotations

import shutil

from rulekit.errors import MissingToolError
from rulekit.targets.c import size
from rulekit.targets.c.checks import CHECKS


def test_sizes_are_facts_and_rows(monkeypatch):
    measured = [size.Size("M0", "decide", 1500, 20, 0, 0, 48), size.Size("M0", "all", 2500, 30, 0, 0, 48)]
    asked = []
    monkeypatch.setattr(size, "sizes", lambda artifact: asked.append(artifact) or measured)
    evidence = CHECKS["size"].run("artifact")
    assert asked == ["artifact"]
    assert [(each["part"], each["flash"], each["ram"]) for each in evidence.facts] == [
        ("decide", 1520, 0),
        ("all", 2530, 0),
    ]
    (table,) = evidence.shown
    told = dict(zip(table.head, table.rows[1], strict=True))
    assert (told["linked"], told["text"], told["flash"], told["stack"]) == ("all", "2,500", "2,530", "48")
    assert evidence.holds


def test_the_compiler_is_asked_for_each_time(monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda _: None)
    missing = CHECKS["size"].absent()
    assert isinstance(missing, MissingToolError)
    assert "gcc-arm-none-eabi" in str(missing)
    monkeypatch.setattr(shutil, "which", lambda name: f"/bin/{name}")
    assert CHECKS["size"].absent() is None
