"""The report's section about a design for an FPGA: the value, the page, and what is refused."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from pages import Page

import rulekit
from rulekit.cli import main
from rulekit.ir.numerics import Fixed, FixedFormat
from rulekit.ir.ruleset import Ruleset
from rulekit.ir.semantics import decide
from rulekit.reports.audit.api import audit
from rulekit.reports.audit.model.audit import Audit
from rulekit.reports.audit.page.fpga import BOX, GAP, Picture, fpga_line, fpga_page
from rulekit.reports.audit.page.render import render_html, write
from rulekit.targets.read import read_artifact

GRID = Fixed(
    formats={
        "amount": FixedFormat(width=10, fraction=0, signed=True),
        "cards": FixedFormat(width=3, fraction=0, signed=False),
        "device_age": FixedFormat(width=9, fraction=-2, signed=False),
    }
)
CLOCK = {"device": "--25k --package CABGA381 --speed 6", "mhz": [250.0, 200.0, 400.0], "median": 250.0,
         "latency_ns": 12.0, "tool": "nextpnr-ecp5 0.9"}  # fmt: skip
SAYS = ("the logic answers", "the pipeline answers", "the netlist answers", "rule dear <refuted>")
NAMES = ("law", "pipeline", "netlist", "mutant")


def proof(shown: tuple[bool, ...] = (True,) * 4) -> dict[str, Any]:
    rows = zip(NAMES, SAYS, shown, (0.5, 1.25, 10.0, 2.0), strict=True)
    statements = [dict(zip(("name", "says", "shown", "seconds"), row, strict=True)) for row in rows]
    return {"holds": all(shown), "tool": "yosys 0.40", "statements": statements}


def resources(ruleset: Ruleset, cycles: int) -> dict[str, Any]:
    """Return evidence in plain numbers; rule n costs n + 0.5 tables, n of which are its own."""
    rows = [{"rule": rule.id, "cost": n + 0.5, "saved": n} for n, rule in enumerate(ruleset.rules)]
    features = {"amount": 4, "cards": 1} if ruleset.rules else {}
    return {"lut": 1234, "ff": 56, "levels": 4, "memory": {}, "predicted": 1111, "cycles": cycles,
            "features": features, "rules": rows, "answer": 7, "clock": CLOCK, "flow": "synth_xilinx -flatten",
            "tool": "yosys 0.40"}  # fmt: skip


Build = Callable[..., Path]


@pytest.fixture
def build(tmp_path: Path) -> Build:
    """Write the artifact of a law, with evidence in plain numbers."""

    def write_artifact(
        ruleset: Ruleset, *, shown: dict[str, Any] | None = None, numerics: Fixed = GRID, taken: Any = None,
        **options: Any,
    ) -> Path:  # fmt: skip
        artifact = rulekit.compile(ruleset, "systemverilog", numerics, **options)
        cycles = options.get("stages", 3)
        artifact = artifact.with_evidence("resources", {**resources(ruleset, cycles), **(taken or {})})
        for kind, facts in ({"proof": proof()} if shown is None else shown).items():
            artifact = artifact.with_evidence(kind, facts)
        return artifact.write(tmp_path / "build")

    return write_artifact


@pytest.fixture
def decisions(record: Callable[..., Path], ruleset: Ruleset, events: pl.DataFrame) -> Path:
    return record(ruleset, events)


def section(page: str) -> str:
    """Return the text of the section, between its heading and the next section's."""
    part = page[page.index('<section id="fpga"') :]
    return Page(part[: part.index("</section>") + len("</section>")]).text


