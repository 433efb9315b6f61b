"""What a target is: capabilities, an emitter and a loader."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic

from rulekit.errors import Refusal, RulekitError, UnsupportedError
from rulekit.ir.notation.document import ruleset_to_json
from rulekit.ir.numerics import Numerics
from rulekit.ir.ruleset import HitPolicy, Ruleset
from rulekit.ir.schema import DType, Model
from rulekit.targets.artifact import LAW, Artifact, RunnerT
from rulekit.targets.checks import Check
from rulekit.targets.lower import Lowered, lower

_NUMERICS = {"native": "native numerics", "fixed": "fixed-point formats (--bits 10, or --numerics FILE)"}


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a target can express. The suite checks that it refuses the rest, and nothing else."""

    numerics: frozenset[str] = frozenset({"native", "fixed"})
    hit_policies: frozenset[HitPolicy] = frozenset(HitPolicy)
    dtypes: frozenset[DType] = frozenset(DType)
    prescale: bool = False
    hits: bool = True

    def refusals(self, ruleset: Ruleset, numerics: Numerics) -> tuple[Refusal, ...]:
        """Return everything in a ruleset that the target can't express, with reason and remedy."""
        found = []
        if numerics.kind not in self.numerics:
            remedy = "compile with " + " or ".join(_NUMERICS[kind] for kind in sorted(self.numerics))
            found.append(Refusal(None, f"numerics {numerics.kind}", "the target does not have them", remedy))
        if ruleset.hit_policy not in self.hit_policies:
            remedy = "use " + " or ".join(sorted(self.hit_policies))
            found.append(
                Refusal(None, f"hit policy {ruleset.hit_policy}", "the target does not have it", remedy)
            )
        for feature in ruleset.schema.features:
            if feature.dtype not in self.dtypes:
                remedy = "use " + " or ".join(sorted(self.dtypes))
                found.append(
                    Refusal(
                        None, f"feature {feature.name}", f"dtype {feature.dtype} is not supported", remedy
                    )
                )
        for rule in ruleset.rules:
            if rule.prescale > 1 and not self.prescale:
                reason = "the target sees no event id, so it can't prescale"
                found.append(
                    Refusal(rule.id, f"prescale {rule.prescale}", reason, "prescale hits after the target")
                )
        return tuple(found)


@dataclass(frozen=True, slots=True)
class Target(Generic[RunnerT]):
    """One place where decisions are made.

    Attributes
    ----------
    name : as the registry has it.
    summary : one line that says what the target is for.
    capabilities : what the target can express.
    entry : name of the file to start from.
    emit : the function from the low form to the files, by name.
    load : the function from an artifact to a runner.
    absent : looks for what emitting and loading need beyond the core install, and returns the error that says how
        to get it. Default: nothing is needed.
    tools : distributions whose version shows in the emitted files.
    options : a frozen model of what may be chosen about the files; every field has a default. Default: no options.
    refuses : returns the refusals that depend on the options. Default: none.
    checks : what can be shown of an artifact, by name; see :mod:`rulekit.targets.checks`. Default: nothing.
    describe : for a target that emits a circuit, what a report tells of an artifact, as plain JSON: inputs,
        pipeline, options. Default: the target emits no circuit.

    """

    name: str
    summary: str
    capabilities: Capabilities
    entry: str
    emit: Callable[[Lowered], dict[str, str | bytes]]
    load: Callable[[Artifact[Any]], RunnerT]
    absent: Callable[[], RulekitError | None] = lambda: None
    tools: tuple[str, ...] = ()
    options: type[Model] = Model
    refuses: Callable[[Ruleset, Numerics, Any], tuple[Refusal, ...]] = lambda *_: ()
    checks: Mapping[str, Check] = field(default_factory=dict)
    describe: Callable[[Artifact[Any]], dict[str, Any]] | None = None

    def refusals(
        self, ruleset: Ruleset, numerics: Numerics, options: Model | None = None
    ) -> tuple[Refusal, ...]:
        """Return everything that the target can't express, with these options."""
        chosen = self.options() if options is None else options
        return self.capabilities.refusals(ruleset, numerics) + self.refuses(ruleset, numerics, chosen)

    def compile(
        self, ruleset: Ruleset, numerics: Numerics, options: Model | None = None
    ) -> Artifact[RunnerT]:
        """Compile a ruleset.

        Raises
        ------
        UnsupportedError
            with every reason, when the target can't express the ruleset.
        LawError
            when a rule does not fit the schema or the numerics.
        MissingExtraError
            when emitting needs a library that is not installed.

        """
        chosen = self.options() if options is None else options
        refusals = self.refusals(ruleset, numerics, chosen)
        if refusals:
            raise UnsupportedError(self.name, refusals)
        low = lower(ruleset, numerics, chosen)
        emitted = self.emit(low)
        files = {name: data.encode() if isinstance(data, str) else data for name, data in emitted.items()}
        files[LAW] = ruleset_to_json(ruleset).encode()
        return Artifact(
            target=self.name,
            entry=self.entry,
            ruleset=ruleset,
            numerics=numerics,
            files=files,
            options=chosen,
            tools=self.tools,
            loader=self.load,
            low=low,
        )
