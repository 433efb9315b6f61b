"""``rulekit explain`` as a user types it."""

import json
import sys

import logs
import polars as pl
import pytest
from fixtures import FRAUD

from rulekit.cli import main

EVENT = {"amount": 61.0, "cards_per_device_1h": 5, "country": "DK", "device_age": 30.0}
TEXT = """\
fraud.card_present 1.2.0: review
rule many-cards-one-device hits, and no other

why
  many-cards-one-device (review)
    Many cards from one device within the hour
    - cards per device 1h 5 is at least 4 cards, by 1
    - amount 61 EUR is more than 50 EUR, by 11 EUR
    - country is DK, none of SE, NO
    because: Card testing. Costs 0.2 % of good customers a second look.

nearest rules that did not hit
  large-abroad (block): 1 of its 2 literals fails
    Large amount abroad
    - amount 61 EUR is not more than 5000 EUR, by 4939 EUR

the least change that gives block or approve
  amount from 61 EUR down to 50 EUR, by 11 EUR
  then: approve, as no rule hits
  cost 0.00022: amount over 50,000, the width of the bounds

reasons, in order: many-cards-one-device
"""


@pytest.fixture
def run(monkeypatch, capsys, tmp_path):
    """Run ``rulekit explain`` with arguments, in a folder with a law, an event and a file of events."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "law.yaml").write_text(FRAUD)
    (tmp_path / "event.json").write_text(json.dumps(EVENT))
    events = pl.DataFrame({"payment": [7, 8, 8], **{name: [value] * 3 for name, value in EVENT.items()}})
    events.with_columns(amount=pl.Series([10.0, 61.0, 9000.0])).write_parquet("events.parquet")

    def explain(*arguments):
        monkeypatch.setattr(sys, "argv", ["rulekit", "explain", "law.yaml", *arguments])
        with pytest.raises(SystemExit) as left:
            main()
        said = capsys.readouterr()
        assert "Traceback" not in said.err
        return left.value.code or 0, said.out, said.err

    return explain


@pytest.mark.parametrize("event", [json.dumps(EVENT), "@event.json"])
def test_an_event_is_explained(run, event):
    code, out, _ = run(event)
    assert (code, out) == (0, TEXT)


def test_the_answer_as_json(run):
    code, out, _ = run("@event.json", "--json", "--toward", "block", "--immutable", "country,device_age")
    told = json.loads(out)
    assert (code, told["outcome"], told["rule"]) == (0, "review", "many-cards-one-device")
    assert [change["feature"] for change in told["counterfactual"]["changes"]] == [
        "amount",
        "cards_per_device_1h",
    ]


def test_limits_reach_the_search(run):
    _, out, _ = run("@event.json", "--monotone", "amount=up,cards_per_device_1h=up", "--json")
    assert [one["feature"] for one in json.loads(out)["counterfactual"]["changes"]] == ["country"]
    _, out, _ = run("@event.json", "--scale", "amount=1", "--scale", "cards_per_device_1h=0.5", "--json")
    (change,) = json.loads(out)["counterfactual"]["changes"]
    assert (change["feature"], change["cost"]) == ("country", 1.0)


@pytest.mark.parametrize(
    ("which", "outcome"), [(("--row", "1"), "review"), (("--id", "payment", "--event", "7"), "approve")]
)
def test_an_event_of_a_file_is_explained(run, which, outcome):
    code, out, _ = run("--events", "events.parquet", *which)
    assert code == 0
    assert out.startswith(f"fraud.card_present 1.2.0: {outcome}\n")
    assert out.endswith("not in the schema, ignored: payment\n")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "name one event"),
        (["@event.json", "--events", "events.parquet"], "name one event"),
        (["@event.json", "--row", "1"], "--row, --id and --event belong to --events"),
        (["@event.json", "--event", "7"], "--row, --id and --event belong to --events"),
        (["@event.json", "--line", "1"], "--line belongs to --log"),
        (["--events", "events.parquet"], "wants --row, or --id and --event"),
        (["--events", "events.parquet", "--row", "3"], "expected one with row 3, got none"),
        (["--events", "events.parquet", "--row", "-1"], "expected one with row -1, got none"),
        (
            ["--events", "events.parquet", "--id", "payment", "--event", "8"],
            "expected one with payment=8, got several",
        ),
        (["--events", "events.parquet", "--id", "order", "--event", "8"], "no such column"),
        (["--events", "events.parquet", "--id", "payment"], "wants --row, or --id and --event"),
        (["--events", "events.parquet", "--event", "8"], "wants --row, or --id and --event"),
        (
            ["--events", "events.parquet", "--row", "1", "--id", "payment", "--event", "8"],
            "wants --row, or --id and --event",
        ),
        (["--events", "nowhere.parquet", "--row", "0"], "no such file of events"),
        (["{amount: 3}"], "the event is not JSON"),
        (["[1]"], "no JSON object"),
        (["@nowhere.json"], "No such file"),
        (['{"amount": "much"}'], "feature amount of the event does not fit"),
        (["@event.json", "--toward", "arrest"], "expected one of review, block, approve, got arrest"),
        (["@event.json", "--immutable", "amuont"], "did you mean amount"),
        (["@event.json", "--monotone", "country=up"], "for a number"),
        (["@event.json", "--monotone", "amount"], "--monotone wants NAME=VALUE"),
        (["@event.json", "--scale", "amount=many"], "--scale wants amount=NUMBER"),
        (["@event.json", "--scale", "amount=-1"], "a finite number above 0, got -1.0"),
    ],
)
def test_bad_input_is_told_and_leaves_with_2(run, arguments, message):
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert message in " ".join(err.replace("│", " ").split())


@pytest.fixture
def logged(run, typed):
    """Keep eight decisions in a log, and return what runs ``rulekit explain`` beside it."""
    logs.events(8).write_parquet("eight.parquet")
    typed("decide law.yaml eight.parquet --out out.parquet --id id --log eight.sqlite --target python")
    return run


def test_a_decision_of_a_log_is_explained(logged):
    code, out, _ = logged("--log", "eight.sqlite", "--event", "t4")
    assert code == 0
    assert out.startswith("fraud.card_present 1.2.0: review\nrule many-cards-one-device hits, and no other\n")
    code, out, _ = logged("--log", "eight.sqlite", "--line", "3", "--json")
    assert (code, json.loads(out)["outcome"], json.loads(out)["findings"]) == (0, "block", [])


def test_a_log_that_says_otherwise_is_a_finding(logged):
    def change(rows):
        return [
            (n, text.replace(b'"outcome":"review"', b'"outcome":"approve"'), seal) for n, text, seal in rows
        ]

    logs.rewrite("eight.sqlite", change)
    code, out, _ = logged("--log", "eight.sqlite", "--event", "t4")
    message = "the log says approve by many-cards-one-device, and the law does not"
    assert code == 1
    assert out.endswith(f"finding  mismatch: record 4: {message}\n")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--log", "eight.sqlite"], "--log wants one of --event and --line"),
        (["--log", "eight.sqlite", "--line", "1", "--row", "1"], "--log has its own"),
        (["--line", "1"], "--line belongs to --log"),
        (["--log", "eight.sqlite", "--line", "99"], "the log holds no such record"),
        (["--log", "eight.sqlite", "--event", "nobody"], "the log holds no such record"),
        (["--log", "none.sqlite", "--line", "1"], "there is no such log"),
    ],
)
def test_what_is_wrong_with_a_log_is_told(logged, arguments, message):
    code, out, err = logged(*arguments)
    assert (code, out) == (2, "")
    assert message in " ".join(err.split())


def test_a_decision_of_another_law_is_not_explained(logged, tmp_path):
    (tmp_path / "law.yaml").write_text(FRAUD.replace("amount > 5000", "amount > 6000"))
    code, _, err = logged("--log", "eight.sqlite", "--line", "1")
    assert code == 2
    assert "record 1 is of another law than fraud.card_present 1.2.0" in err
