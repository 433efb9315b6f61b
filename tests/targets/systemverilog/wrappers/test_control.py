"""The module around the law, clock by clock: what is kept, what is counted, and what the bus says."""

from __future__ import annotations

import random
import re
import shutil
import subprocess
from collections import Counter
from dataclasses import dataclass, field

import pytest
from hardware import (
    POLICIES,
    YOSYSES,
    aiming,
    answers_of,
    codes_of,
    design_of,
    grid,
    law,
    needs,
    needs_icarus,
    needs_verilator,
)

import rulekit
from rulekit.errors import UnsupportedError
from rulekit.ir.numerics import FixedFormat
from rulekit.ir.prescale import fold, keeps, key, last_kept, number, place
from rulekit.ir.ruleset import HitPolicy
from rulekit.targets.systemverilog.tools import ICARUS, VERILATOR, VVP
from rulekit.targets.systemverilog.wrappers.registers import (
    COMMAND,
    HEADER,
    MAGIC,
    MOST_RULES,
    latency_of_kept,
    packed,
    registers,
)

FEATURES = [
    {"name": "n", "dtype": "int32", "bounds": [-9, 9], "required": True},
    {"name": "x", "dtype": "int32", "bounds": [0, 200]},
    {"name": "ok", "dtype": "bool"},
]
WHEN = [
    ("word", ["n > -3", "x <= 150"]),
    ("b", ["n in {1, 2, 5, -7}", {"any": ["ok == true", "x is missing", "x > 100"]}]),
    ("c-d", ["n != -4"]),
    ("mix", ["ok == false"]),
    ("kept", ["x > 20", "n < 7"]),
]
ONE_OUTCOME, DISJOINT = (
    [(name, when, "hit") for name, when in WHEN],
    [(name, [f"n == {k}"]) for k, (name, _) in enumerate(WHEN)],
)
RULES = {"any": ONE_OUTCOME, "unique": DISJOINT} | dict.fromkeys(("first", "collect"), WHEN)
RULES["score"] = [(name, when, points) for (name, when), points in zip(WHEN, (3, -2, 1, 2, -1), strict=True)]
SCALES = {"word": 1, "b": 2, "c-d": 7, "mix": 1000, "kept": 3}


def scaled(ruleset, scales):
    rules = [rule.model_copy(update={"prescale": scales[rule.id]}) for rule in ruleset.rules]
    return rulekit.ir.ruleset.Ruleset(**{**vars_of(ruleset), "rules": tuple(rules)})


def vars_of(ruleset):
    names = ("name", "version", "schema", "hit_policy", "otherwise", "thresholds")
    return {name: getattr(ruleset, name) for name in names}


MENU = scaled(law(FEATURES, WHEN, "menu", "collect", version="2.13.400"), SCALES)
LAWS = {policy: law(FEATURES, RULES[policy], f"law.{policy}", policy) for policy in POLICIES}
MANY = [(f"r{k}", [f"x >= {9 * k}", f"n != {k % 7}"], k % 9 - 4) for k in range(20)]
LAWS["deep"] = law(FEATURES, MANY, "law.deep", "score")  # its sum has two cuts within three stages
EMPTY = law(FEATURES, [], "empty")


def numerics_of(ruleset):
    return grid(ruleset, n=FixedFormat(width=5, fraction=0))


def compiled(ruleset, **options):
    return rulekit.compile(ruleset, "systemverilog", numerics_of(ruleset), control=True, **options)


# --- the bench: a line of stimulus a clock, and a line of outputs after each


@dataclass
class Clock:
    """What the inputs are in a clock."""

    event: int | None = None
    id: int = 0
    bus: tuple[int, int | None] | None = None
    rst: int = 0


