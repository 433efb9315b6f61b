"""The teacher's own trees as candidate rules: the paths to their nodes, where the trees can be read.

Each comparison is read exactly as the library makes it: float32 values against its threshold, ``<=`` or ``<``, and
the branch that a missing number takes. A missing category goes with those that are not named, as in all regions.
A teacher whose trees can't be read gives no candidates and no error.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Literal, NamedTuple

import numpy as np

from rulekit.induction.regions.region import Choice, Region, Span, is_free, key_of
from rulekit.induction.samples.encoding import Encoding
from rulekit.induction.teachers.base import EstimatorTeacher, Teacher
from rulekit.ir.schema import DType, Feature, Schema

DEEPEST = 5
"""The longest path: a rule of more splits is hardly ever worth its literals."""

MOST = 1500
"""The most regions that are returned; those that most trees share come first."""


class Split(NamedTuple):
    """One inner node.

    Attributes
    ----------
    feature : the place of the feature in the schema.
    threshold : compared with the value as float32.
    strict : whether the test is ``value < threshold``; else it is ``value <= threshold``.
    missing : whether a missing value goes to ``yes``.
    yes, no : the numbers of the nodes for a test that holds, and for one that does not.

    """

    feature: int
    threshold: float
    strict: bool
    missing: bool
    yes: Any
    no: Any


Tree = tuple[Any, Mapping[Any, Split]]
"""The number of the root, and the inner nodes by number."""


def teacher_regions(teacher: Teacher, schema: Schema, encoding: Encoding, most: int = MOST) -> list[Region]:
    """Return the regions of the nodes of a teacher's trees, at most ``DEEPEST`` splits below the root.

    Tree ensembles of scikit-learn (alone, or at the end of a pipeline that passes everything through), LightGBM and
    XGBoost are read, and those of an ONNX graph that get the events as they are. A region is exact on the events of
    the encoding. Nodes that ask for a feature which the encoding lacks are left out.
    """
    found: Counter[Any] = Counter()
    regions: dict[Any, Region] = {}
    known = {column.feature.name for column in encoding.columns}
    for tree in trees_of(teacher):
        for region in _walk(tree, schema, encoding):
            if region.keys() <= known and (settled := _settled(region, encoding)):
                found[key_of(settled)] += 1
                regions[key_of(settled)] = settled
    return [regions[key] for key, _ in found.most_common(most)]


def trees_of(teacher: Teacher) -> list[Tree]:
    """Return the trees of a teacher, with features in the schema's order; an empty list where none can be read."""
    if not isinstance(teacher, EstimatorTeacher):
        path = getattr(teacher, "path", None)
        return [] if path is None else _onnx(path)
    model = teacher.estimator
    if hasattr(model, "steps"):
        if any(step not in {None, "passthrough"} for _, step in model.steps[:-1]):
            return []
        model = model.steps[-1][1]
    for reads, read in _READERS.items():
        if any(kind.__name__ == reads for kind in type(model).__mro__):
            return [(root, _reordered(nodes, teacher.order)) for root, nodes in read(model)]
    return []


def _reordered(nodes: Mapping[Any, Split], order: list[int]) -> dict[Any, Split]:
    return {number: split._replace(feature=order[split.feature]) for number, split in nodes.items()}


def _walk(tree: Tree, schema: Schema, encoding: Encoding) -> Iterator[Region]:
    root, nodes = tree
    stack: list[tuple[Any, Region, int]] = [(root, {}, 0)]
    while stack:
        number, region, depth = stack.pop()
        if region:
            yield region
        split = nodes.get(number)
        if split is None or depth == DEEPEST:
            continue
        feature = schema.features[split.feature]
        for child, is_yes in ((split.no, False), (split.yes, True)):
            narrowed = _narrowed(region, feature, split, encoding, is_yes=is_yes)
            if narrowed is not None:
                stack.append((child, narrowed, depth + 1))


