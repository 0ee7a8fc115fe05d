"""Sessions of people are kept on the server: the cookie is a secret that names one and says nothing itself (0038).

So a session ends when we say so: at sign-out, after idleness, for a person, at a change of role. Convocation keeps
them; another service with pages asks it.
"""

from dataclasses import dataclass
from typing import Protocol

import httpx2
from pydantic import BaseModel, ValidationError
from starlette.responses import Response

from acces.acteur import Acteur, Role
from acces.autorites import autorites
from chassis.problem import Problem

FINIE = "session-finie"
_TIMEOUT_SECONDS = 5.0


class SessionEnded(Problem):
    """There was such a session; it was idle too long, or its hours are over."""

    def __init__(self) -> None:
        super().__init__(401, FINIE, "Votre session est finie : connectez-vous de nouveau.")


@dataclass(frozen=True, slots=True)
class Session:
    """Who acts in it, and how many functions that person may choose from."""

    acteur: Acteur
    fonctions: int = 1


class Sessions(Protocol):
    """Where sessions are kept."""

    async def find(self, secret: str) -> Session | None:
        """The session that the cookie's value names. Raises SessionEnded, or Problem (503)."""

    async def close(self, secret: str) -> str | None:
        """Nobody acts in it any more. Returns where the browser signs out at its provider as well."""


def cookie_name(*, secure: bool) -> str:
    """`__Host-`: no neighbouring host, no http and no folder can set it (RFC 6265bis section 4.1.3.2)."""
    return "__Host-imagin" if secure else "imagin_session"


def set_cookie(response: Response, secret: str, *, seconds: int, secure: bool) -> None:
    """Lax: a link of a mail or of the académie's portal finds the session open; a form elsewhere does not."""
    response.set_cookie(
        cookie_name(secure=secure), secret, max_age=seconds, httponly=True, samesite="lax", secure=secure
    )


def delete_cookie(response: Response, *, secure: bool) -> None:
    """The browser forgets the secret; the session is closed apart."""
    response.delete_cookie(cookie_name(secure=secure), httponly=True, samesite="lax", secure=secure)


class Moi(BaseModel):
    """The body of `/api/moi`."""

    sub: str
    role: Role
    nom: str
    uais: list[str]
    academies: list[str]
    fonctions: int

    @classmethod
    def of(cls, acteur: Acteur, fonctions: int) -> "Moi":
        uais, academies = sorted(acteur.uais), sorted(acteur.academies)
        return cls(
            sub=acteur.sub, role=acteur.role, nom=acteur.nom, uais=uais, academies=academies, fonctions=fonctions
        )

    def session(self) -> Session:
        acteur = Acteur(self.sub, self.role, self.nom, frozenset(self.uais), frozenset(self.academies))
        return Session(acteur, self.fonctions)


class RemoteSessions:
    """The sessions of convocation, for another service of the same host name: asked at each request, never kept.

    A session that ends there is over here too, at once; while convocation is away nobody acts here by a cookie.
    """

    def __init__(
        self, convocation_url: str, *, secure: bool, transport: httpx2.AsyncBaseTransport | None = None
    ) -> None:
        self._cookie = cookie_name(secure=secure)
        self._http = httpx2.AsyncClient(
            base_url=convocation_url,
            verify=autorites(),
            headers={"Origin": convocation_url, "Accept": "application/json"},
            timeout=_TIMEOUT_SECONDS,
            trust_env=False,
            transport=transport,
        )

    async def find(self, secret: str) -> Session | None:
        response = await self._ask("GET", "/api/moi", secret)
        if response.status_code == 401:
            told = response.json()
            if FINIE in {told.get("code"), told.get("type")}:  # `type`: of a convocation from before `code`
                raise SessionEnded
            return None
        try:
            return Moi.model_validate_json(response.content).session()
        except ValidationError:
            raise _unknown() from None

    async def close(self, secret: str) -> str | None:
        response = await self._ask("POST", "/deconnexion", secret)
        found = response.json().get("suite") if response.is_success else None
        return found if isinstance(found, str) else None

    async def aclose(self) -> None:
        """No more questions: the connections are closed. (`close` ends a session.)"""
        await self._http.aclose()

    async def _ask(self, method: str, path: str, secret: str) -> httpx2.Response:
        try:
            response = await self._http.request(method, path, headers={"Cookie": f"{self._cookie}={secret}"})
        except httpx2.HTTPError:
            raise _unknown() from None
        if response.is_server_error or response.status_code == 429:
            raise _unknown()
        return response


def _unknown() -> Problem:
    return Problem(503, "indisponible", "Votre session ne peut pas être vérifiée pour le moment, réessayez.")
