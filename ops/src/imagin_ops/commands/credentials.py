"""`imagin credentials` and `imagin keys`: what shows who an outside client, a service or these commands are (0038)."""

import json as json_
import secrets
from pathlib import Path
from typing import Annotated

import typer

from acces.jetons import ISSUERS, Signer, create_keys
from imagin_ops.output import fail, put, put_json
from santorin_bridge.operations import CLIENT_ID, verifier

app = typer.Typer(help="Credentials of outside clients.", no_args_is_help=True)
keys = typer.Typer(help="Signing keys of services and of these commands.", no_args_is_help=True)
_SECRET_BYTES = 32  # 256 bits: what makes the verifier's plain hash sound

File = Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="What `keys create` printed.")]


@app.command()
def santorin(
    client_id: Annotated[str, typer.Argument(help="The client's name: letters, digits, `.`, `_`, `-`.")] = "santorin",
    *,
    json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
) -> None:
    """Draw a secret for SANTORIN's API client and its verifier for SANTORIN_BRIDGE_CLIENTS; keeps neither.

    Exit code 0, or 2 where a client cannot be named so.
    """
    if not CLIENT_ID.fullmatch(client_id):
        fail("un client se nomme en 64 lettres, chiffres, points ou tirets au plus", code=2)
    secret = secrets.token_urlsafe(_SECRET_BYTES)
    setting = {client_id: [verifier(secret)]}
    if json:
        put_json({"client_id": client_id, "client_secret": secret, "setting": setting})
        return
    put(f"Identifiant du client  {client_id}")
    put(f"Secret                 {secret}")
    put(f"Réglage                {json_.dumps(setting)}")
    put("")
    put("Le secret ne sera plus montré : remettez-le à SANTORIN, et à personne d’autre.")
    put("Le réglage est celui de SANTORIN_BRIDGE_CLIENTS (ou du fichier que nomme SANTORIN_BRIDGE_CLIENTS_FILE).")
    put("Pour remplacer un secret, placez le nouveau vérificateur à côté de l’ancien, puis retirez l’ancien.")


@keys.command()
def create() -> None:
    """Draw a private key set for a setting: NOTIFIER_, SANTORIN_BRIDGE_ or IMAGIN_SIGNING_KEYS. Keeps none."""
    put_json(create_keys())


@keys.command()
def public(file: File) -> None:
    """The public half of a key set: the file that IMAGIN_ISSUERS names for « imagin ». Exit code 2 where it is none."""
    try:
        put_json(Signer(min(ISSUERS), file.read_text(encoding="utf-8")).public())
    except ValueError as error:
        fail(f"{file} : {error}", code=2)
