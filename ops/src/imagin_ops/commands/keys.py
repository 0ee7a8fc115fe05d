"""`imagin-ops keys`: the keys by which a service, or these commands, show who they are (0038)."""

from pathlib import Path
from typing import Annotated

import typer

from acces.jetons import ISSUERS, Signer, create_keys
from imagin_ops.output import fail, put_json

app = typer.Typer(help="Signing keys of services and of these commands.", no_args_is_help=True)

File = Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="What `keys create` printed.")]


@app.command()
def create() -> None:
    """Draw a private key set for a setting: NOTIFIER_, SANTORIN_BRIDGE_ or IMAGIN_SIGNING_KEYS. Keeps none."""
    put_json(create_keys())


@app.command()
def public(file: File) -> None:
    """The public half of a key set: the file that IMAGIN_ISSUERS names for « imagin ». Exit code 2 where it is none."""
    try:
        put_json(Signer(min(ISSUERS), file.read_text(encoding="utf-8")).public())
    except ValueError as error:
        fail(f"{file} : {error}", code=2)
