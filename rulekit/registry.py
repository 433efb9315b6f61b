"""Registries: named things that plugins can add, such as targets and methods of induction.

A built-in entry is a ``module:attribute`` string that is imported on first use, so that listing the targets loads
none of their libraries. Other distributions add entries by the entry-point group of the registry.
"""

from __future__ import annotations

import difflib
from importlib import import_module
from importlib.metadata import entry_points
from typing import Any, Generic, TypeVar, cast

from rulekit.errors import RulekitError

T = TypeVar("T")


class Registry(Generic[T]):
    """Named things, loaded lazily.

    Parameters
    ----------
    kind : the word used in messages, such as ``"target"``.
    group : the entry-point group that plugins use, such as ``"rulekit.targets"``.
    builtins : name to ``module:attribute`` (or ``module``), in the order to print.

    """

    def __init__(self, kind: str, group: str, builtins: dict[str, str]) -> None:
        self.kind = kind
        self.group = group
        self._paths = dict(builtins)
        self._loaded: dict[str, T] = {}
        self._scanned = False

    def _scan(self) -> None:
        if not self._scanned:
            self._scanned = True
            for point in entry_points(group=self.group):
                self._paths.setdefault(point.name, point.value)

    def add(self, name: str, thing: T) -> None:
        """Add a thing for this process only."""
        self._loaded[name] = thing
        self._paths.setdefault(name, "")

    def remove(self, name: str) -> None:
        """Remove a thing that was added for this process."""
        self._loaded.pop(name, None)
        self._paths.pop(name, None)

    def names(self) -> tuple[str, ...]:
        """Return every name: built-in ones first, then those of plugins."""
        self._scan()
        return tuple(self._paths)

    def get(self, name: str) -> T:
        """Return the thing of that name.

        Raises
        ------
        RulekitError
            when the name is unknown; the hint is the name that looks like it.

        """
        if name in self._loaded:
            return self._loaded[name]
        if name not in self.names():
            near = difflib.get_close_matches(name, self.names(), n=1)
            raise RulekitError(
                f"unknown {self.kind} {name!r}",
                expected="one of " + ", ".join(self.names()),
                hint=f"did you mean {near[0]!r}?" if near else None,
            )
        module, _, attribute = self._paths[name].partition(":")
        loaded = import_module(module)
        self._loaded[name] = cast("T", getattr(loaded, attribute) if attribute else cast("Any", loaded))
        return self._loaded[name]
