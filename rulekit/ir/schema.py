"""The vocabulary of a ruleset: features with dtype, unit and bounds."""

from __future__ import annotations

import difflib
import json
import math
from collections.abc import Sequence
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from rulekit.errors import RulekitError, SchemaError
from rulekit.html import code, page, table
from rulekit.ir.problems import problem_by_hand

if TYPE_CHECKING:
    from pydantic._internal._model_construction import ModelMetaclass
else:
    ModelMetaclass = type(BaseModel)  # pydantic has no public name for it

NAME_PATTERN = r"^[a-z0-9_]+(\.[a-z0-9_]+)*$"
VERSION_PATTERN = r"^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)$"


DTypeName = Literal["bool", "int32", "int64", "float32", "float64", "category"]


class DType(StrEnum):
    """The dtypes a feature can have."""

    BOOL = "bool"
    INT32 = "int32"
    INT64 = "int64"
    FLOAT32 = "float32"
    FLOAT64 = "float64"
    CATEGORY = "category"

    @property
    def is_float(self) -> bool:
        """Whether values are IEEE 754 numbers, for which NaN means missing."""
        return self in {DType.FLOAT32, DType.FLOAT64}

    @property
    def is_integer(self) -> bool:
        """Whether values are signed integers."""
        return self in {DType.INT32, DType.INT64}

    @property
    def is_number(self) -> bool:
        """Whether values are ordered."""
        return self.is_float or self.is_integer

    @property
    def integer_range(self) -> tuple[int, int]:
        """Smallest and largest value of an integer dtype."""
        bits = 31 if self is DType.INT32 else 63
        return -(1 << bits), (1 << bits) - 1


class Checked(type):
    """Makes the errors of pydantic ours, for values that a program builds by calling the class.

    A class says by ``_error`` which error of :mod:`rulekit.errors` it raises.
    """

    if not TYPE_CHECKING:  # type checkers read the fields of the class, not a signature of anything

        def __call__(cls, *args: Any, **given: Any) -> Any:
            """Build a value; raise an error of our tree where a field does not fit."""
            try:
                return super().__call__(*args, **given)
            except ValidationError as error:
                raise problem_by_hand(error, cls, cls._error) from None


class _CheckedModel(Checked, ModelMetaclass):
    """The metaclass of :class:`Model`."""


