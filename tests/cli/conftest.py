import sys

import pytest
from fixtures import FRAUD
from lawfolders import make_keys, make_law, write_charter
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


@pytest.fixture
def law(tmp_path):
    """Make a law folder whose acts alice and bob must approve; their keys are in ``keys``."""
    folder = make_law(tmp_path / "law")
    write_charter(folder, 2, make_keys(tmp_path / "keys", "alice", "bob"))
    return folder


@pytest.fixture
def beside_law(monkeypatch, typed, tmp_path, law):
    """Run a command line in the folder that holds ``law``."""
    monkeypatch.chdir(tmp_path)
    return typed


@pytest.fixture
def enacted(beside_law):
    """Run a command line beside a law that is in force."""
    beside_law("approve law --key keys/alice.key")
    beside_law("enact law --key keys/bob.key")
    return beside_law
