"""Bits of events and answers, against Python's own integers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rulekit.errors import RulekitError
from rulekit.targets.systemverilog.design import Port
from rulekit.targets.systemverilog.simulation.vectors import packed, parsed

PORTS = [Port("a", 5, ""), Port("b", 0, ""), Port("c", 9, "", signed=True)]


def bits_of(values):
    """Return the bits of one event as a text: first port on top, in two's complement."""
    return "".join(f"{values[port.name] % (1 << (port.width or 1)):0{port.width or 1}b}" for port in PORTS)


def columns_of(rows):
    return {port.name: np.array([row[port.name] for row in rows], np.int64) for port in PORTS}


rows = st.lists(
    st.fixed_dictionaries({"a": st.integers(0, 31), "b": st.integers(0, 1), "c": st.integers(-256, 255)}),
    min_size=1,
    max_size=20,
)


@given(rows)
def test_an_event_is_its_bits_filled_up_at_the_top(events):
    data = packed(PORTS, columns_of(events), slice(0, len(events)), len(events))
    assert len(data) == 2 * len(events), "15 bits are two bytes"
    for place, event in enumerate(events):
        assert f"{int.from_bytes(data[2 * place : 2 * place + 2]):016b}" == "0" + bits_of(event)


@given(rows, st.integers(0, 20), st.integers(0, 20))
def test_a_slice_gives_some_of_the_events(events, start, stop):
    columns = columns_of(events)
    whole = packed(PORTS, columns, slice(0, len(events)), len(events))
    assert packed(PORTS, columns, slice(start, stop), len(events)) == whole[2 * start : 2 * stop]


def test_events_without_inputs_are_a_byte_each():
    assert packed([], {}, slice(0, 3), 3) == b"\0\0\0"


def written(events):
    """Return answers as the testbench writes them: hexadecimal digits, one event a line."""
    digits = -(-sum(port.width or 1 for port in PORTS) // 4)
    return "".join(f"{int(bits_of(event), 2):0{digits}x}\n" for event in events).encode()


@given(rows)
def test_answers_come_back_with_their_signs(events):
    found = parsed(PORTS, written(events), len(events))
    assert {name: values.tolist() for name, values in found.items()} == {
        port.name: [event[port.name] for event in events] for port in PORTS
    }


@given(st.lists(st.integers(0, 2**9 - 1), min_size=1, max_size=9))
def test_fired_is_a_column_for_each_rule_from_the_lowest_bit(masks):
    text = "".join(f"{mask:03x}\n" for mask in masks).encode()
    found = parsed([Port("fired", 9, "")], text, len(masks))["fired"]
    assert found.dtype == np.bool_
    assert [[bool(mask >> rule & 1) for rule in range(9)] for mask in masks] == found.tolist()


def test_too_few_answers_are_told():
    with pytest.raises(RulekitError, match="did not answer every event") as raised:
        parsed([Port("a", 4, "")], b"1\n2\n", 3)
    assert (raised.value.expected, raised.value.got) == ("3", "2 answers")


@pytest.mark.parametrize("text", [b"x\n", b"z\n", b"X\n"])
def test_an_undefined_bit_is_told(text):
    with pytest.raises(RulekitError, match="undefined bit"):
        parsed([Port("a", 4, "")], text, 1)
