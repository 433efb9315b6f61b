"""Every target of the registry, under the one contract. No target is named here."""

from __future__ import annotations

from rulekit.targets import targets
from rulekit.testing import TargetContract

for _name in targets.names():
    _class = f"Test_{_name}"
    globals()[_class] = type(
        _class, (TargetContract,), {"target": targets.get(_name), "__module__": __name__}
    )


def test_there_are_targets() -> None:
    assert targets.names()
    assert all(targets.get(name).name == name for name in targets.names())
