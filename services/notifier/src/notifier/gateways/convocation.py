"""The one synchronous call between services: address and content of a version, asked when it is sent."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any
from uuid import UUID

import httpx2

from notifier.domain.wording import Envoi

SUPERSEDED, UNKNOWN = 410, 404


class ConvocationUnavailable(Exception):
    """Convocation does not answer now; the mails wait."""


class ConvocationGateway:
    """`token` gives a fresh bearer token of this service for each call."""

    def __init__(self, url: str, token: Callable[[], str]) -> None:
        self._client = httpx2.AsyncClient(base_url=url, timeout=10, trust_env=False)
        self._token = token

    async def close(self) -> None:
        await self._client.aclose()

    async def envois(self, wanted: Sequence[tuple[UUID, int]]) -> dict[tuple[UUID, int], Envoi | int]:
        """For each version what to send, or 410 (superseded) or 404. Raises ConvocationUnavailable."""
        body = {"demandes": [{"convocation_id": str(key), "version": version} for key, version in wanted]}
        try:
            headers = {"Authorization": f"Bearer {self._token()}"}
            response = await self._client.post("/api/envois", json=body, headers=headers)
            response.raise_for_status()
        except httpx2.HTTPError as error:
            raise ConvocationUnavailable(type(error).__name__) from None
        return {(UUID(one["convocation_id"]), one["version"]): _envoi(one) for one in response.json()["envois"]}


def _envoi(one: dict[str, Any]) -> Envoi | int:
    if one["status"] != 200:
        return int(one["status"])
    etablissement, signataire = one["etablissement"], one["signataire"]
    return Envoi(
        nature=one["nature"],
        courriel=one["courriel"],
        civilite=one["civilite"],
        nom=one["nom"],
        prenom=one["prenom"],
        type=one["type"],
        libelle=one["libelle"],
        voie=one["voie"],
        session=one["session"],
        etablissement=f"{etablissement['nom']}, {etablissement['commune']} ({etablissement['uai']})",
        qualite=one["qualite_libelle"],
        dates=tuple(date.fromisoformat(day) for day in one["dates"]),
        observation=one["observation"],
        motif=one["motif"],
        signataire=" ".join(signataire[name] for name in ("prenom", "nom")) + f"\n{signataire['qualite']}"
        if signataire
        else None,
    )
