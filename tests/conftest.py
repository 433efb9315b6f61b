from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest
from fixtures import FRAUD, TRIGGER
from hypothesis import HealthCheck, Phase, settings

# Every worker of a parallel run has one core. Two threads of OpenMP on it wait for each other: a boosting of
# 0.3 s took 20 s. The variable is read when the library is loaded, so it stands before every import that loads it.
if "PYTEST_XDIST_WORKER" in os.environ:
    os.environ.setdefault("OMP_NUM_THREADS", "1")

import rulekit

# In CI Hypothesis draws the same examples every time, so that a red run is red again, and does not shrink
# them, so that it is red soon: a run at home finds the smallest one. Explaining costs minutes everywhere.
SHRINKING = tuple(phase for phase in Phase if phase is not Phase.explain)
DRAWING = (Phase.explicit, Phase.generate)
settings.register_profile("default", deadline=None, max_examples=60, phases=SHRINKING)
settings.register_profile(
    "ci", deadline=None, max_examples=60, phases=DRAWING, derandomize=True, database=None
)
settings.register_profile(
    "long", deadline=None, max_examples=3000, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile(os.environ.get("RULEKIT_HYPOTHESIS", "ci" if os.environ.get("CI") else "default"))


# The tools from PyPI compile themselves once into the user's cache, which takes half a minute: not once a session.
os.environ.setdefault(
    "YOWASP_CACHE_DIR", str(Path(os.environ.get("XDG_CACHE_HOME", "~/.cache")).expanduser() / "YoWASP")
)


@pytest.fixture(scope="session", autouse=True)
def _c_is_compiled_quickly_and_for_the_tests_alone():
    """Hundreds of drawn rulesets are compiled: quickly, and not into the user's cache."""
    with tempfile.TemporaryDirectory() as cache, pytest.MonkeyPatch.context() as patch:
        patch.setenv("RULEKIT_CFLAGS", "-O1")
        patch.setenv("XDG_CACHE_HOME", cache)
        yield


@pytest.fixture(scope="session")
def fraud():
    return rulekit.load(FRAUD)


@pytest.fixture(scope="session")
def trigger():
    return TRIGGER
