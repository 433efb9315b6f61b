"""What of the PostgreSQL store needs no server; with one it is tested beside the others."""

import pytest

from rulekit.errors import LogError
from rulekit.log.stores.postgres import PostgresStore, _escaped, _without_password


@pytest.mark.parametrize(
    ("target", "shown"),
    [
        ("postgresql://user:secret@host/db", "postgresql://user@host/db"),
        ("postgresql://user@host/db", "postgresql://user@host/db"),
        ("postgresql://host/db", "postgresql://host/db"),
        ("postgres://u:p%40ss@h:5432/d?x=1", "postgres://u@h:5432/d?x=1"),
    ],
)
def test_a_password_is_not_shown(target, shown):
    assert _without_password(target) == shown


@pytest.mark.parametrize("name", ["Upper", "1st", "a-b", "a b", "x" * 64, 'a";drop', "ü"])
def test_a_name_that_is_no_schema_is_refused_before_a_connection(name):
    with pytest.raises(LogError, match="the name of the log is no name of a schema"):
        PostgresStore(f"postgresql://nowhere.invalid/db#{name}", write=False)


def test_backslashes_are_doubled_for_copy():
    assert _escaped(rb'{"a":"\n\"\\"}') == rb'{"a":"\\n\\"\\\\"}'
    assert _escaped(b"plain") == b"plain"
