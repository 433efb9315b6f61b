from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rulekit.errors import LawError, ParseError, RulekitError, SchemaError
from rulekit.ir.notation.document import ruleset_to_document, ruleset_to_json
from rulekit.ir.notation.yaml_file import (
    dump,
    dump_document,
    dump_numerics,
    dump_schema,
    load_numerics,
    load_ruleset,
    load_schema,
    parse_yaml,
    ruleset_from_text,
)
from rulekit.ir.numerics import Fixed, FixedFormat
from rulekit.ir.ruleset import Ruleset
from rulekit.ir.schema import Feature, Schema
from rulekit.testing import rulesets, schemas

SCHEMA = """\
name: fraud.card_present
version: 1.0.0
features:
  - {name: amount, dtype: float32, unit: EUR, bounds: [0, 50000], required: true}
  - {name: cards_per_device_1h, dtype: int32, unit: cards, bounds: [0, 1000]}
  - {name: country, dtype: category, categories: [SE, NO, DK, FI]}
  - {name: device_age, dtype: float64, unit: day}
"""
LAW = """\
# Who may amend this: the fraud board.
name: fraud.card_present
version: 1.2.0
schema: schema.yaml            # one vocabulary for all card rules
hit_policy: first
otherwise: approve
rules:
  # The oldest rule.
  - id: many-cards-one-device
    title: Many cards from one device within the hour
    when: ["cards_per_device_1h >= 4", "amount > 50", {any: ["country not in {SE, NO}", "device_age is missing"]}]
    then: review
    because: Card testing. Costs 0.2 % of good customers a second look.
    origin: induced

  # Added after the autumn of 2025.
  - id: large
    when:
      - amount > 1000    # was 500
    then: block
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "schema.yaml").write_text(SCHEMA, encoding="utf-8")
    (tmp_path / "ruleset.yaml").write_text(LAW, encoding="utf-8")
    return tmp_path


def inline(law: str = LAW) -> str:
    schema = SCHEMA.replace("\n", "\n  ").rstrip()
    return law.replace(
        "schema: schema.yaml            # one vocabulary for all card rules", f"schema:\n  {schema}"
    )


def test_loads_from_a_folder_and_from_files_of_yaml_and_json(folder: Path) -> None:
    ruleset = load_ruleset(folder)
    assert load_ruleset(folder / "ruleset.yaml") == ruleset == ruleset_from_text(inline())
    (folder / "law.json").write_text(ruleset_to_json(ruleset), encoding="utf-8")
    assert load_ruleset(folder / "law.json") == ruleset


def test_norway_is_a_country(folder: Path) -> None:
    assert load_schema(folder / "schema.yaml").by_name["country"].categories == ("SE", "NO", "DK", "FI")


def test_dumping_onto_the_same_text_changes_no_byte(folder: Path) -> None:
    ruleset = load_ruleset(folder)
    assert dump(ruleset, schema_file="schema.yaml", onto=LAW) == LAW


def test_an_amendment_is_a_small_diff(folder: Path) -> None:
    amended = LAW.replace("amount > 1000", "amount > 2000").replace("1.2.0", "1.3.0")
    ruleset = ruleset_from_text(inline(amended))
    assert dump(ruleset, schema_file="schema.yaml", onto=LAW) == amended


def test_comments_survive_when_a_rule_is_added(folder: Path) -> None:
    document = ruleset_to_document(load_ruleset(folder))
    document["schema"] = "schema.yaml"
    document["rules"].append({"id": "late", "when": ["device_age < 1"], "then": "review"})
    text = dump_document(document, onto=LAW)
    for comment in (
        "# Who may amend this",
        "# one vocabulary",
        "# The oldest rule.",
        "# Added after",
        "# was 500",
    ):
        assert comment in text
    assert text.index("# Added after") < text.index("id: large") < text.index("id: late")
    assert [rule["id"] for rule in parse_yaml(text)["rules"]] == ["many-cards-one-device", "large", "late"]


def test_a_law_is_written_in_its_own_order(folder: Path) -> None:
    text = dump(load_ruleset(folder), schema_file="schema.yaml")
    keys = [line.partition(":")[0] for line in text.splitlines() if line[0].isalpha()]
    assert keys == ["name", "version", "schema", "hit_policy", "otherwise", "rules"]


@given(rulesets(prescale=True))
def test_yaml_gives_the_same_ruleset_back(ruleset: Ruleset) -> None:
    text = dump(ruleset)
    read = ruleset_from_text(text)
    assert read == ruleset
    assert read.digest == ruleset.digest
    assert dump(read, onto=text) == text


@given(schemas())
def test_yaml_gives_the_same_schema_back(schema: Schema) -> None:
    text = dump_schema(schema)
    assert Schema.model_validate(parse_yaml(text)) == schema
    assert sum("dtype:" in line for line in text.splitlines()) == len(schema.features)


def failing(text: str, folder: Path) -> RulekitError:
    path = folder / "ruleset.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(LawError) as raised:
        load_ruleset(path)
    return raised.value


@pytest.mark.parametrize(
    ("old", "new", "line", "what"),
    [
        ("hit_policy: first", "hit_policy: fist", 5, "hit_policy"),
        ("otherwise: approve", "otherwize: approve", 6, "otherwize: there is no such field"),
        ("    then: block", "    than: block", 20, "there is no such field"),
        ("amount > 1000", "amont > 1000", 19, "unknown feature 'amont'"),
        ("amount > 1000", "amount => 1000", 19, "unexpected character"),
        ('"device_age is missing"', '"device_age is empty"', 11, "this is not a literal"),
        ("id: large", "id: many-cards-one-device", None, "rule id many-cards-one-device is used twice"),
        ("id: large", "id: Large", 17, "pattern"),
        ("name: fraud.card_present", "name: [fraud.card_present", None, "this is not YAML"),
        ("otherwise: approve", "otherwise: approve\notherwise: block", 7, "this is not YAML"),
    ],
)
def test_an_error_has_a_place(folder: Path, old: str, new: str, line: int | None, what: str) -> None:
    found = failing(LAW.replace(old, new, 1), folder)
    (error,) = [problem for problem in getattr(found, "problems", ()) or [found] if what in problem.what]
    assert error.where.file == str(folder / "ruleset.yaml")
    assert str(folder / "ruleset.yaml") in str(error)
    if line is not None and "unknown feature" not in what:
        assert error.where.line == line
    elif line is not None:
        assert error.where.line in {line, line - 1}  # the literal, or the `when` that holds it


def test_an_error_in_a_literal_has_a_caret(folder: Path) -> None:
    error = failing(LAW.replace("amount > 1000", "amount => 1000"), folder)
    assert (error.where.rule, error.where.text, error.where.offset) == ("large", "amount => 1000", 7)
    assert error.hint == "write >="
    assert str(error).splitlines()[1:3] == ["    amount => 1000", "           ^"]


def test_an_unknown_feature_has_a_hint(folder: Path) -> None:
    error = failing(LAW.replace("amount > 1000", "amont > 1000"), folder)
    assert (error.where.rule, error.where.text, error.hint) == (
        "large",
        "amont > 1000",
        "did you mean amount?",
    )


def test_broken_yaml_shows_the_line(folder: Path) -> None:
    error = failing(LAW.replace("hit_policy: first", "hit_policy: [first"), folder)
    assert isinstance(error, ParseError)
    assert error.where.line in {5, 6}
    assert error.where.text in LAW.replace("first", "[first")
    assert "^" in str(error)


def test_an_error_in_the_schema_names_the_schema_file(folder: Path) -> None:
    (folder / "schema.yaml").write_text(SCHEMA.replace("float64", "double"), encoding="utf-8")
    with pytest.raises(SchemaError) as raised:
        load_ruleset(folder)
    assert (raised.value.where.file, raised.value.where.line) == (str(folder / "schema.yaml"), 7)


@pytest.mark.parametrize("name", ["absent.yaml", "absent", "absent.json"])
def test_a_file_that_is_not_there(tmp_path: Path, name: str) -> None:
    with pytest.raises(LawError, match="there is no such file"):
        load_ruleset(tmp_path / name)


def test_a_folder_without_a_law(tmp_path: Path) -> None:
    with pytest.raises(LawError) as raised:
        load_ruleset(tmp_path)
    assert raised.value.hint == "a law folder holds ruleset.yaml"


def test_a_file_that_is_not_text(tmp_path: Path) -> None:
    (tmp_path / "law.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(LawError, match="can't be read"):
        load_ruleset(tmp_path / "law.yaml")


@pytest.mark.parametrize("text", ["name: law\n- x\n", "a: &b 1\na: *c\n", "\x01: 1\n", "just: [text\n"])
def test_text_that_is_not_yaml(text: str) -> None:
    with pytest.raises(ParseError, match="this is not YAML"):
        ruleset_from_text(text)


@pytest.mark.parametrize("text", ["\n", "a: 1\nb: 2\n", "- 1\n- 2\n", "{}\n"])
def test_yaml_that_is_no_law(text: str) -> None:
    with pytest.raises(LawError):
        ruleset_from_text(text)


def test_numerics_read_as_what_they_are() -> None:
    """One format a line, with what its numbers mean behind it."""
    schema = Schema(
        name="s",
        version="1.0.0",
        features=(
            Feature(name="met", dtype="float32", unit="GeV", bounds=(0, 2000)),
            Feature(name="mass", dtype="float64", unit="GeV", bounds=(0, 2000)),
            Feature(name="eta", dtype="float64", bounds=(-5, 5)),
            Feature(name="low", dtype="float64", bounds=(-5, 3)),
            Feature(name="no", dtype="float64", unit="m\n\x07#"),
        ),
    )
    formats = {
        "met": FixedFormat(width=11, fraction=0, signed=False),
        "mass": FixedFormat(width=7, fraction=2, signed=False),
        "eta": FixedFormat(width=4, fraction=1),
        "low": FixedFormat(width=2, fraction=0, signed=False),
        "no": FixedFormat(width=4, fraction=-3),
        "other": FixedFormat(width=48, fraction=40),
    }
    text = dump_numerics(Fixed(formats=formats, rounding="floor"), schema, about="Of s.\nAnd: {more}")
    assert (
        text
        == """\
