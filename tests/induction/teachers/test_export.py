from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from contexts import SCHEMA, corner_events
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier

from rulekit.errors import EventError, TeacherError
from rulekit.induction.teachers.base import feature_matrix
from rulekit.induction.teachers.export import export_onnx
from rulekit.induction.teachers.load import teacher

pytest.importorskip("skl2onnx", reason="pip install 'rulekit-engine[onnx]'")

SAMPLE = corner_events(300, 4)
EVENTS = SAMPLE.frame.with_columns(truth=SAMPLE.truth)


@pytest.mark.parametrize(
    "estimator", [make_pipeline(StandardScaler(), LogisticRegression()), DecisionTreeClassifier(max_depth=3)]
)
def test_the_file_scores_as_the_fitted_estimator(estimator: Any, tmp_path: Path) -> None:
    path = tmp_path / "new" / "folder" / "model.onnx"
    export_onnx(estimator, EVENTS, "truth", SCHEMA, path)
    expected = estimator.predict_proba(feature_matrix(EVENTS, SCHEMA))[:, 1]
    assert np.ptp(expected) > 0.3
    assert teacher(path, SCHEMA).scores(EVENTS) == pytest.approx(expected, abs=1e-5)


class Unknown(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """A classifier that skl2onnx has no converter for."""

    def fit(self, matrix: Any, truth: Any) -> Unknown:
        self.classes_, self.width_ = np.unique(truth), matrix.shape[1]
        return self


def test_an_estimator_without_a_converter_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "model.onnx"
    with pytest.raises(TeacherError, match="the estimator can't be exported") as caught:
        export_onnx(Unknown(), EVENTS, "truth", SCHEMA, path)
    assert caught.value.got == "Unknown"
    assert not path.exists()


def test_events_without_a_feature_are_refused(tmp_path: Path) -> None:
    with pytest.raises(EventError, match="no column for feature y"):
        export_onnx(LogisticRegression(), EVENTS.drop("y"), "truth", SCHEMA, tmp_path / "model.onnx")
