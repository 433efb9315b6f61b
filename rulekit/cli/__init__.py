"""The command line: one file a verb. A verb does nothing that the library can't do.

Chosen: a verb parses, calls the library, and prints. Heavy libraries are imported inside the verb, so that
``rulekit --help`` is instant. Exit codes: 0 all is well, 1 findings, 2 bad usage or input, 3 a fault of rulekit.
Answers go to stdout, as text or with ``--json`` as one JSON document; progress and errors go to stderr.

Chosen: options have one spelling and one meaning over all verbs (:mod:`rulekit.cli.options`). In a help page what
is read comes first (law, events and their columns), then what is asked for, then where the answer goes.

Refused: reading pickles, because a teacher from the command line may come from anywhere.
"""

from __future__ import annotations

import os
import sys
import traceback

import typer

from rulekit.cli.acts import enact, repeal, rollback
from rulekit.cli.approve import approve
from rulekit.cli.audit import audit
from rulekit.cli.bench import bench
from rulekit.cli.check import check
from rulekit.cli.check_flags import CheckedCommand
from rulekit.cli.compile import compile_
from rulekit.cli.decide import decide
from rulekit.cli.demo import demo
from rulekit.cli.diff import diff
from rulekit.cli.explain import explain
from rulekit.cli.induce import induce
from rulekit.cli.keys import keys
from rulekit.cli.law import law
from rulekit.cli.log import log
from rulekit.cli.quantise import quantise
from rulekit.cli.replay import replay
from rulekit.cli.targets import schema, targets
from rulekit.errors import RulekitError
from rulekit.extras import missing_extra

DEBUG = "RULEKIT_DEBUG"
"""The environment variable that asks for tracebacks, as ``--debug`` does."""

app = typer.Typer(
    name="rulekit",
    help="Distil learned selectors into short, readable, exact rulesets.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # plain help: rich alone would double the time to print it
    context_settings={"help_option_names": ["-h", "--help"]},
)
for verb, name in (
    (induce, "induce"),
    (check, "check"),
    (approve, "approve"),
    (enact, "enact"),
    (law, "law"),
    (repeal, "repeal"),
    (rollback, "rollback"),
    (compile_, "compile"),
    (targets, "targets"),
    (bench, "bench"),
    (quantise, "quantise"),
    (decide, "decide"),
    (replay, "replay"),
    (explain, "explain"),
    (audit, "audit"),
    (diff, "diff"),
    (schema, "schema"),
    (demo, "demo"),
):
    app.command(name, cls=CheckedCommand if verb is compile_ else None)(verb)
app.add_typer(keys, name="keys")
app.add_typer(log, name="log")


def _print_version(wanted: bool) -> None:
    if wanted:
        from rulekit.version import VERSION

        typer.echo(f"rulekit {VERSION}")
        raise typer.Exit


@app.callback()
def options(
    version: bool = typer.Option(
        False, "--version", callback=_print_version, is_eager=True, help="Print the version."
    ),
    debug: bool = typer.Option(
        False, "--debug", help=f"Print a traceback when rulekit fails; so does {DEBUG}=1."
    ),
) -> None:
    """Distil learned selectors into short, readable, exact rulesets."""
    del version
    if debug:
        os.environ[DEBUG] = "1"


def main() -> None:
    """Run the command line.

    Bad usage or input, an error of the system and a missing extra are one message and exit code 2; any other
    exception is a fault of rulekit, one message and exit code 3.
    """
    try:
        app(prog_name="rulekit")
    except (RulekitError, OSError) as error:
        _fail(str(error), 2)
    except ModuleNotFoundError as error:
        missing = missing_extra(error, next(iter(sys.argv[1:]), None))
        if missing is None:
            _fail_by_fault(error)
        _fail(str(missing), 2)
    except (SystemExit, KeyboardInterrupt):
        raise
    except BaseException as error:  # noqa: BLE001 - a panic of Polars is no Exception
        _fail_by_fault(error)


def _fail_by_fault(error: BaseException) -> None:
    """End with the kind of an unexpected exception and the first line of its message."""
    named = ": ".join([type(error).__name__, *str(error).strip().splitlines()[:1]])
    hint = "the traceback is above" if os.environ.get(DEBUG) else f"set {DEBUG}=1 for the traceback"
    _fail(f"this is a fault of rulekit: {named}; {hint}", 3)


def _fail(message: str, code: int) -> None:
    if os.environ.get(DEBUG):
        traceback.print_exc()
    typer.echo(f"error: {message}", err=True)
    sys.exit(code)
