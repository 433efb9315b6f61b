"""Puts two rulesets on one schema, so that one space holds the events of both."""

from __future__ import annotations

from dataclasses import replace

from rulekit.errors import UndecidedError
from rulekit.ir.ruleset import Ruleset
from rulekit.ir.schema import Feature, Schema


def on_common_schema(old: Ruleset, new: Ruleset) -> tuple[Ruleset, Ruleset]:
    """Return two rulesets over the union of their features.

    A category that only one schema knows is an unknown word to the other ruleset; the union keeps this exact. A
    feature that either requires is required, so that both rulesets decide every event of the space.

    Raises
    ------
    UndecidedError
        when a feature that both read has two dtypes.

    """
    features = {feature.name: feature for feature in (*old.schema.features, *new.schema.features)}
    ours, theirs = ({feature.name: feature for feature in ruleset.read} for ruleset in (old, new))
    for name in features:
        if name in ours and name in theirs:
            features[name] = _both(ours[name], theirs[name])
        elif name in ours or name in theirs:
            features[name] = ours.get(name) or theirs[name]
    schema = Schema(name="common", version="1.0.0", features=tuple(features.values()))
    return replace(old, schema=schema), replace(new, schema=schema)


def _both(old: Feature, new: Feature) -> Feature:
    if old.dtype != new.dtype:
        raise UndecidedError(
            f"feature {new.name} is {old.dtype} in the old law and {new.dtype} in the new one: no event is of both"
        )
    words = None
    if old.categories is not None and new.categories is not None:
        words = tuple(dict.fromkeys([*new.categories, *old.categories]))
    return new.model_copy(update={"categories": words, "required": old.required or new.required})