def test_value_holds_what_the_artifact_says(build: Build, decisions: Path, ruleset: Ruleset) -> None:
    folder = build(ruleset)
    found = audit(decisions, truth="fraud", fpga=folder)
    fpga = found.fpga
    assert (fpga.lut, fpga.predicted, fpga.ff, fpga.levels, fpga.cycles, fpga.answer) == (
        1234,
        1111,
        56,
        4,
        3,
        7,
    )
    assert [(row.rule, row.cost, row.saved) for row in fpga.rules] == [
        ("many-cards", 0.5, 0), ("away", 1.5, 1), ("known", 2.5, 2), ("dear", 3.5, 3)
    ]  # fmt: skip
    assert fpga.clock.model_dump(mode="json") == CLOCK
    assert fpga.proof.model_dump(mode="json") == proof()
    assert [(stage.name, stage.registered) for stage in fpga.stages] == [
        ("questions", True), ("rules", True), ("answer", True)
    ]  # fmt: skip
    told = {form.feature: (form.bits, form.step, form.low, form.high, form.lut) for form in fpga.formats}
    assert told == {
        "amount": (10, 1.0, -512.0, 511.0, 4),
        "cards": (3, 1.0, 0.0, 7.0, 1),
        "country": (2, None, None, None, 0),
        "device_age": (9, 4.0, 0.0, 2044.0, 0),
        "online": (1, None, None, None, 0),
    }
    asked = {form.feature: form.questions for form in fpga.formats}
    assert asked == {"amount": 3, "cards": 2, "country": 2, "device_age": 3, "online": 2}
    assert fpga.outputs == ("accept", "outcome", "rule", "fired")
    source = found.origin.sources[-1]
    assert (source.role, source.path) == ("design", str(folder / "manifest.json"))
    assert found.model_copy(update={"fpga": None, "origin": None}) == audit(
        decisions, truth="fraud"
    ).model_copy(update={"origin": None})


def test_agreement_is_that_of_the_law_in_the_formats(
    build: Build, decisions: Path, ruleset: Ruleset, events: pl.DataFrame
) -> None:
    found = audit(decisions, truth="fraud", weight="weight", fpga=build(ruleset))
    recorded = pl.read_parquet(decisions)["outcome"].to_list()
    rows = events.to_dicts()
    fixed = [decide(ruleset, row, GRID).outcome for row in rows]
    differ = [ours != theirs for ours, theirs in zip(recorded, fixed, strict=True)]
    assert any(differ), "amounts above 511 saturate"
    share = found.fpga.agreement.otherwise
    assert share.part == pytest.approx(sum(row["weight"] for row, d in zip(rows, differ, strict=True) if d))
    lost = [
        row["weight"] for row, ours, theirs in zip(rows, recorded, fixed, strict=True)
        if row["fraud"] and ours in {"block", "review"} and theirs not in {"block", "review"}
    ]  # fmt: skip
    assert found.fpga.agreement.accepted.signal.lost == pytest.approx(sum(lost))
    text = section(render_html(found))
    assert "of the recorded events otherwise than recorded; the accepted share of signal changes by" in text


def test_agreement_with_a_record_in_the_same_formats(
    build: Build, record: Callable[..., Path], ruleset: Ruleset, events: pl.DataFrame, tmp_path: Path
) -> None:
    path = record(ruleset, events, numerics=GRID)
    found = audit(path, fpga=build(ruleset))
    assert found.fpga.agreement.otherwise.part == 0
    assert "In these formats the law decides every recorded event as recorded." in section(render_html(found))
    (tmp_path / "events.parquet").unlink()
    found = audit(path, fpga=build(ruleset))
    assert found.fpga.agreement is None
    assert "In these formats" not in section(render_html(found))


def test_without_inputs_for_missing_values_no_agreement_is_told(
    build: Build, record: Callable[..., Path], ruleset: Ruleset, events: pl.DataFrame
) -> None:
    found = audit(record(ruleset, events), fpga=build(ruleset, missing=False))
    assert found.fpga.agreement is None
    assert "no input for it: every feature is always there" in section(render_html(found))
    whole = events.drop_nulls().filter(pl.col("device_age").is_not_nan())
    assert audit(record(ruleset, whole), fpga=build(ruleset, missing=False)).fpga.agreement is not None


