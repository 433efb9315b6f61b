"""The data sets of the induction benchmarks: train and test, the budget, and honest scores of a LightGBM teacher.

The events of train are scored by five teachers, each trained on the four fifths that lack them (whole engines,
where events come in groups); test is scored by the teacher trained on all of train. What is left out, and why:

- cards: the scenario is the answer; the delay week's labels come too late, so that it is used for nothing.
- ulb: genuine events are a sample and weigh 25.07. Most of them are the first of their two days, the frauds of both
  days: the time would tell them apart, and is left out.
- engines: the age in cycles, because test engines are cut off early; and sensors that never move.
- ai4i: the failure modes, which are the answer.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

import rulekit
from rulekit.induction.teachers.base import feature_matrix
from rulekit.induction.teachers.load import teacher

SCORE, TRUTH, KNOWN, WEIGHT, GROUP = "score", "truth", "known", "weight", "unit"
DATA = Path(os.environ.get("RULEKIT_DATA", Path(__file__).resolve().parents[1] / ".." / "shared" / "data"))

_NOT_FEATURES = (TRUTH, WEIGHT, GROUP, KNOWN)
_DTYPES = {
    pl.Float64: "float64",
    pl.Float32: "float32",
    pl.Int64: "int64",
    pl.Int32: "int32",
    pl.Boolean: "bool",
}
_GENUINE_WEIGHT = 25.07


@dataclass(frozen=True)
class Data:
    """Train and test with truth and score; some have event weights, some come in groups that belong together."""

    train: pl.DataFrame
    test: pl.DataFrame
    schema: rulekit.Schema

    @property
    def weight(self) -> str | None:
        """Name of the column of event weights, if there is one."""
        return WEIGHT if WEIGHT in self.train.columns else None

    @property
    def groups(self) -> str | None:
        """Name of the column that tells which events belong together, if there is one."""
        return GROUP if GROUP in self.train.columns else None


@dataclass(frozen=True)
class Case:
    """A data set at a budget's rate; ``title`` is for people."""

    name: str
    title: str
    source: str
    kind: str
    rate: float

    def budget(self, literals: int = 200) -> rulekit.Budget:
        """Return the budget with a cap on literals, and with room for a rule per literal."""
        if self.kind == "alert_rate":
            return rulekit.Budget(alert_rate=self.rate, rules=literals, literals=literals)
        return rulekit.Budget(false_positive_rate=self.rate, rules=literals, literals=literals)


CASES = (
    Case("magic2", "MAGIC telescope, 2 % of hadrons", "magic", "false_positive_rate", 0.02),
    Case("magic5", "MAGIC telescope, 5 % of hadrons", "magic", "false_positive_rate", 0.05),
    Case("cards", "Card transactions (FDH), 0.5 % alerts", "cards", "alert_rate", 0.005),
    Case("ulb", "Card transactions (ULB, weighted), 0.1 % alerts", "ulb", "alert_rate", 0.001),
    Case("engines", "Turbofan engines (C-MAPSS FD001), 2 % of healthy cycles", "engines", "false_positive_rate",
         0.02),
    Case("ai4i", "Milling machine (AI4I), 1 % of healthy runs", "ai4i", "false_positive_rate", 0.01),
    Case("hep", "Level-1 trigger (generated), 1 % of background", "hep", "false_positive_rate", 0.01),
)  # fmt: skip
"""All cells of the benchmark but the literals."""


def available() -> Iterator[Case]:
    """Yield the cases whose data is there; the generated one always is."""
    folders = {
        "magic": "magic_gamma",
        "cards": "fdh_transactions",
        "ulb": "creditcard_ulb_subset",
        "engines": "cmapss_fd001",
        "ai4i": "ai4i2020",
    }
    for case in CASES:
        if case.source == "hep" or (DATA / folders[case.source]).is_dir():
            yield case


