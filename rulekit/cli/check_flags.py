"""A command with a flag for each check that a target declares, so that no verb names a target."""

from __future__ import annotations

from collections.abc import Sequence
from inspect import Parameter, Signature
from typing import TYPE_CHECKING, Any

import typer
import typer.main
from typer.core import TyperCommand

if TYPE_CHECKING:
    from rulekit.targets.base import Target
    from rulekit.targets.checks import Check

_ASKED = "rulekit.checks"


class CheckedCommand(TyperCommand):
    """A command whose last options are the checks of all targets; :func:`asked` returns those that were given."""

    def get_params(self, ctx: Any) -> list[Any]:
        """Return the parameters of the verb, the flags of checks, then ``--json`` and ``--help``."""
        params = list(super().get_params(ctx))
        last = next((place for place, each in enumerate(params) if "--json" in each.opts), len(params))
        return [*params[:last], *_flags(), *params[last:]]


def asked(ctx: typer.Context) -> tuple[str, ...]:
    """Return the names of the checks whose flags were given, in the order of the registry."""
    given = ctx.meta.get(_ASKED, set())
    return tuple(name for name in _listed() if name in given)


def checks_of(target: Target, names: Sequence[str]) -> list[Check]:
    """Return the checks of a target by name.

    Raises
    ------
    RulekitError
        when the target has no such check; the message names the targets that have it.
    MissingToolError, MissingExtraError
        when something that a check needs is not installed.

    """
    from rulekit.errors import RulekitError

    for name in names:
        if name not in target.checks:
            owners, _ = _listed()[name]
            what = f"--{name} is about what target {' or '.join(owners)} gives"
            raise RulekitError(what, expected=f"--target {owners[0]}", got=f"--target {target.name}")
    chosen = [target.checks[name] for name in target.checks if name in names]
    for check in chosen:
        missing = check.absent()
        if missing is not None:
            raise missing
    return chosen


def _listed() -> dict[str, tuple[list[str], Check]]:
    """Return every check by name: the targets that have it, and its declaration by the first of these."""
    from rulekit.targets import target_checks

    found: dict[str, tuple[list[str], Check]] = {}
    for target in target_checks.names():
        for name, check in target_checks.get(target).items():
            found.setdefault(name, ([], check))[0].append(target)
    return found


def _flags() -> list[Any]:
    """Return a parameter for each check, made by typer from a function that has them as keywords."""

    def flags(**_: bool) -> None:
        """Hold the signature: it is never called."""

    options = {name: _option(name, *listed) for name, listed in _listed().items()}
    flags.__annotations__ = dict.fromkeys(options, bool)
    flags.__signature__ = Signature(  # type: ignore[attr-defined]
        [
            Parameter(name, Parameter.KEYWORD_ONLY, default=option, annotation=bool)
            for name, option in options.items()
        ]
    )
    app = typer.Typer(add_completion=False, rich_markup_mode=None)
    app.command()(flags)
    return list(typer.main.get_command(app).params)


def _option(name: str, owners: list[str], check: Check) -> Any:
    text = f"{check.help}; target {' or '.join(owners)} only."
    return typer.Option(False, f"--{name}", help=text, expose_value=False, callback=_remember)


def _remember(ctx: typer.Context, param: typer.CallbackParam, value: bool) -> bool:
    if value:
        ctx.meta.setdefault(_ASKED, set()).add(param.name)
    return value
