"""The error tree: every error that rulekit raises on purpose.

::

    RulekitError
    |-- LawError                the law itself is wrong
    |   |-- ParseError          text is not a literal, YAML or JSON of ours (carries file, line, caret)
    |   |   `-- ClauseError     one clause of a `when` list is wrong (carries the steps to it)
    |   |-- SchemaError         a schema contradicts itself
    |   `-- BindError           a rule does not fit its schema
    |-- EventError              an event, a frame or a file of events does not fit the schema, or can't be read
    |-- UnsupportedError        a target can't express something (carries every reason at once)
    |-- UndecidedError          a search used up its budget before it found an example or a proof
    |-- TooManyBoxesError       a condition is too large for the exact analysis
    |-- TeacherError            a teacher can't be read or scored
    |-- BudgetError             no ruleset meets the budget
    |-- ArtifactError           a compiled artifact is damaged or belongs to another ruleset
    |-- SignatureError          a key is wrong or expired, or a signature does not hold
    |-- LogError                a decision log is damaged, or can't be written
    |-- MissingExtraError       an optional library is not installed
    |-- MissingToolError        a program outside Python is not installed
    `-- GivenUpError            a program outside Python ran out of time

Every message has the same parts: *what* is wrong, *where*, what was *expected* and what we *got*, and a *hint*.
Each part is an attribute for programs; ``str(error)`` is the sentence for people.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, slots=True)
class Where:
    """A place in the law or in the data. Every part is optional.

    Attributes
    ----------
    file : path of the file; for a document that comes from no file, the dotted path of the field.
    line, column : counted from 1.
    rule : id of the rule.
    text, offset : the text that the error is about, and the position in it, counted from 0, for the caret.

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
    """The root of the tree: catch it to catch everything that rulekit raises on purpose.

    Parameters
    ----------
    what : what is wrong, as one sentence without a full stop.
    where : the place (default: none).
    expected, got : what would have been right, and what was there (default: not said).
    hint : what the user can do about it (default: none).

    Attributes
    ----------
    problems : the single errors, when several were found at once; otherwise empty.

    """

    problems: tuple[RulekitError, ...] = ()

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

    @classmethod
    def collect(cls, problems: Sequence[RulekitError]) -> RulekitError:
        """Return the only problem, or one new error of this class that reports all of them."""
        if len(problems) == 1:
            return problems[0]
        error = cls("\n".join(str(problem) for problem in problems))
        error.problems = tuple(problems)
        return error

    def at(self, where: Where) -> Self:
        """Add a place to this error, in place, and return the error. Parts that are known already stay."""
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
    """The law is wrong."""


class ParseError(LawError):
    """Text is not what the grammar expects."""


class ClauseError(ParseError, ValueError):
    """One clause of a ``when`` list is wrong.

    It is a ValueError as well, so that pydantic reports it together with all other problems of a law.

    Parameters
    ----------
    error : what is wrong with the clause.
    path : the steps to the clause inside ``when``, such as ``(1, "any", 0)``.

    """

    def __init__(self, error: RulekitError, path: tuple[int | str, ...]) -> None:
        self.path = path
        super().__init__(
            error.what, where=error.where, expected=error.expected, got=error.got, hint=error.hint
        )


class SchemaError(LawError):
    """A schema contradicts itself."""


class BindError(LawError):
    """A rule does not fit the schema: an unknown feature, a wrong type, or a threshold beyond the dtype."""


class EventError(RulekitError):
    """An event, a frame or a file of events does not fit the schema, or can't be read."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """One thing that a target can't express.

    Attributes
    ----------
    rule : id of the rule; None when no single rule is concerned.
    subject : what can't be expressed, such as ``prescale 3``.
    reason, remedy : why, and what to do about it.

    """

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


class UndecidedError(RulekitError):
    """A search used up its budget: it found neither an example nor a proof that there is none."""


class TooManyBoxesError(RulekitError):
    """A condition needs more boxes than the exact analysis allows, so questions about it stay undecided."""


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
    """An optional library is not installed. ``extra`` is the extra that installs it."""

    def __init__(self, library: str, extra: str) -> None:
        self.library = library
        self.extra = extra
        super().__init__(
            f"{library} is not installed",
            hint=f"pip install 'rulekit-engine[{extra}]'",
        )


class MissingToolError(RulekitError):
    """A program outside Python is not installed. ``tool`` is its name; the hint says how to get it."""

    def __init__(self, tool: str, install: str) -> None:
        self.tool = tool
        super().__init__(f"{tool} is not installed", hint=install)


class GivenUpError(RulekitError):
    """A program outside Python did not finish in the time it was given."""