def load(source: str, cache: Path) -> Data:
    """Return a data set with its scores; what was scored once is kept in a folder that is not the project's."""
    paths = [cache / f"{source}-{part}.parquet" for part in ("train", "test")]
    if not all(path.is_file() for path in paths):
        train, test = SOURCES[source]()
        scored = with_scores(train, test)
        for frame, path in zip(scored, paths, strict=True):
            frame.write_parquet(path)
    train, test = (pl.read_parquet(path) for path in paths)
    return Data(train, test, schema_of(source, train))


def magic() -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return train and test, 70 to 30, stratified, seed 0; signal is gamma."""
    events = pl.read_parquet(DATA / "magic_gamma" / "all.parquet")
    return _halves(events.with_columns((pl.col("class") == "g").alias(TRUTH)).drop("class"))


def _halves(events: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    from sklearn.model_selection import train_test_split

    parts = train_test_split(
        np.arange(events.height), test_size=0.3, stratify=events[TRUTH].to_numpy(), random_state=0
    )
    return events[parts[0]], events[parts[1]]


def transactions() -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the train week and the test week, where a column tells the cards known to be compromised by then.

    The delay week between them is used for nothing else: its labels come too late. All features look back only.
    Left out of test alone, those cards make another population: fewer frauds, and half the alerts of train.
    """
    train, delay, test = (
        pl.read_parquet(DATA / "fdh_transactions" / f"{name}.parquet") for name in ("train", "delay", "test")
    )
    known = pl.concat([train, delay]).filter(pl.col("TX_FRAUD") == 1)["CUSTOMER_ID"].unique()
    return _look_back(train), _look_back(test).with_columns(
        test["CUSTOMER_ID"].is_in(known.implode()).alias(KNOWN)
    )


