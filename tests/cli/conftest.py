import sys

import pytest
from fixtures import FRAUD
from payments import PAYMENTS

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


@pytest.fixture
def law_and_events(monkeypatch, tmp_path):
    """Work in a folder with a law and the events it decides."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "law.yaml").write_text(FRAUD)
    PAYMENTS.write_parquet("events.parquet")
    return tmp_path
