"""Subgroups: how the ruleset treats the groups that a column of the events makes."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Literal, NamedTuple

import polars as pl

from rulekit.errors import EventError
from rulekit.frames import feature_values
from rulekit.ir.schema import DType
from rulekit.labels import read_column
from rulekit.measures import EventLabels
from rulekit.reports.audit.inputs.audit_input import AuditInput
from rulekit.reports.audit.model.groups import GroupShare, Subgroup, Subgroups
from rulekit.reports.common.intervals import Share
from rulekit.statistics.intervals import proportion
from rulekit.statistics.ratios import GroupRatio, WeightSums, mark_significant, ratio_to_rest

LEAST = 30
"""Smaller groups are pooled: their intervals say nothing, and single people could be recognised."""

_MOST = 25
_MISSING, _OTHERS = "missing", "others"

Kind = Literal["value", "unknown", "missing", "others"]


def subgroups_of(audited: AuditInput) -> tuple[Subgroups, ...]:
    """Return the subgroups of the columns asked for; default: every category feature of the events.

    Raises
    ------
    EventError
        when there is no such column, or it holds numbers that make no groups.

    """
    frame, asked = audited.events, audited.options.by
    if frame is None:
        return ()
    if asked is None:
        held = [
            f.name
            for f in audited.law.schema.features
            if f.dtype is DType.CATEGORY and f.name in frame.columns
        ]
        asked = tuple(held)  # fmt: skip
    return tuple(_by_column(audited, frame, name) for name in asked)


def _by_column(audited: AuditInput, frame: pl.DataFrame, name: str) -> Subgroups:
    feature = audited.law.schema.by_name.get(name)
    known = None if feature is None or feature.categories is None else set(feature.categories)
    column = (
        read_column(frame, name, "group")
        if feature is None
        else feature_values(frame, audited.law.schema, feature)
    )
    if not (column.dtype.is_integer() or column.dtype in {pl.Boolean, pl.String} or known is not None or
            isinstance(column.dtype, (pl.Enum, pl.Categorical))):  # fmt: skip
        raise EventError(
            f"column {name!r} makes no groups", expected="text, whole numbers, or true and false",
            got=str(column.dtype), hint="write a column of ranges into the events, and name that",
        )  # fmt: skip
    groups = _pooled(_tallies(column.cast(pl.String), audited.accepted, audited.known))
    return _measured(name, groups, known)


class _Group(NamedTuple):
    """The events of a group, its weight sums by measure, and how many small groups it gathers."""

    events: int
    tallies: dict[str, WeightSums]
    pooled: int = 0


def _tallies(column: pl.Series, accepted: pl.Series, events: EventLabels) -> dict[str | None, _Group]:
    """Return the weight sums of every group, in one pass over the events."""
    table = pl.DataFrame({"group": column, "a": accepted, "w": events.weights})
    sides = {"rate": (pl.lit(value=True), pl.col("a"))}
    if events.truth is not None:
        table = table.with_columns(t=events.truth)
        sides |= {
            "efficiency": (pl.col("t"), pl.col("a")),
            "false_positive_rate": (~pl.col("t"), pl.col("a")),
            "purity": (pl.col("a"), pl.col("t")),
        }
    sums = [pl.len()]
    for name, (among, of) in sides.items():
        weight = pl.when(among).then(pl.col("w")).otherwise(0.0)
        sums += [
            pl.when(of).then(weight).otherwise(0.0).sum().alias(f"{name} part"),
            weight.sum().alias(f"{name} whole"),
            (weight * weight).sum().alias(f"{name} square"),
        ]
    rows = table.group_by("group").agg(sums).sort("len", "group", descending=[True, False], nulls_last=True)
    return {
        row["group"]: _Group(
            row["len"],
            {name: WeightSums(*(row[f"{name} {sum_}"] for sum_ in WeightSums._fields)) for name in sides},
        )
        for row in rows.iter_rows(named=True)
    }


def _pooled(groups: Mapping[str | None, _Group]) -> dict[tuple[str, Kind], _Group]:
    """Return the groups by name, largest first; small groups and those after the 25th are pooled."""
    kept: dict[tuple[str, Kind], _Group] = {}
    rest: list[_Group] = []
    for name, group in groups.items():
        if name is None:
            kept[_MISSING, "missing"] = group
        elif group.events < LEAST or len(kept) >= _MOST:
            rest.append(group)
        else:
            kept[name, "value"] = group
    if rest:
        kept[_OTHERS, "others"] = _Group(
            sum(group.events for group in rest),
            {side: _sum([group.tallies[side] for group in rest]) for side in rest[0].tallies},
            len(rest),
        )
    return kept


def _sum(tallies: list[WeightSums]) -> WeightSums:
    return WeightSums(*(math.fsum(each) for each in zip(*tallies, strict=True)))


_COMPARED = ("rate", "efficiency", "false_positive_rate")


def _measured(column: str, groups: Mapping[tuple[str, Kind], _Group], known: set[str] | None) -> Subgroups:
    """Return the groups with their ratios, corrected for the number of ratios in the table."""
    first = next(iter(groups.values()), None)
    sides = [side for side in _COMPARED if first is not None and side in first.tallies]
    whole = {side: _sum([group.tallies[side] for group in groups.values()]) for side in sides}
    places = [(key, side) for key in groups for side in sides]
    ratios = [
        ratio_to_rest(groups[key].tallies[side], whole[side].without(groups[key].tallies[side]))
        for key, side in places
    ]
    found = dict(zip(places, mark_significant(ratios), strict=True))
    rows = tuple(
        _row(name, "unknown" if kind == "value" and known is not None and name not in known else kind, group,
             {side: found[(name, kind), side] for side in sides})
        for (name, kind), group in groups.items()
    )  # fmt: skip
    return Subgroups(column=column, groups=rows, tests=sum(ratio.p is not None for ratio in ratios))


def _row(name: str, kind: Kind, group: _Group, ratios: Mapping[str, GroupRatio]) -> Subgroup:
    shares = {side: _share(tally) for side, tally in group.tallies.items()}
    compared = {side: GroupShare(share=shares[side], ratio=ratio) for side, ratio in ratios.items()}
    return Subgroup(
        name=name,
        kind=kind,
        events=group.events,
        rate=compared["rate"],
        efficiency=compared.get("efficiency"),
        false_positive_rate=compared.get("false_positive_rate"),
        purity=shares.get("purity"),
        pooled=group.pooled,
    )


def _share(tally: WeightSums) -> Share:
    return Share.of(proportion(tally.part, tally.whole, tally.effective))
