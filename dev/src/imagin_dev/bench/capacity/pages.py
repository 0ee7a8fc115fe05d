"""What a page costs: the same requests on every size of the databases, each by somebody who is signed in."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import asyncpg
import httpx2
from rich.progress import Progress

from acces.acteur import Acteur, Role
from acces.session import cookie_name
from chassis.provisioning import with_database
from event_schemas.identities import mission_id
from event_schemas.inscriptions import InscriptionsClosed
from imagin_dev.bench.capacity.meter import Meter
from imagin_dev.demo.accounts import ADMINISTRATEUR, chef, gestionnaire
from imagin_dev.stack import Stack
from imagin_ops.services import CONVOCATION, SANTORIN_BRIDGE

_PEOPLE = """
SELECT DISTINCT ON (numero) numero, convocation_id, version FROM sample.convocation WHERE status = 'ACTIVE'
ORDER BY numero LIMIT $1
"""
_COUNT, _LARGE, _WARM = 100, 10, 5  # of a page; of one that reads an académie or the nation; uncounted before
_FLUSHED_SECONDS = 2  # PostgreSQL's processes tell their counts once a second


async def pages(stack: Stack, meter: Meter, place: InscriptionsClosed, bars: Progress) -> dict[str, Any]:
    """Cost of one of each; `place` is the lycée whose chef reads."""
    connection = await asyncpg.connect(with_database(stack.postgres.admin_url, CONVOCATION.package))
    try:
        people = [dict(row) for row in await connection.fetch(_PEOPLE, _COUNT + _WARM)]
    finally:
        await connection.close()
    figures = {}
    async with httpx2.AsyncClient(base_url=stack.url(CONVOCATION), timeout=300, trust_env=False) as http:
        cases = _cases(place).items()
        for name, (acteur, path, forms) in bars.track(cases, description="pages mesurées"):
            cookie = f"{cookie_name(secure=False)}={await stack.session(acteur)}"
            headers = {"Cookie": cookie, "Accept": "text/html", "Origin": stack.url(CONVOCATION)}
            count = _COUNT if acteur.uais else _LARGE
            figures[name] = await _cost(meter, partial(_page, http, path, forms, headers), count)
        links = iter(await _links(stack, http, people))
        figures["lien_ouvert"] = await _cost(meter, lambda _: _open(stack, next(links)))
        figures["envoi"] = await _cost(meter, lambda n: _envois(stack, http, [people[n % len(people)]]))
    async with httpx2.AsyncClient(base_url=stack.url(SANTORIN_BRIDGE), timeout=60, trust_env=False) as http:
        headers = {"Authorization": f"Bearer {stack.token(Acteur('santorin', Role.SANTORIN))}"}
        paths = [f"/acces/{one['numero']}" for one in people]
        figures["verification_santorin"] = await _cost(meter, lambda n: _get(http, paths[n % len(paths)], headers))
    return figures


def _cases(place: InscriptionsClosed) -> dict[str, tuple[Acteur, str, list[dict[str, str]]]]:
    """Who asks for which page; with forms, which are posted in turn."""
    academie = place.etablissement.academie
    someone = chef(place.uai, academie)
    epreuve = place.epreuves[0]
    mission = f"/missions/{mission_id(place.session, place.uai, epreuve.voie, epreuve.code)}"
    noms = [{"action": "chercher", "nom": nom} for nom in ("CHEV", "TESS chl", "ROUSSEAU", "LEFEVRE anne")]
    fautes = [{"action": "chercher", "nom": nom} for nom in ("CHEVALLEIR", "ROUSEAU", "LEFEBRE")]
    return {
        "chef_liste": (someone, "/missions", []),
        "chef_mission": (someone, mission, []),
        "chef_discipline": (someone, f"{mission}/affectation", [{"action": "chercher", "discipline": epreuve.libelle}]),
        "chef_nom": (someone, f"{mission}/affectation", noms),
        "chef_nom_avec_une_faute": (someone, f"{mission}/affectation", fautes),
        "gestionnaire_liste": (gestionnaire(academie), "/missions?tri=manque", []),
        "gestionnaire_couverture": (gestionnaire(academie), "/couverture?par=etablissement", []),
        "administrateur_liste": (ADMINISTRATEUR, "/missions?tri=manque", []),
        "administrateur_couverture": (ADMINISTRATEUR, "/couverture", []),
    }


async def _cost(meter: Meter, send: Callable[[int], Awaitable[int]], count: int = _COUNT) -> dict[str, Any]:
    octets: list[int] = []
    for number in range(_WARM):
        await send(number)

    async def work() -> int:
        octets.extend([await send(number) for number in range(count)])
        await asyncio.sleep(_FLUSHED_SECONDS)
        return count

    return await meter.of(work) | {"octets": round(sum(octets) / count)}


async def _page(
    http: httpx2.AsyncClient, path: str, forms: list[dict[str, str]], headers: dict[str, str], number: int
) -> int:
    if not forms:
        return await _get(http, path, headers)
    return _size(await http.post(path, data=forms[number % len(forms)], headers=headers))


async def _get(http: httpx2.AsyncClient, path: str, headers: dict[str, str]) -> int:
    return _size(await http.get(path, headers=headers))


def _size(response: httpx2.Response) -> int:
    return len(response.raise_for_status().content)


async def _envois(stack: Stack, http: httpx2.AsyncClient, people: list[dict[str, Any]]) -> int:
    """As the notifier asks before a mail; the document is kept."""
    return _size(await _ask(stack, http, people))


async def _ask(stack: Stack, http: httpx2.AsyncClient, people: list[dict[str, Any]]) -> httpx2.Response:
    headers = {"Authorization": f"Bearer {stack.token(Acteur('notifier', Role.NOTIFIER))}"}
    wanted = [{"convocation_id": str(one["convocation_id"]), "version": one["version"]} for one in people]
    return await http.post("/api/envois", json={"demandes": wanted}, headers=headers)


async def _links(stack: Stack, http: httpx2.AsyncClient, people: list[dict[str, Any]]) -> list[str]:
    found: list[str] = []
    for start in range(0, len(people), 100):
        envois = (await _ask(stack, http, people[start : start + 100])).raise_for_status().json()["envois"]
        found += [one["lien"] for one in envois]
    return found


async def _open(stack: Stack, link: str) -> int:
    """A person with the mail: the link, its button, « Mes missions », the first document."""
    async with httpx2.AsyncClient(timeout=60, trust_env=False, follow_redirects=True) as http:
        octets = _size(await http.get(link))
        missions = await http.post(link, data={"session": ""}, headers={"Origin": stack.url(CONVOCATION)})
        document = missions.raise_for_status().text.partition('.pdf"')[0].rpartition('"')[2]
        return octets + _size(missions) + _size(await http.get(f"{stack.url(CONVOCATION)}{document}.pdf"))