@dataclass
class Bench:
    """A control module with events, and the semantics' answers on them."""

    ruleset: object
    options: dict = field(default_factory=dict)
    rows: int = 400
    seed: int = 1
    id_width: int = 64

    def __post_init__(self):
        self.numerics = numerics_of(self.ruleset)
        self.artifact = compiled(self.ruleset, **self.options)
        self.design = design_of(self.artifact)
        self.law_latency, self.latency = self.design.pipeline.latency, latency_of_kept(self.design)
        frame = aiming(self.ruleset, self.numerics, self.rows, self.seed)
        self.answers = answers_of(self.ruleset, self.numerics, frame)
        self.codes = codes_of(self.ruleset, self.numerics, frame, control=True)
        self.addresses = {register.name: register.address for register in registers(self.design)}

    def address(self, name, rule=None):
        if rule is None:
            return self.addresses[name]
        ids = [each.id for each in self.ruleset.rules]
        return self.addresses[f"{self.design.names.rules[ids.index(rule)].upper()}_{name}"]

    def write(self, name, value, rule=None):
        return Clock(bus=(self.address(name, rule), value))

    def read(self, name, rule=None):
        return Clock(bus=(self.address(name, rule), None))

    @property
    def fields(self):
        """The outputs that a clock shows, with their bits."""
        rules = max(1, len(self.ruleset.rules))
        answers = {port.name: port.width or 1 for port in self.design.outputs}
        found = {"out_valid": 1, "out_id": self.id_width} | {f"out_{n}": w for n, w in answers.items()}
        found |= {"kept_valid": 1, "kept_id": self.id_width, "kept": rules}
        found |= {f"kept_{n}": w for n, w in answers.items() if n != "fired"}
        return found | {"bus_rdata": 32}

    def line(self, clock):
        """Return the bits of the inputs in a clock."""
        bits = "".join(
            format(int(self.codes[port.name][clock.event]) % (1 << (port.width or 1)), f"0{port.width or 1}b")
            if clock.event is not None
            else "1" * (port.width or 1)
            for port in self.design.inputs
        )
        address, data = clock.bus or (0, None)
        bus = f"{clock.bus is not None:b}{data is not None:b}{address:016b}{data or 0:032b}"
        return f"{clock.rst:b}{clock.event is not None:b}{clock.id:0{self.id_width}b}{bus}{bits}"

    def play(self, clocks, folder, poke=""):
        """Return what the outputs are after each clock, as numbers; None where they are not defined."""
        lines = [self.line(clock) for clock in clocks]
        (folder / "stimulus.txt").write_text("\n".join(lines))
        for name, data in self.artifact.files.items():
            (folder / name).write_bytes(data)
        (folder / "bench.sv").write_text(self.bench(len(lines), len(lines[0]), poke))
        ICARUS.run(
            ["-g2012", "-Wall", "-o", "bench.vvp", "-s", "bench", "bench.sv", "control.sv", "decide.sv"],
            folder,
        )
        printed = VVP.run(["-n", "bench.vvp"], folder).split()
        assert len(printed) == len(clocks)
        return [self.parsed(line) for line in printed]

    def parsed(self, line):
        found, start = {}, 0
        for name, width in self.fields.items():
            bits, start = line[start : start + width], start + width
            found[name] = int(bits, 2) if set(bits) <= {"0", "1"} else None
        return found

    def bench(self, clocks, width, poke):
        inputs = self.design.inputs
        outputs = "".join(f"    wire [{width - 1}:0] {name};\n" for name, width in self.fields.items())
        names = ["rst", "in_valid", "in_id", "bus_en", "bus_write", "bus_addr", "bus_wdata"]
        names += [port.name for port in inputs]
        sizes = [1, 1, self.id_width, 1, 1, 16, 32, *(port.width or 1 for port in inputs)]
        wires = "".join(f"    wire [{size - 1}:0] {name};\n" for name, size in zip(names, sizes, strict=True))
        pins = ", ".join(f".{name}({name})" for name in ["clk", *names, *self.fields])
        return f"""`timescale 1ns / 1ps
module bench;
    reg clk = 0;
    reg [{width - 1}:0] now;
    reg [{width - 1}:0] stimulus [0:{clocks - 1}];
{wires}{outputs}    assign {{{", ".join(names)}}} = now;
    {self.design.names.module}_control #(.ID_WIDTH({self.id_width})) control ({pins});
    integer n;
    initial begin
        $readmemb("stimulus.txt", stimulus);
        for (n = 0; n < {clocks}; n = n + 1) begin
            now = stimulus[n];
            {poke}
            #1 clk = 1;
            #1 clk = 0;
            $display("%b", {{{", ".join(self.fields)}}});
        end
    end
endmodule
"""