# Of s.
# And: {more}
formats:
  met: {width: 11, fraction: 0, signed: false} # step 1 GeV, bounds 0 to 2000
  mass: {width: 7, fraction: 2, signed: false} # step 0.25 GeV, bounds 0 to 2000, saturates at 31.75 GeV
  eta: {width: 4, fraction: 1, signed: true} # step 0.5, bounds -5 to 5, saturates at -4 and 3.5
  low: {width: 2, fraction: 0, signed: false} # step 1, bounds -5 to 3, saturates at 0
  no: {width: 4, fraction: -3, signed: true} # step 8 m #, saturates at -64 and 56 m #
  other: {width: 48, fraction: 40, signed: true} # step 9.09494701773e-13
rounding: floor
"""
    )


@given(
    schemas(),
    st.lists(st.text(min_size=1, max_size=200), unique=True, max_size=5),
    st.sampled_from(["nearest", "floor"]),
    st.data(),
)
def test_numerics_round_trip(schema: Schema, names: list[str], rounding: str, data: st.DataObject) -> None:
    form = st.builds(
        FixedFormat, width=st.integers(1, 40), fraction=st.integers(-13, 48), signed=st.booleans()
    )
    writable = [name for name in names if name.isprintable() and name == name.strip() and "`" not in name]
    formats = {name: data.draw(form) for name in (*schema.names, *writable)}
    numerics = Fixed(formats=formats, rounding=rounding)  # type: ignore[arg-type]
    assert _read_back(dump_numerics(numerics, schema, about=schema.name)) == numerics
    assert _read_back(dump_numerics(numerics)) == numerics


@pytest.mark.parametrize(
    "name", ["null", "no", "12", "1e5", "~", "a: b", "x #y", "- q", "?", "{a}", "<<", "=", "*a", "y" * 300]
)
def test_any_name_of_a_feature_can_have_a_format(name: str) -> None:
    numerics = Fixed(formats={name: FixedFormat(width=3, fraction=0)})
    assert _read_back(dump_numerics(numerics)) == numerics


def test_no_formats_are_numerics_too() -> None:
    assert _read_back(dump_numerics(Fixed(formats={}))) == Fixed(formats={})


def _read_back(text: str) -> Fixed:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "numerics.yaml"
        path.write_text(text, encoding="utf-8")
        return load_numerics(path)
