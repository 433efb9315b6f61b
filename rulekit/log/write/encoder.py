"""Encodes decisions as lines of a log; whole columns become text at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import polars as pl

from rulekit.errors import EventError
from rulekit.frames import bind_columns
from rulekit.ir.decision import Decision
from rulekit.ir.event import bind_event
from rulekit.ir.prescale import EVENT_IDS
from rulekit.ir.ruleset import HitPolicy
from rulekit.log.manifests import artifact_digest, manifest_of
from rulekit.log.options import LogOptions
from rulekit.log.record import DecisionRecord, event_to_json, record_text, time_text, value_to_json
from rulekit.log.write.json_columns import (
    json_ids,
    json_integers,
    json_lists,
    json_string,
    json_strings,
    json_values,
)
from rulekit.log.write.privacy import privacy_of, withheld
from rulekit.log.write.sampling import check_sampling, keeps_decision, kept_decisions
from rulekit.targets.artifact import Artifact
from rulekit.targets.shared.columns import HITS, OUTCOME, RULE, SCORE

SUPPRESSED = "suppressed"
_TEXT = (pl.String, pl.Categorical, pl.Enum)


@dataclass(frozen=True, slots=True)
class Entries:
    """Decisions on their way into a log.

    Attributes
    ----------
    kept, sampled : decisions by outcome: those to write, and those sampled away.
    texts : returns the texts of the records, given the number of the first.
    manifest : of the artifact, where the log must hold it; see :mod:`rulekit.log.manifests`.

    """

    kept: Counter[str]
    sampled: Counter[str]
    texts: Callable[[int], list[bytes]]
    manifest: str | None = None


NOTHING = Entries(Counter(), Counter(), lambda _: [])


class RecordEncoder:
    """Encodes the decisions of one artifact under the options of a log.

    Attributes
    ----------
    notes : what a reviewer will miss in the log, in sentences.

    Raises
    ------
    LogError
        when the options name features or outcomes that the ruleset does not have, or the salt can't be read.

    """

    def __init__(self, artifact: Artifact, options: LogOptions) -> None:
        self.ruleset = artifact.ruleset
        check_sampling(options, self.ruleset)
        self._options = options
        self._privacy = privacy_of(options, self.ruleset)
        self._artifact, self._manifest = artifact_digest(artifact), manifest_of(artifact)
        hidden = withheld(options, self.ruleset)
        self.notes = (
            (f"the decisions can't be replayed: the log withholds {', '.join(hidden)}",) if hidden else ()
        )

    def batch(self, decided: pl.DataFrame, ids: pl.Series, took_ns: int, *, cast: bool = False) -> Entries:
        """Return the entries of a decided frame.

        Parameters
        ----------
        decided : the events with the decision columns, hits included; ``suppressed`` as lists if it is there.
        ids : the event ids, texts or integers, shape (events,).
        took_ns : nanoseconds that deciding all of them took.
        cast : whether the runner cast the events.

        Raises
        ------
        EventError
            when an event has no id, or one of another kind.

        """
        _check_ids(ids)
        at, each = datetime.now(UTC), took_ns // max(len(ids), 1)
        keep = kept_decisions(decided[OUTCOME].cast(pl.String), ids, self._options)
        kept = decided if keep is None else decided.filter(keep)
        cells = self._cells(kept, ids if keep is None else ids.filter(keep), cast=cast)
        counts, all_counts = _counted(kept[OUTCOME]), _counted(decided[OUTCOME])
        return Entries(
            counts,
            all_counts - counts,
            lambda first: _texts(self._pieces(at, each), cells, first),
            self._manifest,
        )

    def one(
        self,
        event: Mapping[str, Any],
        decision: Decision,
        event_id: int | str,
        took_ns: int,
        suppressed: tuple[str, ...] = (),
    ) -> Entries:
        """Return the entry of one decision, made with all hits; ``event`` is what the runner was given."""
        count = Counter({decision.outcome: 1})
        if not keeps_decision(decision.outcome, event_id, self._options):
            return Entries(Counter(), count, lambda _: [])
        at = datetime.now(UTC)

        def texts(first: int) -> list[bytes]:
            record = DecisionRecord(
                id=first,
                at=at,
                ruleset=self.ruleset.digest,
                artifact=self._artifact,
                event=self._privacy.event(event_to_json(event_id)),
                values=self._values(event),
                hits=decision.hits or (),
                outcome=decision.outcome,
                rule=decision.rule,
                score=decision.score,
                suppressed=suppressed,
                missing=decision.missing,
                took_ns=took_ns,
                one_in=self._one_in(decision.outcome),
            )
            return [record_text(record)]

        return Entries(count, Counter(), texts, self._manifest)

    def _values(self, event: Mapping[str, Any]) -> dict[str, Any]:
        bound = bind_event(self.ruleset.read, event)
        return {name: self._privacy.value(name, value_to_json(value)) for name, value in bound.items()}

    def _one_in(self, outcome: str) -> int | None:
        one_in = self._options.sample.get(outcome, 1)
        return one_in if one_in > 1 else None

    def _cells(self, kept: pl.DataFrame, ids: pl.Series, *, cast: bool) -> pl.DataFrame:
        """Return what differs from record to record, as JSON texts; features under their position."""
        columns = bind_columns(kept.lazy(), self.ruleset.schema, self.ruleset.read, cast=cast)
        values = kept.select(expression.alias(name) for name, expression in columns.items())
        texts = {f.name: json_values(values[f.name], f.dtype) for f in self.ruleset.read}
        cells = {
            "event": self._privacy.ids(json_ids(ids)),
            HITS: json_lists(kept[HITS]),
            "missing": self._missing(texts, len(ids)),
            OUTCOME: json_strings(kept[OUTCOME]),
            RULE: json_strings(kept[RULE]),
            SUPPRESSED: _suppressed(kept),
            "one_in": self._shares(kept[OUTCOME]),
        }
        if self.ruleset.hit_policy is HitPolicy.SCORE:
            cells[SCORE] = _scores(kept[SCORE])
        hidden = [self._privacy.column(name, column) for name, column in texts.items()]
        return pl.DataFrame(cells | {f"{place}": column for place, column in enumerate(hidden)})

    def _shares(self, outcomes: pl.Series) -> pl.Series:
        """Return the field ``one_in`` with its key, where the log is a sample."""
        sample = {outcome: self._one_in(outcome) for outcome in self.ruleset.outcomes}
        keyed = {outcome: f',"one_in":{one_in}' for outcome, one_in in sample.items() if one_in}
        return outcomes.cast(pl.String).replace_strict(keyed, default="", return_dtype=pl.String)

    def _missing(self, texts: Mapping[str, pl.Series], events: int) -> pl.Series:
        names = self.ruleset.schema.required
        if not names:
            return pl.Series(["[]"], dtype=pl.String).new_from_index(0, events)
        absent = [
            pl.when(texts[name] == "null").then(pl.lit(json_string(name) + ",")).otherwise(pl.lit(""))
            for name in names
        ]
        listed = pl.concat_str(absent).str.strip_suffix(",")
        return pl.select(pl.concat_str(pl.lit("["), listed, pl.lit("]"))).to_series()

    def _pieces(self, at: datetime, took_ns: int) -> list[str | pl.Expr]:
        """Return a record in pieces, its keys in the order of RFC 8785."""
        head = f'{{"artifact":"{self._artifact}","at":"{time_text(at)}","event":'
        pieces: list[str | pl.Expr] = [
            head,
            pl.col("event"),
            ',"hits":',
            pl.col(HITS),
            ',"id":',
            pl.col("id"),
        ]
        pieces += [',"missing":', pl.col("missing"), pl.col("one_in"), ',"outcome":', pl.col(OUTCOME)]
        pieces += [',"rule":', pl.col(RULE), f',"ruleset":"{self.ruleset.digest}"']
        if self.ruleset.hit_policy is HitPolicy.SCORE:
            pieces.append(pl.col(SCORE))
        pieces += [',"suppressed":', pl.col(SUPPRESSED), f',"took_ns":{took_ns},"values":{{']
        names = [feature.name for feature in self.ruleset.read]
        comma = ""
        for name in sorted(names, key=_utf16):
            pieces += [f"{comma}{json_string(name)}:", pl.col(f"{names.index(name)}")]
            comma = ","
        return [*pieces, "}}"]


def _texts(pieces: list[str | pl.Expr], cells: pl.DataFrame, first: int) -> list[bytes]:
    numbers = pl.int_range(first, first + cells.height).cast(pl.String).alias("id")
    joined = pl.concat_str(pl.lit(piece) if isinstance(piece, str) else piece for piece in pieces)
    return cells.with_columns(numbers).select(joined.cast(pl.Binary)).to_series().to_list()


def _check_ids(ids: pl.Series) -> None:
    if ids.dtype not in _TEXT and not ids.dtype.is_integer():
        raise EventError(f"the event ids {ids.name} can't be logged", expected=EVENT_IDS, got=str(ids.dtype))
    if ids.null_count():
        got = f"none in row {ids.is_null().arg_max()}"
        raise EventError(f"an event id of {ids.name} is missing", expected=EVENT_IDS, got=got)


def _counted(outcomes: pl.Series) -> Counter[str]:
    return Counter(dict(outcomes.cast(pl.String).value_counts().iter_rows()))


def _suppressed(kept: pl.DataFrame) -> pl.Series:
    if SUPPRESSED in kept.columns:
        return json_lists(kept[SUPPRESSED])
    return pl.Series(["[]"], dtype=pl.String).new_from_index(0, kept.height)


def _scores(scores: pl.Series) -> pl.Series:
    """Return the scores with their key; an invalid event has none."""
    text = json_integers(scores).to_frame(SCORE)
    keyed = pl.concat_str(pl.lit(',"score":'), pl.col(SCORE))
    return text.select(pl.when(pl.col(SCORE) == "null").then(pl.lit("")).otherwise(keyed)).to_series()


def _utf16(name: str) -> bytes:
    """Return the bytes by which RFC 8785 sorts keys."""
    return name.encode("utf-16-be")
