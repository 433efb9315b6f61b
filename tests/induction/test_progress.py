from __future__ import annotations

import sys

import pytest

from rulekit.induction.progress import progress_bar


def test_a_bar_is_drawn_on_stderr_when_asked(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")  # rich then takes stderr for a terminal
    monkeypatch.setenv("TERM", "xterm")
    with progress_bar(2, show=True) as step:
        step("growing trees")
        step("calibrating")
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "calibrating" in shown.err
    assert "100%" in shown.err


def test_without_a_terminal_nothing_is_drawn(capsys: pytest.CaptureFixture[str]) -> None:
    for show in (False, None):
        with progress_bar(2, show=show) as step:
            step("growing trees")
    assert capsys.readouterr() == ("", "")


def test_without_rich_nothing_is_drawn(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "rich.progress", None)
    with progress_bar(2, show=True) as step:
        step("growing trees")
    assert capsys.readouterr() == ("", "")


def test_an_error_inside_passes_through() -> None:
    with pytest.raises(ZeroDivisionError), progress_bar(1, show=True):
        raise ZeroDivisionError