def test_page_tells_it(build: Build, decisions: Path, ruleset: Ruleset) -> None:
    found = audit(decisions, truth="fraud", fpga=build(ruleset))
    html = render_html(found)
    page = Page(html)
    assert "#fpga" in page.links
    assert len(page.ids) == len(set(page.ids))
    assert set(page.links) <= {f"#{name}" for name in page.ids}
    assert "script" not in page.tags
    text = section(html)
    for words in (
        "an answer 3 cycles later",
        "Proved equal to the law, for every input",
        "Pipeline : the pipeline answers (1.2 s)",
        "rule dear <refuted>",
        "By yosys 0.40",
        "Latency 12.0 ns 7.5 to 15.0 3 cycles from event to answer",
        "Clock 250 MHz 200 to 400 an event each cycle; median of 3 placements",
        "Look-up tables 1,234 1,111 predicted without synthesis",
        "Registers 56",
        "Levels of logic 4",
        "an ECP5 25k, package CABGA381, speed 6",
        "An event goes through questions, register, rules, register, answer, register: 3 cycles.",
        "Questions 12 on 5 features 5 look-up tables",
        "Rules 4 rules 3 look-up tables",
        "Answer hit policy first 7 look-up tables",
        "amount 10 signed 1 EUR -512 to 511 above 3 4",
        "cards 3 1 cards 0 to 7 above 2 1",
        "device_age 9 4 day 0 to 2,044 on both sides 3 0",
        "country 2 SE, NO, DK or another 2 0",
        "online 1 true or false 2 0",
        "Register cuts 3: behind the questions, behind the rules, at the answer",
        "Memory blocks none",
        "Outputs accept, outcome, rule, fired",
        "yosys 0.40: synth_xilinx -flatten",
        "nextpnr-ecp5 0.9 for ECP5 25k, package CABGA381, speed 6: 250, 200, 400 MHz",
        "Behind the rules the answer 7",
    ):
        assert words in text, words
    lost = found.rules[0].removal.signal
    assert f"1 many-cards Many cards 0.5 0 \N{MINUS SIGN}{-100 * lost.value:.1f}"[:-2] in text
    assert "2 away 1.5 \N{MINUS SIGN}1 " in text
    assert "<refuted>" not in html
    assert "FPGA" not in Page(render_html(found.model_copy(update={"fpga": None}))).text


def test_page_is_drawn_from_the_twin_alone(
    build: Build, decisions: Path, ruleset: Ruleset, tmp_path: Path
) -> None:
    found = audit(decisions, truth="fraud", fpga=build(ruleset))
    page, twin = write(found, tmp_path / "out" / "report.html")
    shutil.rmtree(tmp_path / "build")
    again = Audit.model_validate(json.loads(twin.read_text(encoding="utf-8")))
    assert again == found
    assert render_html(again, "report.json") == page.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("shown", "badge", "words"),
    [
        ({}, "badge open", "Not proved here"),
        ({"proof": proof((True, True, False, True))}, "badge breaks", "NOT proved equal to the law"),
    ],
)
def test_what_is_not_proved_is_seen(
    build: Build, decisions: Path, ruleset: Ruleset, shown: dict[str, Any], badge: str, words: str
) -> None:
    found = audit(decisions, fpga=build(ruleset, shown=shown))
    html = render_html(found)
    part = html[html.index('<section id="fpga"') :]
    assert f'<div class="{badge}">' in part
    assert words in section(html)
    assert "Proved equal" not in section(html)
    failed = [finding for finding in found.findings if finding.subject == "fpga"]
    assert len(failed) == len(shown)
    if shown:
        assert "NOT shown: Netlist : the netlist answers (10.0 s)" in section(html)
        assert "netlist not shown" in failed[0].message
        assert found.holds, "the record is as good as it was"


@pytest.mark.parametrize("stages", [1, 2, 3])
@pytest.mark.parametrize("law", ["ruleset", "score_ruleset"])
def test_pictures_have_a_cycle_for_each_register(
    request: pytest.FixtureRequest,
    build: Build,
    record: Callable[..., Path],
    events: pl.DataFrame,
    law: str,
    stages: int,
) -> None:
    ruleset = request.getfixturevalue(law)
    found = audit(record(ruleset, events), fpga=build(ruleset, stages=stages))
    picture = fpga_page(found).picture
    assert isinstance(picture, Picture)
    assert sum(box.registered for box in picture.boxes) == len(picture.cycles) == stages
    assert picture.boxes[-1].registered
    ends = [cycle.right for cycle in picture.cycles]
    assert [cycle.left for cycle in picture.cycles[1:]] == ends[:-1]
    assert ends[-1] == picture.boxes[-1].x + BOX + GAP // 2 < picture.width
    names = [box.lines[0] for box in picture.boxes]
    assert names == ["Questions", "Rules", *(["Sum"] if law == "score_ruleset" else []), "Answer"]
    text = section(render_html(found))
    assert f"an answer {stages} cycle{'' if stages == 1 else 's'} later" in text
    assert (
        ("points of 4 rules" in text)
        == ("the sum and the answer" in text)
        == ("7 tables with sum" in text)
        == (law == "score_ruleset")
    )
    assert f"register: {stages} cycle" in text


