"""``rulekit schema``: the JSON Schema of ruleset files, for editors."""

from __future__ import annotations

import json

import typer


def schema() -> None:
    """Print the JSON Schema of ruleset files, for editors."""
    from rulekit.ir.document import json_schema

    typer.echo(json.dumps(json_schema(), indent=2))