def _narrowed(
    region: Region, feature: Feature, split: Split, encoding: Encoding, *, is_yes: bool
) -> Region | None:
    """Return a region narrowed by one branch; None when no value is left."""
    old = region.get(feature.name)
    part: Span | Choice | None
    if feature.dtype is DType.CATEGORY:
        part = _choice(old, feature, split, is_yes=is_yes)
    else:
        part = _span(old, feature, split, encoding, is_yes=is_yes)
    return None if part is None else {**region, feature.name: part}


def _span(
    old: Span | Choice | None, feature: Feature, split: Split, encoding: Encoding, *, is_yes: bool
) -> Span | None:
    if all(column.feature.name != feature.name for column in encoding.columns):
        return Span(0, 1, missing=True)  # left out later
    values = encoding.columns[encoding.column_of(feature.name)].values
    span = old if isinstance(old, Span) else Span(0, len(values), missing=True)
    side: Literal["left", "right"] = "left" if split.strict else "right"
    cut = int(np.searchsorted(values.astype(np.float32).astype(np.float64), split.threshold, side=side))
    missing = span.missing and split.missing == is_yes
    low, high = (span.low, min(span.high, cut)) if is_yes else (max(span.low, cut), span.high)
    if low < high:
        return Span(low, high, missing)
    return Span(0, 0, missing=True) if missing else None


def _choice(old: Span | Choice | None, feature: Feature, split: Split, *, is_yes: bool) -> Choice | None:
    """Narrow a choice. A category is its place in the schema's list; an unknown one comes after the last."""
    known = feature.categories or ()
    choice = old if isinstance(old, Choice) else Choice((), negated=True, missing=True)
    last = math.ceil(split.threshold) - 1 if split.strict else math.floor(split.threshold)
    below = set(known[: max(last + 1, 0)])
    inside = {value for value in known if (value in choice.values) != choice.negated}
    inside = inside & below if is_yes else inside - below
    if choice.negated and (last >= len(known)) == is_yes:
        return Choice(tuple(value for value in known if value not in inside), negated=True, missing=True)
    kept = tuple(value for value in known if value in inside)
    return Choice(kept, negated=False, missing=False) if kept else None


def _settled(region: Region, encoding: Encoding) -> Region | None:
    """Return a region without the features that it leaves free; None when no event can lie in it."""
    found: Region = {}
    for name, part in region.items():
        column = encoding.columns[encoding.column_of(name)]
        settled = replace(part, missing=part.missing and column.missing)
        if isinstance(settled, Span) and settled.is_empty and not settled.missing:
            return None
        if not is_free(settled, column):
            found[name] = settled
    return found


def _scikit_tree(tree: Any) -> Tree:
    nodes = {
        node: Split(
            int(tree.feature[node]), float(tree.threshold[node]), False, bool(tree.missing_go_to_left[node]),
            int(tree.children_left[node]), int(tree.children_right[node]),
        )
        for node in range(tree.node_count)
        if tree.children_left[node] >= 0
    }  # fmt: skip
    return 0, nodes


def _scikit(model: Any) -> list[Tree]:
    members = np.asarray(getattr(model, "estimators_", [model]), dtype=object).ravel()
    return [_scikit_tree(member.tree_) for member in members if hasattr(member, "tree_")]


def _histogram(model: Any) -> list[Tree]:
    found: list[Tree] = []
    for predictor in (each for stage in getattr(model, "_predictors", []) for each in stage):
        nodes, rows = {}, predictor.nodes
        if rows["is_categorical"].any():
            continue
        for number, row in enumerate(rows):
            if not row["is_leaf"]:
                at, missing = float(row["num_threshold"]), bool(row["missing_go_to_left"])
                nodes[number] = Split(
                    int(row["feature_idx"]), at, False, missing, int(row["left"]), int(row["right"])
                )
        found.append((0, nodes))
    return found


