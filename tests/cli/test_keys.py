"""``rulekit keys``: pairs are made once, and only their public half is shown."""

import json

import pytest

from rulekit.keys import load_public


def test_keys_are_made_and_shown(beside_law, tmp_path):
    code, out, _ = beside_law("keys new dora --folder keys --until 2027-01-01T00:00Z")
    assert (code, out.splitlines()[0]) == (0, "keys/dora.key: keep it to yourself")
    public = load_public(tmp_path / "keys" / "dora.pub")
    for file in ("keys/dora.pub", "keys/dora.key"):
        assert beside_law(f"keys show {file}")[1].splitlines() == out.splitlines()[-4:]
    code, out, _ = beside_law("keys show keys/dora.pub --json")
    assert json.loads(out)["key"] == public.key
    code, out, _ = beside_law("keys new emil --json")
    assert json.loads(out)["files"] == ["emil.key", "emil.pub"]


def test_the_secret_half_is_never_printed(beside_law, tmp_path):
    said = [beside_law(f"keys {words}")[1] for words in ("new dora", "show dora.key", "show dora.key --json")]
    secret = (tmp_path / "dora.key").read_text().splitlines()
    body = max(secret, key=len)
    assert len(body) > 20
    assert not any(body in text for text in said)


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ("keys new alice --folder keys", "there is a key of that name already"),
        ("keys new ../alice", "name: "),
        ("keys new dora --until tomorrow", "this is no time"),
        ("keys show keys/gone.pub", "no such file"),
    ],
)
def test_bad_input_is_one_message_and_exit_code_2(beside_law, tmp_path, line, wrong):
    before = sorted(tmp_path.rglob("*"))
    code, out, err = beside_law(line)
    assert (code, out) == (2, "")
    assert wrong in " ".join(err.split())
    assert sorted(tmp_path.rglob("*")) == before