# --- what must come out, clock by clock, from semantics and the definition of prescales


def decided(ruleset, hits, invalid):
    """Return outcome and first rule or score of the hits that are kept."""
    ids = [rule.id for rule in ruleset.rules]
    score = sum(rule.points or 0 for rule, hit in zip(ruleset.rules, hits, strict=True) if hit)
    if invalid:
        return "invalid", len(ids), 0
    if ruleset.hit_policy is HitPolicy.SCORE:
        return (
            next((o for o, least in reversed(ruleset.ladder) if score >= least), ruleset.otherwise),
            None,
            score,
        )
    first = next((place for place, hit in enumerate(hits) if hit), None)
    return (
        (ruleset.otherwise, len(ids) + 1, None) if first is None else (ruleset.rules[first].then, first, None)
    )


class Model:
    """A slow account of all clocks: registers, what is kept of each event, and counters."""

    def __init__(self, bench, clocks):
        self.bench, self.ruleset, self.clocks = bench, bench.ruleset, clocks
        self.rules = list(self.ruleset.rules)
        self.masks = self.registers_over("MASK", [1 for _ in self.rules], 1)
        self.lasts = self.registers_over("PRESCALE", [last_kept(r.prescale) for r in self.rules], 2**32 - 1)
        self.events = {n: self.event(n) for n, clock in enumerate(clocks) if clock.event is not None}

    def registers_over(self, name, values, limit):
        """Return what a register of each rule holds after each clock."""
        start, found = list(values), []
        places = {self.bench.address(name, rule.id): n for n, rule in enumerate(self.rules)}
        for clock in self.clocks:
            if clock.rst:
                values = start
            elif clock.bus is not None and clock.bus[0] in places and clock.bus[1] is not None:
                values = list(values)
                values[places[clock.bus[0]]] = clock.bus[1] & limit
            found.append(values)
        return found

    def event(self, n):
        """Return the hits of an event, those that are kept, and the answer over them."""
        clock, seed = self.clocks[n], self.bench.options.get("seed", 0)
        hits = self.bench.answers["fired"][clock.event]
        outcomes = self.ruleset.outcomes
        invalid = outcomes[self.bench.answers["outcome"][clock.event]] == "invalid"
        masks = self.masks[min(n + 12, len(self.clocks) - 1)]
        lasts = self.lasts[min(n + 11, len(self.clocks) - 1)]
        folded = fold(number(clock.id))
        kept = [
            bool(hit and mask and place(folded, key(seed, rule.id)) <= last)
            for hit, mask, last, rule in zip(hits, masks, lasts, self.rules, strict=True)
        ]
        return hits, kept, invalid, decided(self.ruleset, kept, invalid)

    def check(self, shown):
        """Compare every output in every clock after the first reset."""
        reset = max(n for n, clock in enumerate(self.clocks[:5]) if clock.rst)
        for n in range(reset, len(shown)):
            now, back = shown[n], self.bench.law_latency - 1
            assert now["out_valid"] == self.is_event(n - back, n), n
            assert now["kept_valid"] == self.is_event(n - self.bench.latency + 1, n), n
            if now["out_valid"]:
                self.check_law(now, self.clocks[n - back])
            if now["kept_valid"]:
                self.check_kept(now, n - self.bench.latency + 1)

    def is_event(self, n, last):
        """Say whether an event of a clock is on its way in a later one: no reset came between."""
        return n >= 0 and n in self.events and not any(clock.rst for clock in self.clocks[n : last + 1])

    def check_law(self, now, clock):
        assert now["out_id"] == clock.id
        for name in self.bench.artifact.options.outputs:
            if f"out_{name}" in now:
                wanted = self.bench.answers[name][clock.event]
                wanted = sum(hit << place for place, hit in enumerate(wanted)) if name == "fired" else wanted
                assert now[f"out_{name}"] == (wanted or 0) % (1 << self.bench.fields[f"out_{name}"])

    def check_kept(self, now, n):
        _, kept, invalid, (outcome, rule, score) = self.events[n]
        assert now["kept_id"] == self.clocks[n].id
        assert now["kept"] == sum(hit << place for place, hit in enumerate(kept)), n
        assert now["kept_outcome"] == self.ruleset.outcomes.index(outcome)
        assert now.get("kept_accept", 0) == (outcome not in {self.ruleset.otherwise, "invalid"}) * (
            "kept_accept" in now
        )
        if rule is not None and "kept_rule" in now:
            assert now["kept_rule"] == rule
        if score is not None and not invalid and "kept_score" in now:
            assert now["kept_score"] == score % (1 << self.bench.fields["kept_score"])

    def counts(self, first, last):
        """Return all counters over the events that are counted from one clock to before another."""
        late, total = self.bench.latency, Counter()
        for n in range(first - late, last - late):
            if n < 0 or not self.is_event(n, n + late - 1):
                continue
            hits, kept, invalid, (outcome, _, _) = self.events[n]
            law = self.ruleset.outcomes[self.bench.answers["outcome"][self.clocks[n].event]]
            out = {self.ruleset.otherwise, "invalid"}
            total.update(EVENTS=1, INVALID=invalid, ACCEPTED=law not in out, KEPT_ACCEPTED=outcome not in out)
            total.update({(r.id, "HITS"): h for r, h in zip(self.rules, hits, strict=True)})
            total.update({(r.id, "KEPT"): k for r, k in zip(self.rules, kept, strict=True)})
        return total


