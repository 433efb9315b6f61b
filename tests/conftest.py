from __future__ import annotations

import os

import pytest
from fixtures import FRAUD, TRIGGER
from hypothesis import HealthCheck, Phase, settings

import rulekit

# Hypothesis draws the same examples everywhere in CI, so that a red run is red again.
PHASES = tuple(
    phase for phase in Phase if phase is not Phase.explain
)  # explaining reruns a compile for minutes
settings.register_profile("default", deadline=None, max_examples=60, phases=PHASES)
settings.register_profile("ci", settings.get_profile("default"), derandomize=True, database=None)
settings.register_profile(
    "long", deadline=None, max_examples=3000, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile(os.environ.get("RULEKIT_HYPOTHESIS", "ci" if os.environ.get("CI") else "default"))


@pytest.fixture(scope="session")
def fraud():
    return rulekit.load(FRAUD)


@pytest.fixture(scope="session")
def trigger():
    return TRIGGER
