"""Replaying decision logs: honest records are equal to their law, and whatever is not is named."""

from __future__ import annotations

import math
import sqlite3
import tempfile
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from fixtures import FRAUD, TRIGGER
from hypothesis import example, given, settings
from hypothesis import strategies as st
from lawfolders import amend, edit, later, make_law
from logs import drop_heads, events, rewrite, sealed_anew
from postgres import postgres_server

import rulekit
from rulekit.errors import LawError, LogError
from rulekit.ir.notation.document import ruleset_to_json
from rulekit.ir.numerics import Fixed, FixedFormat, Native
from rulekit.ir.prescale import keeps
from rulekit.keys import new_key
from rulekit.log.options import LogOptions
from rulekit.log.record import record_from_text, record_text
from rulekit.log.runner import LoggedRunner
from rulekit.log.write.encoder import SUPPRESSED, RecordEncoder
from rulekit.log.write.writer import open_log
from rulekit.reports.replay import log as replay_log
from rulekit.reports.replay import sample
from rulekit.reports.replay.log import replay
from rulekit.reports.replay.model import LogReplay
from rulekit.reports.replay.sample import Reservoir, SampledRecord
from rulekit.store.acts.enact import enact
from rulekit.testing.events import events as events_of
from rulekit.testing.strategies import numerics as numerics_of
from rulekit.testing.strategies import rulesets

FIELDS_AS_FEATURES = """\
name: odd
version: 1.0.0
schema:
  name: odd
  version: 1.0.0
  features:
    - {name: outcome, dtype: category, categories: [b]}
    - {name: hits, dtype: float64, required: true}
hit_policy: first
otherwise: "no"
rules:
  - {id: first-rule, when: ["outcome in {b}", "hits > 1"], then: "yes"}
"""


def law_file(folder, ruleset, name="law.json"):
    path = Path(folder) / name
    path.write_text(ruleset_to_json(ruleset))
    return path


def write_log(where, artifact, *frames, options=None, key=None, id_column="id"):
    with open_log(where, options, key) as log:
        logged = LoggedRunner(artifact.load(), log, id_column)
        for frame in frames:
            logged.batch(frame)
    return where


def forge(where, *changes):
    """Change records as somebody who can write to the log and knows how to seal it; pairs of line and change."""

    def change(rows):
        changed = dict(changes)
        texts = [
            (seq, text if seq not in changed else _changed(text, changed[seq]), seal)
            for seq, text, seal in rows
        ]
        return sealed_anew(texts, 1)

    rewrite(where, change)
    drop_heads(where)


def _changed(text, change):
    if callable(change):
        return change(text)
    return record_text(record_from_text(text).model_copy(update=change))


def codes(found):
    return [finding.code for finding in found.findings]


@pytest.fixture
def law(tmp_path, fraud):
    return law_file(tmp_path, fraud)


@pytest.fixture(scope="module")
def server():
    with postgres_server() as folder:
        yield folder


@pytest.fixture(params=["sqlite", "parquet", "postgres"])
def where(request, tmp_path):
    if request.param == "postgres":
        return f"postgresql://rulekit@/postgres?host={request.getfixturevalue('server')}#replayed"
    return str(tmp_path / ("log.sqlite" if request.param == "sqlite" else "log"))


@pytest.fixture
def log(tmp_path, fraud):
    return write_log(
        str(tmp_path / "log.sqlite"), rulekit.compile(fraud, "polars"), events(200), events(200, 200)
    )


def test_an_honest_log_is_equal_in_every_store(where, law, fraud, tmp_path):
    key = new_key("site", tmp_path)
    write_log(where, rulekit.compile(fraud), events(100), events(60, 100), key=key)
    found = replay(where, [law], key=key.public, out=tmp_path / "none.parquet")
    assert (found.records, found.equal, found.different, found.findings) == (160, 160, 0, ())
    (mine,) = found.laws
    assert (mine.name, mine.version, mine.digest) == (fraud.name, fraud.version, fraud.digest)
    assert (mine.sampled, mine.numerics, mine.not_in_force) == (160, ("native",), None)
    assert mine.first <= mine.last <= datetime.now(UTC)
    assert found.verification.signed == 160
    assert pl.read_parquet(tmp_path / "none.parquet").height == 0
    assert LogReplay.model_validate_json(found.model_dump_json()) == found


