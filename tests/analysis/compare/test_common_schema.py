"""Two rulesets over one vocabulary."""

import pytest

import rulekit
from rulekit.analysis.compare.common_schema import on_common_schema
from rulekit.errors import UndecidedError


def law(features, when="[a > 1]"):
    listed = ", ".join(features)
    return rulekit.load(
        f"name: t\nversion: 1.0.0\nschema: {{name: t, version: 1.0.0, features: [{listed}]}}\n"
        f"hit_policy: first\notherwise: low\nrules: [{{id: r, when: {when}, then: high}}]\n"
    )


A = "{name: a, dtype: int32}"
C = "{name: c, dtype: category, categories: [%s]}"


def test_both_laws_have_the_features_of_both():
    old, new = on_common_schema(law([A, "{name: b, dtype: int32}"]), law([A, "{name: d, dtype: bool}"]))
    assert old.schema == new.schema
    assert set(old.schema.names) == {"a", "b", "d"}
    assert (old.rules[0].id, new.rules[0].id) == ("r", "r")


def test_categories_are_united_the_new_ones_first():
    old, new = on_common_schema(law([C % "SE, NO"], "[c == SE]"), law([C % "DK, SE"], "[c == SE]"))
    assert old.schema.by_name["c"].categories == new.schema.by_name["c"].categories == ("DK", "SE", "NO")


@pytest.mark.parametrize(("old", "new"), [(True, False), (False, True), (True, True)])
def test_what_either_requires_is_required(old, new):
    features = [f"{{name: a, dtype: int32, required: {str(required).lower()}}}" for required in (old, new)]
    laws = on_common_schema(law([features[0]]), law([features[1]]))
    assert all(each.schema.by_name["a"].required for each in laws)


def test_a_feature_of_two_dtypes_that_both_read_is_undecided():
    with pytest.raises(UndecidedError, match="feature a is int32 in the old law and float64 in the new one"):
        on_common_schema(law([A]), law(["{name: a, dtype: float64}"]))


def test_a_feature_of_two_dtypes_that_one_reads_is_taken_from_that_one():
    old = law([A, "{name: b, dtype: int32}"], "[b > 1]")
    new = law(["{name: a, dtype: int32}", "{name: b, dtype: float64}"], "[a > 1]")
    ours, theirs = on_common_schema(old, new)
    assert ours.schema.by_name["b"].dtype == theirs.schema.by_name["b"].dtype == "int32"
