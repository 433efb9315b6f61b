"""What holds for every verb: its help, its options, one message for bad usage, one JSON document."""

import inspect
import json
import re

import pytest
import typer.main
from lawfolders import make_keys, make_law, write_charter
from typer.testing import CliRunner

from rulekit.cli import app

COMMAND = typer.main.get_command(app)
GROUPS = ("keys", "log")
VERBS = sorted(name for name in COMMAND.commands if name not in GROUPS)
LINES = [
    *VERBS,
    *(f"{group} {name}" for group in GROUPS for name in sorted(COMMAND.commands[group].commands)),
]


def command(line):
    """Return the command of a verb, such as ``log verify``."""
    found = COMMAND
    for word in line.split():
        found = found.commands[word]
    return found


def options(line):
    """Return the options of a verb as a user can type them."""
    return [name for parameter in command(line).params for name in parameter.opts if name.startswith("-")]


def help_of(line, flag="--help"):
    """Return the help page of a verb, as a terminal of 80 columns shows it."""
    done = CliRunner().invoke(app, [*line.split(), flag], prog_name="rulekit", terminal_width=80)
    assert done.exit_code == 0, done.output
    return done.stdout


@pytest.mark.parametrize("line", ["", *GROUPS, *LINES])
def test_help_fits_80_columns(line):
    page = help_of(line)
    assert max(map(len, page.splitlines())) <= 80
    assert page.startswith(f"Usage: rulekit {line}".rstrip())


@pytest.mark.parametrize("line", ["", *GROUPS, *LINES])
def test_h_is_help(line):
    assert help_of(line, "-h") == help_of(line)


@pytest.mark.parametrize("line", ["", *GROUPS])
def test_the_list_of_verbs_shows_whole_sentences(line):
    listed = help_of(line).split("Commands:\n")[1].splitlines()
    assert all(one.endswith(".") and not one.endswith("...") for one in listed)


@pytest.mark.parametrize("line", LINES)
def test_help_states_defaults_in_one_way(line):
    text = " ".join(help_of(line).split())
    assert "without." not in text
    assert "without;" not in text
    assert not re.search(r"may be (repeated|given again)", text)
    for sentence in re.findall(r"Default:[^.]*", text):
        assert len(sentence) > len("Default: a")


@pytest.mark.parametrize("line", LINES)
def test_every_option_is_explained(line):
    for parameter in command(line).params:
        assert parameter.help, f"{line}: {parameter.name}"
        assert parameter.help[0] not in "abcdefghijklmnopqrstuvwxyz" or parameter.help.startswith(
            ("sarif", "any,")
        )
        if parameter.opts != ["--help"]:
            assert parameter.help.rstrip().endswith((".", "?", "a,b.", ")", ";")), parameter.help


@pytest.mark.parametrize("line", LINES)
def test_every_verb_answers_as_json(line):
    assert "--json" in options(line)
    assert options(line)[-1] in {"--json", "--markdown", "--help"}


WORDS = {
    "--id": "id_column",
    "--event": ("event", "event_id"),
    "--events": "events",
    "--ruleset": ("ruleset", "rulesets"),
    "--truth": "truth",
    "--weight": "weight",
    "--accept": "accept",
    "--cast": "cast",
    "--bits": "bits",
    "--numerics": "numerics",
    "--monotone": "monotone",
    "--seed": "seed",
    "--json": "json",
    "--out": "out",
}


@pytest.mark.parametrize("line", LINES)
def test_an_option_has_one_name_in_the_code(line):
    for parameter in command(line).params:
        for spelling in parameter.opts:
            if spelling in WORDS and not (line == "demo" and spelling == "--events"):
                assert parameter.name in WORDS[spelling], f"{line} {spelling}"


@pytest.mark.parametrize("option", ["--truth", "--weight", "--cast", "--numerics", "--bits", "--key"])
def test_an_option_has_one_explanation(option):
    """``--key`` is the public key of a log, or the private key of an approver."""
    helps = {
        parameter.help
        for line in LINES if line not in {"approve", "enact", "repeal", "rollback"}
        for parameter in command(line).params if option in parameter.opts
    }  # fmt: skip
    assert len(helps) == 1


