"""The options of a log: defaults, and what is refused."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from rulekit.errors import LogError
from rulekit.log.options import LogOptions


def test_by_default_everything_is_kept_and_a_log_fails_closed():
    options = LogOptions()
    assert options.on_failure == "closed"
    assert options.segment == 100_000
    assert (options.sample, options.masked, options.hashed, options.hash_events) == ({}, (), (), False)
    assert (options.salt, options.losses, options.seed) == (None, None, 0)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"on_failure": "ajar"}, "on_failure"),
        ({"segment": 0}, "segment"),
        ({"sample": {"approve": 0}}, "sample"),
        ({"masked": ("a",), "hashed": ("b", "a"), "salt": "s"}, "feature a is both masked and hashed"),
        ({"hashed": ("a",)}, "hashing wants a salt"),
        ({"hash_events": True}, "hashing wants a salt"),
        ({"mask": ("a",)}, "mask"),
    ],
)
def test_what_does_not_fit_is_refused(wrong, message):
    with pytest.raises(LogError, match=message):
        LogOptions(**wrong)


def test_hashing_with_a_salt_is_fine():
    options = LogOptions(hashed=("a",), hash_events=True, salt="salt.bin", sample={"approve": 1})
    assert options.salt == Path("salt.bin")
    assert options.sample == {"approve": 1}


def test_options_do_not_change():
    with pytest.raises(ValidationError, match="frozen"):
        LogOptions().segment = 5
