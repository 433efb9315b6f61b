"""The command line: one file per verb, and nothing in it that the library can't do.

Chosen: a verb parses, calls the library, prints. Heavy libraries are imported inside the verb, so that
``rulekit --help`` is instant. Exit codes: 0 all is well, 1 findings, 2 bad usage or input. Answers go to stdout,
as text or with ``--json`` as one JSON document; progress and errors go to stderr.

Refused: reading pickles, because a teacher from the command line may come from anywhere.
"""

from __future__ import annotations

import os
import sys

import typer

from rulekit.cli.acts import approve, enact, repeal, rollback
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

app = typer.Typer(
    name="rulekit",
    help="Learned selectors distilled into short, readable, exact rulesets.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    rich_markup_mode=None,  # plain help: rich alone would double the time to print it
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
) -> None:
    """Learned selectors distilled into short, readable, exact rulesets."""
    del version


def main() -> None:
    """Run the command line; an error of ours or the system, or a missing extra, is one message and exit code 2."""
    try:
        app()
    except RulekitError as error:
        _fail(str(error))
    except ModuleNotFoundError as error:
        missing = missing_extra(error, next(iter(sys.argv[1:]), None))
        if missing is None:
            raise
        _fail(str(missing))
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except OSError as error:
        _fail(str(error))


def _fail(message: str) -> None:
    typer.echo(f"error: {message}", err=True)
    sys.exit(2)
