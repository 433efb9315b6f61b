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
settings.register_profile("quick", deadline=None, max_examples=10, phases=DRAWING)
settings.register_profile(
    "long", deadline=None, max_examples=3000, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile(os.environ.get("RULEKIT_HYPOTHESIS", "ci" if os.environ.get("CI") else "default"))


# The tools from PyPI compile themselves once into the user's cache, which takes half a minute: not once a session.
os.environ.setdefault(
    "YOWASP_CACHE_DIR", str(Path(os.environ.get("XDG_CACHE_HOME", "~/.cache")).expanduser() / "YoWASP")
)


# Files and folders that `make quick` leaves out: sweeps over drawn laws, synthesis and proofs, browsers, whole
# journeys, and whatever else takes more than some seconds. Paths are relative to this folder.
SLOW = (
    "adapters/test_teachers.py",
    "cli/test_induce.py",
    "cli/test_journey.py",
    "conformance/",
    "docs/test_site.py::test_the_site_is_built_without_a_warning",
    "induction/auto/test_compare.py::test_auto_races_all_rule_families",
    "induction/auto/test_incumbent.py",
    "induction/auto/test_resample.py::test_rules_of_a_sum_are_found_again",
    "induction/boxes/test_search.py",
    "induction/learners/test_base.py",
    "induction/learners/test_imodels.py",
    "induction/learners/test_teacher_trees.py",
    "induction/multiclass/test_induce.py",
    "induction/points/test_fit.py",
    "induction/points/test_method.py",
    "induction/selection/test_calibration.py::test_a_budget_that_no_rule_meets_says_what_was_reached",
    "induction/test_induce.py",
    "log/test_stream.py",
    "log/write/test_kill.py",
    "runtime/fixed_point/",
    "runtime/test_bench.py",
    "sklearn/",
    "targets/c/test_batch.py",
    "targets/c/test_build.py",
    "targets/c/test_emission.py",
    "targets/c/test_size.py::test_an_edge_unit_can_carry_it",
    "targets/kernel/test_runner.py",
    "targets/systemverilog/proof/",
    "targets/systemverilog/simulation/",
    "targets/systemverilog/synthesis/",
    "targets/systemverilog/wrappers/test_testbench.py",
    "typing/",
)
# What needs a server: a test of a log in `postgres`, one with the fixture `server`, or one of these files.
LOGS = ("log/", "reports/replay/")
SERVICE = ("conformance/test_sql_engines.py",)


def _is_text(value):
    return isinstance(value, str)


def pytest_collection_modifyitems(items):
    """Mark tests of services and slow tests, so that a run can leave them out."""
    for item in items:
        name = item.nodeid.removeprefix("tests/")
        parameters = item.callspec.params.values() if hasattr(item, "callspec") else ()
        in_postgres = name.startswith(LOGS) and "postgres" in filter(_is_text, parameters)
        if in_postgres or "server" in item.fixturenames or name.startswith(SERVICE):
            item.add_marker(pytest.mark.service)
        if name.startswith(SLOW):
            item.add_marker(pytest.mark.slow)


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
