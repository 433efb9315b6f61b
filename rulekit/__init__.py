"""rulekit: learned selectors distilled into short, readable, exact rulesets.

Every public name is loaded on first use, so that ``import rulekit`` is quick and imports no other library.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rulekit import reference as reference
    from rulekit import sklearn as sklearn
    from rulekit import testing as testing
    from rulekit.budget import Budget as Budget
    from rulekit.errors import ArtifactError as ArtifactError
    from rulekit.errors import BindError as BindError
    from rulekit.errors import BudgetError as BudgetError
    from rulekit.errors import ClauseError as ClauseError
    from rulekit.errors import EventError as EventError
    from rulekit.errors import GivenUpError as GivenUpError
    from rulekit.errors import LawError as LawError
    from rulekit.errors import LogError as LogError
    from rulekit.errors import MissingExtraError as MissingExtraError
    from rulekit.errors import MissingToolError as MissingToolError
    from rulekit.errors import ParseError as ParseError
    from rulekit.errors import Refusal as Refusal
    from rulekit.errors import RulekitError as RulekitError
    from rulekit.errors import SchemaError as SchemaError
    from rulekit.errors import SignatureError as SignatureError
    from rulekit.errors import TeacherError as TeacherError
    from rulekit.errors import TooManyBoxesError as TooManyBoxesError
    from rulekit.errors import UndecidedError as UndecidedError
    from rulekit.errors import UnsupportedError as UnsupportedError
    from rulekit.errors import Where as Where
    from rulekit.explanation.explainer import Explainer as Explainer
    from rulekit.explanation.explainer import explain as explain
    from rulekit.explanation.model import Counterfactual as Counterfactual
    from rulekit.explanation.result import Explanation as Explanation
    from rulekit.findings import Finding as Finding
    from rulekit.frames import Frame as Frame
    from rulekit.induction.induce import induce as induce
    from rulekit.induction.multiclass.induce import induce_classes as induce_classes
    from rulekit.induction.results.classes import ClassInduction as ClassInduction
    from rulekit.induction.results.induction import Induction as Induction
    from rulekit.induction.results.path import PathPoint as PathPoint
    from rulekit.ir.condition import AllOf as AllOf
    from rulekit.ir.condition import AnyOf as AnyOf
    from rulekit.ir.condition import Compare as Compare
    from rulekit.ir.condition import Condition as Condition
    from rulekit.ir.condition import Member as Member
    from rulekit.ir.condition import Missing as Missing
    from rulekit.ir.decision import Decision as Decision
    from rulekit.ir.numerics import Fixed as Fixed
    from rulekit.ir.numerics import FixedFormat as FixedFormat
    from rulekit.ir.numerics import Native as Native
    from rulekit.ir.numerics import Numerics as Numerics
    from rulekit.ir.provenance import Provenance as Provenance
    from rulekit.ir.ruleset import HitPolicy as HitPolicy
    from rulekit.ir.ruleset import Rule as Rule
    from rulekit.ir.ruleset import Ruleset as Ruleset
    from rulekit.ir.schema import DType as DType
    from rulekit.ir.schema import Feature as Feature
    from rulekit.ir.schema import Schema as Schema
    from rulekit.keys import PrivateKey as PrivateKey
    from rulekit.keys import PublicKey as PublicKey
    from rulekit.log.options import LogOptions as LogOptions
    from rulekit.log.read.verify import Verification as Verification
    from rulekit.log.read.verify import verify_log as verify_log
    from rulekit.log.runner import LoggedRunner as LoggedRunner
    from rulekit.log.write.writer import DecisionLog as DecisionLog
    from rulekit.log.write.writer import open_log as open_log
    from rulekit.measures import Measures as Measures
    from rulekit.reports.audit.api import audit as audit
    from rulekit.reports.audit.model.audit import Audit as Audit
    from rulekit.reports.replay.log import replay as replay
    from rulekit.reports.replay.model import LogReplay as LogReplay
    from rulekit.reports.replay.model import ReplayOptions as ReplayOptions
    from rulekit.runtime.api import compile as compile  # noqa: A004 - the verb of the field
    from rulekit.runtime.api import decide as decide
    from rulekit.runtime.api import expr as expr
    from rulekit.runtime.bench import BenchResult as BenchResult
    from rulekit.runtime.bench import bench as bench
    from rulekit.runtime.fixed_point.quantise import Quantisation as Quantisation
    from rulekit.runtime.fixed_point.quantise import quantise as quantise
    from rulekit.statistics.intervals import Proportion as Proportion
    from rulekit.store.acts.enact import approve as approve
    from rulekit.store.acts.enact import enact as enact
    from rulekit.store.acts.enact import repeal as repeal
    from rulekit.store.acts.enact import rollback as rollback
    from rulekit.store.acts.model import Act as Act
    from rulekit.store.acts.model import ApprovalStatus as ApprovalStatus
    from rulekit.store.check import check as check
    from rulekit.store.compare import Comparison as Comparison
    from rulekit.store.compare import diff as diff
    from rulekit.store.folder.folder import LawFolder as LawFolder
    from rulekit.store.lookup import RulesetSource as RulesetSource
    from rulekit.store.lookup import load as load
    from rulekit.targets.artifact import Artifact as Artifact
    from rulekit.targets.artifact import Runner as Runner
    from rulekit.targets.base import Capabilities as Capabilities
    from rulekit.targets.base import Target as Target
    from rulekit.targets.c.runner import CRunner as CRunner
    from rulekit.targets.kernel.runner import KernelRunner as KernelRunner
    from rulekit.targets.onnx.runner import OnnxRunner as OnnxRunner
    from rulekit.targets.polars import PolarsRunner as PolarsRunner
    from rulekit.targets.python import PythonRunner as PythonRunner
    from rulekit.targets.read import read_artifact as read_artifact
    from rulekit.targets.sql.runner import DuckDBRunner as DuckDBRunner
    from rulekit.targets.systemverilog.simulation.runner import HardwareRunner as HardwareRunner

    __version__: str

_HOMES = {
    "rulekit.errors": (
        "ArtifactError BindError BudgetError ClauseError EventError GivenUpError LawError LogError "
        "MissingExtraError MissingToolError ParseError Refusal RulekitError SchemaError SignatureError "
        "TeacherError TooManyBoxesError UndecidedError UnsupportedError Where"
    ),
    "rulekit.ir.condition": "AllOf AnyOf Compare Condition Member Missing",
    "rulekit.ir.schema": "DType Feature Schema",
    "rulekit.ir.provenance": "Provenance",
    "rulekit.ir.ruleset": "HitPolicy Rule Ruleset",
    "rulekit.ir.numerics": "Fixed FixedFormat Native Numerics",
    "rulekit.ir.decision": "Decision",
    "rulekit.frames": "Frame",
    "rulekit.findings": "Finding",
    "rulekit.keys": "PrivateKey PublicKey",
    "rulekit.measures": "Measures",
    "rulekit.statistics.intervals": "Proportion",
    "rulekit.budget": "Budget",
    "rulekit.targets.artifact": "Artifact Runner",
    "rulekit.targets.base": "Capabilities Target",
    "rulekit.targets.read": "read_artifact",
    "rulekit.targets.c.runner": "CRunner",
    "rulekit.targets.kernel.runner": "KernelRunner",
    "rulekit.targets.onnx.runner": "OnnxRunner",
    "rulekit.targets.polars": "PolarsRunner",
    "rulekit.targets.python": "PythonRunner",
    "rulekit.targets.sql.runner": "DuckDBRunner",
    "rulekit.targets.systemverilog.simulation.runner": "HardwareRunner",
    "rulekit.induction.induce": "induce",
    "rulekit.induction.results.induction": "Induction",
    "rulekit.induction.results.path": "PathPoint",
    "rulekit.induction.results.classes": "ClassInduction",
    "rulekit.induction.multiclass.induce": "induce_classes",
    "rulekit.store.acts.enact": "approve enact repeal rollback",
    "rulekit.store.acts.model": "Act ApprovalStatus",
    "rulekit.store.check": "check",
    "rulekit.store.compare": "Comparison diff",
    "rulekit.store.folder.folder": "LawFolder",
    "rulekit.store.lookup": "RulesetSource load",
    "rulekit.log.options": "LogOptions",
    "rulekit.log.runner": "LoggedRunner",
    "rulekit.log.write.writer": "DecisionLog open_log",
    "rulekit.log.read.verify": "Verification verify_log",
    "rulekit.runtime.api": "compile decide expr",
    "rulekit.runtime.bench": "BenchResult bench",
    "rulekit.runtime.fixed_point.quantise": "Quantisation quantise",
    "rulekit.explanation.explainer": "Explainer explain",
    "rulekit.explanation.model": "Counterfactual",
    "rulekit.explanation.result": "Explanation",
    "rulekit.reports.audit.api": "audit",
    "rulekit.reports.audit.model.audit": "Audit",
    "rulekit.reports.replay.log": "replay",
    "rulekit.reports.replay.model": "LogReplay ReplayOptions",
}
"""The public names by the module that defines them. A test holds the imports above to this list."""

_MODULES = ("reference", "sklearn", "testing")
"""Public modules, such as ``rulekit.reference.decide`` and ``rulekit.sklearn.RuleClassifier``."""

_HOME_OF = {name: module for module, names in _HOMES.items() for name in names.split()}

__all__ = ["__version__", *_MODULES, *_HOME_OF]  # noqa: PLE0604 - they are strings


if not TYPE_CHECKING:  # to a type checker a name that is not listed is a mistake

    def __getattr__(name: str) -> Any:
        """Load a public name on first use."""
        if name == "__version__":
            return import_module("rulekit.version").VERSION
        if name not in __all__:
            raise AttributeError(f"module 'rulekit' has no attribute {name!r}")
        try:
            is_module = name in _MODULES
            home = import_module(f"rulekit.{name}" if is_module else _HOME_OF[name])
            found = globals()[name] = home if is_module else getattr(home, name)
        except ModuleNotFoundError as error:
            missing = import_module("rulekit.extras").missing_extra(error, name)
            if missing is None:
                raise
            raise missing from error
        return found


def __dir__() -> list[str]:
    return sorted(__all__)
