import sys

import pytest

from rulekit.cli import main


@pytest.fixture
def typed(monkeypatch, capsys):
    """Return a function that runs a command line as typed, and returns exit code, stdout and stderr."""

    def command(line):
        monkeypatch.setattr(sys, "argv", ["rulekit", *line.split()])
        with pytest.raises(SystemExit) as left:
            main()
        said = capsys.readouterr()
        assert "Traceback" not in said.err
        return left.value.code or 0, said.out, said.err

    return command
