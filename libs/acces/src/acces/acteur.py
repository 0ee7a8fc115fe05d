"""Who acts. A program shows a signed token (`Authorization: Bearer`), the same for every service; people have sessions.

JWTs are joserfc's: Authlib's own `jose` is deprecated for this library of the same author (docs/decisions/0025).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

_ALGORITHM = "HS256"
_AUDIENCE = "imagin"


class Role(StrEnum):
    """R54–R57, the chef's délégué (référent E3C) and the machines: our own services, and SANTORIN from outside."""

    CHEF = "chef"
    DELEGUE = "delegue"
    GESTIONNAIRE = "gestionnaire"
    ADMINISTRATEUR = "administrateur"
    INTERVENANT = "intervenant"
    SERVICE = "service"
    SANTORIN = "santorin"


@dataclass(frozen=True, slots=True)
class Acteur:
    """A person (or a service) with one role; `sub` is the intervenant's number where the role is INTERVENANT."""

    sub: str
    role: Role
    nom: str = ""
    uais: frozenset[str] = frozenset()
    academies: frozenset[str] = frozenset()


class InvalidToken(Exception):
    """The token is not ours, or its time is over."""


def mint(acteur: Acteur, key: str, *, now: datetime, hours: float) -> str:
    """A signed token for `acteur`, valid from `now` for `hours`."""
    claims = {
        "aud": _AUDIENCE,
        "sub": acteur.sub,
        "role": acteur.role.value,
        "nom": acteur.nom,
        "uais": sorted(acteur.uais),
        "academies": sorted(acteur.academies),
        "iat": int(now.timestamp()),
        "exp": int((now + timedelta(hours=hours)).timestamp()),
    }
    return jwt.encode({"alg": _ALGORITHM}, claims, OctKey.import_key(key))


def read(token: str, key: str, *, now: datetime) -> Acteur:
    """The acteur of a token. Raises InvalidToken for a wrong signature, audience, algorithm, role or time."""
    try:
        claims = jwt.decode(token, OctKey.import_key(key), algorithms=[_ALGORITHM]).claims
        jwt.JWTClaimsRegistry(
            now=int(now.timestamp()),
            aud={"essential": True, "value": _AUDIENCE},
            sub={"essential": True},
            exp={"essential": True},
        ).validate(claims)
        return Acteur(
            claims["sub"],
            Role(claims["role"]),
            claims["nom"],
            frozenset(claims["uais"]),
            frozenset(claims["academies"]),
        )
    except (JoseError, KeyError, TypeError, ValueError) as error:
        raise InvalidToken(type(error).__name__) from None
