from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest

from rulekit_adapters import fraud, hep

if TYPE_CHECKING:
    from types import ModuleType

PACKS = pytest.mark.parametrize("pack", [hep, fraud], ids=lambda pack: pack.NAME)


def matrix(pack: ModuleType, events: pl.DataFrame) -> np.ndarray:
    columns = []
    for feature in pack.SCHEMA.features:
        values = events[feature.name]
        if feature.dtype == "category":
            values = values.cast(pl.Enum(feature.categories)).to_physical()
        columns.append(values.cast(pl.Float32).fill_null(float("nan")).to_numpy())
    return np.stack(columns, axis=1)


@PACKS
def test_pack_has_the_names_of_a_pack(pack: ModuleType) -> None:
    frame = pack.generate(10, 0)
    assert frame.columns[0] == pack.ID
    assert frame.columns[-2:] == [pack.TRUTH, pack.KIND]
    assert {pack.ID, pack.TRUTH, pack.KIND}.isdisjoint(feature.name for feature in pack.SCHEMA.features)
    assert all(feature.doc for feature in pack.SCHEMA.features)


@PACKS
def test_teacher_is_reproducible_and_beats_chance(pack: ModuleType) -> None:
    metrics = pytest.importorskip("sklearn.metrics", reason="pip install 'rulekit-engine[induction]'")
    train, held_out = pack.generate(20_000, 1), pack.generate(10_000, 2)
    scores = [
        pack.teacher(3)
        .fit(matrix(pack, train), train[pack.TRUTH].to_numpy())
        .predict_proba(matrix(pack, held_out))
        for _ in range(2)
    ]
    assert np.array_equal(*scores)
    assert metrics.roc_auc_score(held_out[pack.TRUTH].to_numpy(), scores[0][:, 1]) > 0.93


@PACKS
def test_teacher_means_the_same_in_onnx(pack: ModuleType) -> None:
    skl2onnx, onnxruntime = (
        pytest.importorskip(name, reason="pip install 'rulekit-engine[onnx]'")
        for name in ("skl2onnx", "onnxruntime")
    )
    train = pack.generate(10_000, 1)
    features = matrix(pack, train)
    assert np.isnan(features).any()
    teacher = pack.teacher(0).fit(features, train[pack.TRUTH].to_numpy())
    exported = skl2onnx.to_onnx(teacher, features[:1], options={id(teacher): {"zipmap": False}})
    session = onnxruntime.InferenceSession(exported.SerializeToString(), providers=["CPUExecutionProvider"])
    (source,) = session.get_inputs()
    scores = session.run(None, {source.name: features})[1]
    assert scores == pytest.approx(teacher.predict_proba(features), abs=1e-5)
