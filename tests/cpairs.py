"""What the tests of the ``c`` target share: compilers, awkward laws, and laws of many rules."""

from __future__ import annotations

import shutil
import subprocess
from itertools import groupby

import numpy as np
import pytest

from rulekit.ir.notation.document import ruleset_from_document
from rulekit.targets import targets
from rulekit.testing import load_corpus

WARNINGS = [
    *("-std=c99", "-ffreestanding", "-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Werror"),
    *("-Wshadow", "-Wundef", "-Wcast-qual", "-Wdouble-promotion", "-Wmissing-prototypes", "-Wvla"),
]


CORPUS = [list(cases) for _, cases in groupby(load_corpus(), key=lambda case: case.file)]


COMPILERS = [
    pytest.param(name, marks=pytest.mark.skipif(shutil.which(name) is None, reason=f"apt-get install {name}"))
    for name in ("gcc", "clang")
]


needs_arm = pytest.mark.skipif(
    shutil.which("arm-none-eabi-gcc") is None, reason="apt-get install gcc-arm-none-eabi"
)


_absent = targets.get("c").absent()


needs_runner = pytest.mark.skipif(_absent is not None, reason=str(_absent))


def write(artifact, folder):
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("decide.h", "decide.c"):
        (folder / name).write_bytes(artifact.files[name])
    return folder


def run(*command, cwd):
    ran = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, f"{' '.join(command)}\n{ran.stdout}{ran.stderr}"
    return ran.stdout


def law(name="law", policy="first", rules=(), **more):
    document = {
        "name": name,
        "version": "1.0.0",
        "schema": {
            "name": "law",
            "version": "1.0.0",
            "features": [
                {"name": "n", "dtype": "int64"},
                {"name": "double", "dtype": "float64"},
                {"name": "linux", "dtype": "float32"},
                {"name": "has_n", "dtype": "category", "categories": ["b_c", "*/", "UNKNOWN", "unknown"]},
                {"name": "k", "dtype": "category", "categories": ["b_c"]},
                {"name": "k_b", "dtype": "category", "categories": ["c"]},
            ],
        },
        "hit_policy": policy,
        "otherwise": "none",
        "rules": list(rules),
        **more,
    }
    return ruleset_from_document(document)


AWKWARD = law(
    "hits",
    rules=[
        {
            "id": "decide",
            "title": "*/ ends /* nothing ??/ \\\nnor \u202e does this \\",
            "when": ["n > 1", "double > 0.1", "linux <= inf", 'has_n in {"*/", "UNKNOWN", "unknown"}'],
            "then": '"?\\ \u00e90*/',
        },
        {"id": "hits", "when": ["has_n == b_c", "k == b_c", "k_b == c"], "then": "None"},
        {
            "id": "invalid",
            "when": ["double == -inf", "linux != inf", "n == -9223372036854775808"],
            "then": "\u00e9",
        },
        {"id": "none", "when": ["double >= -inf", "linux > inf", "n not in {1, 2}"], "then": "\u00e8"},
    ],
)


def many(policy, count=300):
    rng = np.random.default_rng(count)
    features = [
        {"name": f"x{i}", "dtype": ("float64", "float32", "int32")[i % 3], "required": i == 0}
        for i in range(9)
    ]
    rules = []
    for number in range(count):
        names = [features[place] for place in rng.permutation(9)[:3]]
        when = [f"{f['name']} {rng.choice(['<', '>=', '!='])} {rng.integers(10)}" for f in names]
        effect = {"points": int(rng.integers(-9, 9))} if policy == "score" else {"then": f"o{number % 5}"}
        rules.append({"id": f"r{number}", "when": [*when, f"x8 == {number % 290}"], **effect})
    schema = {"name": "many", "version": "1.0.0", "features": features}
    more = {"thresholds": {"a": 3, "b": 7}} if policy == "score" else {}
    return law(f"many.{policy}", policy, rules, schema=schema, **more)


MANY = {"first": many("first"), "collect": many("collect", 128), "score": many("score")}
