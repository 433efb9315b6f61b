"""Verifies a log: the chain line by line, the heads with their signatures, and the losses that it reports."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

from rulekit import html
from rulekit.errors import LogError, SignatureError
from rulekit.findings import Finding
from rulekit.ir.schema import Model
from rulekit.keys import PublicKey
from rulekit.log.chain import chain_hashes, first_hash
from rulekit.log.counts import DecisionCounts
from rulekit.log.heads import Head, head_from_text
from rulekit.log.open import read_log
from rulekit.log.stores.base import BLOCK, Lines, Store


class Verification(Model):
    """The result of verifying a log.

    Attributes
    ----------
    where, log, created : which log it is.
    lines : the number of lines that hold, from the first on.
    first_bad : the number of the first line that does not hold; None if all do.
    kept, sampled, lost : decisions by outcome, according to the lines that hold.
    signed : the number of lines that a signature covers; None when no key was given.
    head : the last head.
    findings : everything that is wrong.
    notes : what a reader should know that is not wrong.

    """

    where: str
    log: str
    created: str
    lines: int
    first_bad: int | None
    kept: dict[str, int]
    sampled: dict[str, int]
    lost: dict[str, int]
    signed: int | None
    head: Head | None
    findings: tuple[Finding, ...]
    notes: tuple[str, ...]

    def __repr__(self) -> str:
        found = f"{len(self.findings)} findings" if self.findings else "no findings"
        signed = "" if self.signed is None else f", {self.signed:,} signed"
        return f"<Verification {self.where}: {self.lines:,} lines hold{signed}, {found}>"

    def to_json(self) -> str:
        """Return indented JSON text."""
        return self.model_dump_json(indent=2)

    def _repr_html_(self) -> str:
        names = sorted({*self.kept, *self.sampled, *self.lost})
        rows = [
            (name, *(counts.get(name, 0) for counts in (self.kept, self.sampled, self.lost)))
            for name in names
        ]
        counts = html.table(("outcome", "kept", "sampled away", "lost"), rows, numbers=(1, 2, 3))
        return html.page(repr(self), counts, *map(str, self.findings), *self.notes)


def verify_log(
    where: str | Path, key: PublicKey | None = None, known_head: Head | None = None
) -> Verification:
    """Verify a log from its first line to its last.

    Parameters
    ----------
    where : a file, a folder or a server; see :data:`rulekit.log.open.KINDS`.
    key : the public key that the heads must be signed with.
    known_head : a head of this log that was kept elsewhere: what came before it must still be there.

    Raises
    ------
    LogError
        when it can't be read: that is worse than a finding.

    """
    store, header, text = read_log(where)
    try:
        check = _Verifier(str(header["log"]), key, first_hash(text))
        heads = check.readable(store.heads())
        if known_head is not None:
            heads = check.with_known_head(heads, known_head)
        check.lines(store, heads)
        check.ends(heads)
    finally:
        store.close()
    return Verification(
        where=store.where,
        log=check.log,
        created=str(header["created"]),
        lines=check.end,
        first_bad=check.first_bad,
        **check.counts.by_kind(),
        signed=None if key is None else check.signed,
        head=heads[-1] if heads else None,
        findings=tuple(check.findings),
        notes=tuple(check.notes),
    )


@dataclass(slots=True)
class _Verifier:
    log: str
    key: PublicKey | None
    chain_hash: bytes
    end: int = 0
    signed: int = 0
    counts: DecisionCounts = field(default_factory=DecisionCounts)
    first_bad: int | None = None
    findings: list[Finding] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def readable(self, texts: list[bytes]) -> list[Head]:
        """Return the heads that can be read, in the order of their lines."""
        heads = []
        for text in texts:
            try:
                heads.append(head_from_text(text))
            except LogError as error:
                self.find("log-signature", "a head", str(error).replace("\n", " "))
        return sorted(heads, key=lambda head: head.seq)

    def with_known_head(self, heads: list[Head], known_head: Head) -> list[Head]:
        """Return the heads together with the one that was kept elsewhere."""
        if known_head.log != self.log:
            self.find(
                "log-broken",
                "the log",
                f"it is {self.log}, and the head that was kept is of {known_head.log}",
            )
            return heads
        return sorted([*heads, known_head], key=lambda head: head.seq)

    def lines(self, store: Store, heads: list[Head]) -> None:
        """Follow the chain and check each head on the way, until a line does not hold."""
        ahead = iter([*heads, None])
        head = next(ahead)
        for lines in store.read(0, BLOCK):
            if not self.follow(lines):
                return
            rest = lines
            while head is not None and head.seq < lines.end:
                self.count(rest.before(head.seq + 1))
                rest = rest.since(head.seq + 1)
                self.check_head(head, lines)
                head = next(ahead)
            self.count(rest)

    def follow(self, lines: Lines) -> bool:
        """Say whether lines follow from those before them, and count how many do."""
        if lines.first != self.end:
            self.broken(self.end, "it is absent" if lines.first > self.end else "it is there more than once")
            return False
        hashes = chain_hashes(self.chain_hash, lines.texts)
        bad = _first_bad(lines, hashes)
        if bad is not None:
            self.end = bad
            self.broken(bad, _why(lines.texts[bad - lines.first], bad))
            self.count(lines.before(bad))
            return False
        self.end, self.chain_hash = lines.end, hashes[-1]
        return True

    def count(self, lines: Lines) -> None:
        """Count decisions by outcome, and report losses."""
        for note in self.counts.add(lines.texts):
            seq = lines.first + note.place
            if note.lost:
                message = f"{sum(note.lost.values())} decisions were given out and not logged"
                self.find("log-lost", f"line {seq}", message, sum(note.lost.values()))
            if not note.known:
                self.find("log-broken", f"line {seq}", "it is sealed, and no record of a decision")
                self.first_bad = seq if self.first_bad is None else self.first_bad

    def check_head(self, head: Head, lines: Lines) -> None:
        """Check a head against the chain, the counts and the key."""
        subject = f"head of line {head.seq}"
        if head.log != self.log or head.hash_bytes != lines.hashes[head.seq - lines.first]:
            message = f"it is of another chain: lines from {self.signed} to {head.seq} may have been replaced"
            self.find("log-signature", subject, message)
            self.first_bad = self.signed if self.first_bad is None else self.first_bad
        elif head.model_dump(include={"kept", "sampled", "lost"}) != self.counts.by_kind():
            self.find("log-signature", subject, "it counts other decisions than the lines up to it")
        elif self.key is not None:
            self.check_signature(head, subject, self.key)

    def check_signature(self, head: Head, subject: str, key: PublicKey) -> None:
        """Check the signature of a head that fits the chain."""
        try:
            head.check(key)
            self.signed = head.seq + 1
        except SignatureError as error:
            code = "log-unsigned" if head.signature is None else "log-signature"
            self.find(code, subject, error.what)

    def ends(self, heads: list[Head]) -> None:
        """Report a log that ends too early, or later than its last signature."""
        if self.first_bad is None and heads and heads[-1].seq >= self.end:
            missing = heads[-1].seq + 1 - self.end
            message = f"the last {missing} lines are absent: a head tells of line {heads[-1].seq}"
            self.first_bad = self.end
            self.find("log-truncated", f"line {self.end}", message, missing)
        if self.key is None:
            signed = any(head.signature for head in heads)
            self.notes.append(
                "signatures were not checked: no key was given"
                if signed or not heads
                else "no head is signed"
            )
        elif self.first_bad is None and self.signed < self.end:
            tail = self.end - self.signed
            message = f"no signature of {self.key.name} vouches for the last {tail} lines"
            self.find("log-unsigned", f"lines from {self.signed} on", message, tail)

    def broken(self, seq: int, why: str) -> None:
        """Report the first line that does not hold."""
        self.first_bad = seq
        self.find("log-broken", f"line {seq}", why)

    def find(self, code: str, subject: str, message: str, count: int = 1) -> None:
        """Add a finding."""
        self.findings.append(
            Finding.model_validate({"code": code, "subject": subject, "message": message, "count": count})
        )


def _first_bad(lines: Lines, hashes: list[bytes]) -> int | None:
    """Return the number of the first line with a wrong chain hash or a wrong number in its text."""
    if hashes != lines.hashes:
        pairs = zip(hashes, lines.hashes, strict=True)
        return next(seq for seq, (ours, theirs) in enumerate(pairs, lines.first) if ours != theirs)
    if _number(lines.texts[-1]) == lines.end - 1:  # which it would not be, were one left out or put in before
        return None
    return next(seq for seq, text in enumerate(lines.texts, lines.first) if _number(text) != seq)


def _why(text: bytes, seq: int) -> str:
    """Return why a line does not follow from the one before."""
    found = _number(text)
    if found is None:
        return "it was changed: its text is no record"
    if found != seq:
        return f"it holds record {found}: lines were moved, dropped or put in"
    return "it was changed, or its chain hash was"


def _number(text: bytes) -> int | None:
    """Return the number in the text of a line; None if there is none."""
    try:
        return int(json.loads(text)["id"])
    except (ValueError, KeyError, TypeError):
        return None
