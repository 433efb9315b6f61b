"""An audit of a decision log is that of a file of the same decisions, as far as the log goes."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest
from logs import drop_heads, rewrite, sealed_anew

from rulekit.errors import EventError, LawError, LogError
from rulekit.induction.teachers.load import teacher
from rulekit.ir.notation.document import ruleset_to_json
from rulekit.ir.numerics import Fixed, FixedFormat
from rulekit.ir.provenance import Provenance
from rulekit.keys import new_key
from rulekit.log.options import LogOptions
from rulekit.log.runner import LoggedRunner
from rulekit.log.write.writer import open_log
from rulekit.reports.audit.api import audit
from rulekit.reports.audit.inputs.log import law_of_log
from rulekit.reports.audit.page.render import write as write_page
from rulekit.runtime.decide_file import decide_file
from rulekit.store.folder.folder import draft
from rulekit.targets.api import compile as compile_rules

SAME = ("law", "replay", "outcomes", "measures", "teacher", "rules", "cutflow", "overlap", "curves", "data")
NUMBERS = ("amount", "cards", "device_age")


@pytest.fixture
def where(tmp_path):
    return str(tmp_path / "log.sqlite")


@pytest.fixture
def write(where, ruleset, events):
    """Return a function that logs the events in batches of a hundred."""

    def written(law=ruleset, numerics=None, key=None, frame=events, **options):
        with open_log(where, LogOptions(**options), key) as log:
            logged = LoggedRunner(compile_rules(law, "polars", numerics).load(), log, "payment")
            for batch in frame.iter_slices(100):
                logged.batch(batch)
        return where

    return written


@pytest.mark.parametrize("law", ["ruleset", "score_ruleset"])
def test_a_log_is_audited_as_a_file_is(request, tmp_path, write, events, law):
    ruleset = request.getfixturevalue(law)
    events.write_parquet(tmp_path / "events.parquet")
    out = tmp_path / "d.parquet"
    key = new_key("site", tmp_path)
    decide_file(compile_rules(ruleset), str(tmp_path / "events.parquet"), out, id_column="payment")
    scores = teacher("model", ruleset.schema)
    asked = {"truth": "fraud", "teacher": scores, "events": tmp_path / "events.parquet", "sample": 100}
    file = audit(out, weight="weight", **asked)
    where = write(ruleset, key=key)
    found = audit(where, ruleset=ruleset, id_column="payment", key=key.public, weight="weight", **asked)
    assert found.holds
    assert {name: getattr(found, name) for name in SAME} == {name: getattr(file, name) for name in SAME}
    assert (file.drift.column, found.drift.column) == (None, "at")
    assert found.data.features is not None


def test_a_log_is_enough(tmp_path, write, ruleset):
    found = audit(write(), ruleset=ruleset)
    assert (found.holds, found.replay.compared, found.weight) == (True, 600, None)
    assert found.data.events == 600
    assert {group.column for group in found.subgroups} == {"country"}
    write_page(found, tmp_path / "report.html")
    page = (tmp_path / "report.html").read_text()
    assert "rulekit of a version that the log does not tell" in page


def test_a_sample_is_weighed(write, ruleset, events):
    whole = compile_rules(ruleset, "polars").load().batch(events)["outcome"].value_counts()
    counts = dict(whole.with_columns(pl.col("outcome").cast(pl.String)).iter_rows())
    found = audit(write(sample={"approve": 3}), ruleset=ruleset)
    assert found.weight == "one_in"
    assert found.replay.decisions < 500
    rows = {row.outcome: row for row in found.outcomes}
    assert rows["approve"].count * 3 == pytest.approx(counts["approve"], rel=0.2)
    assert rows["approve"].rate.value == pytest.approx(counts["approve"] / 600, rel=0.1)
    assert any("one in 3 of approve" in limit for limit in found.limits)


def test_a_forged_record_is_found(write, ruleset, where):
    write()
    lines = []

    def forge(rows):
        place = next(place for place, row in enumerate(rows) if place and b'"outcome":"block"' in row[1])
        lines.append(place)
        rows[place] = (place, rows[place][1].replace(b'"outcome":"block"', b'"outcome":"review"'), b"")
        return sealed_anew(rows, 1)

    rewrite(where, forge)
    drop_heads(where)
    found = audit(where, ruleset=ruleset, sample=0)
    assert (found.replay.verdict, found.replay.mismatched) == ("does not hold", 1)
    assert found.replay.mismatches[0].event == f"p{lines[0]:04d}"


def test_what_is_amiss_with_the_chain_is_a_finding(write, ruleset, where):
    write()
    rewrite(where, lambda rows: [*rows[:9], (9, rows[9][1], bytes(32)), *rows[10:]])
    found = audit(where, ruleset=ruleset)
    assert "log-broken" in [finding.code for finding in found.findings]


def test_withheld_records_are_left_out(write, ruleset, events):
    where = write(frame=events.head(300))
    write(frame=events.tail(300), masked=("amount",))
    found = audit(where, ruleset=ruleset)
    assert (found.holds, found.replay.decisions) == (True, 300)
    assert any(limit.startswith("300 of 600 records are left out") for limit in found.limits)


def test_where_all_is_withheld_the_hits_are_left(write, ruleset):
    found = audit(write(masked=("amount",)), ruleset=ruleset)
    assert (found.replay.verdict, found.replay.compared) == ("not replayed", 0)
    assert len(found.rules) == len(ruleset.rules)
    assert any("withholds values" in left.why for left in found.left_out)


def test_fixed_point_is_audited_in_its_numerics(write, ruleset):
    coarse = Fixed(formats={name: FixedFormat(width=12, fraction=0) for name in NUMBERS})
    where = write(numerics=coarse)
    assert audit(where, ruleset=ruleset).origin.numerics == coarse.model_dump(mode="json")
    assert audit(where, ruleset=ruleset).holds
    write()
    with pytest.raises(LogError, match="several numerics"):
        audit(where, ruleset=ruleset)


def test_other_laws_are_left_out_and_said(tmp_path, write, ruleset, events, amend):
    other = amend(version="2.0.0", otherwise="block")
    write(frame=events.head(300))
    where = write(other)
    found = audit(where, ruleset=other)
    assert (found.holds, found.replay.decisions) == (True, 600)
    assert any("300 records of other laws" in limit for limit in found.limits)
    (tmp_path / "one.json").write_text(ruleset_to_json(ruleset))
    assert law_of_log(where, tmp_path / "one.json").ruleset == ruleset
    with pytest.raises(LawError, match="not the law"):
        audit(where)
    with pytest.raises(LawError, match="no record of"):
        audit(where, ruleset=amend(version="3.0.0", otherwise="review"))


def test_a_folder_with_several_of_its_laws_asks_for_one(tmp_path, write, ruleset, amend):
    other = amend(version="2.0.0", otherwise="block")
    write()
    where = write(other)
    for name, law in (("one", ruleset), ("two", other)):
        (tmp_path / "rules" / name).mkdir(parents=True)
        (tmp_path / "rules" / name / "ruleset.yaml").write_text(ruleset_to_json(law))
    with pytest.raises(LogError, match="several laws"):
        law_of_log(where, tmp_path / "rules")
    assert law_of_log(where, tmp_path / "rules" / "two").ruleset == other
    (tmp_path / "empty").mkdir()
    with pytest.raises(LogError, match="no record of these laws"):
        law_of_log(where, tmp_path / "empty")


def test_the_law_of_a_folder_comes_with_its_evidence(tmp_path, write, ruleset):
    draft(replace(ruleset, provenance=Provenance(method="by hand")), tmp_path / "law")
    assert law_of_log(write(), tmp_path).ruleset.provenance.method == "by hand"


def test_events_of_a_log_need_their_id_once(write, ruleset, events):
    where = write()
    for name in (None, "no such"):
        with pytest.raises(EventError, match="need an id column"):
            audit(where, id_column=name, ruleset=ruleset, events=events)
    with pytest.raises(EventError, match="an event id twice"):
        audit(where, id_column="payment", ruleset=ruleset, events=pl.concat([events, events]))
    found = audit(where, id_column="payment", ruleset=ruleset, events=events.head(590))
    assert found.replay.compared == 590
    assert [finding.count for finding in found.findings if finding.subject == "decisions without event"] == [
        10
    ]
