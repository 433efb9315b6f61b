"""Versions of rulekit and of what is installed beside it."""

from __future__ import annotations

import re
import tomllib

import polars as pl
from places import ROOT

from rulekit.version import VERSION, installed_versions


def test_the_version_is_that_of_the_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["version"] == VERSION
    assert re.fullmatch(r"\d+\.\d+\.\d+", VERSION)


def test_only_installed_distributions_are_told_in_their_order() -> None:
    found = installed_versions(["polars", "no-such-distribution", "rulekit-engine"])
    assert list(found.items()) == [("polars", pl.__version__), ("rulekit-engine", VERSION)]
    assert installed_versions([]) == {}
