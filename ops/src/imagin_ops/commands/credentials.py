"""`imagin credentials`: the secret of an outside client, and what the service's setting holds instead of it."""

import json as json_
import secrets
from typing import Annotated

import typer

from imagin_ops.output import fail, put, put_json
from santorin_bridge.operations import CLIENT_ID, verifier

app = typer.Typer(help="Credentials of outside clients.", no_args_is_help=True)
_SECRET_BYTES = 32  # 256 bits: what makes the verifier's plain hash sound


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
