"""The command itself: exit codes, messages, the last handler, and what loading it costs."""

import os
import subprocess
import sys

import pytest

from rulekit.cli import main
from rulekit.errors import RulekitError


@pytest.fixture
def run(typed, law_and_events):
    """Run a command line in a folder with a law and events."""
    return typed


HEAVY = ("sklearn", "onnxruntime", "matplotlib", "imodels", "polars", "pydantic")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("decide law.yaml", "Missing argument"),
        ("compile law.yaml --out b --target pyhton", "did you mean 'python'?"),
        ("check gone.yaml", "there is no such file"),
        ("check .", "a law folder holds ruleset.yaml"),
        ("nonsense", "No such command"),
        ("decide law.yaml events.parquet --out d.xlsx", "unknown kind of decisions file"),
    ],
)
def test_bad_usage(run, line, message):
    code, _, err = run(line)
    assert code == 2
    assert message in err


def test_the_command_is_installed():
    done = subprocess.run(
        [sys.executable, "-m", "rulekit", "--version"], capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("rulekit ")


def test_importing_rulekit_loads_nothing_heavy():
    code = f"import sys, rulekit; print([m for m in {HEAVY} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_help_loads_nothing_heavy():
    code = (
        "import sys; from rulekit.cli import app\n"
        "try: app(['--help'])\n"
        "except SystemExit: pass\n"
        f"print([m for m in {HEAVY} if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_every_error_of_ours_is_caught_by_main():
    import rulekit.errors

    everything = [thing for thing in vars(rulekit.errors).values() if isinstance(thing, type)]
    ours = [thing for thing in everything if issubclass(thing, Exception)]
    assert len(ours) > 8
    assert all(issubclass(error, RulekitError) for error in ours)


def fail_with(monkeypatch, error):
    """Let ``rulekit check`` end with an exception."""

    def broken(*_):
        raise error

    monkeypatch.setattr("rulekit.store.check.check_law", broken)


class Panic(BaseException):
    """Polars raises something like it: it is no Exception."""


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (ValueError("the sky fell\nin two lines"), "ValueError: the sky fell;"),
        (AssertionError(), "AssertionError;"),
        (KeyError("x"), "KeyError: 'x';"),
        (MemoryError(), "MemoryError;"),
        (Panic("not yet implemented"), "Panic: not yet implemented;"),
        (
            ModuleNotFoundError("No module named 'nonsense'", name="nonsense"),
            "ModuleNotFoundError: No module",
        ),
    ],
)
def test_a_fault_of_ours_is_one_line_and_exit_code_3(run, monkeypatch, error, said):
    monkeypatch.delenv("RULEKIT_DEBUG", raising=False)
    fail_with(monkeypatch, error)
    code, out, err = run("check law.yaml")
    assert (code, out) == (3, "")
    assert err.startswith(f"error: this is a fault of rulekit: {said}")
    assert err.endswith("set RULEKIT_DEBUG=1 for the traceback\n")
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("error", "code"), [(RulekitError("bad"), 2), (OSError("no room"), 2), (ValueError("ours"), 3)]
)
@pytest.mark.parametrize("way", ["option", "variable"])
def test_debug_prints_the_traceback(monkeypatch, capsys, law_and_events, error, code, way):
    monkeypatch.setenv("RULEKIT_DEBUG", "1" if way == "variable" else "")
    fail_with(monkeypatch, error)
    words = ["--debug"] if way == "option" else []
    monkeypatch.setattr(sys, "argv", ["rulekit", *words, "check", "law.yaml"])
    with pytest.raises(SystemExit) as left:
        main()
    said = capsys.readouterr().err
    assert left.value.code == code
    assert said.startswith("Traceback (most recent call last):")
    assert "in broken\n    raise error" in said
    assert said.splitlines()[-1].startswith("error: ")
    assert ("set RULEKIT_DEBUG" in said) is False


@pytest.mark.parametrize("error", [RulekitError("bad"), OSError("no room")])
def test_bad_input_is_no_fault_of_ours(run, monkeypatch, error):
    monkeypatch.delenv("RULEKIT_DEBUG", raising=False)
    fail_with(monkeypatch, error)
    assert run("check law.yaml") == (2, "", f"error: {error}\n")


def test_a_missing_extra_is_bad_input(run, monkeypatch):
    error = ModuleNotFoundError("No module named 'duckdb'", name="duckdb")
    fail_with(monkeypatch, error)
    code, out, err = run("check law.yaml")
    assert (code, out) == (2, "")
    assert "pip install 'rulekit-engine[" in err


def test_an_interrupt_is_not_called_a_fault(run, monkeypatch):
    fail_with(monkeypatch, KeyboardInterrupt())
    code, out, err = run("check law.yaml")
    assert (out, "fault" in err) == ("", False)
    assert code not in {0, 2, 3}


def test_a_closed_pipe_is_silent():
    """Whoever reads the output, such as ``head``, may stop before its end; typer leaves with 1 then."""
    read, write = os.pipe()
    os.close(read)
    command = [sys.executable, "-m", "rulekit", "targets", "--json"]
    done = subprocess.run(command, stdout=write, stderr=subprocess.PIPE, text=True, check=False)
    os.close(write)
    assert (done.returncode, done.stderr) == (1, "")


def test_the_version_is_that_of_the_library(run):
    from rulekit.version import VERSION

    assert run("--version") == (0, f"rulekit {VERSION}\n", "")


def test_no_verb_is_a_request_for_help(run):
    code, out, err = run("")
    assert (code, "induce" in out + err) == (2, True)


def completed(**variables):
    """Return what rulekit answers to a shell that asks it by variables of the environment."""
    command = [sys.executable, "-m", "rulekit"]
    here = {**os.environ, **variables}
    return subprocess.run(command, capture_output=True, text=True, check=False, env=here).stdout


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_is_a_script_that_calls_rulekit_again(shell):
    script = completed(_RULEKIT_COMPLETE=f"source_{shell}")
    assert "_RULEKIT_COMPLETE" in script
    assert f"complete_{shell}" in script


@pytest.mark.parametrize(
    ("typed_words", "offered"),
    [("rulekit rep", ["repeal", "replay"]), ("rulekit replay --ru", ["--ruleset"])],
)
def test_completion_knows_the_verbs_and_their_options(typed_words, offered):
    place = str(len(typed_words.split()) - 1)
    found = completed(_RULEKIT_COMPLETE="complete_bash", COMP_WORDS=typed_words, COMP_CWORD=place)
    assert found.split() == offered