def reads(bench):
    """Return clocks that read every counter, and their names."""
    names = [(name, None) for name in ("EVENTS", "INVALID", "ACCEPTED", "KEPT_ACCEPTED", "OVERFLOW")]
    names += [(name, None) for name in ("CLOCKS_LOW", "CLOCKS_HIGH")]
    names += [(name, rule.id) for rule in bench.ruleset.rules for name in ("HITS", "KEPT", "OVERFLOW")]
    return [bench.read(name, rule) for name, rule in names], [n if r is None else (r, n) for n, r in names]


def check_counters(bench, model, clocks, shown, snapshot, since, at):
    """Compare counters that are read from a clock on with those between two others."""
    expected = model.counts(since, snapshot) | Counter(CLOCKS_LOW=snapshot - since)
    names = reads(bench)[1]
    found = {name: shown[at + k]["bus_rdata"] for k, name in enumerate(names)}
    assert found == {name: expected[name] for name in names}
    assert clocks[snapshot].bus == (COMMAND, clocks[snapshot].bus[1])


def events_of(bench, count, seed=1, gaps=0.0):
    drawn = random.Random(seed)  # noqa: S311 - the same events each time
    edge = [0, 1, 2**32 - 1, 2**32, 2**64 - 1]
    clocks = []
    for n in range(count):
        if drawn.random() < gaps:
            clocks.append(Clock())
        wide = edge[n] if n < len(edge) else drawn.getrandbits(drawn.choice((16, 33, 64)))
        clocks.append(Clock(event=drawn.randrange(bench.rows), id=wide % (1 << bench.id_width)))
    return clocks


RESET = [Clock(rst=1), Clock(rst=1)]
QUIET = [Clock()] * 20


