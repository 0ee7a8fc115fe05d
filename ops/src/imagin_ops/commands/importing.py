"""`imagin import closings`: a file of closings through mission-import's API, as the administrateur's page does it."""

import getpass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import httpx2
import typer

from acces.acteur import Acteur, Role
from acces.jetons import Signer
from imagin_ops import running
from imagin_ops.output import fail, put, put_json
from imagin_ops.services import MISSION_IMPORT

app = typer.Typer(help="Import what a file tells.", no_args_is_help=True)
_ADDRESS = "/api/imports/fichier"
_MISSIONS = (
    ("creees", "créées"),
    ("modifiees", "modifiées"),
    ("inchangees", "inchangées"),
    ("sans_candidat", "sans candidat désormais"),
)

File = Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="JSON Lines or CSV: docs/import-clotures.md.")]
Confirm = Annotated[bool, typer.Option("--confirm", help="Import what was read; without it nothing changes.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")]


@app.callback()
def _group() -> None:
    """Keep `closings` a word of its own."""


@app.command()
def closings(file: File, *, confirm: Confirm = False, json: Json = False) -> None:
    """Say what a file of closings would change, and with --confirm import it, in the name of who runs this.

    Needs MISSION_IMPORT_URL and IMAGIN_SIGNING_KEYS.
    Exit code 0, 1 when the file has faults (each told by its line), 2 when mission-import does not answer.
    """
    installation = running.find()
    url, signer = installation.api(MISSION_IMPORT)
    if confirm:
        installation.tell_writing(f"mission-import à {url}")
    headers = {"Authorization": f"Bearer {_token(signer)}"}
    try:
        with httpx2.Client(base_url=url, headers=headers, timeout=120, trust_env=False) as http:
            told = _answer(http.post(_ADDRESS, content=file.read_bytes()), as_json=json)
            if confirm:
                path = f"{_ADDRESS}/{told['import_id']}/confirmation"
                told = _answer(http.post(path, json={"lu": told["lu"]}), as_json=json)
    except httpx2.HTTPError as error:
        fail(f"mission-import ne répond pas : {type(error).__name__}", code=2)
    if json:
        put_json(told)
        return
    put(told["phrase"])
    numbers = ", ".join(f"{told['missions'][name]} {words}" for name, words in _MISSIONS)
    put(f"missions : {numbers} ; convoqués sans candidat désormais : {told['convoques_sans_candidat']}")


def _token(signer: Signer) -> str:
    """The history says who ran the command."""
    acteur = Acteur(f"exploitant.{getpass.getuser()}", Role.ADMINISTRATEUR, f"Exploitant {getpass.getuser()}")
    return signer.mint(acteur, audience=MISSION_IMPORT.name, now=datetime.now(UTC), hours=1)


def _answer(response: httpx2.Response, *, as_json: bool) -> dict[str, Any]:
    told: dict[str, Any] = response.json()
    if not response.is_success:
        if as_json:
            put_json(told)
        fail("\n  ".join(_faults(told)))
    return told


def _faults(told: dict[str, Any]) -> list[str]:
    faults = told.get("erreurs", [])
    more = told.get("total", 0) - len(faults)
    lines = [f"ligne {one['ligne']}, {one['colonne'] or 'ligne entière'} : {one['phrase']}" for one in faults]
    return [told["detail"], *lines, *([f"… et {more} autres"] if more > 0 else [])]
