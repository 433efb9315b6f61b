"""Targets: the places where a ruleset is decided, each with the same answer for every event.

Chosen: a target is data (:class:`rulekit.targets.base.Target`): its capabilities, an emitter from the low form to
readable files, a loader from files to a runner, and checks of what it emits. The registry below finds targets by
name. Targets share work through functions of :mod:`rulekit.targets.lower` and :mod:`rulekit.targets.shared`.
Engines of numbers answer small integers, and :mod:`rulekit.targets.shared.answers` alone turns these into outcomes,
rules and hits. The module of a target imports no heavy library, so that listing targets is fast; ``absent`` says
what is not installed. A target with checks declares them in a module of its own, which help reads without importing
the target.

Refused: inheritance between targets, because a change in one would change another; emitting from the ruleset
itself, because every emitter would then bind thresholds again and differently; a tolerance, because an event on a
threshold is exactly the one that a reviewer asks about.

Text that generated modules share is a linted and typed module here (``prelude.py`` of the target). It is copied
into the artifact, so that an artifact runs without rulekit.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from rulekit.registry import Registry

if TYPE_CHECKING:
    from rulekit.targets.base import Target
    from rulekit.targets.checks import Check

targets: Registry[Target] = Registry(
    "target",
    "rulekit.targets",
    {
        "python": "rulekit.targets.python:TARGET",
        "polars": "rulekit.targets.polars:TARGET",
        "kernel": "rulekit.targets.kernel:TARGET",
        "sql": "rulekit.targets.sql:TARGET",
        "onnx": "rulekit.targets.onnx:TARGET",
        "c": "rulekit.targets.c.target:TARGET",
        "systemverilog": "rulekit.targets.systemverilog.target:TARGET",
    },
)
"""Every target by name. Built-in ones first, then those of installed plugins."""

target_checks: Registry[Mapping[str, Check]] = Registry(
    "target with checks",
    "rulekit.checks",
    {
        "c": "rulekit.targets.c.checks:CHECKS",
        "systemverilog": "rulekit.targets.systemverilog.checks:CHECKS",
    },
)
"""The checks of the targets that have any, by target: ``Target.checks`` again, found without importing it."""
