"""The text of literals: the only parser and the only printer.

::

    literal := feature sign value
             | number ("<" | "<=") feature ("<" | "<=") number      (two literals)
             | feature ["not"] "in" "{" value {"," value} "}"
             | feature "is" ["not"] "missing"
    sign    := "<" | "<=" | ">" | ">=" | "==" | "!="
    value   := number | "inf" | "-inf" | "true" | "false" | word | "quoted string"
    feature := word | `any text`

Numbers stay exact: ``int`` or ``Decimal``, never a float, until they meet the dtype of their feature.
"""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import NamedTuple, cast

from rulekit.errors import ParseError, Where
from rulekit.ir.condition import (
    SIGNS,
    AllOf,
    Compare,
    Condition,
    LiteralCondition,
    Member,
    Missing,
    Sign,
    Value,
)

_TOKEN = re.compile(
    r"""\s*(?:
      (?P<number>[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?(?![\w.])|[+-]?inf(?![\w.\-/]))
    | (?P<word>[^\W\d][\w.\-/]*)
    | `(?P<quoted_feature>[^`]+)`
    | (?P<string>"(?:[^"\\]|\\.)*"|'[^']*')
    | (?P<sign><=|>=|==|!=|<|>)
    | (?P<mark>[{},])
    )""",
    re.VERBOSE,
)
_WORD = re.compile(r"[^\W\d][\w.\-/]*")
_RESERVED = frozenset({"in", "is", "not", "missing", "true", "false", "inf", "nan"})
_MAX_EXPONENT = 400  # beyond every float64; keeps exact arithmetic on thresholds cheap
_SIGN_HINTS = {"=>": "write >=", "=<": "write <=", "=": "equality is written =="}


class _Token(NamedTuple):
    kind: str
    text: str
    offset: int


def parse_literal(text: str) -> Condition:
    """Parse one literal; the range form gives an ``AllOf`` of two.

    Raises
    ------
    ParseError
        with the text and the offset of the first thing that does not fit.

    """
    parser = _Parser(text)
    condition = parser.literal()
    parser.end()
    return condition


