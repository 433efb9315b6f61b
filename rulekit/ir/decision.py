"""The decision about one event: the value that every target answers with."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from typing import Any

from rulekit.html import Html, code, element, join


@dataclass(frozen=True, slots=True, repr=False)
class Decision:
    """What was decided about one event, and why.

    Attributes
    ----------
    outcome : the outcome's name.
    rule : id of the first rule that hit, which decides. None when no rule hit, for ``invalid``, and under SCORE,
        where the sum decides.
    hits : ids of all rules that hit, in text order; None when they were not asked for.
    missing : the required features that the event lacks; not empty exactly when the outcome is ``invalid``.
    score : the sum of points; None under other policies than SCORE, and for ``invalid``.

    """

    outcome: str
    rule: str | None = None
    hits: tuple[str, ...] | None = None
    missing: tuple[str, ...] = ()
    score: int | None = None

    def to_document(self) -> dict[str, Any]:
        """Return the decision as plain JSON."""
        document = asdict(self)
        return {
            **document,
            "hits": None if self.hits is None else list(self.hits),
            "missing": list(self.missing),
        }

    def to_json(self) -> str:
        """Return the decision as indented JSON text."""
        return json.dumps(self.to_document(), indent=2, ensure_ascii=False)

    def __repr__(self) -> str:
        """Return one line, without what is None and without an empty ``missing``."""
        facts = [(field.name, getattr(self, field.name)) for field in fields(self)[1:]]
        said = [
            f"{name}={value!r}"
            for name, value in facts
            if value is not None and (name, value) != ("missing", ())
        ]
        return f"Decision({', '.join([repr(self.outcome), *said])})"

    def _repr_html_(self) -> str:
        parts: list[Html] = [element("b", self.outcome)]
        if self.score is not None:
            parts.append(Html(f"score {self.score:,}"))
        named = {"by": (self.rule,) if self.rule else (), "hits": self.hits, "lacks": self.missing}
        for label, names in named.items():
            if names:
                parts.append(Html(f"{label} {join([code(name) for name in names], ', ')}"))
        return element("div", join(parts, " &middot; "))
