from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given

from rulekit.errors import LawError, ParseError, SchemaError
from rulekit.ir.notation.document import (
    json_schema,
    model_from_document,
    ruleset_from_document,
    ruleset_from_json,
    ruleset_to_document,
    ruleset_to_json,
    schema_from_document,
)
from rulekit.ir.provenance import Provenance
from rulekit.ir.ruleset import Ruleset
from rulekit.testing import rulesets

SCHEMA = {"name": "law", "version": "1.0.0", "features": [{"name": "x", "dtype": "float64"}]}
LAW: dict[str, Any] = {
    "name": "law",
    "version": "1.0.0",
    "schema": SCHEMA,
    "hit_policy": "first",
    "otherwise": "none",
    "rules": [{"id": "one", "when": ["x > 1"], "then": "high"}],
}


@given(rulesets(prescale=True))
def test_json_gives_the_same_ruleset_back(ruleset: Ruleset) -> None:
    text = ruleset_to_json(ruleset)
    read = ruleset_from_json(text)
    assert read == ruleset
    assert (read.digest, ruleset_to_json(read)) == (ruleset.digest, text)


def test_provenance_survives() -> None:
    provenance = {"teacher": "m.onnx", "seed": 0, "measures": {"fidelity": 0.5}, "parents": ["sha256:0"]}
    made = ruleset_from_document({**LAW, "provenance": provenance})
    assert ruleset_from_json(ruleset_to_json(made)).provenance == Provenance(**provenance)  # type: ignore[arg-type]


def test_writes_no_field_that_says_nothing() -> None:
    assert ruleset_to_document(ruleset_from_document(LAW)) == LAW
    assert list(ruleset_to_document(ruleset_from_document(LAW))) == list(LAW)


@pytest.mark.parametrize(
    ("text", "line", "column", "message"),
    [
        ('{"name": "law",}', 1, 16, "this is not JSON"),
        ('{\n  "name" "law"\n}', 2, 10, "this is not JSON"),
        ("", 1, 1, "this is not JSON"),
    ],
)
def test_bad_json_has_a_place(text: str, line: int, column: int, message: str) -> None:
    with pytest.raises(ParseError) as raised:
        ruleset_from_json(text, "law.json")
    where = raised.value.where
    assert (where.file, where.line) == ("law.json", line)
    assert abs(int(where.column or 0) - column) <= 1  # the json of a newer Python points at the comma
    assert str(raised.value).startswith(f"law.json:{line}:")
    assert message in raised.value.what


def test_a_bad_field_of_json_is_named_by_its_path() -> None:
    bad = {**LAW, "rules": [{"id": "one", "when": ["x > 1", {"any": ["x >> 1"]}], "then": "high"}]}
    with pytest.raises(ParseError) as raised:
        ruleset_from_json(json.dumps(bad), "law.json")
    where = raised.value.where
    assert where.file == "law.json: rules.0.when.1.any.0"
    assert (where.rule, where.text, where.offset) == ("one", "x >> 1", 3)


@pytest.mark.parametrize(
    ("document", "messages"),
    [
        ([], ["this is not a ruleset", "mapping of fields"]),
        ({}, ["name: this field is missing", "rules: this field is missing"]),
        ({**LAW, "ruels": []}, ["ruels: there is no such field", "a typo?"]),
        ({**LAW, "rules": [{**LAW["rules"][0], "if": []}]}, ["rules.if: there is no such field", "rule one"]),
        ({**LAW, "rules": [{**LAW["rules"][0], "prescale": "x" * 99}]}, ["got '" + "x" * 56 + "..."]),
        (
            {**LAW, "schema": {**SCHEMA, "features": [{"name": "x", "dtype": "real"}]}},
            ["schema.features.dtype", "'real'"],
        ),
    ],
)
def test_bad_documents(document: Any, messages: list[str]) -> None:
    with pytest.raises(LawError) as raised:
        ruleset_from_document(document)
    assert all(message in str(raised.value) for message in messages), str(raised.value)


def test_a_bad_schema_is_a_schema_error() -> None:
    with pytest.raises(SchemaError, match=r"bounds are finite.*, got \(1, 0\)$"):
        schema_from_document({**SCHEMA, "features": [{"name": "x", "dtype": "float64", "bounds": [1, 0]}]})
    with pytest.raises(SchemaError, match="at least 1 item"):
        schema_from_document({**SCHEMA, "features": []})
    assert schema_from_document(SCHEMA).names == ("x",)


def test_other_models_have_errors_of_ours() -> None:
    assert model_from_document(Provenance, {"seed": 1}) == Provenance(seed=1)
    with pytest.raises(LawError, match="there is no such field"):
        model_from_document(Provenance, {"sed": 1})


def test_the_json_schema_knows_every_field_of_a_document() -> None:
    generated = json_schema()
    assert set(generated["properties"]) >= set(LAW) | {"thresholds", "provenance"}
    assert set(generated["required"]) == set(LAW)
    assert generated["additionalProperties"] is False
    assert {"type": "string"}.items() <= generated["properties"]["schema"]["anyOf"][0].items()
    rule = generated["$defs"]["Rule"]
    assert set(rule["properties"]) == {
        "id",
        "title",
        "when",
        "then",
        "because",
        "prescale",
        "points",
        "origin",
    }
    assert rule["properties"]["when"]["items"]["anyOf"][0]["type"] == "string"
    assert set(rule["properties"]["when"]["items"]["anyOf"][1]["properties"]) == {"any", "all"}


def test_the_json_schema_accepts_a_law() -> None:
    jsonschema = pytest.importorskip("jsonschema", reason="pip install jsonschema")
    jsonschema.validate(LAW, json_schema())
    jsonschema.validate({**LAW, "schema": "schema.yaml"}, json_schema())
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**LAW, "ruels": []}, json_schema())


def test_a_key_that_stands_twice_is_refused() -> None:
    with pytest.raises(ParseError, match="'name' stands twice"):
        ruleset_from_json('{"name": "a", "name": "b"}')