@needs_icarus
@pytest.mark.parametrize("gaps", [0.0, 0.3])
def test_prescales_keep_what_their_definition_keeps(tmp_path, gaps):
    bench = Bench(MENU, {"seed": 11})
    clocks = [*RESET, *events_of(bench, 5000, gaps=gaps), *QUIET, bench.write("COMMAND", 1), *reads(bench)[0]]
    snapshot = next(n for n, clock in enumerate(clocks) if clock.bus)
    model, shown = Model(bench, clocks), bench.play(clocks, tmp_path)
    model.check(shown)
    check_counters(bench, model, clocks, shown, snapshot, 2, snapshot + 1)
    events = {n: model.events[n] for n in model.events}
    for place_, rule in enumerate(MENU.rules):
        kept = [(n, hits[place_], kept[place_]) for n, (hits, kept, _, _) in events.items()]
        assert all(k == (h and keeps(11, rule.id, clocks[n].id, rule.prescale)) for n, h, k in kept)
        assert sum(h for _, h, _ in kept) > 500


@needs_icarus
@pytest.mark.parametrize("policy", [*POLICIES, "deep"])
@pytest.mark.parametrize("stages", [1, 3])
def test_masks_change_the_answer_by_the_policy_of_the_law(tmp_path, policy, stages):
    bench, clocks = Bench(LAWS[policy], {"stages": stages}), list(RESET)
    drawn = random.Random(3)  # noqa: S311
    ids = [rule.id for rule in bench.ruleset.rules]
    for clock in events_of(bench, 1500):
        if drawn.random() < 0.1:
            name = drawn.choice(["MASK", "MASK", "PRESCALE"])
            value = drawn.getrandbits(32) if name == "PRESCALE" else drawn.choice([0, 1, 2, 2**32 - 1])
            clock.bus = bench.write(name, value, drawn.choice(ids)).bus
        clocks.append(clock)
    clocks += QUIET
    shown = bench.play(clocks, tmp_path)
    model = Model(bench, clocks)
    model.check(shown)
    changed = [n for n, (hits, kept, _, _) in model.events.items() if list(hits) != kept]
    assert len(changed) > 150
    assert shown[-1]["out_valid"] == 0


@needs_icarus
@pytest.mark.parametrize("ruleset", [MENU, LAWS["score"], EMPTY], ids=lambda r: r.name)
def test_snapshots_and_clears_lose_no_event(tmp_path, ruleset):
    bench = Bench(ruleset)
    commands = {60: 1, 150: 3, 151: 3, 300: 2, 420: 1, 640: 0, 700: 3}
    clocks, since, checks = [*RESET, *events_of(bench, 800, gaps=0.1)], 2, []
    listed = reads(bench)[0]
    for at, command in commands.items():
        clocks[at].bus = (COMMAND, command)
        if command & 1 and at != 150:
            for k, read in enumerate(listed):
                clocks[at + 1 + k].bus = read.bus
            checks.append((at, since, at + 1))
        since = at if command & 2 else since
    shown, model = bench.play(clocks, tmp_path), Model(bench, clocks)
    model.check(shown)
    for snapshot, start, at in checks:
        check_counters(bench, model, clocks, shown, snapshot, start, at)
    assert len(checks) == 4
    assert model.counts(151, 300)["EVENTS"] > 100


