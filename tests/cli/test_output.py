"""What the verbs print with."""

import json
import shlex
import sys

import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st

from rulekit.cli.output import WIDTH, command_line, findings_text, finish, print_answer, wrapped
from rulekit.findings import Finding


def finding(level):
    return Finding(code="gap", subject="rule a", message="something is odd", level=level)


def test_an_answer_is_text_or_one_json_document(capsys):
    document = {"name": "Ångström", "counts": {"a": 1}, "none": None}
    print_answer(False, document, "a text")
    assert capsys.readouterr().out == "a text\n"
    print_answer(True, document, "a text")
    printed = capsys.readouterr().out
    assert json.loads(printed) == document
    assert "Ångström" in printed


@pytest.mark.parametrize(
    ("levels", "ends"),
    [((), False), (("note",), False), (("note", "warning"), True), (("error",), True), (("warning",), True)],
)
def test_findings_end_with_1_unless_they_are_notes(levels, ends):
    findings = [finding(level) for level in levels]
    if not ends:
        assert finish(findings) is None
        return
    with pytest.raises(typer.Exit) as left:
        finish(findings)
    assert left.value.exit_code == 1


def test_findings_are_listed_one_a_line():
    assert findings_text([]) == ""
    assert findings_text([finding("note"), finding("error")]) == (
        "finding  gap: rule a: something is odd\nfinding  gap: rule a: something is odd"
    )


def test_wrapped_text_hangs_under_its_head():
    lines = wrapped("word " * 40, "note     ").splitlines()
    assert len(lines) == 3
    assert lines[0].startswith("note     word word")
    assert all(line.startswith("         word") for line in lines[1:])
    assert max(map(len, lines)) <= WIDTH


def test_a_long_word_and_a_hyphen_are_left_whole():
    path = "/very/long/path-with-hyphens/" * 4
    assert wrapped(f"see {path} there").splitlines() == ["see", path, "there"]


def test_no_line_ends_at_a_no_break_space():
    text = "x" * 76 + " 10\N{NO-BREAK SPACE}% of it"
    assert wrapped(text).splitlines() == ["x" * 76, "10 % of it"]


@given(
    st.lists(
        st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=30), max_size=60
    )
)
def test_wrapping_changes_nothing_but_the_blanks(words):
    lines = wrapped(" ".join(words), "head ").splitlines()
    assert " ".join(lines).split() == (["head", *words] if words else [])
    assert all(len(line) <= WIDTH for line in lines)


@pytest.mark.parametrize("words", [["check", "a law"], ["explain", '{"amount": 3}'], [], ["--out", "it's"]])
def test_the_command_can_be_pasted_into_a_shell(monkeypatch, words):
    monkeypatch.setattr(sys, "argv", ["/somewhere/rulekit", *words])
    assert shlex.split(command_line()) == ["rulekit", *words]
