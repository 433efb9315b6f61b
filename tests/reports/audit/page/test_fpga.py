"""The design as the page lays it out, from a value in plain numbers."""

from __future__ import annotations

from typing import Any

import pytest
from designs import CLOCK, design, number, word
from shop import audited_of, law, make_events

from rulekit.reports.audit.assemble import assemble
from rulekit.reports.audit.model.audit import Audit
from rulekit.reports.audit.page.fpga import BOX, GAP, FpgaPage, device_words, fpga_line, fpga_page
from rulekit.reports.audit.sections.replay import replay_decisions

STAGE = ("questions", "rules", "sum", "answer")


@pytest.fixture(scope="module")
def audit() -> Audit:
    audited = audited_of(law(), make_events(40))
    return assemble(audited, replay_decisions(audited, 5, 0))


def page(audit: Audit, **changes: Any) -> FpgaPage:
    shown = fpga_page(audit.model_copy(update={"fpga": design(**changes)}))
    assert shown is not None
    return shown


def proof(*, holds: bool) -> dict[str, Any]:
    return {"holds": holds, "tool": "yosys", "statements": []}


def test_no_design_no_section(audit: Audit) -> None:
    assert fpga_page(audit) is None


def test_a_device_in_words() -> None:
    assert device_words("--25k --package CABGA381 --speed 6") == "ECP5 25k, package CABGA381, speed 6"
    assert device_words("--85k") == "ECP5 85k"


@pytest.mark.parametrize(
    ("given", "verdict", "word"),
    [
        (None, "not replayed", "not proved here"),
        (proof(holds=True), "holds", "proved"),
        (proof(holds=False), "does not hold", "NOT proved"),
    ],
)
def test_whether_it_is_proved(audit: Audit, given: Any, verdict: str, word: str) -> None:
    assert page(audit, proof=given).verdict == verdict
    assert fpga_line(design(proof=given)) == (f"fpga: {word}, 1,234 LUT, 56 FF, 3 cycles, 12.0 ns at 250 MHz")


def test_the_line_leaves_out_a_clock_that_is_not_known() -> None:
    assert fpga_line(design(clock=None, cycles=1)) == "fpga: not proved here, 1,234 LUT, 56 FF, 1 cycle"


def test_figures_of_a_placed_design(audit: Audit) -> None:
    latency, clock, *_ = page(audit).figures
    # 3 cycles at 400 and at 200 MHz
    assert (latency.value, latency.interval) == ("12.0 ns", "7.5 to 15.0")
    assert (clock.value, clock.interval) == ("250 MHz", "200 to 400")
    assert clock.note.endswith("median of 3 placements")
    one = page(audit, clock={**CLOCK, "mhz": [250.0]}).figures[1]
    assert (one.interval, one.note.endswith("median of 1 placement")) == ("", True)


def test_a_design_without_a_clock_counts_cycles(audit: Audit) -> None:
    shown = page(audit, clock=None)
    assert shown.figures[0].value == "3 cycles"
    assert [figure.label for figure in shown.figures].count("Clock") == 0
    assert "ECP5" not in shown.key
    assert "ECP5 25k" in page(audit).key
    assert "Placed with" not in dict(shown.facts)


@pytest.mark.parametrize(
    ("bounds", "says"),
    [
        (None, "on both sides"),
        ([-600, 600], "on both sides"),
        ([-600, 511], "below"),
        ([-512, 512], "above"),
        ([-512, 511], "never"),
        ([0, 10], "never"),
    ],
)
def test_on_which_sides_a_number_saturates(audit: Audit, bounds: Any, says: str) -> None:
    (row,) = page(audit, formats=[number("amount", -512.0, 511.0, bounds=bounds)]).formats
    assert (row.range, row.beyond) == ("-512 to 511", says)


def test_steps_have_their_unit_and_words_have_none(audit: Audit) -> None:
    formats = [
        number("amount", 0.0, 2044.0, step=4.0, unit="day"),
        number("cards", 0.0, 7.5, step=0.5),
        word("country", "SE", "NO"),
        word("online"),
        word("only", bits=0),
    ]
    rows = page(audit, formats=formats).formats
    assert [(row.step, row.range) for row in rows] == [
        ("4 day", "0 to 2,044"),
        ("0.5", "0 to 7.5"),
        ("", "SE, NO or another"),
        ("", "true or false"),
        ("", "only whether it is missing"),
    ]


def test_bars_share_one_scale(audit: Audit) -> None:
    shown = page(audit)
    # of 5 tables: 2 shared and 1 own; 0 shared and 5 own
    assert [(bar.kept, bar.changed) for bar in shown.rule_bars] == [(40.0, 20.0), (0.0, 100.0)]
    assert [row.bar.changed for row in shown.formats] == [100.0, 25.0]
    none = page(audit, rules=[], formats=[number("amount", 0.0, 1.0, lut=0)])
    assert none.rule_bars == ()
    assert none.formats[0].bar.changed == 0.0


@pytest.mark.parametrize("registered", ["1111", "1001", "0001", "0101"])
def test_each_register_ends_a_cycle(audit: Audit, registered: str) -> None:
    stages = [{"name": name, "registered": cut == "1"} for name, cut in zip(STAGE, registered, strict=True)]
    cuts = registered.count("1")
    picture = page(audit, stages=stages, cycles=cuts).picture
    assert picture is not None
    assert [box.x - before.x for before, box in zip(picture.boxes, picture.boxes[1:], strict=False)] == (
        [BOX + GAP] * 3
    )
    assert [cycle.text for cycle in picture.cycles] == [f"cycle {number + 1}" for number in range(cuts)]
    ends = [box.x + BOX + GAP // 2 for box in picture.boxes if box.registered]
    assert [cycle.right for cycle in picture.cycles] == ends
    assert [cycle.left for cycle in picture.cycles[1:]] == ends[:-1]
    assert picture.cycles[-1].right < picture.width
    assert picture.description.endswith(f": {cuts} cycle{'' if cuts == 1 else 's'}.")


def test_what_stands_in_the_boxes(audit: Audit) -> None:
    picture = page(audit).picture
    assert picture is not None
    # 3 + 2 questions in 4 + 1 tables; the rules cost 8, of which 5 are those of the questions
    assert [box.lines for box in picture.boxes] == [
        ("Questions", "5 on 2 features", "5 look-up tables"),
        ("Rules", "2 rules", "3 look-up tables"),
        ("Answer", "hit policy first", "7 look-up tables"),
    ]
    assert page(audit, stages=[]).picture is None


def test_facts(audit: Audit) -> None:
    facts = dict(page(audit).facts)
    assert facts["Register cuts"] == "3: behind the questions, behind the rules, at the answer"
    assert facts["Memory blocks"] == "none"
    assert facts["Outputs"] == "accept, fired"
    assert facts["Rounding"] == "events go to the nearest step"
    assert facts["Synthesised with"] == "yosys 0.40: synth_xilinx"
    assert facts["Placed with"].endswith("250, 200, 400 MHz")
    assert "Around it" not in facts
    odd = dict(
        page(
            audit, stages=[], cycles=5, memory={"RAMB36E2": 2, "RAMB18E2": 1}, rounding="down", missing=False,
            control=True, architecture="of a later version",
        ).facts
    )  # fmt: skip
    assert (odd["Register cuts"], odd["Memory blocks"]) == ("5", "2 RAMB36E2, 1 RAMB18E2")
    assert (odd["Rounding"], odd["Architecture"]) == ("events go to the step below", "of a later version")
    assert odd["Missing values"] == "no input for it: every feature is always there"
    assert "Around it" in odd