@needs_icarus
def test_counters_go_round_and_say_so(tmp_path):
    bench = Bench(MENU)
    clocks = [*RESET, *events_of(bench, 100), *QUIET, bench.write("COMMAND", 1), *reads(bench)[0]]
    clocks += [bench.write("COMMAND", 2), bench.write("COMMAND", 1), *reads(bench)[0]]
    first, _, second = (n for n, clock in enumerate(clocks) if clock.bus and clock.bus[0] == COMMAND)
    names = reads(bench)[1]
    start = 2**32 - 20
    where = {"EVENTS": "control.events_counter", ("word", "KEPT"): "control.rule_word.kept_counter"}
    where |= {
        ("word", "HITS"): "control.rule_word.hits_counter",
        ("mix", "HITS"): "control.rule_mix.hits_counter",
    }
    poke = " ".join(f"{counter}.total = 32'd{start};" for counter in where.values())
    shown = bench.play(clocks, tmp_path, f"if (n == 2) begin {poke} end")
    model = Model(bench, clocks)
    expected = model.counts(2, first)
    found = {name: shown[first + 1 + k]["bus_rdata"] for k, name in enumerate(names)}
    for name in where:
        assert expected[name] >= 20
        assert found[name] == expected[name] - 20
    assert (found["OVERFLOW"], found["word", "OVERFLOW"], found["mix", "OVERFLOW"]) == (1, 3, 1)
    assert (found["b", "OVERFLOW"], found["INVALID"]) == (0, expected["INVALID"])
    cleared = {name: shown[second + 1 + k]["bus_rdata"] for k, name in enumerate(names)}
    assert cleared == dict.fromkeys(names, 0) | {"CLOCKS_LOW": 1}


@needs_icarus
@pytest.mark.parametrize("ruleset", [MENU, LAWS["score"], EMPTY], ids=lambda r: r.name)
def test_the_bus_reads_what_the_table_says_and_nothing_else(tmp_path, ruleset):
    bench = Bench(ruleset)
    table = {register.address: register for register in registers(bench.design)}
    addresses = [
        *range(0x40),
        *range(0x7FF0, 0x8000 + 8 * 20),
        *range(0xFFF0, 0x10000),
        *(0x8000 | 1 << b for b in range(15)),
    ]
    clocks = [*RESET, *(Clock(bus=(address, 2**32 - 1)) for address in addresses if address not in table)]
    clocks += [Clock(bus=(a, 2**32 - 1)) for a, register in table.items() if register.access == "read"]
    start = len(clocks)
    clocks += [Clock(bus=(address, None)) for address in addresses] + [Clock()] * 3
    shown = bench.play(clocks, tmp_path)
    found = {address: shown[start + k]["bus_rdata"] for k, address in enumerate(addresses)}
    expected = {a: r.value for a, r in table.items() if r.access != "write"}
    assert found == {address: expected.get(address, 0) for address in addresses}
    assert [line["bus_rdata"] for line in shown[-3:]] == [found[addresses[-1]]] * 3
    facts = {r.name: found[r.address] for r in table.values() if r.rule is None}
    digest = "".join(f"{facts[f'DIGEST_{word}']:08x}" for word in range(8))
    assert f"sha256:{digest}" == ruleset.digest
    assert (facts["MAGIC"], facts["RULES"]) == (MAGIC, len(ruleset.rules))
    assert facts["LATENCY"] == bench.latency << 8 | bench.law_latency
    assert facts["VERSION"] == packed(ruleset.version)


@needs_icarus
def test_registers_read_back_and_a_reset_brings_the_law_back(tmp_path):
    bench = Bench(MENU)
    written = [("MASK", 0, "b"), ("PRESCALE", 12345, "b"), ("MASK", 0, "kept"), ("PRESCALE", 0, "word")]
    clocks = [*RESET, *(bench.write(*each) for each in written)]
    read = [bench.read(name, rule) for name, _, rule in written] + [bench.read("MASK", "word")]
    clocks += [*events_of(bench, 20), *read, Clock(rst=1, event=1), *read, *events_of(bench, 20), *QUIET]
    clocks += [bench.write("COMMAND", 1), bench.read("EVENTS"), bench.read("CLOCKS_LOW")]
    shown, model = bench.play(clocks, tmp_path), Model(bench, clocks)
    model.check(shown)
    assert [line["bus_rdata"] for line in shown[26:31]] == [0, 12345, 0, 0, 1]
    defaults = [1, last_kept(2), 1, last_kept(1), 1]
    assert [line["bus_rdata"] for line in shown[32:37]] == defaults
    assert [line["bus_rdata"] for line in shown[-2:]] == [20, len(clocks) - 3 - 32]


