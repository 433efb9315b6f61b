"""Programs outside: found on the path, named with how to get them, and their failures told in a line."""

from __future__ import annotations

import pytest

from rulekit.errors import MissingToolError, RulekitError
from rulekit.targets.systemverilog.tools import Tool, first_absent

SHELL = Tool(("no-such-program", "sh"), "--version", "install sh")
GONE = Tool(("no-such-program",), "-V", "apt-get install nothing")


def test_the_first_name_that_is_there_is_taken():
    assert SHELL.path().endswith("/sh")
    assert SHELL.installed()
    assert SHELL.name == "sh"


def test_what_is_not_there_says_how_to_get_it():
    assert not GONE.installed()
    with pytest.raises(MissingToolError, match="no-such-program is not installed") as raised:
        GONE.path()
    assert "apt-get install nothing" in str(raised.value)


def test_the_first_absent_one_is_told():
    assert first_absent(SHELL) is None
    assert first_absent() is None
    other = Tool(("nor-this-one",), "-V", "somewhere")
    assert "no-such-program" in str(first_absent(SHELL, GONE, other))


def test_a_program_runs_in_its_folder(tmp_path):
    assert SHELL.run(["-c", "pwd"], tmp_path).strip() == str(tmp_path)


def test_a_failure_is_one_error_with_its_reason(tmp_path):
    with pytest.raises(RulekitError, match=r"sh failed: .*ERROR: no such cell"):
        SHELL.run(["-c", "echo 'ERROR: no such cell'; exit 3"], tmp_path)


def test_an_attempt_leaves_the_status_to_the_caller(tmp_path):
    done = SHELL.attempt(["-c", "echo out; echo err >&2; exit 3"], tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (3, "out\n", "err\n")


def test_what_takes_too_long_is_given_up(tmp_path):
    with pytest.raises(RulekitError, match="sh"):
        SHELL.run(["-c", "sleep 5"], tmp_path, timeout=0.1)