TAMPERED = {
    "outcome": ({"outcome": "approve"}, "block", "approve"),
    "rule": ({"rule": None}, "large-abroad", None),
    "hits": ({"hits": ("large-abroad", "large-abroad")}, "large-abroad", "large-abroad large-abroad"),
    "missing": ({"missing": ("amount",)}, "", "amount"),
    "suppressed": ({"suppressed": ("large-abroad",)}, "", "large-abroad"),
    "score": ({"score": 3}, None, "3"),
}  # fmt: skip


@pytest.mark.parametrize("field", TAMPERED)
def test_a_forged_field_is_named_though_the_chain_holds(log, law, field):
    change, expected, got = TAMPERED[field]
    forge(log, (7, change))
    found = replay(log, [law], target="polars")
    assert found.verification.first_bad is None
    assert (found.equal, found.different, codes(found)) == (399, 1, ["mismatch"])
    compiled = found.mismatches[0]
    assert (compiled.seq, compiled.event, compiled.by) == (7, "t7", "compiled rules")
    (difference,) = compiled.differences
    assert (difference.field, difference.recorded, difference.recomputed) == (field, got, expected)
    by = [mismatch.by for mismatch in found.mismatches]
    assert by == ["compiled rules"] + ["reference semantics"] * (field != "suppressed")


def test_a_forged_value_is_named_where_it_changes_the_decision(log, law):
    values = {"amount": 1.0, "cards_per_device_1h": 2, "country": "NO", "device_age": 1e-6}
    forge(log, (7, {"values": values}))
    found = replay(log, [law], target="polars")
    assert {each.field for each in found.mismatches[0].differences} == {"outcome", "rule", "hits"}


def test_first_twenty_are_shown_and_all_are_counted_and_written(log, law, tmp_path):
    forge(log, *((line, {"outcome": "no such"}) for line in range(50, 110)))
    out = tmp_path / "differences.csv"
    found = replay(log, [law], target="polars", sample=400, out=out)
    assert (found.different, found.equal, len(found.mismatches)) == (60, 340, 20)
    assert [mismatch.seq for mismatch in found.mismatches] == sorted(
        mismatch.seq for mismatch in found.mismatches
    )
    written = pl.read_csv(out)
    assert written.filter(by="compiled rules")["seq"].to_list() == list(range(50, 110))
    assert written.filter(by="reference semantics")["seq"].to_list() == list(range(50, 110))
    assert found.findings[0].count == 60


def test_reference_semantics_has_its_own_say(log, law, monkeypatch):
    genuine = sample.decide
    monkeypatch.setattr(sample, "decide", lambda law, _, numerics: genuine(law, {"amount": 1.0}, numerics))
    found = replay(log, [law], target="polars", sample=400)
    assert {mismatch.by for mismatch in found.mismatches} == {"reference semantics"}
    assert (found.different, found.equal) == (300, 100)


def test_two_laws_in_one_log(log, law, fraud, tmp_path):
    other = rulekit.load(FRAUD.replace("amount > 5000", "amount > 10").replace("1.2.0", "1.3.0"))
    write_log(log, rulekit.compile(other, "polars"), events(40, 400))
    found = replay(log, [law, law_file(tmp_path, other, "other.json")])
    assert [(each.version, each.records, each.equal) for each in found.laws] == [
        ("1.2.0", 400, 400),
        ("1.3.0", 40, 40),
    ]
    assert found.findings == ()


def test_an_unknown_law_is_a_finding_and_alone_an_error(log, law, fraud, tmp_path):
    other = rulekit.load(FRAUD.replace("amount > 5000", "amount > 10"))
    (tmp_path / "empty").mkdir()
    write_log(log, rulekit.compile(other, "polars"), events(40, 400))
    found = replay(log, [law, tmp_path / "empty"], target="polars")
    assert (found.equal, found.unknown_law, codes(found)) == (400, 40, ["unknown-law"])
    assert found.unknown[0].digest == other.digest
    assert "40 records name it" in found.findings[0].message
    assert str(tmp_path / "empty") in found.findings[0].message
    strangers = law_file(tmp_path, rulekit.load(TRIGGER), "menu.json")
    with pytest.raises(LogError, match="not one record can be replayed") as error:
        replay(log, [strangers])
    assert "440 of a law that was not found" in str(error.value)
    with pytest.raises(LawError, match="there is no such file or folder"):
        replay(log, [tmp_path / "nowhere"])


