"""Every target of the registry, under the one contract. No target is named here."""

from __future__ import annotations

import pytest

from rulekit.targets import targets
from rulekit.testing import TargetContract

for _name in targets.names():
    _class, _absent = f"Test_{_name}", targets.get(_name).absent()
    _contract = type(_class, (TargetContract,), {"target": targets.get(_name), "__module__": __name__})
    globals()[_class] = pytest.mark.skipif(_absent is not None, reason=str(_absent))(_contract)


def test_there_are_targets() -> None:
    assert targets.names()
    assert all(targets.get(name).name == name for name in targets.names())