@needs_icarus
@pytest.mark.parametrize("ruleset", [MENU, LAWS["score"]], ids=lambda r: r.name)
def test_a_reset_of_one_clock_takes_every_event_on_its_way(tmp_path, ruleset):
    bench = Bench(ruleset)
    clocks = [*RESET, *events_of(bench, 60), *QUIET]
    clocks[30].rst = 1
    shown = bench.play(clocks, tmp_path)
    Model(bench, clocks).check(shown)
    assert sum(line["kept_valid"] for line in shown[2:]) == 60 - bench.latency


@needs_icarus
def test_the_place_in_a_prescale_is_the_last_that_is_kept(tmp_path):
    bench = Bench(MENU)
    event = next(n for n, hits in enumerate(bench.answers["fired"]) if hits[1])
    last = place(fold(17), key(0, "b"))
    clocks = list(RESET)
    for value in (last - 1, last, last + 1):
        clocks += [bench.write("PRESCALE", value, "b"), Clock(event=event, id=17), *QUIET]
    shown = bench.play(clocks, tmp_path)
    assert [line["kept"] >> 1 & 1 for line in shown if line["kept_valid"]] == [0, 1, 1]


@needs_icarus
@pytest.mark.parametrize("id_width", [1, 16, 40, 72])
def test_a_shorter_id_is_the_same_number(tmp_path, id_width):
    bench = Bench(MENU, id_width=id_width)
    clocks = [*RESET, *events_of(bench, 300), *QUIET]
    Model(bench, clocks).check(bench.play(clocks, tmp_path))


@needs_icarus
def test_fewer_outputs_will_do(tmp_path):
    bench = Bench(LAWS["first"], {"outputs": ("outcome", "fired"), "missing": True})
    clocks = [*RESET, *events_of(bench, 300), *QUIET, bench.write("COMMAND", 1), *reads(bench)[0]]
    snapshot = next(n for n, clock in enumerate(clocks) if clock.bus)
    shown, model = bench.play(clocks, tmp_path), Model(bench, clocks)
    model.check(shown)
    check_counters(bench, model, clocks, shown, snapshot, 2, snapshot + 1)


# --- the law, and what is refused


def test_the_law_is_the_same_text_with_and_without():
    without = rulekit.compile(LAWS["first"], "systemverilog", numerics_of(LAWS["first"]))
    around = compiled(LAWS["first"])
    assert set(around.files) - set(without.files) == {"control.sv", HEADER}
    assert {name: around.files[name] for name in without.files} == without.files


@needs_icarus
def test_the_runner_decides_before_prescales():
    frame = aiming(MENU, numerics_of(MENU), 200)
    plain = rulekit.compile(scaled(MENU, dict.fromkeys(SCALES, 1)), "systemverilog", numerics_of(MENU))
    assert compiled(MENU).load().batch(frame, hits=True).equals(plain.load().batch(frame, hits=True))


def test_prescales_are_refused_without_and_the_remedy_names_the_option():
    with pytest.raises(UnsupportedError, match="--option control=true") as raised:
        rulekit.compile(MENU, "systemverilog", numerics_of(MENU))
    assert [r.rule for r in raised.value.refusals] == [name for name, n in SCALES.items() if n > 1]
    compiled(MENU)


@pytest.mark.parametrize("lacking", ["outcome", "fired"])
def test_outputs_that_are_counted_by_are_needed(lacking):
    outputs = tuple(name for name in ("accept", "outcome", "rule", "fired") if name != lacking)
    with pytest.raises(UnsupportedError, match=f"add {lacking} to the option outputs"):
        compiled(MENU, outputs=outputs)


def test_more_rules_than_addresses_are_refused():
    many = law(FEATURES, [(f"r{n}", ["n > 3"]) for n in range(MOST_RULES + 1)], "many")
    with pytest.raises(UnsupportedError, match="addresses for 4096 rules"):
        compiled(many)


def test_tables_are_refused():
    with pytest.raises(UnsupportedError, match="another ruleset than its registers name"):
        compiled(LAWS["first"], architecture="tables")


