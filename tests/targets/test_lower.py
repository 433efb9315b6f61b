from rulekit.ir.clauses import when_to_condition
from rulekit.ir.condition import AllOf, AnyOf, Compare
from rulekit.targets.lower import flatten, identifiers


def test_flatten_keeps_the_meaning_and_drops_the_nesting():
    a, b, c = (Compare(name, ">", 1) for name in "abc")
    assert flatten(AllOf((AllOf((a, AllOf((b,)))), AnyOf((AnyOf((c, a)),))))) == AllOf((a, b, AnyOf((c, a))))
    assert flatten(AllOf((AnyOf((a,)),))) == a
    assert flatten(when_to_condition([])) == AllOf(())


def test_identifiers_are_legal_distinct_and_readable():
    names = ["pt", "Air temperature [K]", "class", "1st", "type", "to_float", "å", "pt ", "PT"]
    found = identifiers(names)
    assert found[:3] == ["pt", "f1_air_temperature_k", "f2_class"]
    assert all(name.isidentifier() for name in found)
    assert len(set(found)) == len(found)
    assert "type" not in found, "the generated module calls type()"
