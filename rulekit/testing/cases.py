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
from rulekit.ir.document import ruleset_from_document
from rulekit.ir.numerics import Native, Numerics
from rulekit.ir.ruleset import Ruleset


@dataclass(frozen=True, slots=True)
class Case:
    """One event and the decision it must get; ``why`` is the sentence of law behind it.

    Cases of one ``file`` share their ruleset and numerics, so that a target need compile them once.
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
    """Return every case that is shipped, in the order of files and texts."""
    folder = resources.files("rulekit.testing") / "corpus"
    files = sorted(
        (file for file in folder.iterdir() if file.name.endswith(".yaml")), key=lambda file: file.name
    )
    return tuple(case for file in files for case in read_cases(file.name, file.read_text(encoding="utf-8")))


def read_cases(file: str, text: str) -> tuple[Case, ...]:
    """Return the cases of one text, such as a pack's own corpus.

    Raises
    ------
    LawError
        when the ruleset in the text is not one.

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