def test_arguments_are_named_alike():
    named = {
        line: [p.metavar for p in command(line).params if p.param_type_name == "argument"] for line in LINES
    }
    for line in ("check", "compile", "decide", "bench", "quantise", "explain"):
        assert named[line][0] == "RULESET", line
    for line in ("decide", "bench", "quantise"):
        assert named[line][1] == "EVENTS", line
    for line in ("law", "enact", "approve", "repeal", "rollback"):
        assert named[line][0] == "FOLDER", line
    for line in ("replay", "log verify", "log show", "log export"):
        assert named[line] == ["LOG"], line


def test_no_verb_repeats_the_name_of_an_option():
    for line in LINES:
        assert len(set(options(line))) == len(options(line)), line


def test_the_summary_of_every_verb_is_one_sentence():
    for line in LINES:
        first = inspect.cleandoc(command(line).help).split("\n\n")[0]
        assert first.endswith("."), line
        assert len(first) <= 66, f"{line}: {first}"


@pytest.fixture
def here(monkeypatch, tmp_path, law_and_events):
    """A folder with a law file, a law folder that needs one approval, keys, events and a log of them."""
    monkeypatch.chdir(law_and_events)
    make_law(tmp_path / "law")
    write_charter(tmp_path / "law", 1, make_keys(tmp_path / "keys", "alice", "bob"))
    return tmp_path


BAD = [
    ("check gone.yaml", "there is no such file or folder"),
    ("check law.yaml --bits many", "'--bits': input should be a valid integer"),
    ("check law.yaml --format word", "'word' is not one of"),
    ("check law.yaml --numerics gone.yaml", "gone.yaml"),
    ("check law.yaml --numerics law.yaml --bits 8", "formats are given twice"),
    ("check law@9.9.9", "this version was never enacted"),
    ("check law@in-force", "nothing is in force"),
    ("compile gone.yaml --out b", "there is no such file or folder"),
    ("compile law.yaml", "Missing option '--out'"),
    ("compile law.yaml --out b --target pyhton", "did you mean 'python'?"),
    ("compile law.yaml --out b --option stages", "an option has a name and a value"),
    ("compile law.yaml --out b --target python --option stages=2", "stages"),
    ("compile law@9.9.9 --out b", "this version was never enacted"),
    ("decide gone.yaml events.parquet --out d.parquet", "there is no such file or folder"),
    ("decide law.yaml gone.parquet --out d.parquet", "there is no such file of events"),
    ("decide law.yaml law.yaml --out d.parquet", "unknown kind of file"),
    ("decide law.yaml events.parquet --out d.xlsx", "unknown kind of decisions file"),
    ("decide law.yaml events.parquet --out d.parquet --target no", "no"),
    ("decide law.yaml events.parquet --out d.parquet --id no", "no column 'no' for the event id"),
    ("decide law.yaml events.parquet --out d.parquet --log-sample a=2", "name one with --log"),
    ("decide law@9.9.9 events.parquet --out d.parquet", "this version was never enacted"),
    ("bench gone.yaml events.parquet", "there is no such file or folder"),
    ("bench law.yaml gone.parquet", "there is no such file of events"),
    ("bench law@9.9.9 events.parquet", "this version was never enacted"),
    ("quantise gone.yaml events.parquet", "there is no such file or folder"),
    ("quantise law.yaml events.parquet", "no fixed-point format can be chosen for device_age"),
    ("quantise law.yaml events.parquet --rounding up", "'up' is not one of"),
    ("quantise law@9.9.9 events.parquet", "this version was never enacted"),
    ("explain gone.yaml {}", "there is no such file or folder"),
    ("explain law.yaml", "name one event"),
    ("explain law@9.9.9 {}", "this version was never enacted"),
    ("explain law.yaml {} --monotone amount", "--monotone wants NAME=VALUE"),
    ("explain law.yaml {} --monotone amount=sideways", "up or down"),
    ("explain law.yaml {} --row one", "'--row': input should be a valid integer"),
    ("diff law.yaml gone.yaml", "there is no such file or folder"),
    ("diff law.yaml law@9.9.9", "this version was never enacted"),
    ("diff law.yaml law.yaml --truth fraud", "name them with --events"),
    ("diff law.yaml law.yaml --out report.docx", ".docx"),
    ("audit gone.parquet --out r.html", "gone.parquet"),
    ("audit events.parquet", "Missing option '--out'"),
    ("replay gone.sqlite --ruleset law", "there is no such log"),
    ("replay gone.sqlite", "Missing option '--ruleset'"),
    ("replay gone.txt --ruleset law", "no place for a log"),
    ("induce --teacher t.onnx --events events.parquet", "Missing option '--out'"),
    ("induce --teacher gone.onnx --events events.parquet --truth y --fpr 0.1 --out x", "gone.onnx"),
    ("induce --teacher t --events gone.parquet --truth y --fpr 0.1 --out x", "gone.parquet"),
    ("law gone", "there is no such law folder"),
    ("law law --at noon", "this is no time"),
    ("enact gone", "only a law folder"),
    ("enact law", "0 of 1 approvals"),
    ("enact law --key keys/gone.key", "no such file"),
    ("approve law", "Missing option '--key'"),
    ("approve law --key keys/alice.pub", "no private key"),
    ("repeal law --because x", "nothing is in force"),
    ("repeal law", "Missing option '--because'"),
    ("rollback law 1.0.0 --because x", "never enacted"),
    ("rollback law --because x", "Missing argument 'VERSION'"),
    ("keys new", "Missing argument 'NAME'"),
    ("keys new alice --folder keys", "there is a key of that name already"),
    ("keys show keys/gone.pub", "no such file"),
    ("log verify gone.sqlite", "there is no such log"),
    ("log show gone.sqlite", "there is no such log"),
    ("log show gone.sqlite --last 0", "'--last': input should be greater than or equal to 1"),
    ("log export gone.sqlite --out a", "there is no such log"),
    ("log export gone.sqlite", "Missing option '--out'"),
    ("targets --json=yes", "does not take a value"),
    ("schema please", "unexpected extra argument"),
    ("demo --events many", "'--events': input should be a valid integer"),
    ("nonsense", "No such command"),
    ("log nonsense", "No such command"),
    ("check law.yaml --nonsense", "No such option"),
]


