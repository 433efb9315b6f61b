"""Proving a design equal to the law with yosys, for all inputs: no sample, no tolerance.

Four statements: the logic is the law (against a golden model of its own), the pipeline is the law at its
latency, the synthesised netlist is the pipeline, and a mutant with one threshold off by one is *refuted*, which
shows that the method can fail. The counterexample of the mutant is decided by the reference semantics, too.
"""

from __future__ import annotations

import re
import tempfile
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rulekit.errors import GivenUpError, RulekitError
from rulekit.targets.artifact import Artifact
from rulekit.targets.systemverilog.design import Design, design_of
from rulekit.targets.systemverilog.emit import ENTRY, source
from rulekit.targets.systemverilog.proof import miters
from rulekit.targets.systemverilog.proof.counterexample import (
    check_counterexample,
    model_of,
    words_of,
)
from rulekit.targets.systemverilog.proof.golden import Golden
from rulekit.targets.systemverilog.proof.miters import Lemma, Miter
from rulekit.targets.systemverilog.proof.mutants import mutants
from rulekit.targets.systemverilog.synthesis.synthesise import CELLS, netlist_text
from rulekit.targets.systemverilog.tables.images import files
from rulekit.targets.systemverilog.tools import YOSYS

LOG = "proof.log"
_GOLDEN, _MITER, _NETLIST, _MUTANT = "golden.sv", "miter.sv", "netlist.v", "mutant.sv"
_MUTANTS = 20
"""Mutants that are tried; one is told from the law unless its threshold never matters."""
_MEMORIES = (
    "opt_expr; opt_clean; opt_dff -nodffe -nosdff; opt_clean; "
    "memory -nomap; opt_mem; memory_map -rom-only; memory_map; "
)
"""Commands that turn memories that are never written into logic; other designs have none."""
_PROVED = "SAT proof finished - no model found: SUCCESS!"
_REFUTED = "SAT proof finished - model found: FAIL!"


@dataclass(frozen=True, slots=True)
class Statement:
    """Something that was to be shown of a design: what, whether it was, and how long that took."""

    name: str
    says: str
    shown: bool
    seconds: float


@dataclass(frozen=True, slots=True)
class Proof:
    """What was shown of a design, and the prover's own words."""

    statements: tuple[Statement, ...]
    tool: str
    log: str

    @property
    def holds(self) -> bool:
        """Whether everything was shown."""
        return all(statement.shown for statement in self.statements)

    def to_document(self) -> dict[str, Any]:
        """Return the proof as plain JSON, without the log."""
        return {
            "holds": self.holds,
            "tool": self.tool,
            "statements": [asdict(each) for each in self.statements],
        }


def prove(artifact: Artifact, *, timeout: float = 600.0) -> Proof:
    """Prove that a design decides as the law says.

    Parameters
    ----------
    artifact : of the ``systemverilog`` target.
    timeout : seconds for one run of the prover; what takes longer counts as not shown. Default: 600.

    Raises
    ------
    MissingToolError
        when yosys is not installed.
    RulekitError
        when yosys refuses the design, or the golden model contradicts the reference semantics.

    """
    with tempfile.TemporaryDirectory(prefix="rulekit-prove-") as scratch:
        prover = _Prover(artifact, Path(scratch), timeout)
        statements = [prover.law(), prover.pipeline()]
        if not prover.design.tables:  # yosys knows no logic of memory blocks
            statements.append(prover.netlist())
        statements.append(prover.mutant())
        return Proof(tuple(statements), YOSYS.version(), "\n".join(prover.log))


