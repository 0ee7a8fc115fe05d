"""`imagin import`: a file of closings, or one record of their topic, through mission-import's API."""

import getpass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import httpx2
import typer

from acces.acteur import Acteur, Role
from acces.jetons import Signer
from imagin_ops import running
from imagin_ops.api import api
from imagin_ops.output import fail, put, put_json
from imagin_ops.services import MISSION_IMPORT

app = typer.Typer(help="Import what a file tells.", no_args_is_help=True)
_ADDRESS = "/api/imports/fichier"
_TRIAL = "/api/clotures/essai"
_TYPE = "fr.cyclades.inscriptions-closed.v1"
_MISSIONS = (
    ("creees", "créées"),
    ("modifiees", "modifiées"),
    ("inchangees", "inchangées"),
    ("sans_candidat", "sans candidat désormais"),
)

File = Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="JSON Lines or CSV: docs/import-clotures.md.")]
Confirm = Annotated[bool, typer.Option("--confirm", help="Import what was read; without it nothing changes.")]
Record = Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="The value of the record.")]
Mode = Annotated[str, typer.Option(help="Its content-type: application/json, or CloudEvents' own.")]
Type = Annotated[str, typer.Option(help="ce_type, in binary mode.")]
Key = Annotated[str, typer.Option(help="Its key; without it the closing's own UAI.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")]


@app.command()
def closings(file: File, *, confirm: Confirm = False, json: Json = False) -> None:
    """Say what a file of closings would change, and with --confirm import it, in the name of who runs this.

    Needs MISSION_IMPORT_URL and IMAGIN_SIGNING_KEYS.
    Exit code 0, 1 when the file has faults (each told by its line), 2 when mission-import does not answer.
    """
    installation = running.find()
    url, signer = api(installation, MISSION_IMPORT)
    if confirm:
        installation.tell_writing(f"mission-import à {url}")
    try:
        with _client(url, signer) as http:
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
    people = told["convoques_sans_candidat"]
    put(f"missions : {_numbers(told['missions'])} ; convoqués sans candidat désormais : {people}")


@app.command()
def check(
    file: Record, *, content_type: Mode = "application/json", ce_type: Type = _TYPE, key: Key = "", json: Json = False
) -> None:
    """Say what would become of one record of the topic of closings; nothing is written.

    Needs MISSION_IMPORT_URL and IMAGIN_SIGNING_KEYS.
    Exit code 0, 1 when one of its closings would be a dead letter, 2 when mission-import does not answer.
    """
    url, signer = api(running.find(), MISSION_IMPORT)
    headers = {"content-type": content_type} | ({} if "cloudevents" in content_type else {"ce-type": ce_type})
    try:
        with _client(url, signer) as http:
            params = {"cle": key} if key else {}
            answer = http.post(_TRIAL, params=params, content=file.read_bytes(), headers=headers)
            told = _answer(answer, as_json=json)
    except httpx2.HTTPError as error:
        fail(f"mission-import ne répond pas : {type(error).__name__}", code=2)
    if json:
        put_json(told)
    else:
        _tell(told["clotures"])
    if any(one["raisons"] for one in told["clotures"]):
        raise typer.Exit(1)


def _tell(closings_: list[dict[str, Any]]) -> None:
    for one in closings_:
        name = f"{one['session']} {one['uai']} révision {one['revision']}" if one["uai"] else "clôture illisible"
        put(f"{one['rang']}. {name} : {one['devenir']}. {one['phrase']}")
        for reason in one["raisons"]:
            put(f"   {reason}")
        if one["missions"]:
            put(f"   missions : {_numbers(one['missions'])}")


def _numbers(missions: dict[str, int]) -> str:
    return ", ".join(f"{missions[name]} {words}" for name, words in _MISSIONS)


def _client(url: str, signer: Signer) -> httpx2.Client:
    headers = {"Authorization": f"Bearer {_token(signer)}"}
    return httpx2.Client(base_url=url, headers=headers, timeout=120, trust_env=False)


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
