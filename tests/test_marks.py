"""What `make quick` leaves out: the lists in conftest.py name places that exist."""

from __future__ import annotations

from types import SimpleNamespace

import polars as pl
import pytest
from conftest import LOGS, SERVICE, SLOW, pytest_collection_modifyitems
from places import TESTS


@pytest.mark.parametrize("place", [*SLOW, *SERVICE, *LOGS])
def test_every_place_exists(place):
    file, _, name = place.partition("::")
    assert (TESTS / file).exists()
    assert not name or f"def {name}(" in (TESTS / file).read_text(encoding="utf-8")


class Item(SimpleNamespace):
    """What the marking sees of a test."""

    __hash__ = object.__hash__


def test_marks_are_given_by_place_and_by_service():
    def made(name, fixtures=(), **parameters):
        item = Item(nodeid=f"tests/{name}", fixturenames=list(fixtures), marks=set())
        item.add_marker = lambda mark: item.marks.add(mark.name)
        if parameters:
            item.callspec = SimpleNamespace(params=parameters)
        return item

    items = {
        made("conformance/test_sql_engines.py::test_x"): {"slow", "service"},
        made("log/read/test_verify.py::test_x[postgres]", where="postgres"): {"service"},
        made("log/read/test_verify.py::test_x[sqlite]", where="sqlite"): set(),
        made("targets/sql/test_emit.py::test_x[postgres]", dialect="postgres"): set(),
        made("log/stores/test_postgres.py::test_x", ["server"]): {"service"},
        made("targets/systemverilog/proof/test_prove.py::test_x"): {"slow"},
        made("log/test_chain.py::test_x", frame=pl.DataFrame({"a": [1]})): set(),
    }
    pytest_collection_modifyitems(list(items))
    assert {item.nodeid: item.marks for item in items} == {
        item.nodeid: marks for item, marks in items.items()
    }
