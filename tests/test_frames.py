import struct

import polars as pl
import pytest

from rulekit.errors import EventError
from rulekit.frames import POLARS, bind_columns, collect, feature_columns, feature_values, infer_schema, scan
from rulekit.ir.schema import DType, Feature, Schema

FRAME = pl.DataFrame({"pt": pl.Series([1.5, 2.5], dtype=pl.Float32), "n": [1, 2], "where": ["SE", "NO"]})


@pytest.mark.parametrize("suffix", ["parquet", "csv", "arrow"])
def test_every_kind_of_file(tmp_path, suffix):
    path = tmp_path / f"events.{suffix}"
    {"parquet": FRAME.write_parquet, "csv": FRAME.write_csv, "arrow": FRAME.write_ipc}[suffix](path)
    assert collect(scan(path)).select(pl.col("pt").cast(pl.Float32), "n", "where").equals(FRAME)


def test_csv_is_read_in_the_dtypes_of_the_schema(tmp_path, fraud):
    path = tmp_path / "events.csv"
    path.write_text("amount,cards_per_device_1h,country,device_age,other\n0.1,5,NO,1,x\n,,,,\n")
    frame = collect(scan(path, fraud.schema))
    assert frame.dtypes[:4] == [pl.Float32, pl.Int32, pl.String, pl.Float64]
    assert frame.row(1) == (None,) * 5


def test_a_glob_is_one_frame(tmp_path):
    FRAME.write_parquet(tmp_path / "a.parquet")
    FRAME.write_parquet(tmp_path / "b.parquet")
    assert collect(scan(tmp_path / "*.parquet")).height == 4


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("gone.parquet", None, "there is no such file"),
        ("empty.csv", b"", "is empty"),
        ("events.xlsx", b"x", "unknown kind of file"),
        ("cut.parquet", b"PAR1 and then nothing", "can't be read"),
        ("cut.arrow", b"ARROW1 and then nothing", "can't be read"),
    ],
)
def test_bad_files(tmp_path, name, content, message):
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(EventError, match=message) as raised:
        scan(path)
    assert raised.value.where.file == str(path)


def test_a_parquet_file_cut_in_the_middle(tmp_path):
    path = tmp_path / "events.parquet"
    pl.DataFrame({"x": range(100_000)}).write_parquet(path, compression="uncompressed")
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(EventError, match="can't be read"):
        collect(scan(path))


@pytest.mark.parametrize("thing", [3, object(), [1, 2], pl.Series([1])])
def test_what_is_no_frame(thing):
    with pytest.raises(EventError, match="not a frame"):
        scan(thing)


def test_infer_schema():
    frame = pl.LazyFrame(
        {
            "small": pl.Series([1], dtype=pl.Int8),
            "big": [1],
            "single": pl.Series([1.0], dtype=pl.Float32),
            "double": [1.0],
            "flag": [True],
            "where": ["NO"],
            "when": pl.Series([0], dtype=pl.Date),
            "truth": [True],
        }
    )
    schema = infer_schema(frame, "x.y", {"truth"})
    assert {feature.name: feature.dtype for feature in schema.features} == {
        "small": DType.INT32,
        "big": DType.INT64,
        "single": DType.FLOAT32,
        "double": DType.FLOAT64,
        "flag": DType.BOOL,
        "where": DType.CATEGORY,
    }
    assert schema.by_name["where"].categories == ("NO",)


def test_infer_schema_leaves_free_text_out():
    frame = pl.LazyFrame({"x": [1.0] * 200, "name": [f"customer {i}" for i in range(200)]})
    assert infer_schema(frame, "x", set()).names == ("x",)
    with pytest.raises(EventError, match="no column"):
        infer_schema(frame, "x", {"x"})


SCHEMA = Schema(
    name="x",
    version="1.0.0",
    features=(
        Feature(name="single", dtype="float32"),
        Feature(name="double", dtype="float64"),
        Feature(name="count", dtype="int32"),
        Feature(name="flag", dtype="bool"),
        Feature(name="where", dtype="category", categories=("SE", "NO")),
    ),
)
EVENTS = pl.DataFrame(
    {
        "single": pl.Series([1.5, float("nan"), None], dtype=pl.Float32),
        "double": [float("nan"), None, float("inf")],
        "count": pl.Series([1, None, 3], dtype=pl.Int16),
        "flag": [True, None, False],
        "where": ["NO", "FI", None],
    }
)


@pytest.mark.parametrize("lazy", [False, True])
def test_every_missing_value_is_null_and_every_column_has_its_dtype(lazy):
    events = EVENTS.lazy() if lazy else EVENTS
    found = EVENTS.select(**feature_columns(events, SCHEMA, SCHEMA.features))
    assert found.to_dict(as_series=False) == {
        "single": [1.5, None, None],
        "double": [None, None, float("inf")],
        "count": [1, None, 3],
        "flag": [True, None, False],
        "where": ["NO", "FI", None],
    }
    assert found.dtypes == [POLARS[feature.dtype] for feature in SCHEMA.features]


def test_a_column_is_rounded_to_the_dtype_of_its_feature():
    wide = pl.DataFrame({"single": [0.1]})
    found = feature_values(wide, SCHEMA, SCHEMA.by_name["single"])
    assert found.dtype == pl.Float32
    assert found.cast(pl.Float64).to_list() == [struct.unpack("<f", struct.pack("<f", 0.1))[0]]


def test_only_what_is_asked_for_is_looked_at():
    assert set(feature_columns(EVENTS, SCHEMA, SCHEMA.features[2:3])) == {"count"}
    with pytest.raises(EventError, match="no column for feature where"):
        feature_columns(EVENTS.drop("where"), SCHEMA, SCHEMA.features)
    with pytest.raises(EventError, match="column count has another dtype"):
        feature_columns(EVENTS.with_columns(count=pl.lit("one")), SCHEMA, SCHEMA.features)


def test_codes_are_positions_and_what_is_unknown_comes_after_them():
    codes = bind_columns(EVENTS.lazy(), SCHEMA, SCHEMA.features[4:], codes=True)
    for dtype in (pl.String, pl.Categorical()):
        found = EVENTS.with_columns(pl.col("where").cast(dtype)).select(**codes).to_series()
        assert (found.dtype, found.to_list()) == (pl.UInt32, [1, 2, None])
    known = pl.DataFrame({"where": pl.Series(["SE", "NO", None], dtype=pl.Enum(["SE", "NO"]))})
    codes = bind_columns(known.lazy(), SCHEMA, SCHEMA.features[4:], codes=True)
    assert known.select(**codes).to_series().to_list() == [0, 1, None]


@pytest.mark.parametrize("make", ["pandas", "pyarrow"])
def test_frames_of_other_libraries(make):
    table = pytest.importorskip(make, reason="pip install 'rulekit-engine[frames]'")
    frame = FRAME.to_pandas() if make == "pandas" else FRAME.to_arrow()
    assert isinstance(frame, table.DataFrame if make == "pandas" else table.Table)
    assert collect(scan(frame)).rows() == FRAME.rows()