def _look_back(events: pl.DataFrame) -> pl.DataFrame:
    windows = [name for name in events.columns if name.endswith("_WINDOW")]
    counts = [name for name in windows if "_NB_TX_" in name]
    return events.select(
        pl.col("TX_AMOUNT").alias("amount"),
        (pl.col("TX_AMOUNT") / pl.col("CUSTOMER_ID_AVG_AMOUNT_30DAY_WINDOW")).alias(
            "amount_over_30day_average"
        ),
        (pl.col("TX_TIME_SECONDS") // 3600 % 24).cast(pl.Int32).alias("hour"),
        pl.col("TX_DURING_WEEKEND").cast(pl.Boolean).alias("weekend"),
        pl.col(counts).cast(pl.Int32).name.map(_short),
        pl.col([name for name in windows if name not in counts]).name.map(_short),
        pl.col("TX_FRAUD").cast(pl.Boolean).alias(TRUTH),
    )


def _short(name: str) -> str:
    return (
        name.removesuffix("_WINDOW")
        .replace("CUSTOMER_ID", "CUSTOMER")
        .replace("TERMINAL_ID", "TERMINAL")
        .lower()
    )


def ulb() -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return train and test, 70 to 30, stratified, seed 0, with the weights that restore the share of frauds."""
    events = pl.read_parquet(DATA / "creditcard_ulb_subset" / "all.parquet")
    fraud = pl.col("Class") == 1
    return _halves(
        events.select(
            pl.exclude("Time", "Class", "sample").name.to_lowercase(),
            fraud.alias(TRUTH),
            pl.when(fraud).then(1.0).otherwise(_GENUINE_WEIGHT).alias(WEIGHT),
        )
    )


def engines() -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the hundred engines of train and those of test; signal is the last thirty cycles and the failure."""
    train, test = (pl.read_parquet(DATA / "cmapss_fd001" / f"{part}.parquet") for part in ("train", "test"))
    still = [name for name in train.columns if train[name].n_unique() == 1]
    signal = (pl.col("RUL") <= 30).alias(TRUTH)
    return train.select(pl.exclude("cycle", "RUL", *still), signal), test.select(
        pl.exclude("cycle", "RUL", *still), signal
    )


def ai4i_runs() -> pl.DataFrame:
    """Return all runs of the milling machine, with the failure modes."""
    return pl.read_parquet(DATA / "ai4i2020" / "all.parquet").select(
        pl.col("Type").alias("type"),
        pl.col("Air temperature [K]").alias("air"),
        pl.col("Process temperature [K]").alias("process"),
        pl.col("Rotational speed [rpm]").cast(pl.Int32).alias("speed"),
        pl.col("Torque [Nm]").alias("torque"),
        pl.col("Tool wear [min]").cast(pl.Int32).alias("wear"),
        pl.col("TWF", "HDF", "PWF", "OSF", "RNF").cast(pl.Boolean).name.to_lowercase(),
        pl.col("Machine failure").cast(pl.Boolean).alias(TRUTH),
    )


def ai4i() -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return train and test, 70 to 30, stratified, seed 0; signal is any failure of the machine."""
    return _halves(ai4i_runs().drop("twf", "hdf", "pwf", "osf", "rnf"))


def hep() -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return 60,000 generated collisions for train, and as many of another seed for test."""
    from rulekit_adapters.hep import ID, KIND, generate

    train, test = (generate(60_000, seed).drop(ID, KIND).rename({"signal": TRUTH}) for seed in (1, 2))
    return train, test


SOURCES: dict[str, Callable[[], tuple[pl.DataFrame, pl.DataFrame]]] = {
    "magic": magic,
    "cards": transactions,
    "ulb": ulb,
    "engines": engines,
    "ai4i": ai4i,
    "hep": hep,
}


def schema_of(name: str, events: pl.DataFrame) -> rulekit.Schema:
    """Return the schema of the columns that are features; a string column becomes a category."""
    return rulekit.Schema(
        name=name,
        version="1.0.0",
        features=tuple(
            _feature(column, events[column])
            for column in events.columns
            if column not in {*_NOT_FEATURES, SCORE}
        ),
    )


def _feature(name: str, column: pl.Series) -> rulekit.Feature:
    if column.dtype == pl.String:
        known = [value for value in ("L", "M", "H") if value in column.unique()]
        return rulekit.Feature.model_validate({"name": name, "dtype": "category", "categories": known})
    return rulekit.Feature.model_validate({"name": name, "dtype": _DTYPES[type(column.dtype)]})


def with_scores(train: pl.DataFrame, test: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Add the score column to both: honest scores to train."""
    from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

    schema = schema_of("teacher", train)
    labels = train[TRUTH].to_numpy()
    grouped = GROUP in train.columns
    folds = (StratifiedGroupKFold if grouped else StratifiedKFold)(5, shuffle=True, random_state=0)
    honest = np.empty(train.height)
    for rest, part in folds.split(labels, labels, train[GROUP].to_numpy() if grouped else None):
        honest[part] = onnx_scores(train[rest], train[part], schema)
    scored = test.with_columns(pl.Series(SCORE, onnx_scores(train, test, schema)))
    return train.with_columns(pl.Series(SCORE, honest)), scored


def onnx_scores(train: pl.DataFrame, events: pl.DataFrame, schema: rulekit.Schema) -> npt.NDArray[np.float64]:
    """Train LightGBM, write it as ONNX, and score events with what is read back."""
    import onnxmltools
    from lightgbm import LGBMClassifier
    from onnxmltools.convert.common.data_types import FloatTensorType

    matrix = feature_matrix(train, schema)
    model = LGBMClassifier(n_estimators=200, learning_rate=0.05, random_state=0, n_jobs=1, verbose=-1)
    weights = train[WEIGHT].to_numpy() if WEIGHT in train.columns else None
    model.fit(matrix, train[TRUTH].cast(pl.Int8).to_numpy(), sample_weight=weights)
    initial = [("features", FloatTensorType([None, matrix.shape[1]]))]
    exported = onnxmltools.convert_lightgbm(model, initial_types=initial, zipmap=False, target_opset=15)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "teacher.onnx"
        path.write_bytes(exported.SerializeToString())
        return teacher(path, schema).scores(events)
