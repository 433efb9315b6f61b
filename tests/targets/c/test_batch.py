"""Many events as columns: a driver in C compares every answer, under sanitizers and optimizers."""

from __future__ import annotations

import math
import re
import subprocess

import pytest
from cpairs import AWKWARD, COMPILERS, CORPUS, law, many, run, write

import rulekit
from rulekit.ir.numerics import Fixed, FixedFormat
from rulekit.ir.schema import DType
from rulekit.ir.semantics import decide
from rulekit.targets.c.names import Names
from rulekit.targets.lower import lower


def constant(feature, value):
    """A C expression of a value that an event has; for the driver alone, which has math.h."""
    if value is None:
        return "NAN" if feature.dtype.is_float else "0"
    if feature.dtype is DType.CATEGORY:
        known = feature.categories or ()
        return str(known.index(value) if value in known else len(known))
    if feature.dtype is DType.BOOL:
        return "true" if value else "false"
    if feature.dtype.is_float:
        number = "INFINITY" if math.isinf(value) else float(abs(value)).hex()
        sign = "-" if math.copysign(1.0, value) < 0 else ""
        return f"({'float' if feature.dtype is DType.FLOAT32 else 'double'}){sign}{number}"
    return "INT64_MIN" if value == -(2**63) else f"INT64_C({value})"