def test_odd_designs_make_sense(build: Build, decisions: Path, ruleset: Ruleset) -> None:
    taken = {"cycles": 5, "clock": None, "memory": {"RAMB36E2": 2}, "new": "of a later version"}
    found = audit(decisions, fpga=build(ruleset, taken=taken))
    text = section(render_html(found))
    assert "Latency 5 cycles from event to answer; it was not placed" in text
    assert " MHz" not in text
    assert "Memory blocks 2 RAMB36E2" in text
    assert "Register cuts 5" in text
    assert found.fpga.stages == (), "the artifact is of another version, whose cuts are not known"
    assert "The pipeline." not in text
    one = audit(decisions, fpga=build(ruleset, taken={"clock": {**CLOCK, "mhz": [250.0]}}))
    assert "Clock 250 MHz an event each cycle; median of 1 placement" in section(render_html(one))


def test_no_rule_at_all(
    build: Build, record: Callable[..., Path], amend: Callable[..., Ruleset], events: pl.DataFrame
) -> None:
    bare = amend(rules=[])
    found = audit(record(bare, events), truth="fraud", fpga=build(bare, numerics=Fixed(formats={})))
    text = section(render_html(found))
    assert "There is no rule: every event is approve." in text
    assert "amount 0 only whether it is missing 1 0" in text
    assert "Questions 1 on 1 feature 0 look-up tables" in text
    free = found.model_copy(update={"fpga": found.fpga.model_copy(update={"formats": ()})})
    text = section(render_html(free))
    assert "What the design sees" not in text
    assert "Questions 0 on 0 features 0 look-up tables" in text


def test_a_record_without_hits(
    build: Build, record: Callable[..., Path], ruleset: Ruleset, events: pl.DataFrame, tmp_path: Path
) -> None:
    path = record(ruleset, events, tamper=lambda decided: decided.drop("hits"))
    (tmp_path / "events.parquet").unlink()
    found = audit(path, fpga=build(ruleset))
    text = section(render_html(found))
    assert "away 1.5 \N{MINUS SIGN}1" in text
    assert "Without the rule" not in text
    assert "Without it" in text


Typed = Callable[..., tuple[int, str, str]]


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Typed:
    def command(*words: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["rulekit", *map(str, words)])
        with pytest.raises(SystemExit) as left:
            main()
        said = capsys.readouterr()
        return int(left.value.code or 0), said.out, said.err

    return command


def test_command_line(
    build: Build, record: Callable[..., Path], amend: Callable[..., Ruleset], events: pl.DataFrame, typed: Typed,
    tmp_path: Path,
) -> None:  # fmt: skip
    whole = events.filter(pl.col("amount").is_between(0, 511), pl.col("country") != "XX")
    ruleset = amend()
    path, out = record(ruleset, whole), tmp_path / "r.html"
    code, said, _ = typed("audit", path, "--fpga", build(ruleset), "--out", out)
    line = "fpga: proved, 1,234 LUT, 56 FF, 3 cycles, 12.0 ns at 250 MHz, "
    assert code == 0
    assert line in said
    assert " decided otherwise in its formats" in said
    assert "Proved equal to the law" in section(out.read_text(encoding="utf-8"))
    code, said, _ = typed("audit", path, "--fpga", build(ruleset), "--out", out, "--json")
    assert json.loads(said)["fpga"]["lut"] == 1234
    refuted = build(ruleset, shown={"proof": proof((False,) * 4)})
    code, said, _ = typed("audit", path, "--fpga", refuted, "--out", out)
    assert (code, "fpga: NOT proved" in said) == (1, True)
    assert "fpga: not proved here" in fpga_line(audit(path, fpga=build(ruleset, shown={})).fpga)


def other_target(folder: Path, ruleset: Ruleset) -> None:
    rulekit.compile(ruleset, "python").write(folder)


def other_law(folder: Path, ruleset: Ruleset) -> None:
    artifact = read_artifact(folder)
    other = replace(ruleset, otherwise="review", rules=ruleset.rules[:2])
    rulekit.compile(other, "systemverilog", artifact.numerics).write(folder)


def no_resources(folder: Path, ruleset: Ruleset) -> None:
    artifact = read_artifact(folder)
    replace(artifact, evidence={"proof": proof()}).write(folder)