# --- the text


ODD = law(FEATURES, [(f"r{n}", ["n > 3"]) for n in range(17)], "odd")
ONE = law(FEATURES, WHEN[:1], "one")
TEXTS = {"menu": MENU, "empty": EMPTY, "one": ONE, "odd": ODD} | LAWS


@needs_verilator
@pytest.mark.parametrize("name", TEXTS)
def test_verilator_has_nothing_to_say(tmp_path, name):
    artifact = compiled(TEXTS[name])
    files = [file for file in ("decide.sv", "control.sv") if not (tmp_path / file).write_bytes(b"")]
    for file in files:
        (tmp_path / file).write_bytes(artifact.files[file])
    top = f"{design_of(artifact).names.module}_control"
    waived = ["-Wno-DECLFILENAME", "-Wno-UNUSEDSIGNAL"]
    VERILATOR.run(["--lint-only", "-Wall", *waived, "--top", top, *files], tmp_path)


@pytest.mark.parametrize("tool", [pytest.param(t, marks=needs(t), id=t.name) for t in YOSYSES])
def test_yosys_reads_it(tmp_path, tool):
    script = []
    for name in ("menu", "empty", "score"):
        artifact = compiled(TEXTS[name])
        for file in ("decide.sv", "control.sv"):
            (tmp_path / f"{name}_{file}").write_bytes(artifact.files[file])
        top = f"{design_of(artifact).names.module}_control"
        script.append(f"read_verilog -sv {name}_decide.sv {name}_control.sv; hierarchy -check -top {top}")
        script.append("proc; select -assert-none t:$dlatch t:$latch; check -assert; design -reset")
    tool.run(["-q", "-p", "; ".join(script)], tmp_path)


@pytest.mark.parametrize("name", TEXTS)
def test_lines_are_short_and_the_table_is_in_text_and_header(name):
    artifact = compiled(TEXTS[name])
    text, header = (artifact.files[file].decode() for file in ("control.sv", HEADER))
    assert all(len(line) <= 110 for line in (text + header).splitlines())
    found = registers(design_of(artifact))
    module = design_of(artifact).names.module.upper()
    defined = dict(re.findall(rf"^#define {module}_(\w+) 0x([0-9a-f]{{4}})u$", header, re.MULTILINE))
    assert {name: int(address, 16) for name, address in defined.items()} == {r.name: r.address for r in found}
    listed = dict(re.findall(r"^// ([0-9a-f]{4})  (\w+) ", text, re.MULTILINE))
    assert {int(address, 16): name for address, name in listed.items()} == {r.address: r.name for r in found}


@pytest.mark.skipif(shutil.which("cc") is None, reason="no C compiler is installed: apt-get install gcc")
def test_the_header_is_c(tmp_path):
    (tmp_path / HEADER).write_bytes(compiled(MENU).files[HEADER])
    (tmp_path / "a.c").write_text(
        f'#include "{HEADER}"\n#include "{HEADER}"\n#include <stdio.h>\nint main(void) {{ printf("%u %u %u %u",'
        " MENU_RULE_KEPT_MASK, MENU_RULE_WORD(4, 1), MENU_KEEP_ONE_IN(7), MENU_KEEP_ONE_IN(1)); return 0; }\n"
    )
    subprocess.run(["cc", "-std=c99", "-Wall", "-Werror", "-o", "a", "a.c"], cwd=tmp_path, check=True)
    printed = subprocess.run(["./a"], cwd=tmp_path, check=True, capture_output=True, text=True).stdout
    assert printed == f"{0x8020} {0x8021} {last_kept(7)} {2**32 - 1}"


@pytest.mark.parametrize(
    ("version", "word"),
    [("0.0.0", 0), ("1.2.3", 1 << 20 | 2 << 10 | 3), ("5000.1024.1024", 2**32 - 1)],
)
def test_a_version_fits_a_word(version, word):
    assert packed(version) == word
