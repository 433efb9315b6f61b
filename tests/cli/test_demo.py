"""``rulekit demo``: which verbs it runs, and what it prints; the verbs themselves are not run here."""

import json
from importlib import import_module
from pathlib import Path

import pytest

module = import_module("rulekit.cli.demo")  # the package has the verb under this name

SHARE = {"value": 0.5, "low": 0.4, "high": 0.6}
AUDIT = {
    "replay": {"verdict": "holds", "sentence": "Every decision is what its law says."},
    "measures": {"efficiency": SHARE, "false_positive_rate": SHARE, "rate": SHARE},
    "teacher": {"measures": {"efficiency": SHARE}},
}


class Done:
    """A verb that ended."""

    def __init__(self, stdout, returncode=0):
        self.stdout, self.returncode = stdout, returncode


@pytest.fixture
def verbs(monkeypatch, tmp_path, fraud):
    """Catch the verbs that the demo would run, and answer for them."""
    ran = []

    def run(command, **_):
        words = command[command.index("rulekit") + 1 :]
        ran.append(words)
        return Done(json.dumps(AUDIT) if words[0] == "audit" else f"{words[0]} said this\n")

    class LawFolder:
        ruleset = fraud

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(module.subprocess, "run", run)
    monkeypatch.setattr(module, "_prepare", lambda *_: ("truth", "event"))
    monkeypatch.setattr(module, "_first_event", lambda *_: 17)
    monkeypatch.setattr("rulekit.store.folder.folder.read", lambda _: LawFolder)
    return ran


def test_the_demo_runs_the_journey_twice(typed, verbs):
    code, out, err = typed("demo --events 50 --seed 4")
    assert (code, err) == (0, "")
    hep = ["induce", "check", "compile", "quantise", "compile", "decide", "audit"]
    fraud = ["induce", "check", "compile", "decide", "log", "replay", "explain", "audit"]
    assert [words[0] for words in verbs] == hep + fraud
    assert "induce said this" in out
    assert "$ rulekit check " in out
    assert out.count(AUDIT["replay"]["sentence"]) == 2
    assert "On 50 fresh events" in out
    assert out.splitlines()[-1] == f"report: {Path('demo/fraud/report.html')}"


def test_the_verbs_get_options_that_exist(typed, verbs):
    """Each line is one that the command line itself can parse."""
    import typer.main

    from rulekit.cli import app

    typed("demo --seed 4")
    command = typer.main.get_command(app)
    for words in verbs:
        found, rest = command.commands[words[0]], list(words[1:])
        if words[0] == "log":
            found = found.commands[rest.pop(0)]
        known = {name for parameter in found.params for name in parameter.opts}
        assert {word for word in rest if word.startswith("--")} <= known, words
    induce = verbs[0]
    assert induce[induce.index("--seed") + 1] == "4"
    explain = next(words for words in verbs if words[0] == "explain")
    assert explain[-4:] == ["--id", "event", "--event", "17"]


def test_the_demo_as_json_keeps_stdout_to_one_document(typed, verbs):
    code, out, err = typed("demo --events 50 --json")
    document = json.loads(out)
    assert (code, document["events"], document["seed"]) == (0, 50, 0)
    assert list(document["packs"]) == ["hep", "fraud"]
    pack = document["packs"]["hep"]
    assert (pack["rules"], pack["literals"], pack["verdict"]) == (2, 6, "holds")
    assert pack["law"].endswith("rules/hep/level1/ruleset.yaml")
    assert pack["measures"]["efficiency"] == SHARE
    assert "$ rulekit induce" in err
    assert "induce said this" in err


def test_a_verb_with_findings_goes_on(verbs, typed, monkeypatch):
    answered = module.subprocess.run
    monkeypatch.setattr(module.subprocess, "run", lambda command, **_: Done(answered(command).stdout, 1))
    assert typed("demo")[0] == 0


@pytest.mark.parametrize("done", [Done("", 0), Done("half an answer", 2), Done("half an answer", 3)])
def test_a_verb_that_fails_stops_the_demo(verbs, typed, monkeypatch, done):
    monkeypatch.setattr(module.subprocess, "run", lambda *_, **__: done)
    code, _, err = typed("demo")
    assert (code, err) == (2, "error: the demo stopped: `rulekit induce` failed\n")


@pytest.mark.parametrize(("place", "name"), [(0, "hep.level1"), (1, "fraud.card_payments")])
def test_laws_are_named_after_their_folders(place, name):
    assert module.law_name(module._JOURNEYS[place]) == name
