"""A small law, its events, and records of decisions made with the compiled rules."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from shop import decisions_of, law, make_events, score_law

from rulekit.ir.notation.document import ruleset_to_document
from rulekit.ir.numerics import Native, Numerics
from rulekit.ir.ruleset import Ruleset
from rulekit.version import VERSION

Record = Callable[..., Path]


WRITERS: dict[str, Callable[[pl.DataFrame, Path], Any]] = {
    ".parquet": lambda frame, path: frame.write_parquet(path),
    ".arrow": lambda frame, path: frame.write_ipc(path),
    ".csv": lambda frame, path: frame.with_columns(
        pl.col("hits").list.join(" ") if "hits" in frame.columns else []
    ).write_csv(path),
}


@pytest.fixture
def record(tmp_path: Path) -> Record:
    """Write events, decisions and manifest; ``tamper`` and ``manifest`` change them on the way."""

    def write(
        ruleset: Ruleset,
        events: pl.DataFrame,
        /,
        *,
        suffix: str = ".parquet",
        id_column: str | None = "payment",
        tamper: Callable[[pl.DataFrame], pl.DataFrame] = lambda decisions: decisions,
        numerics: Numerics | None = None,
        **manifest: Any,
    ) -> Path:
        events.write_parquet(tmp_path / "events.parquet")
        decided = decisions_of(ruleset, events, numerics)
        ids = pl.Series("event", range(events.height)) if id_column is None else events[id_column]
        decided = decided.insert_column(0, ids)
        path = tmp_path / f"decisions{suffix}"
        WRITERS[suffix](tamper(decided), path)
        document = {
            "rulekit": VERSION,
            "ruleset": ruleset_to_document(ruleset),
            "digest": ruleset.digest,
            "numerics": (numerics or Native()).model_dump(mode="json"),
            "events": "events.parquet",
            "id": id_column or "event",
            "id_in_events": id_column is not None,
            "counts": dict(decided.group_by("outcome").len().iter_rows()),
            "findings": [],
            "command": "rulekit decide rules/shop events.parquet --out decisions.parquet",
            **manifest,
        }
        path.with_name(path.name + ".json").write_text(json.dumps(document), encoding="utf-8")
        return path

    return write


class ColumnTeacher:
    """A teacher whose scores stand in a column of the events."""

    name = "gradient <boosting>"

    def scores(self, frame: pl.DataFrame) -> Any:
        return frame["model"].to_numpy()


@pytest.fixture
def ruleset() -> Ruleset:
    return law()


@pytest.fixture
def score_ruleset() -> Ruleset:
    return score_law()


@pytest.fixture
def events() -> pl.DataFrame:
    return make_events(600)


@pytest.fixture
def teacher() -> ColumnTeacher:
    return ColumnTeacher()


@pytest.fixture
def amend() -> Callable[..., Ruleset]:
    """Return the law with some of its fields changed."""
    return law