def no_evidence(folder: Path, ruleset: Ruleset) -> None:
    replace(read_artifact(folder), evidence={}).write(folder)


def altered(folder: Path, ruleset: Ruleset) -> None:
    (folder / "decide.sv").write_text("// nothing\n", encoding="utf-8")


def gone(folder: Path, ruleset: Ruleset) -> None:
    shutil.rmtree(folder)


def odd_evidence(folder: Path, ruleset: Ruleset) -> None:
    facts = resources(ruleset, 3)
    del facts["ff"]
    read_artifact(folder).with_evidence("resources", facts).write(folder)


def odd_proof(folder: Path, ruleset: Ruleset) -> None:
    read_artifact(folder).with_evidence("proof", {"holds": "perhaps", "tool": "x", "statements": []}).write(
        folder
    )


def odd_kind(folder: Path, ruleset: Ruleset) -> None:
    read_artifact(folder).with_evidence("resources", {**resources(ruleset, 3), "rules": [1, 2, 3, 4]}).write(
        folder
    )


def other_rules(folder: Path, ruleset: Ruleset) -> None:
    facts = resources(ruleset, 3)
    facts["rules"].reverse()
    read_artifact(folder).with_evidence("resources", facts).write(folder)


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (other_target, ["of another target", "expected systemverilog, got python", "--prove --synth --out"]),
        (other_law, ["of another ruleset than the audited one", "sha256:", "--prove --synth --out"]),
        (no_resources, ["does not say what the design takes", "got proof", "--prove --synth --out"]),
        (no_evidence, ["does not say what the design takes", "got none"]),
        (altered, ["altered after compilation"]),
        (gone, ["not an artifact"]),
        (odd_evidence, ["not what `rulekit compile` writes", "ff"]),
        (odd_proof, ["not what `rulekit compile` writes", "holds"]),
        (odd_kind, ["not what `rulekit compile` writes"]),
        (other_rules, ["about other rules", "expected many-cards, away", "got dear, known"]),
    ],
)
def test_refusals(
    build: Build,
    decisions: Path,
    ruleset: Ruleset,
    typed: Typed,
    tmp_path: Path,
    spoil: Callable[[Path, Ruleset], None],
    words: list[str],
) -> None:
    folder = build(ruleset)
    spoil(folder, ruleset)
    code, said, err = typed("audit", decisions, "--fpga", folder, "--out", tmp_path / "r.html")
    assert (code, said) == (2, "")
    assert err.startswith("error: ")
    assert "Traceback" not in err
    for word in words:
        assert word in " ".join(err.split()), err
    assert not (tmp_path / "r.html").exists()


def test_real_evidence(
    record: Callable[..., Path],
    amend: Callable[..., Ruleset],
    events: pl.DataFrame,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from rulekit.targets.systemverilog.proof.prove import prove
    from rulekit.targets.systemverilog.synthesis.resources import resources as taken
    from rulekit.targets.systemverilog.tools import NEXTPNR, YOSYS

    for tool in (YOSYS, NEXTPNR):
        if not tool.installed():
            pytest.skip(f"{tool.name} is not installed: {tool.install}")
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)  # the tools' own cache, without which they start anew
    rules = [
        {"id": "many", "when": ["cards >= 4"], "then": "block"},
        {"id": "known", "when": ["cards >= 2", "online == true"], "then": "review"},
    ]
    ruleset = amend(rules=rules)
    artifact = rulekit.compile(ruleset, "systemverilog", Fixed(formats={"cards": GRID.formats["cards"]}))
    artifact = artifact.with_evidence("proof", prove(artifact).to_document())
    found = taken(artifact, seeds=(1,))
    folder = artifact.with_evidence("resources", found.to_document()).write(tmp_path / "build")
    told = audit(record(ruleset, events), truth="fraud", fpga=folder)
    fpga = told.fpga
    assert fpga.proof.holds
    assert (fpga.lut, fpga.ff, fpga.cycles) == (found.lut, found.ff, found.cycles)
    assert len(fpga.stages) == 3
    assert [row.saved for row in fpga.rules] == [row.saved for row in found.rules]
    assert {form.feature: form.lut for form in fpga.formats} == found.features
    text = section(render_html(told))
    assert f"Look-up tables {found.lut}" in text
    assert f"{fpga.clock.median:.0f} MHz" in text