class Model(BaseModel, metaclass=_CheckedModel):
    """What our pydantic models share: they can't be changed, and refuse fields that they do not have.

    A value that does not fit raises an error of :mod:`rulekit.errors`, never one of pydantic, whether the model is
    called or made by :meth:`model_validate`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    _error: ClassVar[type[RulekitError]] = RulekitError

    @classmethod
    def model_validate(cls, obj: Any, **options: Any) -> Self:
        """Return the model of plain data; see pydantic.

        Raises
        ------
        RulekitError
            with every field that does not fit; LawError, SchemaError and so on, by the class.

        """
        try:
            return super().model_validate(obj, **options)
        except ValidationError as error:
            raise problem_by_hand(error, cls, cls._error) from None


class Feature(Model):
    """One measured or computed quantity of an event.

    Attributes
    ----------
    name : printable text without backtick, line break or outer space.
    dtype : the type of its values.
    unit : such as ``GeV``, for people.
    bounds : the lowest and highest plausible value, both included. A value outside them is a finding, and the event
        is decided all the same.
    categories : the known values of dtype ``category``.
    required : whether an event that lacks it gets the outcome ``invalid``.
    doc : a sentence about it.

    """

    _error: ClassVar[type[RulekitError]] = SchemaError

    name: str = Field(min_length=1)
    dtype: DType
    unit: str | None = None
    bounds: tuple[int | float, int | float] | None = None
    categories: tuple[str, ...] | None = None
    required: bool = False
    doc: str = ""

    if TYPE_CHECKING:  # what pydantic takes and converts, spelled out for type checkers

        def __init__(
            self,
            *,
            name: str,
            dtype: DType | DTypeName,
            unit: str | None = None,
            bounds: tuple[float, float] | None = None,
            categories: Sequence[str] | None = None,
            required: bool = False,
            doc: str = "",
        ) -> None: ...

    @field_validator("name")
    @classmethod
    def _name_is_writable(cls, name: str) -> str:
        if "`" in name or not name.isprintable() or name != name.strip():
            raise ValueError(f"a feature name has no backtick, line break or outer space, got {name!r}")
        return name

    @model_validator(mode="after")
    def _bounds_and_categories_fit_dtype(self) -> Self:
        if (self.dtype is DType.CATEGORY) != (self.categories is not None):
            raise ValueError(f"feature {self.name}: categories belong to dtype category, and to no other")
        if self.categories is not None and len(set(self.categories)) != len(self.categories):
            raise ValueError(f"feature {self.name}: a category is listed twice")
        if self.categories == ():
            raise ValueError(f"feature {self.name}: at least one category is needed")
        if self.bounds is not None and not self.dtype.is_number:
            raise ValueError(f"feature {self.name}: bounds belong to numbers, got dtype {self.dtype}")
        if self.bounds is not None and not -math.inf < self.bounds[0] <= self.bounds[1] < math.inf:
            raise ValueError(f"feature {self.name}: bounds are finite, the lower first, got {self.bounds}")
        return self


class Schema(Model):
    """The features that the rules of a ruleset may read, in order.

    Attributes
    ----------
    name : lower-case words joined by dots, such as ``fraud.card_present``.
    version : ``MAJOR.MINOR.PATCH``.
    features : at least one, each name once.

    """

    _error: ClassVar[type[RulekitError]] = SchemaError

    name: str = Field(pattern=NAME_PATTERN)
    version: str = Field(pattern=VERSION_PATTERN)
    features: tuple[Feature, ...] = Field(min_length=1)

    if TYPE_CHECKING:

        def __init__(self, *, name: str, version: str, features: Sequence[Feature]) -> None: ...

    @field_validator("features")
    @classmethod
    def _names_are_unique(cls, features: tuple[Feature, ...]) -> tuple[Feature, ...]:
        names = [feature.name for feature in features]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"feature {twice[0]} is defined twice")
        return features

    @cached_property
    def by_name(self) -> dict[str, Feature]:
        """The features by name."""
        return {feature.name: feature for feature in self.features}

    @property
    def names(self) -> tuple[str, ...]:
        """Feature names in schema order."""
        return tuple(feature.name for feature in self.features)

    @property
    def required(self) -> tuple[str, ...]:
        """Names of the features without which an event can't be decided."""
        return tuple(feature.name for feature in self.features if feature.required)

    def to_json(self) -> str:
        """Return the schema as indented JSON text, as a schema file has it."""
        return json.dumps(self.model_dump(mode="json", exclude_defaults=True), indent=2, ensure_ascii=False)

    def __repr__(self) -> str:
        """Return one line: name, version and the number of features."""
        count = f"{len(self.features)} {'feature' if len(self.features) == 1 else 'features'}"
        return f"<Schema {self.name} {self.version}: {count}>"

    def _repr_html_(self) -> str:
        rows = [
            (code(one.name), one.dtype.value, one.unit, _range_of(one), _REQUIRED[one.required], one.doc)
            for one in self.features
        ]
        head = ("feature", "dtype", "unit", "bounds or categories", "", "about")
        return page(f"{self.name} {self.version}", table(head, rows))

    def nearest_names(self, name: str) -> list[str]:
        """Return at most two feature names that look like ``name``, the likest first, for hints."""
        return difflib.get_close_matches(name, self.names, n=2, cutoff=0.6)


_REQUIRED = {True: "required", False: ""}


def _range_of(feature: Feature) -> str:
    if feature.bounds is not None:
        return "{:g} to {:g}".format(*feature.bounds)
    return ", ".join(feature.categories or ())
