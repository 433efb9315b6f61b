from __future__ import annotations

import pytest


class _NoTargets:
    """A registry without targets: precedents are decided by the semantics alone."""

    @staticmethod
    def names():
        return ()


@pytest.fixture(scope="module")
def precedents_by_semantics():
    """Decide precedents by the semantics alone in a module whose subject is another one: targets take time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("rulekit.store.folder.cases.targets", _NoTargets)
        yield
