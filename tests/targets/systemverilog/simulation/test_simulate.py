"""Simulations without a simulator: what lies in the folder, which program runs, and how events are written."""

from __future__ import annotations

import gc

import numpy as np
import pytest
from hardware import SMALL, SMALL_GRID, simulation_of

import rulekit
from rulekit.errors import MissingToolError
from rulekit.targets.systemverilog.simulation import simulate
from rulekit.targets.systemverilog.simulation.simulate import Simulation
from rulekit.targets.systemverilog.simulation.vectors import packed


@pytest.fixture(scope="module")
def artifact():
    return rulekit.compile(SMALL, "systemverilog", SMALL_GRID)


class Program:
    """A program that is recorded instead of run."""

    def __init__(self, log, name, *, there=True):
        self.log, self.name, self.there = log, name, there

    def installed(self):
        return self.there

    def run(self, arguments, folder):
        assert folder.is_dir()
        self.log.append((self.name, *arguments))
        return "told"


@pytest.fixture
def log(monkeypatch):
    found = []
    for name in ("ICARUS", "VVP", "VERILATOR"):
        monkeypatch.setattr(simulate, name, Program(found, name))
    monkeypatch.setattr(simulate, "Tool", lambda names, *_: Program(found, names[0].rsplit("/", 1)[-1]))
    return found


def test_the_folder_has_the_sources_and_goes_with_the_object(artifact):
    simulation = simulation_of(artifact)
    folder = simulation.folder
    wanted = {name for name in artifact.files if name.endswith((".sv", ".mem"))}
    assert {path.name for path in folder.iterdir()} == wanted == {"decide.sv", "testbench.sv"}
    assert (folder / "decide.sv").read_bytes() == artifact.files["decide.sv"]
    del simulation
    gc.collect()
    assert not folder.exists()


def test_memories_are_data_and_no_sources(artifact):
    simulation = Simulation(simulation_of(artifact).design, {"a.sv": b"", "b.mem": b"1", "c.txt": b""})
    assert {path.name for path in simulation.folder.iterdir()} == {"a.sv", "b.mem"}
    assert simulation.sources == ["a.sv"]


def test_few_events_are_run_by_icarus_compiled_once(artifact, log):
    simulation = simulation_of(artifact)
    assert simulation.run(["+events=e"], simulate.MANY - 1) == "told"
    simulation.run(["+events=f"], 1)
    assert [call[0] for call in log] == ["ICARUS", "VVP", "VVP"]
    assert log[0][-4:] == ("-s", "hep_small_testbench", "decide.sv", "testbench.sv")
    assert log[2] == ("VVP", "-n", "sim.vvp", "+events=f")


def test_many_events_are_run_by_verilator_where_it_is_installed(artifact, log, monkeypatch):
    simulation = simulation_of(artifact)
    simulation.run(["+events=e"], simulate.MANY)
    assert [call[0] for call in log] == ["VERILATOR", "sim"]
    monkeypatch.setattr(simulate, "VERILATOR", Program(log, "VERILATOR", there=False))
    simulation.run(["+events=e"], simulate.MANY)
    assert [call[0] for call in log[2:]] == ["ICARUS", "VVP"]


@pytest.mark.parametrize("chunk", [1, 3, 7, 100])
def test_events_are_written_chunk_by_chunk_without_a_seam(artifact, chunk, monkeypatch, tmp_path):
    simulation, rng = simulation_of(artifact), np.random.default_rng(chunk)
    inputs = simulation.design.inputs
    columns = {port.name: rng.integers(0, 2, 7).astype(np.int64) for port in inputs}
    monkeypatch.setattr(simulate, "_CHUNK", chunk)
    simulation.write(tmp_path / "events.bin", columns, 7)
    assert (tmp_path / "events.bin").read_bytes() == packed(inputs, columns, slice(0, 7), 7)


def test_deciding_without_a_simulator_is_an_error(artifact, monkeypatch):
    monkeypatch.setattr("rulekit.targets.systemverilog.tools.shutil.which", lambda _: None)
    simulation = simulation_of(artifact)
    columns = {port.name: np.zeros(1, np.int64) for port in simulation.design.inputs}
    with pytest.raises(MissingToolError, match="iverilog"):
        simulation.decide(columns, 1)