def driver(ruleset, numerics, events):
    """A main that returns 0 when every answer is that of the semantics."""
    from rulekit.ir.event import bind_event

    names = Names(lower(ruleset, numerics))
    bound = [bind_event(ruleset.read, event) for event in events]
    expected = [decide(ruleset, event, numerics) for event in events]
    arrays, members, flags, count = "", [], [], len(events)
    for feature in ruleset.read:
        name = names.fields[feature.name]
        kind = {"bool": "bool", "category": "uint32_t", "float32": "float", "float64": "double"}.get(
            feature.dtype, f"{feature.dtype}_t"
        )
        values = ", ".join(constant(feature, event[feature.name]) for event in bound)
        arrays += f"static const {kind} v_{name}[{count}] = {{{values}}};\n"
        members.append(name)
        if not feature.dtype.is_float:
            present = ", ".join("true" if event[feature.name] is not None else "false" for event in bound)
            arrays += f"static const bool f_{name}[{count}] = {{{present}}};\n"
            flags.append(name)
    ids = [rule.id for rule in ruleset.rules]
    rows = [
        [sum(1 << (place % 32) for place, name in enumerate(ids) if name in (e.hits or ()) and place // 32 == word)
         for word in range(max(1, -(-len(ids) // 32)))]
        for e in expected
    ]  # fmt: skip
    codes = [ids.index(e.rule) if e.rule else len(ids) + (e.outcome != "invalid") for e in expected]
    outcomes = [ruleset.outcomes.index(e.outcome) for e in expected]
    is_score = names.low.is_score
    reason = [e.score or 0 for e in expected] if is_score else codes
    bits = ", ".join("{" + ", ".join(f"{word}U" for word in row) + "}" for row in rows)
    listed = ", ".join(f"INT64_C({each})" for each in reason)
    fill = "".join(f"    e.{name} = v_{name}[k];\n" for name in members)
    fill += "".join(f"    e.has_{name} = f_{name}[k];\n" for name in flags)
    columns = [f".{name} = v_{name}" for name in members] + [f".has_{name} = f_{name}" for name in flags]
    what = "score" if is_score else "rule"
    return names.fill(
        f"""#include <math.h>
#include <string.h>
#include "decide.h"
{arrays}static const int64_t reason[{count}] = {{{listed}}};
static const uint32_t outcome[{count}] = {{{", ".join(map(str, outcomes))}}};
static const uint32_t hits[{count}][@P_HIT_WORDS] = {{{bits}}};
int main(void) {{
  static uint32_t all_hits[{count}][@P_HIT_WORDS], all_outcome[{count}];
  static {"int64_t" if is_score else "uint32_t"} all_reason[{count}];
  const @p_columns columns = {{{", ".join(columns) or "0"}}};
  const @p_answers answers = {{all_outcome, all_reason, all_hits[0]}};
  const @p_answers nothing = {{0, 0, 0}};
  for (size_t k = 0; k < {count}; k++) {{
    @p_event e; @p_decision d; uint32_t h[@P_HIT_WORDS];
    @p_clear(&e);
{fill}
    @p_decide(&e, &d);
    @p_hits(&e, h);
    if ((uint32_t)d.outcome != outcome[k] || (int64_t)d.{what} != reason[k]) return 1;
    if (memcmp(h, hits[k], sizeof h)) return 6;
  }}
  @p_decide_batch(&columns, {count}, &nothing);
  for (size_t n = 0; n <= {count}; n += (n == 0) ? 1 : {max(count - 1, 1)}) {{
    memset(all_hits, 255, sizeof all_hits);
    @p_decide_batch(&columns, n, &answers);
    for (size_t k = 0; k < {count}; k++) {{
      if (k >= n) {{ if (all_hits[k][0] != UINT32_MAX) return 2; continue; }}
      if (all_outcome[k] != outcome[k] || (int64_t)all_reason[k] != reason[k]) return 3;
      if (memcmp(all_hits[k], hits[k], sizeof hits[k])) return 4;
    }}
  }}
  return (strcmp(@p_digest(), "{ruleset.digest}") == 0) ? 0 : 5;
}}
"""
    )


EXTREMES = [0, 1, -1, 3, -3, 2**31, 2**53 + 1, 2**62, -(2**62), 2**63 - 1, -(2**63), None]


GRIDS = [
    FixedFormat(width=width, fraction=fraction, signed=signed)
    for width, fraction, signed in (
        *((1, 0, True), (1, 0, False), (8, 4, True), (48, 48, True), (48, 48, False)),
        *((48, -5, True), (5, -48, True), (12, -1, False), (32, 0, True), (31, 0, True)),
    )
]


def extremes():
    """Every grid under every dtype, with the values at which arithmetic overflows, underflows or ties."""
    tiny = [0.0, -0.0, 5e-324, -5e-324, 1e-45, -1e-45]
    floats = [*tiny, 0.5, 1.5, -0.5, -2.5, 1e308, -1e308, math.inf, -math.inf, None]
    for rounding in ("nearest", "floor"):
        for grid in GRIDS:
            step = 2.0**-grid.fraction
            texts = [f"{x} {sign} {step!r}" for x in ("`double`", "linux") for sign in ("<", "<=", ">", ">=")]
            texts += ["`double` >= 0", "linux >= 0", "n >= 1", "n < 1", "n >= 0"]
            rules = [{"id": f"r{k}", "when": [text], "then": "hit"} for k, text in enumerate(texts)]
            numerics = Fixed(formats={"n": grid, "double": grid, "linux": grid}, rounding=rounding)
            events = [
                {"n": EXTREMES[i % len(EXTREMES)], "double": value, "linux": value}
                for i, value in enumerate(
                    [*floats, *(x * 2.0**-grid.fraction for x in (0.5, 1.5, -0.5, 2.5))]
                )
            ]
            yield law(policy="collect", rules=rules), numerics, events


SANITIZE = ["-g", "-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"]


LIBRARIES = {"gcc": "libasan8 libubsan1", "clang": "libclang-rt-14-dev"}


def drive(compiler, flags, runs, tmp_path):
    for number, (ruleset, numerics, events) in enumerate(runs):
        folder = write(rulekit.compile(ruleset, "c", numerics), tmp_path / str(number))
        (folder / "main.c").write_text(driver(ruleset, numerics, events), encoding="utf-8")
        run(compiler, "-std=c99", *flags, "decide.c", "main.c", "-o", "main", cwd=folder)
        run("./main", cwd=folder)


def corpus_runs():
    return [(cases[0].ruleset, cases[0].numerics, [case.event for case in cases]) for cases in CORPUS]


@pytest.fixture
def sanitized(compiler, tmp_path):
    """The flags of the sanitizers, where their library is installed."""
    (tmp_path / "empty.c").write_text("int main(void) { return 0; }\n")
    command = [compiler, *SANITIZE, "empty.c", "-o", "empty"]
    if subprocess.run(command, cwd=tmp_path, capture_output=True, check=False).returncode != 0:
        pytest.skip(f"apt-get install {LIBRARIES[compiler]}")
    return SANITIZE


@pytest.mark.parametrize("compiler", COMPILERS)
def test_sanitizers_find_nothing_in_the_corpus(compiler, sanitized, tmp_path) -> None:
    drive(compiler, sanitized, corpus_runs(), tmp_path)


@pytest.mark.parametrize("compiler", COMPILERS)
def test_sanitizers_find_nothing_at_the_ends_of_the_grids(compiler, sanitized, tmp_path) -> None:
    drive(compiler, sanitized, extremes(), tmp_path)


@pytest.mark.parametrize("compiler", COMPILERS)
def test_optimizers_change_nothing(compiler, tmp_path) -> None:
    drive(compiler, ["-O3", "-march=native"], [*corpus_runs(), *list(extremes())[::4]], tmp_path)


def test_the_place_of_the_lowest_bit_is_looked_up_right() -> None:
    source = rulekit.compile(AWKWARD, "c").source
    (listed,) = re.findall(r"LOWEST_BIT\[32\] = {([^}]*)}", source)
    (factor,) = {int(each, 16) for each in re.findall(r"lowest \* 0x([0-9A-F]+)U", source)}
    table = [int(each) for each in listed.split(",")]
    for bit in range(32):
        assert table[(factor << bit & 0xFFFF_FFFF) >> 27] == bit


@pytest.mark.parametrize(("count", "words"), [(0, 1), (32, 1), (33, 2)])
def test_a_word_of_hits_has_a_loop_of_its_own(count, words) -> None:
    source = rulekit.compile(many("first", count), "c").source
    assert re.findall(r"^    block_word_(\d+),$", source, re.MULTILINE) == [str(n) for n in range(words)]
