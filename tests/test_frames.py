import polars as pl
import pytest

from rulekit.errors import EventError
from rulekit.frames import collect, infer_schema, scan
from rulekit.ir.schema import DType

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
