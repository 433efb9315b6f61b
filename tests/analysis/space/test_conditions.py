"""Pieces of the space in the language of rules, by hand."""

import pytest

from rulekit.analysis.space.axes import Axis
from rulekit.analysis.space.conditions import condition_lines, condition_of, readable_terms
from rulekit.analysis.space.space import Space
from rulekit.ir.condition import AllOf, AnyOf, Compare, Member, Missing
from rulekit.ir.numerics import Native
from rulekit.ir.schema import Feature, Schema

SCHEMA = Schema.model_validate(
    {
        "name": "s",
        "version": "1.0.0",
        "features": [
            {"name": "n", "dtype": "int32"},
            {"name": "x", "dtype": "float32"},
            {"name": "c", "dtype": "category", "categories": ["SE", "NO"]},
            {"name": "b", "dtype": "bool"},
        ],
    }
)
LITERALS = {
    "n": [Compare("n", ">=", 10), Compare("n", "<", 20), Compare("n", "==", 30)],
    "x": [Compare("x", ">", 0.5), Compare("x", "<=", 2.5)],
    "c": [],
    "b": [],
}
SPACE = Space(tuple(Axis(feature, LITERALS[feature.name]) for feature in SCHEMA.features), Native())


def lines(**atoms):
    """The lines for a piece that has these atoms on some axes, and everything on the others."""
    piece = tuple(atoms.get(axis.feature.name, axis.everything) for axis in SPACE.axes)
    return condition_lines(condition_of(SPACE, piece), SCHEMA)


N, X, C, B = SPACE.axes


def test_everything_is_any_event():
    assert lines() == ["any event"]
    assert condition_of(SPACE, SPACE.everything) == AllOf(())


@pytest.mark.parametrize(
    ("atoms", "expected"),
    [
        (N.where(Compare("n", "<", 20)) & N.where(Compare("n", ">=", 10)), ["9 < n <= 19"]),
        (N.where(Compare("n", "==", 30)), ["n == 30"]),
        (N.where(Compare("n", ">=", 10)), ["n > 9"]),
        (N.where(Compare("n", "<", 20)), ["n <= 19"]),
        (N.missing, ["n is missing"]),
        (N.present, ["n is not missing"]),
        (N.missing | N.where(Compare("n", ">=", 10)), ["n is missing or n > 9"]),
    ],
)
def test_whole_numbers_take_the_sign_with_the_shorter_number(atoms, expected):
    assert lines(n=atoms) == expected


def test_two_runs_are_alternatives():
    atoms = N.where(Compare("n", "<", 20)) | N.where(Compare("n", "==", 30))
    assert lines(n=atoms) == ["n <= 19 or n == 30"]


def test_floats_take_the_shorter_number():
    assert lines(x=X.where(Compare("x", ">", 0.5))) == ["x > 0.5"]
    assert lines(x=X.where(Compare("x", "<=", 2.5))) == ["x <= 2.5"]


def test_categories_and_the_unknown_one():
    known = C.where(Member("c", ("SE",)))
    assert lines(c=known) == ["c in {SE}"] or lines(c=known) == ["c == SE"]
    (line,) = lines(c=C.present & ~known)
    assert line in {"c not in {SE}", "c != SE"}


def test_bools():
    assert lines(b=B.where(Compare("b", "==", True))) == ["b == true"]


def test_several_axes_are_several_lines():
    assert lines(n=N.missing, b=B.where(Compare("b", "==", False))) == ["n is missing", "b == false"]


def test_the_two_ends_of_a_range_are_one_term():
    ends = AllOf((Compare("n", ">=", 10), Compare("n", "<", 20), Compare("x", ">", 0.5)))
    terms = readable_terms(ends, SCHEMA)
    assert len(terms) == 2
    assert isinstance(terms[0], AllOf)
    other = AllOf((Compare("n", "<", 20), Compare("n", ">=", 10)))
    assert len(readable_terms(other, SCHEMA)) == 2, "ends the other way round are no range"


def test_a_missing_value_beside_others_is_an_alternative():
    piece = tuple(axis.everything if axis is not N else N.missing | 1 for axis in SPACE.axes)
    (term,) = condition_of(SPACE, piece).terms
    assert isinstance(term, AnyOf)
    assert term.terms[0] == Missing("n")


def test_a_feature_of_one_value():
    feature = Feature(name="only", dtype="int32", bounds=(3, 3))
    axis = Axis(feature, [])
    condition = condition_of(Space((axis,), Native()), (axis.plausible & axis.present,))
    assert condition == AllOf((Compare("only", "==", 3),))
