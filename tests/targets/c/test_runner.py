"""The runner of a pair: threads share it, and a large frame is decided in parts."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import polars as pl
from cpairs import needs_runner

import rulekit


@needs_runner
def test_threads_share_a_runner(fraud) -> None:
    runner = rulekit.compile(fraud, "c").load()
    rng = np.random.default_rng(1)
    events = [
        {"amount": rng.random() * 100, "cards_per_device_1h": int(rng.integers(8))} for _ in range(4000)
    ]
    alone = [runner.one(event, hits=True) for event in events]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda event: runner.one(event, hits=True), events)) == alone
    assert len({decision.outcome for decision in alone}) > 1


@needs_runner
def test_a_large_frame_is_shared_by_threads_and_listed_in_parts(fraud, monkeypatch) -> None:
    from rulekit.targets.c import runner as module

    monkeypatch.setattr(module, "_LEAST", 100)
    monkeypatch.setattr(module, "_PART", 1000)
    rng = np.random.default_rng(4)
    nulls = pl.DataFrame({feature.name: [None] * 5011 for feature in fraud.schema.features})
    cards = rng.integers(0, 9, 5011).astype(np.int32)
    frame = nulls.with_columns(
        amount=pl.Series(rng.random(5011, np.float32) * 100), cards_per_device_1h=pl.Series(cards)
    )
    ours = module.CRunner(rulekit.compile(fraud, "c"), threads=4)
    assert ours.batch(frame, hits=True).equals(
        rulekit.compile(fraud, "polars").load().batch(frame, hits=True)
    )
    assert ours.batch(frame).equals(rulekit.compile(fraud, "polars").load().batch(frame))