def _lightgbm(model: Any) -> list[Tree]:
    booster = getattr(model, "booster_", model)
    return [tree for info in booster.dump_model()["tree_info"] if (tree := _lightgbm_tree(info)) is not None]


def _lightgbm_tree(info: Mapping[str, Any]) -> Tree | None:
    nodes: dict[Any, Split] = {}
    stack = [info["tree_structure"]]
    while stack:
        node = stack.pop()
        if "split_feature" not in node:
            continue
        if node["decision_type"] != "<=":
            return None
        at, no = float(node["threshold"]), node["missing_type"] == "None"  # then missing is taken to be 0
        missing = at >= 0 if no else bool(node["default_left"])
        children = node["left_child"], node["right_child"]
        nodes[node["split_index"]] = Split(node["split_feature"], at, False, missing, *map(_number, children))
        stack.extend(children)
    return _number(info["tree_structure"]), nodes


def _number(node: Mapping[str, Any]) -> Any:
    return node.get("split_index", ("leaf", node.get("leaf_index", 0)))


def _xgboost(model: Any) -> list[Tree]:
    booster = model.get_booster() if hasattr(model, "get_booster") else model
    names = booster.feature_names
    found: list[Tree] = []
    for text in booster.get_dump(dump_format="json"):
        nodes: dict[Any, Split] = {}
        stack = [json.loads(text)]
        while stack:
            node = stack.pop()
            if "split" not in node:
                continue
            index = names.index(node["split"]) if names else int(node["split"].removeprefix("f"))
            at = float(np.float32(node["split_condition"]))
            nodes[node["nodeid"]] = Split(
                index, at, True, node["missing"] == node["yes"], node["yes"], node["no"]
            )
            stack.extend(node["children"])
        found.append((0, nodes))
    return found


def _onnx(path: Any) -> list[Tree]:
    try:
        import onnx
    except ImportError:
        return []
    graph = onnx.load(str(path)).graph
    whole = {given.name for given in graph.input} if len(graph.input) == 1 else set()
    found: list[Tree] = []
    for node in graph.node:
        if node.op_type == "Cast" and node.input[0] in whole:
            whole.add(node.output[0])
        if node.op_type.startswith("TreeEnsemble") and node.input[0] in whole:
            values = {given.name: onnx.helper.get_attribute_value(given) for given in node.attribute}
            found.extend(_onnx_trees(values) if "nodes_treeids" in values else [])
    return found


def _onnx_trees(values: Mapping[str, Any]) -> list[Tree]:
    trees: dict[int, dict[Any, Split]] = {}
    tracks = values.get("nodes_missing_value_tracks_true") or [0] * len(values["nodes_treeids"])
    names = ("treeids", "nodeids", "modes", "featureids", "values", "truenodeids", "falsenodeids")
    for *row, track in zip(*(values[f"nodes_{name}"] for name in names), tracks, strict=True):
        tree, node, mode, feature, at, yes, no = row
        nodes = trees.setdefault(tree, {})
        sign = mode.decode() if isinstance(mode, bytes) else mode
        if sign in {"BRANCH_LEQ", "BRANCH_LT"}:
            nodes[node] = Split(
                int(feature), float(np.float32(at)), sign == "BRANCH_LT", bool(track), yes, no
            )
        elif sign in {"BRANCH_GT", "BRANCH_GTE"}:
            nodes[node] = Split(int(feature), float(np.float32(at)), sign == "BRANCH_GTE", not track, no, yes)
    return [(0, nodes) for nodes in trees.values()]


_READERS: dict[str, Callable[[Any], list[Tree]]] = {
    "BaseHistGradientBoosting": _histogram,
    "BaseDecisionTree": _scikit,
    "BaseForest": _scikit,
    "BaseGradientBoosting": _scikit,
    "LGBMModel": _lightgbm,
    "Booster": _lightgbm,
    "XGBModel": _xgboost,
}
"""How the trees of a model are read, by the name of a class that it derives from."""
