"""How the options that verbs share are read."""

from datetime import UTC, datetime

import pytest
import typer
from fixtures import FRAUD

from rulekit.cli.options import names_of, numerics_of, pairs_of, public_key, time_of
from rulekit.errors import BindError, RulekitError
from rulekit.ir.numerics import Fixed
from rulekit.keys import new_key
from rulekit.store.lookup import load

BOUNDED = FRAUD.replace("unit: day", "unit: day, bounds: [0, 9000]")


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (None, ()),
        ("", ()),
        ("a", ("a",)),
        ("a,b", ("a", "b")),
        (" a , b ", ("a", "b")),
        ("a,,b,", ("a", "b")),
        (" , ", ()),
        ("a b,c", ("a b", "c")),
    ],
)
def test_a_list_of_names(text, names):
    assert names_of(text) == names


@pytest.mark.parametrize(
    ("texts", "pairs"),
    [
        ((), []),
        (("a=1",), [("a", "1")]),
        (("a=1", "b=2"), [("a", "1"), ("b", "2")]),
        (("a=b=c",), [("a=b", "c")]),  # a name may hold =, a value never does
        (("a=",), [("a", "")]),
    ],
)
def test_pairs(texts, pairs):
    assert list(pairs_of("--scale", texts)) == pairs


@pytest.mark.parametrize("text", ["a", "", "a:1"])
def test_a_pair_without_a_sign_names_its_option(text):
    with pytest.raises(typer.BadParameter, match=f"--scale wants NAME=VALUE, got {text!r}"):
        list(pairs_of("--scale", ["x=1", text]))


def test_times():
    assert time_of(None) is None
    assert time_of("2026-03-01T12:00Z") == datetime(2026, 3, 1, 12, tzinfo=UTC)
    assert time_of("2026-03-01T13:00+01:00") == datetime(2026, 3, 1, 12, tzinfo=UTC)
    with pytest.raises(RulekitError, match="this is no time"):
        time_of("noon")
    with pytest.raises(RulekitError, match="no zone"):
        time_of("2026-03-01T12:00")


def test_a_public_key_is_read_where_one_is_named(tmp_path):
    key = new_key("alice", tmp_path)
    assert public_key(None) is None
    assert public_key(tmp_path / "alice.pub") == key.public
    with pytest.raises(RulekitError, match="no such file"):
        public_key(tmp_path / "bob.pub")


def test_numerics_are_native_unless_asked():
    assert numerics_of(load(FRAUD), None, None) is None


def test_numerics_of_so_many_bits():
    numerics = numerics_of(load(BOUNDED), None, 12)
    assert isinstance(numerics, Fixed)
    assert set(numerics.formats) == {"amount", "cards_per_device_1h", "device_age"}
    assert max(form.width for form in numerics.formats.values()) <= 12


def test_numbers_without_bounds_have_no_bits():
    law = load(FRAUD.replace("device_age is missing", "device_age > 3"))
    with pytest.raises(BindError, match="device_age"):
        numerics_of(law, None, 12)


def test_numerics_of_a_file(tmp_path):
    path = tmp_path / "fixed.yaml"
    path.write_text("formats:\n  amount: {width: 17, fraction: 0}\n")
    numerics = numerics_of(load(FRAUD), path, None)
    assert isinstance(numerics, Fixed)
    assert (numerics.formats["amount"].width, numerics.formats["amount"].fraction) == (17, 0)


def test_formats_given_twice_are_refused(tmp_path):
    with pytest.raises(RulekitError, match="formats are given twice") as raised:
        numerics_of(load(FRAUD), tmp_path / "fixed.yaml", 12)
    assert raised.value.expected == "--numerics or --bits"