class _Parser:
    """A cursor over the tokens of one literal."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = self._tokenise(text)
        self.position = 0

    def _tokenise(self, text: str) -> list[_Token]:
        tokens = []
        offset, end = 0, len(text.rstrip())
        while offset < end:
            match = _TOKEN.match(text, offset)
            if match is None:
                start = offset + len(text[offset:]) - len(text[offset:].lstrip())
                hint = next((hint for bad, hint in _SIGN_HINTS.items() if text[start:].startswith(bad)), None)
                raise self.error("unexpected character in a literal", start, got=repr(text[start]), hint=hint)
            kind = str(match.lastgroup)
            tokens.append(_Token(kind, match[kind], match.start(kind)))
            offset = match.end()
        tokens.append(_Token("end", "", end))
        return tokens

    def error(
        self,
        what: str,
        offset: int,
        *,
        expected: str | None = None,
        got: str | None = None,
        hint: str | None = None,
    ) -> ParseError:
        where = Where(text=self.text, offset=offset)
        return ParseError(what, where=where, expected=expected, got=got, hint=hint)

    def unexpected(self, expected: str, hint: str | None = None) -> ParseError:
        token = self.tokens[self.position]
        got = "the end of the text" if token.kind == "end" else repr(token.text)
        return self.error("this is not a literal", token.offset, expected=expected, got=got, hint=hint)

    @property
    def token(self) -> _Token:
        return self.tokens[self.position]

    def take(self, kind: str, expected: str, hint: str | None = None) -> str:
        token = self.tokens[self.position]
        if token.kind != kind:
            raise self.unexpected(expected, hint)
        self.position += 1
        return token.text

    def take_words(self, phrase: str) -> bool:
        """Step over the words of a phrase if they are next; say whether they were."""
        words = phrase.split()
        upcoming = self.tokens[self.position : self.position + len(words)]
        if [(token.kind, token.text) for token in upcoming] != [("word", word) for word in words]:
            return False
        self.position += len(words)
        return True

    def end(self) -> None:
        if self.token.kind != "end":
            raise self.unexpected("the end of the text", hint="one literal per string")

    def literal(self) -> Condition:
        if self.token.kind == "number":
            return self.range()
        feature = self.feature()
        if self.token.kind == "sign":
            return Compare(feature, self.sign(), self.value())
        for negated in (False, True):
            if self.take_words("not in" if negated else "in"):
                return Member(feature, self.values(), negated)
            if self.take_words("is not missing" if negated else "is missing"):
                return Missing(feature, negated)
        raise self.unexpected("a sign (< <= > >= == !=), 'in', 'not in' or 'is missing'")

    def range(self) -> Condition:
        low = self.number()
        offset = self.token.offset
        low_sign = self.sign()
        feature = self.feature()
        hint = "write the feature first, or a range as low < feature <= high"
        if low_sign not in {"<", "<="}:
            raise self.error("this is not a range", offset, expected="< or <=", got=low_sign, hint=hint)
        offset = self.token.offset
        high_sign = cast("Sign", self.take("sign", "< or <=", hint))
        if high_sign not in {"<", "<="}:
            raise self.error("this is not a range", offset, expected="< or <=", got=high_sign)
        mirrored: Sign = ">" if low_sign == "<" else ">="
        return AllOf((Compare(feature, mirrored, low), Compare(feature, high_sign, self.number())))

    def feature(self) -> str:
        token = self.token
        if token.kind == "quoted_feature":
            self.position += 1
            return token.text
        if token.kind == "word" and token.text in _RESERVED:
            raise self.unexpected("a feature", hint=f"`{token.text}` in backticks is a feature name")
        return self.take("word", "a feature")

    def sign(self) -> Sign:
        return cast("Sign", self.take("sign", "a sign (" + " ".join(SIGNS) + ")"))

    def number(self) -> int | Decimal:
        return self.to_number(self.token.offset, self.take("number", "a number"))

    def to_number(self, offset: int, text: str) -> int | Decimal:
        try:
            return int(text)
        except ValueError:
            number = Decimal(text)
        if number.is_finite() and abs(number.adjusted()) > _MAX_EXPONENT:
            raise self.error("a number is beyond every dtype", offset, got=text)
        if number.is_finite() and number == number.to_integral_value():
            return int(number)
        return number

    def value(self) -> Value:
        token = self.token
        if token.kind == "number":
            return self.number()
        self.position += 1
        if token.kind == "string":
            return self.to_string(token)
        if token.kind == "word" and token.text in {"true", "false"}:
            return token.text == "true"
        if token.kind == "word" and token.text not in _RESERVED:
            return token.text
        self.position -= 1
        hint = "NaN is missing: write `is missing`" if token.text.lower() == "nan" else None
        raise self.unexpected("a number, true, false or a category", hint=hint)

    def to_string(self, token: _Token) -> str:
        if token.text[0] == "'":
            return token.text[1:-1]
        try:
            return str(json.loads(token.text))
        except ValueError:
            hint = r"in double quotes write \\ for a backslash and \t for a tab; single quotes take text as it is"
            raise self.error(
                "the quoted text is not readable", token.offset, got=token.text, hint=hint
            ) from None

    def take_mark(self, mark: str) -> bool:
        """Step over the mark if it is next; return whether it was."""
        if (self.token.kind, self.token.text) != ("mark", mark):
            return False
        self.position += 1
        return True

    def values(self) -> tuple[Value, ...]:
        if not self.take_mark("{"):
            raise self.unexpected("{", hint="a set is written {a, b}")
        values = [self.value()]
        while self.take_mark(","):
            values.append(self.value())
        if not self.take_mark("}"):
            raise self.unexpected("',' or '}'")
        return tuple(values)


def format_literal(literal: LiteralCondition) -> str:
    """Return the text of a literal; ``parse_literal`` gives the literal back."""
    feature = format_feature(literal.feature)
    if isinstance(literal, Compare):
        return f"{feature} {literal.sign} {format_value(literal.value)}"
    negation = "not " if literal.negated else ""
    if isinstance(literal, Missing):
        return f"{feature} is {negation}missing"
    return f"{feature} {negation}in {{{', '.join(format_value(value) for value in literal.values)}}}"


def format_feature(name: str) -> str:
    """Return a feature's name as it stands in text: in backticks when it is not a plain word."""
    return name if _WORD.fullmatch(name) and name not in _RESERVED else f"`{name}`"


def format_value(value: Value) -> str:
    """Return the text of a value: ``true``, ``30``, ``0.1``, ``SE`` or ``"two words"``."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        plain = _WORD.fullmatch(value) and value not in _RESERVED and value.lower() != "nan"
        return value if plain else json.dumps(value, ensure_ascii=False)
    if isinstance(value, Decimal) and value.is_infinite():
        return "inf" if value > 0 else "-inf"
    text = repr(value) if isinstance(value, float) else str(value)
    return text.removesuffix(".0")
