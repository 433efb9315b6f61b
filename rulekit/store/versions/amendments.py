"""What an amendment says: rules, fields and features that were added, removed, changed, moved or reworded.

This compares the texts of two versions. What changes for events is found by
:mod:`rulekit.analysis.compare.differences`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any as AnyValue
from typing import Literal

from rulekit.ir.canonical import bind, canonical
from rulekit.ir.condition import AllOf, AnyOf, Compare, Condition, literals
from rulekit.ir.notation.clauses import condition_to_when
from rulekit.ir.notation.describe import as_range, condition_in_words, name_in_words, wanted_in_words
from rulekit.ir.ruleset import Rule, Ruleset
from rulekit.ir.schema import Feature, Model, Schema
from rulekit.store.versions.versions import changes

_FIELDS = ("name", "hit_policy", "otherwise", "complete", "thresholds")
_EFFECTS = ("then", "points", "prescale")
_WORDS = ("title", "because", "origin")
_FEATURE_FIELDS = ("dtype", "unit", "bounds", "categories", "required", "doc")


class Edit(Model):
    """One change of a text; ``old`` or ``new`` is None where there was nothing, or is nothing any more.

    Attributes
    ----------
    what : the name of a field, or ``when`` for a term of a condition.
    old, new : the exact texts.
    words : the change in words.

    """

    what: str
    old: str | None
    new: str | None
    words: str


class RuleChange(Model):
    """A rule that changed; ``moved`` rules stand elsewhere among the rules that stay."""

    kind: Literal["added", "removed", "changed", "moved", "reworded"]
    id: str
    title: str
    edits: tuple[Edit, ...] = ()


class FeatureChange(Model):
    """A feature of the schema that changed."""

    kind: Literal["added", "removed", "changed"]
    name: str
    edits: tuple[Edit, ...] = ()


def rule_changes(old: Ruleset, new: Ruleset) -> Iterator[RuleChange]:
    """Yield the changes of the rules: first those removed, then the others in the order of the new law."""
    told = changes(old, new)
    before, after = ({rule.id: rule for rule in ruleset.rules} for ruleset in (old, new))
    for name in told.removed:
        yield RuleChange(kind="removed", id=name, title=before[name].title)
    moved = _moved(list(before), list(after))
    for name, rule in after.items():
        if name not in before:
            yield RuleChange(kind="added", id=name, title=rule.title)
            continue
        edits = (*_terms(before[name], rule, old.schema, new.schema), *_effects(before[name], rule))
        words = tuple(_fields(before[name], rule, _WORDS))
        if name in told.changed and edits:
            yield RuleChange(kind="changed", id=name, title=rule.title, edits=(*edits, *words))
        elif words:
            yield RuleChange(kind="reworded", id=name, title=rule.title, edits=words)
        if name in moved:
            yield RuleChange(kind="moved", id=name, title=rule.title)


def _moved(before: Sequence[str], after: Sequence[str]) -> set[str]:
    """Return the ids of rules that changed places, as few as explain the new order."""
    kept = [name for name in before if name in set(after)], [name for name in after if name in set(before)]
    blocks = SequenceMatcher(None, *kept, autojunk=False).get_matching_blocks()
    stayed = {name for start, _, size in blocks for name in kept[0][start : start + size]}
    return set(kept[0]) - stayed


def _terms(old: Rule, new: Rule, before: Schema, after: Schema) -> Iterator[Edit]:
    """Yield the terms that came, went, or became another term on the same features."""
    ours, theirs = _by_meaning(old, before), _by_meaning(new, after)
    gone = [term for key, term in ours.items() if key not in theirs]
    come = [term for key, term in theirs.items() if key not in ours]
    for term in gone:
        other = next((one for one in come if _subject(one) == _subject(term)), None)
        if other is not None:
            come.remove(other)
        yield _edit(term, other, before, after)
    for term in come:
        yield _edit(None, term, before, after)


def _by_meaning(rule: Rule, schema: Schema) -> dict[str, Condition]:
    terms = rule.when.terms if isinstance(rule.when, AllOf) else (rule.when,)
    return {repr(canonical(bind(term, schema), schema)): term for term in terms}


def _subject(condition: Condition) -> frozenset[str]:
    """Return the features that a condition reads."""
    return frozenset(literal.feature for literal in literals(condition))


def _edit(old: Condition | None, new: Condition | None, before: Schema, after: Schema) -> Edit:
    texts = [None if term is None else _text(term) for term in (old, new)]
    return Edit(what="when", old=texts[0], new=texts[1], words=_edit_in_words(old, new, before, after))


def _text(condition: Condition) -> str:
    (clause,) = condition_to_when(AllOf((condition,)))
    return clause if isinstance(clause, str) else _nested(clause)


def _nested(clause: AnyValue) -> str:
    if isinstance(clause, str):
        return clause
    ((key, terms),) = clause.items()
    return f"{{{key}: [{', '.join(map(_nested, terms))}]}}"


def _edit_in_words(old: Condition | None, new: Condition | None, before: Schema, after: Schema) -> str:
    if new is None:
        return f"no longer asks that {condition_in_words(old or AllOf(), before)}"
    if old is None:
        return f"also asks that {condition_in_words(new, after)}"
    then, now = _wanted(old, before), _wanted(new, after)
    if then and now:
        (name,) = _subject(new)
        return f"{name_in_words(name)}: {then} became {now}"
    return f"{condition_in_words(old, before)} became {condition_in_words(new, after)}"


def _wanted(condition: Condition, schema: Schema) -> str | None:
    """Return what one literal or range asks of its feature; None for other conditions."""
    wanted = as_range(condition) if isinstance(condition, AllOf) else condition
    if wanted is None or isinstance(wanted, (AllOf, AnyOf)):
        return None
    (name,) = _subject(condition)
    words = wanted_in_words(wanted, schema.by_name[name])
    return f"exactly {words}" if isinstance(wanted, Compare) and wanted.sign == "==" else words


def _effects(old: Rule, new: Rule) -> Iterator[Edit]:
    return _fields(old, new, _EFFECTS)


def _fields(old: object, new: object, names: Sequence[str]) -> Iterator[Edit]:
    """Yield the fields that changed."""
    for name in names:
        before, after = (_value(getattr(one, name)) for one in (old, new))
        if before != after:
            label = "outcome" if name == "then" else name.replace("_", " ")
            yield Edit(what=name, old=before, new=after, words=_became(label, before, after))


def _value(value: object) -> str | None:
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return ", ".join(f"{name} from {points}" for name, points in value.items())
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _became(label: str, old: str | None, new: str | None) -> str:
    if old is None:
        return f"{label}: {new} is new"
    return f"{label}: {old} is gone" if new is None else f"{label}: {old} became {new}"


def field_changes(old: Ruleset, new: Ruleset) -> tuple[Edit, ...]:
    """Return the changed fields of the ruleset itself."""
    return tuple(_fields(old, new, _FIELDS))


def feature_changes(old: Schema, new: Schema) -> Iterator[FeatureChange]:
    """Yield the changes of the features: first those removed, then the others in the order of the new schema."""
    for feature in old.features:
        if feature.name not in new.by_name:
            yield FeatureChange(kind="removed", name=feature.name)
    for feature in new.features:
        before: Feature | None = old.by_name.get(feature.name)
        edits = () if before is None else tuple(_fields(before, feature, _FEATURE_FIELDS))
        if before is None or edits:
            yield FeatureChange(kind="changed" if edits else "added", name=feature.name, edits=edits)
