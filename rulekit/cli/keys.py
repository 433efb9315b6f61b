"""``rulekit keys``: key pairs of those who approve laws and sign logs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from rulekit.cli.options import Json, time_of
from rulekit.cli.output import print_answer

keys = typer.Typer(no_args_is_help=True, help="Make and show the keys that sign laws and logs.")


@keys.command("new")
def new(
    name: Annotated[str, typer.Argument(help="Whose key it is.", show_default=False, metavar="NAME")],
    folder: Annotated[
        Path, typer.Option("--folder", help="Where the two files go.", metavar="FOLDER")
    ] = Path(),
    until: Annotated[
        str | None,
        typer.Option(
            "--until", help="Signs before then, as 2027-01-01T00:00Z. Default: never expires.", metavar="TIME"
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Make a key pair: NAME.key, which is secret, and NAME.pub.

    A charter lists the public halves of those who approve.
    """
    from rulekit.keys import new_key, public_text

    public = new_key(name, folder, time_of(until)).public
    secret = folder / f"{name}.key"
    document = {**public.model_dump(mode="json"), "files": [str(secret), str(secret.with_suffix(".pub"))]}
    lines = [f"{secret}: keep it to yourself", f"{secret.with_suffix('.pub')}: for the charter"]
    print_answer(json, document, "\n".join([*lines, "", public_text(public).rstrip()]))


@keys.command("show")
def show(
    file: Annotated[Path, typer.Argument(help="A .pub or a .key file.", show_default=False, metavar="FILE")],
    json: Json = False,
) -> None:
    """Show the public half of a key, as a charter lists it."""
    from rulekit.keys import load_private, load_public, public_text

    public = load_private(file).public if file.suffix == ".key" else load_public(file)
    print_answer(json, public.model_dump(mode="json"), public_text(public).rstrip())
