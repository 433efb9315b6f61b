"""The front matter of charters, and the prose that enactment asks for."""

import pytest
from lawfolders import PROSE, make_keys, write_charter

from rulekit.errors import LawError
from rulekit.store.folder.charter import Charter, missing_headings, read_charter


@pytest.fixture
def charter(tmp_path):
    def write(text):
        (tmp_path / "CHARTER.md").write_text(text)
        return tmp_path / "CHARTER.md"

    return write


def test_approvers_are_listed_as_keys_are_printed(tmp_path):
    alice, bob = make_keys(tmp_path / "keys", "alice", "bob")
    write_charter(tmp_path, 2, [alice, bob])
    found = read_charter(tmp_path / "CHARTER.md")
    assert (found.approvals, found.approvers) == (2, (alice.public, bob.public))
    assert found.log.on_failure == "closed"


def test_without_front_matter_nobody_approves_and_logs_fail_closed(charter):
    assert read_charter(charter(PROSE)) == Charter()
    assert read_charter(charter("---\n---\n" + PROSE)) == Charter()
    assert read_charter(charter("---\nlog: {on_failure: open}\n---\n" + PROSE)).log.on_failure == "open"


def test_times_of_keys_need_no_quotes(charter, tmp_path):
    alice = make_keys(tmp_path / "keys", "alice")[0].public
    text = (
        f"---\napprovers:\n  - name: alice\n    key: {alice.key}\n    until: 2027-01-01T01:00:00+01:00\n---\n"
    )
    until = read_charter(charter(text)).approvers[0].until
    assert until is not None
    assert until.isoformat() == "2027-01-01T01:00:00+01:00"


KEY = "ed25519:" + "A" * 43 + "="
OTHER = "ed25519:" + "B" * 42 + "A="


@pytest.mark.parametrize(
    ("front", "line", "wrong"),
    [
        ("approvals: two\n", ":2", "approvals: "),
        ("log: {on_failure: closed}\napprovals: -1\n", ":3", "greater than or equal to 0"),
        ("approvals: 1\n", "", "1 approvals are asked for, of 0 approvers"),
        ("approvers: [{name: a, key: 'ed25519:AA'}]\n", ":2", "32 bytes in base64"),
        (f"approvers: [{{name: a, key: '{KEY}'}}, {{name: a, key: '{OTHER}'}}]\n", "", "have the name a"),
        (f"approvers: [{{name: a, key: '{KEY}'}}, {{name: b, key: '{KEY}'}}]\n", "", "have the key ed25519"),
        (f"approvers: [{{name: a, key: '{KEY}', until: 2027-01-01}}]\n", ":2", "until: "),
        ("approval: 1\n", ":2", "there is no such field"),
        ("log: {on_failure: ajar}\n", ":2", "'closed' or 'open'"),
        ("approvals: [\n", ":2", "not YAML"),
        ("approvals: 1", ":1", "the front matter has no end"),
    ],
)
def test_errors_have_file_and_line(charter, front, line, wrong):
    end = "" if wrong.endswith("no end") else "---\n"
    with pytest.raises(LawError) as raised:
        read_charter(charter(f"---\n{front}{end}{PROSE}"))
    assert f"CHARTER.md{line}" in str(raised.value)
    assert wrong in str(raised.value)


def test_prose_that_says_nothing_under_a_heading_is_told():
    assert missing_headings(PROSE) == []
    assert missing_headings("") == ["Purpose", "Scope", "Owner", "Who is affected", "How to appeal"]
    silent = PROSE.replace("Stop card testing.", " ").replace("**Owner.** The fraud team.", "")
    assert missing_headings(silent) == ["Purpose", "Owner"]
