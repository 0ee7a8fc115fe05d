"""The one synchronous call between services: address and content of a version, asked when it is sent."""

from base64 import b64decode
from collections.abc import Callable, Sequence
from datetime import date, datetime
from email.headerregistry import Address
from typing import Any, NamedTuple
from uuid import UUID

import httpx2
from pydantic_core import from_json

from acces.autorites import autorites
from francais.adresses import AdresseRefusee, adresse
from notifier.domain.courrier import AdresseChangee, Calendrier, Entree, Envoi, Piece
from notifier.domain.lettre import Lettre, LettreFinie, Point

_ASKED_AT_ONCE = 50  # documents are rendered at first request, some 15 ms each: an answer of 3 MB
_BROKEN = 500


class ConvocationUnavailable(Exception):
    """Convocation does not answer now; the mails wait."""


class Demande(NamedTuple):
    """A version to tell. `dite`: the version told before; `engagee`: under way, so wanted even when superseded."""

    convocation_id: UUID
    version: int
    dite: int | None = None
    engagee: bool = False


class ConvocationGateway:
    """`token` gives a fresh bearer token of this service for each call."""

    def __init__(self, url: str, token: Callable[[], str]) -> None:
        self._client = httpx2.AsyncClient(base_url=url, verify=autorites(), timeout=20, trust_env=False)
        self._token = token

    async def close(self) -> None:
        await self._client.aclose()

    async def envois(self, wanted: Sequence[Demande]) -> dict[Demande, Envoi | int]:
        """For each version what to send, or 410 (superseded) or 404. Raises ConvocationUnavailable."""
        found: dict[Demande, Envoi | int] = {}
        for start in range(0, len(wanted), _ASKED_AT_ONCE):
            some = wanted[start : start + _ASKED_AT_ONCE]
            found |= zip(some, await self._ask(some), strict=True)
        return found

    async def _ask(self, wanted: Sequence[Demande]) -> list[Envoi | int]:
        """One that convocation cannot answer (500) is asked for alone, and holds back nobody else."""
        body = {"demandes": [one._asdict() | {"convocation_id": str(one.convocation_id)} for one in wanted]}
        try:
            headers = {"Authorization": f"Bearer {self._token()}"}
            response = await self._client.post("/api/envois", json=body, headers=headers)
            if response.status_code == _BROKEN:
                return [_BROKEN] if len(wanted) == 1 else [(await self._ask([one]))[0] for one in wanted]
            response.raise_for_status()
        except httpx2.HTTPError as error:
            raise ConvocationUnavailable(type(error).__name__) from None
        return [_envoi(one) for one in from_json(response.content)["envois"]]

    async def adresses_changees(self, dites: Sequence[UUID]) -> list[AdresseChangee]:
        """Old addresses to tell; those of `dites` are done. Raises ConvocationUnavailable."""
        answer = await self._post("/api/adresses-changees", {"dites": [str(one) for one in dites]})
        return [
            AdresseChangee(**one | {"id": UUID(one["id"]), "le": date.fromisoformat(one["le"])})
            for one in answer["adresses"]
        ]

    async def lettres(self, finies: Sequence[LettreFinie]) -> list[Lettre]:
        """Letters to établissements to send; those of `finies` are done. Raises ConvocationUnavailable."""
        answer = await self._post("/api/avis", {"finies": [_finie(one) for one in finies]})
        return [_lettre(one) for one in answer["lettres"]]

    async def lettres_revenues(self, revenues: Sequence[LettreFinie]) -> None:
        """Tell which came back; it knows which of them are letters. Raises ConvocationUnavailable."""
        await self._post("/api/avis", {"finies": [_finie(one) for one in revenues], "encore": False})

    async def _post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """Raises ConvocationUnavailable."""
        try:
            response = await self._client.post(path, json=body, headers={"Authorization": f"Bearer {self._token()}"})
            response.raise_for_status()
        except httpx2.HTTPError as error:
            raise ConvocationUnavailable(type(error).__name__) from None
        answer: dict[str, Any] = response.json()
        return answer


def _finie(one: LettreFinie) -> dict[str, Any]:
    return one._asdict() | {"id": str(one.id)}


def _lettre(one: dict[str, Any]) -> Lettre:
    points = tuple(Point(**point) for point in one["points"])
    return Lettre(**one | {"id": UUID(one["id"]), "le": datetime.fromisoformat(one["le"]), "points": points})


_AS_IS = ("version", "nature", "lue", "courriel", "civilite", "nom", "prenom", "type", "libelle", "voie", "session")
_AS_IS_TOO = ("academie", "observation", "motif", "reponse_empechement", "lien")


def _envoi(one: dict[str, Any]) -> Envoi | int:
    if one["status"] != 200:
        return int(one["status"])
    place = one["etablissement"]
    return Envoi(
        **{name: one[name] for name in (*_AS_IS, *_AS_IS_TOO)},
        convocation_id=UUID(one["convocation_id"]),
        etablissement=f"{place['nom']}, {place['commune']} ({place['uai']})",
        qualite=one["qualite_libelle"],
        dates=_dates(one),
        signataire=_signataire(one["signataire"]),
        reponse=_address(one["reponse"]),
        precedente=_entree(one["precedente"]),
        document=Piece(one["document"]["nom"], b64decode(one["document"]["octets"])),
        relancee=one.get("relancee", False),  # a convocation of the release before says none of these
        joindre=one.get("joindre", ""),
        signature_ajoutee=one.get("signature_ajoutee", False),
        calendrier=Calendrier(**{name: one["calendrier"][name] for name in ("nom", "methode", "texte")}),
    )


def _dates(one: dict[str, Any]) -> tuple[date, ...]:
    return tuple(date.fromisoformat(day) for day in one["dates"])


def _entree(one: dict[str, Any] | None) -> Entree | None:
    return Entree(one["qualite_libelle"], _dates(one), one["observation"]) if one else None


def _signataire(one: dict[str, Any] | None) -> str | None:
    return f"{one['prenom']} {one['nom']}\n{one['qualite']}" if one else None


def _address(one: dict[str, Any] | None) -> str | None:
    """An address nobody can write to is no reason to say nothing: the mail goes without Reply-To."""
    if one is None:
        return None
    try:
        return str(Address(" ".join(one["nom"].split()), addr_spec=adresse(one["courriel"])))
    except AdresseRefusee:
        return None