def test_withheld_values_are_counted_and_their_hits_are_checked(tmp_path, law, fraud, log):
    (tmp_path / "salt").write_bytes(b"sixteen bytes of salt")
    options = LogOptions(masked=("country",), hashed=("device_age",), salt=tmp_path / "salt")
    write_log(log, rulekit.compile(fraud, "polars"), events(40, 400), options=options)
    found = replay(log, [law], target="polars")
    assert (found.equal, found.withheld, found.different, found.findings) == (400, 40, 0, ())
    assert any("withholds country, device_age" in note for note in found.notes)
    forge(log, (403, {"outcome": "approve"}))
    found = replay(log, [law], target="polars")
    assert (found.withheld, found.different, found.mismatches[0].by) == (39, 1, "recorded hits")


def test_a_log_that_withholds_everything_can_not_be_replayed(tmp_path, law, fraud):
    where = str(tmp_path / "log")
    write_log(where, rulekit.compile(fraud, "polars"), events(20), options=LogOptions(masked=("amount",)))
    with pytest.raises(LogError, match="not one record") as error:
        replay(where, [law])
    assert "20 whose values the log withholds" in str(error.value)


def test_sampled_away_decisions_and_losses_are_told(tmp_path, law, fraud):
    where = str(tmp_path / "log")
    write_log(
        where, rulekit.compile(fraud, "polars"), events(400), options=LogOptions(sample={"approve": 10})
    )
    found = replay(where, [law], target="polars")
    assert found.equal == found.records == 400 - found.sampled_away["approve"] < 400
    assert any("sampled away" in note for note in found.notes)


def test_only_what_is_asked_for(log, law):
    times = [law_.first for law_ in replay(log, [law], target="polars").laws]
    assert replay(log, [law], event="t9").records == 1
    assert replay(log, [law], since=times[0]).records == 400
    with pytest.raises(LogError, match="no such record"):
        replay(log, [law], until=times[0])
    with pytest.raises(LogError, match="no such record") as error:
        replay(log, [law], event="t400", since=times[0] + timedelta(days=1))
    assert "event t400 from 20" in str(error.value)


def test_a_broken_chain_is_found_first_and_the_rest_is_replayed(log, law):
    rewrite(log, lambda rows: [*rows[:9], (9, b"no JSON", rows[9][2]), *rows[10:]])
    found = replay(log, [law], target="polars")
    assert (found.verification.first_bad, found.equal, found.damaged) == (9, 399, 1)
    assert codes(found) == ["log-broken", "log-broken"]
    unverified = replay(log, [law], target="polars", verify=False)
    assert (unverified.verification, unverified.equal, codes(unverified)) == (None, 399, ["log-broken"])
    assert "the chain was not followed" in unverified.notes


def test_what_is_added_after_the_chain_was_followed_is_not_replayed(log, law, fraud, monkeypatch):
    genuine = replay_log.verify_log

    def verified(where, key):
        found = genuine(where, key)
        write_log(where, rulekit.compile(fraud, "polars"), events(10, 400))
        return found

    monkeypatch.setattr(replay_log, "verify_log", verified)
    assert replay(log, [law], target="polars").records == 400


DAMAGE = {
    "no JSON": lambda text: text[:50],
    "no outcome": lambda text: text.replace(b'"outcome":"block",', b""),
    "a word for a number": lambda text: text.replace(b'"amount":6000', b'"amount":"much"'),
    "a list for a number": lambda text: text.replace(b'"amount":6000', b'"amount":[6000]'),
    "beyond the dtype": lambda text: text.replace(b'"cards_per_device_1h":2', b'"cards_per_device_1h":2147483648'),
    "no time": lambda text: text.replace(b'"at":"2', b'"at":"x'),
}  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGE)
def test_one_damaged_record_is_named_and_stops_nothing(log, law, damage):
    forge(log, (7, DAMAGE[damage]), (9, {"outcome": "block"}))
    found = replay(log, [law], target="polars")
    assert (found.equal, found.different, found.damaged) == (398, 1, 1)
    assert "line 7" in {finding.subject for finding in found.findings}


