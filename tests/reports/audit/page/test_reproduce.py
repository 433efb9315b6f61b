"""How to make a page again: versions, digests and commands."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from rulekit.reports.audit.page.reproduce import parameters_in_words, recipe_of


def audit_of(**origin: object) -> SimpleNamespace:
    given = {
        "versions": {},
        "sources": (),
        "provenance": None,
        "decided_by": None,
        "audited_by": None,
        **origin,
    }
    return SimpleNamespace(origin=SimpleNamespace(**given))


def source(role: str, path: str, digest: str | None) -> SimpleNamespace:
    return SimpleNamespace(role=role, path=path, digest=digest)


def test_versions_are_pinned_and_python_is_no_package() -> None:
    found = recipe_of(audit_of(versions={"python": "3.11.7", "rulekit-engine": "0.1.0", "polars": "1.2"}))
    assert found.install == "pip install 'polars==1.2' 'rulekit-engine==0.1.0'"


def test_digests_are_as_sha256sum_reads_them() -> None:
    found = recipe_of(
        audit_of(sources=(source("decisions", "d.parquet", "sha256:00ff"), source("events", "a frame", None)))
    )
    assert (found.check, found.unnamed) == (("00ff  d.parquet",), ("events",))


def test_commands_that_are_known_in_their_order() -> None:
    made = SimpleNamespace(command="rulekit induce")
    found = recipe_of(audit_of(provenance=made, decided_by="rulekit decide", audited_by="rulekit audit"))
    assert found.commands == ("rulekit induce", "rulekit decide", "rulekit audit")
    assert recipe_of(audit_of(audited_by="rulekit audit")).commands == ("rulekit audit",)
    assert recipe_of(audit_of(provenance=SimpleNamespace(command=None))).commands == ()


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (12345, "12,345"),
        (0.25, "0.25"),
        (True, "yes"),
        (False, "no"),
        ("any", "any"),
        ([1, 2], "1, 2"),
        ({"rules": 8, "max_depth": 3}, "rules 8, max depth 3"),
        ({"deep": {"er": 1}}, "1 entry, in the JSON twin"),
        ([[1], [2]], "2 entries, in the JSON twin"),
    ],
)
def test_parameters_on_one_line(value: object, words: str) -> None:
    assert parameters_in_words({"time_limit": value}) == [("time limit", words)]


def test_what_was_not_given_has_no_line() -> None:
    assert parameters_in_words({"a": None, "b": 1}) == [("b", "1")]
