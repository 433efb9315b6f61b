from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rulekit.errors import TeacherError
from rulekit.induction.teachers.load import teacher
from rulekit.ir.schema import Schema


def test_any_object_with_name_and_scores_is_a_teacher(schema: Schema) -> None:
    class Constant:
        name = "constant"

        def scores(self, frame: Any) -> Any:
            return np.zeros(len(frame))

    own = Constant()
    assert teacher(own, schema) is own


@pytest.mark.parametrize("name", ["model.pkl", "model.joblib", "a/b.pickle", Path("model.PKL")])
def test_nothing_is_unpickled(name: str | Path, schema: Schema) -> None:
    with pytest.raises(TeacherError, match="nothing is ever unpickled"):
        teacher(name, schema)
