"""Plays the people through the real HTTP API: the gestionnaire's directory, the opening, every établissement."""

import asyncio
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol, Self

import httpx2
from rich.progress import Progress

from acces.acteur import Acteur
from imagin_dev.cyclades import producer
from imagin_dev.cyclades.inscriptions_file import Closing, latest_revisions
from imagin_dev.cyclades.teachers import COPIES_PER_TEACHER, Teacher
from imagin_dev.demo.accounts import ADMINISTRATEUR, People, chef, gestionnaire
from imagin_dev.demo.books import Books, until
from imagin_dev.stack import Stack
from imagin_ops.services import CONVOCATION, ServiceSpec

_CHUNK = 2_000
_AT_ONCE = 6
_OBSERVATION = "Remontée des notes au plus tard le jour de la mission, 17 h."


class Product(Protocol):
    """What runs somewhere, and lets people in."""

    def url(self, service: ServiceSpec) -> str: ...

    async def headers(self, acteur: Acteur) -> Mapping[str, str]:
        """Of each request of `acteur`, who has signed in."""


class Api:
    """Convocation's HTTP API as one acteur sees it. Raises httpx2.HTTPStatusError on any refusal."""

    def __init__(self, client: httpx2.AsyncClient, headers: Mapping[str, str]) -> None:
        self._client = client
        self._headers = dict(headers)

    @classmethod
    def by_token(cls, client: httpx2.AsyncClient, token: str) -> Self:
        return cls(client, {"Authorization": f"Bearer {token}"})

    async def get(self, path: str, **parameters: Any) -> Any:
        response = await self._client.get(path, params=parameters, headers=self._headers)
        return response.raise_for_status().json()

    async def exists(self, path: str) -> bool:
        response = await self._client.get(path, headers=self._headers)
        return response.status_code == 200

    async def put(self, path: str, body: Any) -> Any:
        response = await self._client.put(path, json=body, headers=self._headers)
        return response.raise_for_status().json()

    async def declare(self, session: str) -> None:
        """Again is no fault; a process of the previous release knows no such act, and needs none."""
        body = {"session": session, "libelle": f"Session {session}"}
        response = await self._client.post("/api/sessions", json=body, headers=self._headers)
        if response.status_code not in {404, 405, 409}:
            response.raise_for_status()

    async def post(self, path: str, body: Any, *, key: str) -> Any:
        response = await self._client.post(path, json=body, headers=self._headers | {"Idempotency-Key": key})
        return response.raise_for_status().json()


def client(product: Product, transport: httpx2.AsyncBaseTransport | None = None) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(base_url=product.url(CONVOCATION), timeout=60, trust_env=False, transport=transport)


async def close_registration(
    stack: Stack, closings: Sequence[Closing], advance: Callable[[int], None] = lambda _: None
) -> None:
    """Cyclades tells `closings`; returns once convocation has all their missions. Raises Stalled."""
    await producer.send(stack.kafka_connection, closings, lambda _: None)
    revisions, books = latest_revisions(closings), Books(stack.databases)
    await books.open()
    try:
        await until(lambda: books.revisions_applied(list(revisions)), sum(revisions.values()), advance)
        await until(books.missions_missing, 0, lambda _: None)
    finally:
        await books.close()


async def prepare(
    product: Product, people: People, sessions: Iterable[str], transport: httpx2.AsyncBaseTransport | None = None
) -> None:
    """The directory by each académie's gestionnaire; sessions declared and opened by the administrateur."""
    async with client(product, transport) as http:
        for academie, members in people.by_academie.items():
            api = Api(http, await product.headers(gestionnaire(academie)))
            for start in range(0, len(members), _CHUNK):
                chunk = [_intervenant(one) for one in members[start : start + _CHUNK]]
                await api.put(f"/api/academies/{academie}/intervenants", {"intervenants": chunk})
        api = Api(http, await product.headers(ADMINISTRATEUR))
        for session in sorted(set(sessions)):
            await api.declare(session)
            opening = {"session": session, "portee": "NATIONALE", "code": "*", "ouverte": True}
            await api.put("/api/ouvertures", opening)


def _intervenant(teacher: Teacher) -> dict[str, Any]:
    return {name: value for name, value in teacher._asdict().items() if name != "academie"}


async def play(
    product: Product, people: People, bars: Progress, transport: httpx2.AsyncBaseTransport | None = None
) -> None:
    """Every établissement signs and convokes on all its missions; a few at once, as on a busy morning."""
    bar = bars.add_task("établissements qui convoquent", total=len(people.etablissements))
    gate = asyncio.Semaphore(_AT_ONCE)
    day = (datetime.now(UTC) + timedelta(days=30)).date().isoformat()

    async def one(http: httpx2.AsyncClient, uai: str, academie: str) -> None:
        someone = next((each for each in people.by_academie.get(academie, ()) if each.uai == uai), None)
        async with gate:
            api = Api(http, await product.headers(chef(uai, academie)))
            await _Etablissement(api, uai, day, someone).convoke_everywhere()
            bars.advance(bar)

    async with client(product, transport) as http, asyncio.TaskGroup() as group:
        for uai, academie in people.etablissements.items():
            group.create_task(one(http, uai, academie))


class _Etablissement:
    """One chef d'établissement at work."""

    def __init__(self, api: Api, uai: str, day: str, someone: Teacher | None) -> None:
        self._api = api
        self._uai = uai
        self._day = day
        self._someone = someone

    async def convoke_everywhere(self) -> None:
        missions = (await self._api.get("/api/missions", taille=500))["missions"]
        if not missions:
            return
        await self._sign()
        for mission in missions:
            if not mission["sans_candidat"]:
                await self._convoke(mission)

    async def _sign(self) -> None:
        """Once: the scenario may be played again over what it did before."""
        path = f"/api/etablissements/{self._uai}/signature"
        if not await self._api.exists(path):
            await self._api.put(path, {"nom": "CHEF", "prenom": "Camille", "qualite": "Proviseur"})

    async def _convoke(self, mission: dict[str, Any]) -> None:
        numeros = await self._people(mission)
        if numeros:
            body = {"intervenants": numeros, "dates": [self._day], "observation": _OBSERVATION}
            path = f"/api/missions/{mission['mission_id']}/convocations"
            await self._api.post(path, body, key=f"demo-{mission['mission_id']}")

    async def _people(self, mission: dict[str, Any]) -> list[str]:
        """By discipline, a teacher for each 35 copies and profile; by name where no discipline is known."""
        detail = await self._api.get(f"/api/missions/{mission['mission_id']}")
        path = f"/api/missions/{mission['mission_id']}/intervenants"
        if not detail["disciplines"]:
            if self._someone is None:
                return []
            named = await self._api.get(path, nom=f"{self._someone.nom} {self._someone.prenom}")
            return [one["numero"] for one in named["intervenants"][:1]]
        found = (await self._api.get(path, discipline=detail["disciplines"]))["intervenants"]
        need = math.ceil(mission["candidats"] / COPIES_PER_TEACHER)
        if not detail["profils_requis"]:
            return [one["numero"] for one in found[:need]]
        by_discipline: dict[str, list[str]] = {}
        for one in found:
            by_discipline.setdefault(one["disciplines"][0], []).append(one["numero"])
        return [numero for numeros in by_discipline.values() for numero in numeros[:need]]