class _Prover:
    """Runs yosys on one miter after the other, in one folder, and keeps what it prints."""

    def __init__(self, artifact: Artifact, folder: Path, timeout: float) -> None:
        self.design = design_of(artifact)
        self.files, self.folder, self.timeout = artifact.files, folder, timeout
        self.log: list[str] = []
        for name, data in artifact.files.items():
            if name.endswith((".sv", ".mem")):
                (folder / name).write_bytes(data)
        (folder / _GOLDEN).write_text(Golden(self.design).text(), encoding="utf-8")

    def law(self) -> Statement:
        """Show that the logic without pipeline registers is the golden model."""
        says = "the logic answers as the law, for every input"
        return self._statement("law", says, miters.law(self.design), f"{ENTRY} {_GOLDEN}")

    def pipeline(self) -> Statement:
        """Show that the design is the golden model, some cycles later."""
        says = f"the pipeline answers as the law {self.design.pipeline.latency} cycles later, from any state"
        return self._statement("pipeline", says, miters.pipeline(self.design), f"{ENTRY} {_GOLDEN}")

    def netlist(self) -> Statement:
        """Synthesise the design and show that the netlist is the design."""
        start = time.perf_counter()
        text = netlist_text(self.design, self.folder)
        (self.folder / _NETLIST).write_text(text, encoding="utf-8")
        seconds = time.perf_counter() - start
        says = "the synthesised netlist answers as the pipeline, from any state"
        sources = f"{_NETLIST} {CELLS} {ENTRY}"
        return self._statement("netlist", says, miters.netlist(self.design), sources, before=seconds)

    def _statement(self, name: str, says: str, miter: Miter, sources: str, before: float = 0.0) -> Statement:
        start = time.perf_counter()
        self._build(name, miter, sources)
        shown = self._holds(name, miter)
        return _statement(name, says, start - before, shown=shown)

    def _build(self, name: str, miter: Miter, sources: str) -> None:
        (self.folder / _MITER).write_text(miter.text, encoding="utf-8")
        script = (
            f"read_verilog -sv {sources} {_MITER}; hierarchy -check -top miter; proc -norom; flatten; {_MEMORIES}"
            f"opt_clean; write_rtlil {name}.il"
        )
        YOSYS.run(["-q", "-p", script], self.folder, timeout=self.timeout)

    def _holds(self, name: str, miter: Miter) -> bool:
        """Prove the lemmas that can be proved, and then the miter with their help."""
        proved: list[Lemma] = []
        for lemma in miter.lemmas:
            if _PROVED in self._ask(name, lemma.pairs, lemma.cycle, proved):
                proved.append(lemma)
        return _PROVED in self._ask(name, [("bad", "0")], miter.cycles, proved)

    def _ask(
        self, name: str, goals: Iterable[tuple[str, str]], cycles: int, known: Iterable[Lemma], show: str = ""
    ) -> str:
        """Ask whether the goals hold after so many cycles, and return what yosys says."""
        steps = f"-seq {cycles + 1} -prove-skip {cycles}" if cycles else ""
        proofs = " ".join(f"-prove {one} {other}" for one, other in goals)
        facts = " ".join(_facts(lemma, cycles) for lemma in known)
        command = f"sat -timeout {max(1, round(self.timeout))} {steps} {facts} {proofs} {show} miter"
        try:
            done = YOSYS.attempt(
                ["-p", f"read_rtlil {name}.il; {command}"], self.folder, timeout=2 * self.timeout
            )
        except GivenUpError as error:
            self.log.append(f"# {name}: {command}\n{error}\n")
            return ""
        text = done.stdout[done.stdout.find("Executing SAT pass") :]
        unknown = (
            "Failed to parse" in done.stderr
        )  # a net that synthesis has removed: only lemmas speak of such
        if "SAT proof finished" not in text and "TIMEOUT" not in text.upper() and not unknown:
            raise RulekitError(
                f"yosys can't prove this: {(done.stderr.strip() or text[-200:]).splitlines()[-1]}"
            )
        self.log.append(f"# {name}: {command}\n{_relevant_lines(text)}\n")
        return text

    def mutant(self) -> Statement:
        """Show that a design with one threshold off by one is told from the law; others are tried if it is not."""
        start = time.perf_counter()
        for tried, mutant in enumerate(mutants(self.design), start=1):
            self._write_mutant(mutant.design)
            found = self._counterexample(f"mutant-{tried}", miters.law(self.design), f"{_MUTANT} {_GOLDEN}")
            if found is not None:
                event = words_of(check_counterexample(self.design, found))
                says = f"rule {mutant.rule} with {mutant.after} for {mutant.before}, refuted by {event}"
                return _statement("mutant", says, start, shown=True)
            if tried == _MUTANTS:
                break
        return self._negative_control(start)

    def _write_mutant(self, design: Design) -> None:
        """Write the source of a mutant and, under tables, its memories: so mutants come last."""
        (self.folder / _MUTANT).write_text(source(design), encoding="utf-8")
        for name, text in files(design.tables).items() if design.tables else ():
            (self.folder / name).write_text(text, encoding="utf-8")

    def _negative_control(self, start: float) -> Statement:
        """Refute a golden model with one output turned, where no threshold matters."""
        port = next(iter(self.design.outputs)).name
        text = (self.folder / _GOLDEN).read_text(encoding="utf-8")
        turned = text.replace(f"        {port} = ", f"        {port} = ~", 1)
        (self.folder / _MUTANT).write_text(turned, encoding="utf-8")
        found = self._counterexample("mutant", miters.law(self.design), f"{ENTRY} {_MUTANT}")
        says = f"the golden model with {port} turned, as no threshold can be moved to any effect"
        return _statement("mutant", says, start, shown=found is not None)

    def _counterexample(self, name: str, miter: Miter, sources: str) -> dict[str, int] | None:
        """Return signals for which a miter is 1; None where there are none, or none was found in time."""
        self._build(name, miter, sources)
        sides = [f"{side}_{port.name}" for side in ("gold", "gate") for port in self.design.outputs]
        show = "-show-inputs " + " ".join(f"-show {signal}" for signal in sides)
        text = self._ask(name, [("bad", "0")], 0, (), show)
        return model_of(text) if _REFUTED in text else None


def _statement(name: str, says: str, start: float, *, shown: bool) -> Statement:
    return Statement(name, says, shown, round(time.perf_counter() - start, 2))


def _facts(lemma: Lemma, cycles: int) -> str:
    """Return a lemma as constraints on the steps in which it is known to hold."""
    if not cycles:
        return " ".join(f"-set {one} {other}" for one, other in lemma.pairs)
    steps = range(lemma.cycle + 1, cycles + 2)
    return " ".join(f"-set-at {step} {one} {other}" for step in steps for one, other in lemma.pairs)


def _relevant_lines(text: str) -> str:
    """Return the lines of the prover's output that the log keeps."""
    wanted = re.compile(
        r"SAT proof|Solving|variables|Imported|TIMEOUT|Final proof|\\[\w.]+\s+\S+\s+\S+\s+[01x]+$"
    )
    return "\n".join(line.strip() for line in text.splitlines() if wanted.search(line))