def test_a_record_that_is_no_text_is_named_and_stops_nothing(log, law):
    with closing(sqlite3.connect(log)) as connection:
        connection.execute(
            "UPDATE lines SET text = CAST(replace(CAST(text AS BLOB), 't7', x'ff') AS TEXT) WHERE seq = 7"
        )
        connection.commit()
    found = replay(log, [law], target="polars")
    assert (found.verification.first_bad, found.equal, found.damaged) == (7, 399, 1)


def test_records_on_lines_of_others_are_named(log, law):
    rewrite(
        log, lambda rows: sealed_anew([*rows[:7], (7, rows[8][1], b""), (8, rows[7][1], b""), *rows[9:]], 7)
    )
    drop_heads(log)
    found = replay(log, [law], target="polars")
    assert found.equal == 400
    assert [(finding.code, finding.subject) for finding in found.findings] == [("log-broken", "lines 7, 8")]


def test_losses_are_a_finding_even_where_the_chain_is_not_followed(log, law):
    rewrite(
        log, lambda rows: sealed_anew([*rows, (400, b'{"at":"2027","id":400,"lost":{"block":3}}', b"")], 400)
    )
    for verify in (True, False):
        found = replay(log, [law], target="polars", verify=verify)
        assert (found.lost, codes(found)) == ({"block": 3}, ["log-lost"])


def test_decisions_when_the_law_was_not_in_force_are_a_finding(tmp_path, fraud):
    folder = make_law(tmp_path / "rules" / "fraud")
    draft = write_log(str(tmp_path / "draft"), rulekit.compile(fraud, "polars"), events(20))
    assert any("no register" in note for note in replay(draft, [tmp_path / "rules"]).notes)
    enact(folder)
    where = write_log(str(tmp_path / "log.sqlite"), rulekit.compile(fraud, "polars"), events(20))
    soon = later(1)
    forge(where, *((line, {"at": soon}) for line in range(1, 20)))
    found = replay(where, [tmp_path / "rules"])
    assert (found.findings, found.laws[0].not_in_force, found.laws[0].place) == ((), 0, str(folder))
    forge(where, (2, {"at": later(-2)}), (4, {"at": later(-1)}))
    found = replay(where, [tmp_path / "rules"])
    assert (found.equal, codes(found), found.laws[0].not_in_force) == (20, ["not-in-force"], 2)
    assert found.findings[0].message.endswith("when it was not in force: in force was nothing")
    amend(folder)
    enact(folder)
    found = replay(where, [tmp_path / "rules"], since=soon)
    assert (found.laws[0].not_in_force, found.findings[0].count) == (17, 17)
    assert found.findings[0].message.endswith("in force was 1.3.0")


def test_the_second_of_a_change_belongs_to_both_laws(tmp_path, fraud):
    folder = make_law(tmp_path / "fraud")
    enact(folder)
    amend(folder)
    second = enact(folder, begins=later(1)).begins
    where = write_log(str(tmp_path / "log.sqlite"), rulekit.compile(fraud, "polars"), events(4))
    inside, outside = timedelta(microseconds=999_999), timedelta(seconds=1)
    forge(where, (1, {"at": second + inside}), (2, {"at": second + outside}))
    assert replay(where, [folder]).laws[0].not_in_force == 1


def test_a_law_that_was_displaced_before_it_began_never_was_in_force(tmp_path, fraud):
    folder, begins = make_law(tmp_path / "fraud"), later(1)
    enact(folder, begins=begins)
    amend(folder)
    enact(folder, begins=begins)
    where = write_log(str(tmp_path / "log.sqlite"), rulekit.compile(fraud, "polars"), events(4))
    forge(where, (1, {"at": begins}))
    assert replay(where, [folder]).laws[0].not_in_force == 4


def test_a_register_that_was_tampered_with_is_a_finding(tmp_path, fraud):
    folder = make_law(tmp_path / "fraud")
    enact(folder)
    where = write_log(str(tmp_path / "log.sqlite"), rulekit.compile(fraud, "polars"), events(4))
    edit(folder / "register.yaml", "act: enact", "because: Why not.\n    act: enact")
    assert "tampered" in codes(replay(where, [folder]))


