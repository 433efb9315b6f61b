"""The corpus: rulesets in YAML with named events and the decision that each must get, on every target.

The decisions were worked out by hand from what the words of the law mean, not by running a program.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from pydantic import TypeAdapter
from ruamel.yaml import YAML

from rulekit.ir.decision import Decision
from rulekit.ir.notation.document import ruleset_from_document
from rulekit.ir.numerics import Native, Numerics
from rulekit.ir.ruleset import Ruleset


@dataclass(frozen=True, slots=True)
class Case:
    """One event and the decision that every target must give it.

    Attributes
    ----------
    file, number : name of the YAML file without its suffix, and the place of the case in it, from 1.
    why : the reason for the decision, one sentence.
    ruleset, numerics : what decides; all cases of a file share them.
    event : raw values by feature.
    expected : the decision, with all hits.

    """

    file: str
    number: int
    why: str
    ruleset: Ruleset
    numerics: Numerics
    event: dict[str, Any]
    expected: Decision

    def __str__(self) -> str:
        return f"{self.file}-{self.number}"


@cache
def load_corpus() -> tuple[Case, ...]:
    """Return all cases of the corpus that rulekit ships, ordered by file name and place. The result is cached."""
    folder = resources.files("rulekit.testing") / "corpus"
    files = sorted(
        (file for file in folder.iterdir() if file.name.endswith(".yaml")), key=lambda file: file.name
    )
    return tuple(case for file in files for case in read_cases(file.name, file.read_text(encoding="utf-8")))


def read_cases(file: str, text: str) -> tuple[Case, ...]:
    """Return the cases of one YAML text.

    Parameters
    ----------
    file : name that the cases show; a suffix ``.yaml`` is dropped.
    text : a mapping with ``ruleset``, ``cases`` and optionally ``numerics`` (default: native). A case has ``why``,
        ``event``, ``outcome``, ``rule`` and ``hits``, and where they apply ``missing`` and ``score``.

    Raises
    ------
    LawError
        when the ruleset is not valid.
    KeyError, TypeError
        when a case lacks a key or has an unknown one.

    """
    document = YAML(typ="safe", pure=True).load(text)
    ruleset = ruleset_from_document(document["ruleset"])
    numerics: Numerics = TypeAdapter(Numerics).validate_python(document.get("numerics", Native()))
    return tuple(
        Case(
            file.removesuffix(".yaml"),
            number,
            case.pop("why"),
            ruleset,
            numerics,
            case.pop("event"),
            _decision(case),
        )
        for number, case in enumerate(document["cases"], start=1)
    )


def _decision(case: dict[str, Any]) -> Decision:
    hits, missing = tuple(case.pop("hits")), tuple(case.pop("missing", ()))
    return Decision(case.pop("outcome"), case.pop("rule"), hits, missing, **case)
