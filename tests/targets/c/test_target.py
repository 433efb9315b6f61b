"""The ``c`` target: it says what loading needs."""

from __future__ import annotations

import pytest

import rulekit
from rulekit.errors import MissingExtraError, MissingToolError
from rulekit.targets import targets
from rulekit.targets.c import target


def test_says_how_to_get_a_compiler(fraud, monkeypatch) -> None:
    monkeypatch.setenv("CC", "no-such-compiler")
    error = targets.get("c").absent()
    assert isinstance(error, MissingToolError)
    assert "apt-get install gcc, or set CC" in str(error)
    with pytest.raises(MissingToolError):
        rulekit.compile(fraud, "c").load()


def test_a_library_that_is_missing_is_told_before_the_compiler(fraud, monkeypatch) -> None:
    monkeypatch.setenv("CC", "no-such-compiler")
    monkeypatch.setattr(target, "find_spec", lambda name: None if name == "pyarrow" else name)
    error = target.absent()
    assert isinstance(error, MissingExtraError)
    assert (error.library, error.extra) == ("pyarrow", "c")
    with pytest.raises(MissingExtraError, match="pyarrow is not installed"):
        target.load(rulekit.compile(fraud, "c"))


def test_the_pair_is_emitted_without_a_compiler(fraud, monkeypatch) -> None:
    monkeypatch.setenv("CC", "no-such-compiler")
    artifact = rulekit.compile(fraud, "c")
    assert {"decide.c", "decide.h"} <= set(artifact.files)
    assert artifact.entry == target.TARGET.entry == "decide.c"