FORMATS = {"amount": FixedFormat(width=8, fraction=-6), "cards_per_device_1h": FixedFormat(width=8, fraction=0),
           "device_age": FixedFormat(width=16, fraction=4)}  # fmt: skip


def test_fixed_point_is_replayed_in_the_numerics_that_the_log_tells(tmp_path, fraud, law):
    where = str(tmp_path / "log.sqlite")
    frame = events(40).with_columns(pl.Series("amount", [5010.0] * 40, pl.Float32), country=pl.lit("NO"))
    native = rulekit.compile(fraud, "polars")
    fixed = rulekit.compile(fraud, "polars", Fixed(formats=FORMATS))
    write_log(where, fixed, frame[:10], frame[10:])
    write_log(where, native, frame)
    write_log(where, fixed, frame)
    found = replay(where, [law])
    assert found.verification.lines == 120 + 2, "the manifest is told once each time that the log is opened"
    assert (found.equal, found.findings, found.laws[0].numerics) == (120, (), ("fixed", "native"))
    decided = [row.load().batch(frame)["outcome"].to_list() for row in (native, fixed)]
    assert decided[0] != decided[1], "the two must differ, or this tests nothing"
    rewrite(where, lambda rows: sealed_anew([(seq, text.replace(b'fraction\\":-6', b'fraction\\":-5'), seal)
                                             for seq, text, seal in rows], 1))  # fmt: skip
    drop_heads(where)
    assert replay(where, [law]).different > 0, (
        "another manifest does not have the digest that the records name"
    )


def test_suppressed_hits_are_recomputed_where_the_seed_is_known(tmp_path):
    menu = rulekit.load(TRIGGER.replace("    then: met", "    then: met\n    prescale: 3"))
    plain = rulekit.load(TRIGGER)
    frame = pl.DataFrame({"met": [200.0] * 60, "dimuon_mass": [20.0] * 60, "jets": [3] * 60},
                         schema_overrides={"met": pl.Float32, "jets": pl.Int32})  # fmt: skip
    suppressed = [[] if keeps(5, "high-met", event, 3) else ["high-met"] for event in range(60)]
    decided = rulekit.compile(plain, "polars").load().batch(frame, hits=True)
    encoder = RecordEncoder(rulekit.compile(plain, "polars"), LogOptions())
    encoder.ruleset = menu
    where = str(tmp_path / "log.sqlite")
    with open_log(where) as log:
        ids = pl.Series("id", range(60))
        log.append(encoder.batch(decided.with_columns(pl.Series(SUPPRESSED, suppressed)), ids, 0))
    law = law_file(tmp_path, menu)
    assert 10 < sum(map(bool, suppressed)) < 50
    told = replay(where, [law], prescale_seed=5)
    assert (told.equal, told.findings) == (60, ())
    assert not any("seed" in note for note in told.notes)
    other = replay(where, [law], prescale_seed=6)
    assert other.different > 0
    assert {each.field for each in other.mismatches[0].differences} == {"suppressed"}
    untold = replay(where, [law])
    assert (untold.equal, any("seed of its prescales" in note for note in untold.notes)) == (60, True)
    forge(where, (9, {"suppressed": ("two-muons",)}))
    assert replay(where, [law]).different == 1


@st.composite
def decided(draw):
    ruleset = draw(rulesets())
    numerics = draw(st.just(Native()) | numerics_of(ruleset))
    return ruleset, numerics, draw(st.lists(events_of(ruleset, numerics), min_size=1, max_size=8))


@settings(max_examples=30)
@given(decided())
@example(
    (
        rulekit.load(FIELDS_AS_FEATURES),
        Native(),
        [{"outcome": "b", "hits": 2.0}, {"hits": None}, {"hits": math.inf}],
    )
)
def test_whatever_was_decided_is_decided_again(drawn):
    ruleset, numerics, raw = drawn
    artifact = rulekit.compile(ruleset, "python", numerics)
    with tempfile.TemporaryDirectory() as folder:
        where = f"{folder}/log.sqlite"
        with open_log(where) as log:
            logged = LoggedRunner(artifact.load(), log)
            for event in raw:
                logged.one(event)
        found = replay(where, [law_file(folder, ruleset)])
        assert (found.equal, found.findings) == (len(raw), ())
        forge_last(where)
        found = replay(where, [law_file(folder, ruleset)], sample=0)
        assert (found.equal, found.different) == (len(raw) - 1, 1)


