"""The error tree: every error that rulekit raises on purpose.

::

    RulekitError
    |-- LawError            the law itself is wrong
    |   |-- ParseError      text is not a literal, YAML or JSON of ours (carries file, line, caret)
    |   |-- SchemaError     a schema contradicts itself
    |   `-- BindError       a rule does not fit its schema
    |-- EventError          an event, a frame or a file of events does not fit the schema, or can't be read
    |-- UnsupportedError    a target can't express something (carries every reason at once)
    |-- TeacherError        a teacher can't be read or scored
    |-- BudgetError         no ruleset meets the budget
    |-- ArtifactError       a compiled artifact is damaged or belongs to another ruleset
    |-- SignatureError      a key is wrong or expired, or a signature does not hold
    |-- LogError            a decision log is damaged, or can't be written
    |-- MissingExtraError   an optional library is not installed
    `-- MissingToolError    a program outside Python is not installed

One grammar: *what*, *where*, *expected* against *got*, *hint*. The parts are attributes, so that a
program can act on them; ``str(error)`` is the sentence for people.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Where:
    """A place in the law or in the data; every part is optional.

    ``line`` and ``column`` count from 1. ``text`` is the piece the error is about and ``offset`` the
    0-based position in it that the caret points at.
    """

    file: str | None = None
    line: int | None = None
    column: int | None = None
    rule: str | None = None
    text: str | None = None
    offset: int | None = None

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.file, self.line, self.column) if part is not None)
        rule = f"rule {self.rule}" if self.rule is not None else ""
        return ", ".join(part for part in (place, rule) if part)

    @property
    def caret(self) -> str:
        """The text with a caret under the offset; empty when there is no text."""
        if self.text is None:
            return ""
        pointer = "" if self.offset is None else "\n    " + " " * self.offset + "^"
        return f"\n    {self.text}{pointer}"


class RulekitError(Exception):
    """The root of the tree.

    Parameters
    ----------
    what : one sentence without a full stop.
    where : the place, when there is one.
    expected, got : the two sides of the contradiction.
    hint : what the user can do about it.

    """

    def __init__(
        self,
        what: str,
        *,
        where: Where | None = None,
        expected: str | None = None,
        got: str | None = None,
        hint: str | None = None,
    ) -> None:
        self.what = what
        self.where = where or Where()
        self.expected = expected
        self.got = got
        self.hint = hint
        super().__init__(what)

    def __str__(self) -> str:
        place = str(self.where)
        lines = [f"{place}: {self.what}" if place else self.what]
        if self.where.text is not None:
            lines.append(self.where.caret.removeprefix("\n"))
        contrast = [
            f"{name} {fact}" for name, fact in (("expected", self.expected), ("got", self.got)) if fact
        ]
        if contrast:
            lines.append("  " + ", ".join(contrast))
        if self.hint:
            lines.append(f"  hint: {self.hint}")
        return "\n".join(lines)

    def at(self, where: Where) -> RulekitError:
        """Return the same error at a place; parts that are known already are kept."""
        ours = self.where
        merged = Where(
            file=ours.file or where.file,
            line=ours.line or where.line,
            column=ours.column or where.column,
            rule=ours.rule or where.rule,
            text=ours.text or where.text,
            offset=ours.offset if ours.offset is not None else where.offset,
        )
        self.where = merged
        return self


class LawError(RulekitError):
    """The law is wrong. ``problems`` holds every single error when several were found at once."""

    problems: tuple[RulekitError, ...] = ()

    @classmethod
    def collect(cls, problems: list[RulekitError]) -> RulekitError:
        """Return the only problem, or one error that reports all of them."""
        if len(problems) == 1:
            return problems[0]
        error = cls("\n".join(str(problem) for problem in problems))
        error.problems = tuple(problems)
        return error


class ParseError(LawError):
    """Text is not what the grammar expects."""


class SchemaError(LawError):
    """A schema contradicts itself."""


class BindError(LawError):
    """A rule does not fit the schema: unknown feature, wrong type, threshold beyond the dtype."""


class EventError(RulekitError):
    """An event, a frame or a file of events does not fit the schema, or can't be read."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """One thing a target can't express: the rule and literal concerned, the reason and the remedy."""

    rule: str | None
    subject: str
    reason: str
    remedy: str

    def __str__(self) -> str:
        rule = f"rule {self.rule}: " if self.rule else ""
        return f"{rule}{self.subject}: {self.reason}; {self.remedy}"


class UnsupportedError(RulekitError):
    """A target can't express a ruleset. ``refusals`` lists every reason, not only the first."""

    def __init__(self, target: str, refusals: tuple[Refusal, ...]) -> None:
        self.target = target
        self.refusals = refusals
        reasons = "".join(f"\n  - {refusal}" for refusal in refusals)
        super().__init__(f"target {target} can't express this ruleset:{reasons}")


class TeacherError(RulekitError):
    """A teacher can't be read, or its inputs and outputs are not what rulekit can use."""


class BudgetError(RulekitError):
    """No ruleset meets the budget, or the budget contradicts itself."""


class ArtifactError(RulekitError):
    """A compiled artifact is damaged, or belongs to another ruleset."""


class SignatureError(RulekitError):
    """A key is wrong or expired, a signature does not hold, or an approval is missing."""


class LogError(RulekitError):
    """A decision log is damaged, or can't be written."""


class MissingExtraError(RulekitError):
    """An optional library is not installed. ``extra`` names the extra that brings it."""

    def __init__(self, library: str, extra: str) -> None:
        self.library = library
        self.extra = extra
        super().__init__(
            f"{library} is not installed",
            hint=f"pip install 'rulekit-engine[{extra}]'",
        )


class MissingToolError(RulekitError):
    """A program outside Python is not installed. ``tool`` names it, the hint says how to get it."""

    def __init__(self, tool: str, install: str) -> None:
        self.tool = tool
        super().__init__(f"{tool} is not installed", hint=install)
