"""The public name of the semantics."""

from __future__ import annotations

import pytest

import rulekit.reference
from rulekit.errors import EventError
from rulekit.ir import event, semantics


def test_the_reference_is_the_semantics_itself() -> None:
    for name in rulekit.reference.__all__:
        found = getattr(rulekit.reference, name)
        assert any(found is getattr(module, name, None) for module in (semantics, event)), name


def test_it_decides_with_all_hits(fraud) -> None:
    found = rulekit.reference.decide(fraud, {"amount": 6000.0, "country": "DK", "cards_per_device_1h": 4})
    assert (found.outcome, found.rule) == ("review", "many-cards-one-device")
    assert found.hits == ("many-cards-one-device", "large-abroad")


def test_it_refuses_what_does_not_fit(fraud) -> None:
    with pytest.raises(EventError, match="feature amount"):
        rulekit.reference.decide(fraud, {"amount": "much"})
