"""Masks and hashes, held to HMAC computed here."""

import hashlib
import hmac

import polars as pl
import pytest

from rulekit.errors import LogError
from rulekit.log.options import LogOptions
from rulekit.log.write.privacy import Privacy, privacy_of, withheld

SALT = b"sixteen bytes of salt"


def hashed(name, text):
    digest = hmac.new(SALT, f"{name}\n{text}".encode(), hashlib.sha256).hexdigest()
    return {"hashed": f"hmac-sha256:{digest}"}


PRIVACY = Privacy(frozenset(["country"]), frozenset(["amount"]), True, SALT)


def test_a_mask_hides_every_value_and_that_there_is_none():
    assert PRIVACY.value("country", "DK") == PRIVACY.value("country", None) == {"masked": True}
    assert PRIVACY.column("country", pl.Series(['"DK"', "null"])).to_list() == ['{"masked":true}'] * 2


@pytest.mark.parametrize(("value", "text"), [(60, "60"), (0.5, "0.5"), ("DK", '"DK"'), (True, "true")])
def test_a_hash_is_an_hmac_of_name_and_value(value, text):
    assert PRIVACY.value("amount", value) == hashed("amount", text)


def test_a_hash_does_not_hide_that_a_value_is_missing():
    assert PRIVACY.value("amount", None) is None
    assert PRIVACY.column("amount", pl.Series(["null"])).to_list() == ["null"]


def test_columns_are_hashed_as_single_values_are():
    texts = pl.Series("amount", ["60", "0.5", "60", "null"])
    one, half, again, missing = PRIVACY.column("amount", texts).to_list()
    assert one == again == f'{{"hashed":"{hashed("amount", "60")["hashed"]}"}}'
    assert half != one
    assert missing == "null"


def test_what_is_not_named_stays():
    assert PRIVACY.value("device_age", 3) == 3
    assert PRIVACY.column("device_age", pl.Series(["3"])).to_list() == ["3"]


def test_event_ids_are_hashed_under_a_name_of_their_own():
    assert PRIVACY.event("t1") == hashed("event", '"t1"')
    assert PRIVACY.ids(pl.Series(['"t1"'])).to_list() == [
        f'{{"hashed":"{hashed("event", chr(34) + "t1" + chr(34))["hashed"]}"}}'
    ]
    open_ids = Privacy(frozenset(), frozenset(), False, b"")
    assert open_ids.event("t1") == "t1"
    assert open_ids.ids(pl.Series(['"t1"'])).to_list() == ['"t1"']


def test_equal_values_of_two_features_and_under_two_salts_differ():
    both = Privacy(frozenset(), frozenset(["a", "b"]), False, SALT)
    other = Privacy(frozenset(), frozenset(["a", "b"]), False, SALT + b"!")
    assert len({str(each.value(name, 1)) for each in (both, other) for name in ("a", "b")}) == 4


def salt_file(folder, content=SALT):
    path = folder / "salt"
    path.write_bytes(content)
    return path


def test_options_are_held_to_the_law(fraud, tmp_path):
    options = LogOptions(masked=("country",), hashed=("amount",), salt=salt_file(tmp_path), hash_events=True)
    assert privacy_of(options, fraud) == PRIVACY
    assert withheld(options, fraud) == ["amount", "country"]
    assert withheld(LogOptions(), fraud) == []


def test_an_unknown_feature_is_named_with_a_near_one(fraud):
    with pytest.raises(LogError, match="there is no feature 'contry' to mask or hash") as raised:
        privacy_of(LogOptions(masked=("contry",)), fraud)
    assert raised.value.hint == "did you mean country?"


@pytest.mark.parametrize(
    ("content", "message"), [(None, "the salt can't be read"), (b"short", "the salt is too short")]
)
def test_a_salt_that_is_none(fraud, tmp_path, content, message):
    path = tmp_path / "nowhere" if content is None else salt_file(tmp_path, content)
    with pytest.raises(LogError, match=message):
        privacy_of(LogOptions(hashed=("amount",), salt=path), fraud)
