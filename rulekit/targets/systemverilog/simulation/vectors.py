"""Events and answers as the testbench reads and writes them: bits, from the first port at the top."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from rulekit.errors import RulekitError
from rulekit.targets.systemverilog.design import Port

Columns = Mapping[str, npt.NDArray[np.int64]]
"""Codes by port, each of shape (events,)."""

_DIGITS = np.full(256, 255, np.uint8)
_DIGITS[[ord(f"{digit:x}") for digit in range(16)]] = np.arange(16)


def packed(ports: Sequence[Port], columns: Columns, rows: slice, events: int) -> bytes:
    """Return some of the events as the testbench reads them: whole bytes for each event, padded at the top."""
    count = len(range(*rows.indices(events)))
    parts = [_bits(columns[port.name][rows], port.width or 1) for port in ports]
    bits = np.concatenate(parts, axis=1) if parts else np.zeros((count, 0), np.uint8)
    fill = -bits.shape[1] % 8 if bits.shape[1] else 8
    return np.packbits(np.pad(bits, ((0, 0), (fill, 0))), axis=1).tobytes()


def _bits(codes: npt.NDArray[np.int64], width: int) -> npt.NDArray[np.uint8]:
    """Return the bits of codes in two's complement, shape (events, width), the highest first."""
    octets = codes.astype(">i8").view(np.uint8).reshape(-1, 8)
    return np.unpackbits(octets, axis=1)[:, 64 - width :]


def parsed(ports: Sequence[Port], text: bytes, events: int) -> dict[str, npt.NDArray[Any]]:
    """Return the answers by output: int64 of shape (events,), and ``fired`` as bool of shape (events, rules).

    Raises
    ------
    RulekitError
        when there are not as many answers as events, or a bit is undefined.

    """
    width = sum(port.width or 1 for port in ports)
    digits = -(-width // 4)
    if len(text) != events * (digits + 1):
        got = f"{len(text) // (digits + 1):,} answers"
        raise RulekitError("the simulation did not answer every event", expected=f"{events:,}", got=got)
    nibbles = _DIGITS[np.frombuffer(text, np.uint8).reshape(events, digits + 1)[:, :digits]]
    if (nibbles == 255).any():
        raise RulekitError("the simulation gave an undefined bit")
    bits = np.unpackbits(nibbles[:, :, None], axis=2)[:, :, 4:].reshape(events, 4 * digits)
    bits = bits[:, 4 * digits - width :]
    ends = np.cumsum([port.width or 1 for port in ports])
    parts = zip(ports, np.split(bits, ends[:-1], axis=1), strict=True)
    return {
        port.name: part[:, ::-1].view(np.bool_) if port.name == "fired" else _codes(part, port)
        for port, part in parts
    }


def _codes(bits: npt.NDArray[np.uint8], port: Port) -> npt.NDArray[np.int64]:
    events, width = bits.shape
    sign = bits[:, :1] if port.signed else np.zeros((events, 1), np.uint8)
    full = np.concatenate([np.repeat(sign, 64 - width, axis=1), bits], axis=1)
    return np.packbits(full, axis=1).view(">i8")[:, 0].astype(np.int64)