def forge_last(where):
    """Add a hit to the last record that no law has."""
    rewrite(
        where,
        lambda rows: [*rows[:-1], (rows[-1][0], _changed(rows[-1][1], {"hits": ("no-such-rule",)}), b"")],
    )
    drop_heads(where)


def test_extreme_values_come_back_exactly(tmp_path):
    text = """\
name: extremes
version: 1.0.0
schema:
  name: extremes
  version: 1.0.0
  features:
    - {name: wide, dtype: int64}
    - {name: single, dtype: float32}
    - {name: double, dtype: float64}
    - {name: word, dtype: category, categories: ['a "b"', "å"]}
    - {name: flag, dtype: bool}
hit_policy: collect
otherwise: none
rules:
  - {id: beyond-double, when: [wide == 9007199254740993], then: yes1}
  - {id: least, when: [wide <= -9223372036854775808], then: yes1}
  - {id: single-tenth, when: [single == 0.1], then: yes1}
  - {id: infinite, when: [double > 1.7e308], then: yes1}
  - {id: small, when: [double <= 5e-324, double >= 0], then: yes1}
  - {id: word, when: ['word in {"å"}'], then: yes1}
  - {id: unknown-word, when: ['word not in {"å"}'], then: yes1}
  - {id: flag, when: [flag == true], then: yes1}
  - {id: no-flag, when: [flag is missing], then: yes1}
"""
    law = rulekit.load(text)
    frame = pl.DataFrame(
        {
            "wide": [9007199254740993, 9007199254740992, -(2**63), 2**63 - 1, None, 0],
            "single": [0.1, math.nextafter(0.1, 1), math.inf, -math.inf, math.nan, -0.0],
            "double": [math.inf, 1.7976931348623157e308, 5e-324, -0.0, None, math.nan],
            "word": ["å", 'a "b"', "outside", "null", None, ""],
            "flag": [True, False, None, True, False, None],
        },
        schema_overrides={"single": pl.Float32},
    )
    where = write_log(str(tmp_path / "log"), rulekit.compile(law, "python"), frame, id_column=None)
    hits = rulekit.compile(law, "python").load().batch(frame, hits=True)["hits"]
    assert hits.explode().n_unique() >= len(law.rules)
    found = replay(where, [law_file(tmp_path, law)])
    assert (found.equal, found.laws[0].sampled, found.findings) == (6, 6, ())


def test_the_reservoir_draws_alike_however_the_stream_is_cut():
    def render_template(*cuts, size=10):
        reservoir, first = Reservoir(size, "7"), 0
        for cut in cuts:
            for place, slot in reservoir.places(cut):
                reservoir.put(
                    slot, SampledRecord(first + place, datetime.now(UTC), "", "", "", Native(), differs=False)
                )
            first += cut
        return [each.seq for each in reservoir.records]

    whole = render_template(1000)
    assert whole == render_template(3, 8, 500, 0, 489) == render_template(*[1] * 1000)
    assert len(set(whole)) == 10
    assert render_template(4) == [0, 1, 2, 3]
    assert render_template(100, size=0) == []


def test_the_reservoir_draws_every_record_as_often():
    counts = [0] * 40
    for seed in range(2000):
        reservoir = Reservoir(5, str(seed))
        for place, slot in reservoir.places(40):
            reservoir.put(slot, SampledRecord(place, datetime.now(UTC), "", "", "", Native(), differs=False))
        for each in reservoir.records:
            counts[each.seq] += 1
    # each is drawn 250 times, give or take 15; a chi-square of 39 degrees exceeds 90 once in 100,000 times
    assert sum((count - 250) ** 2 / 250 for count in counts) < 90


def test_out_must_have_a_known_suffix(log, law, tmp_path):
    with pytest.raises(LogError, match="can't be written so"):
        replay(log, [law], out=tmp_path / "out.xlsx")