@pytest.mark.parametrize(("line", "message"), BAD)
def test_bad_usage_is_one_message_and_exit_code_2(here, typed, line, message):
    code, out, err = typed(line)
    assert (code, out) == (2, "")
    assert message.lower() in " ".join(err.lower().split())
    assert sum(row.lower().startswith("error: ") for row in err.splitlines()) == 1
    assert not [path for path in here.iterdir() if path.name in {"b", "x", "a", "d.parquet", "r.html"}]


def test_bad_usage_of_every_verb_is_tested():
    tested = {line for line in LINES for bad, _ in BAD if bad.split()[: len(line.split())] == line.split()}
    assert tested == set(LINES)


GOOD = [
    "check law.yaml",
    "compile law.yaml --target python --out build",
    "decide law.yaml events.parquet --out d.parquet",
    "decide law.yaml events.parquet --out e.parquet --log log.sqlite",
    "log show log.sqlite",
    "log verify log.sqlite",
    "log export log.sqlite --out archive",
    "replay log.sqlite --ruleset law.yaml",
    "audit e.parquet --out report.html",
    "diff law.yaml law.yaml",
    "targets",
    "schema",
    "keys show keys/alice.pub",
    "keys new carol",
    "approve law --key keys/alice.key",
    "enact law",
    "law law",
    "repeal law --because enough --key keys/bob.key",
    "rollback law 1.2.0 --because again --key keys/bob.key",
    "bench law.yaml events.parquet --target python",
    "quantise bounded.yaml events.parquet --truth fraud",
]


def test_every_answer_is_one_json_document(here, typed, monkeypatch):
    """All verbs but ``explain``, ``induce`` and ``demo``, whose own tests do so."""
    monkeypatch.setattr("rulekit.runtime.bench.PATIENCE", 0.01)
    law = (here / "law.yaml").read_text()
    (here / "bounded.yaml").write_text(law.replace("unit: day", "unit: day, bounds: [0, 9000]"))
    import polars as pl

    pl.read_parquet("events.parquet").with_columns(fraud=pl.Series([True, False])).write_parquet(
        "events.parquet"
    )
    for line in GOOD:
        code, out, err = typed(f"{line} --json")
        assert code in {0, 1}, f"{line}: {err}"
        document = json.loads(out)
        assert isinstance(document, (dict, list)), line
        assert out == json.dumps(document, indent=2, ensure_ascii=False) + "\n", line
    assert {line.split()[0] for line in GOOD} >= {line.split()[0] for line in LINES} - {
        "explain",
        "induce",
        "demo",
    }
