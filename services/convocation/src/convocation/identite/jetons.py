"""What a provider signs: ID tokens, answers about a person, and logout tokens. Pure: keys and time are arguments.

OpenID Connect Core 1.0 (3.1.3.7, 5.3.2), Back-Channel Logout 1.0 (2.6), OWASP ASVS 5.0 V9 and V10.5.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import ClaimError, InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

ALGORITHMS = ("RS256", "PS256", "ES256")
"""With a public key only: who holds our client secret signs nothing, and nothing is unsigned."""
_REGISTRY = JWSRegistry(algorithms=ALGORITHMS, strict_check_header=False)
_LEEWAY_SECONDS = 30
"""Between the clock of the provider and ours."""
_LOGOUT_SECONDS = 300
"""A logout token lives two minutes at most, the specification hopes."""
_LOGOUT_TYPES = frozenset({"logout+jwt", "application/logout+jwt"})
_LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"
_MAX_NAME = 255
_PLAIN_TYPES = frozenset({"", "jwt", "application/jwt"})


class BadToken(Exception):
    """Not what it should be. The text says which claim or rule, and holds nothing of the token."""


class UnknownKey(BadToken):
    """No key of the set: the provider may have a new one."""


@dataclass(frozen=True, slots=True)
class Emetteur:
    """Whose tokens, and for whom."""

    issuer: str
    client_id: str


@dataclass(frozen=True, slots=True)
class Fermeture:
    """The provider has closed a session (`sid`), or all of a person (`sub` alone). `jti`: of this message."""

    issuer: str
    sub: str | None
    sid: str | None
    jti: str


def read_id_token(
    token: str, keys: KeySet, emetteur: Emetteur, *, nonce: str, access_token: str | None, now: datetime
) -> dict[str, Any]:
    """The claims of the ID token that answers the request with this nonce. Raises BadToken."""
    header, claims = _signed(token, keys)
    _plain(header)
    _validate(header, claims, emetteur, now, nonce=nonce, access_token=access_token)
    return claims


def read_userinfo(token: str, keys: KeySet, emetteur: Emetteur, *, now: datetime) -> dict[str, Any]:
    """The claims of a signed answer about a person; it may bear no time of its own. Raises BadToken."""
    header, claims = _signed(token, keys)
    _plain(header)
    _registered(claims, emetteur, now, sub={"essential": True})
    return claims


def read_logout_token(token: str, keys: KeySet, emetteur: Emetteur, *, now: datetime) -> Fermeture:
    """What the provider has closed. Raises BadToken."""
    header, claims = _signed(token, keys)
    if str(header.get("typ", "")).lower() not in _LOGOUT_TYPES:
        raise BadToken("typ")
    essential = {"essential": True}
    _registered(claims, emetteur, now, iat=essential, exp=essential, jti=essential)
    if claims["iat"] < now.timestamp() - _LOGOUT_SECONDS:
        raise BadToken("iat")
    events = claims.get("events")
    if not isinstance(events, dict) or not isinstance(events.get(_LOGOUT_EVENT), dict):
        raise BadToken("events")
    if "nonce" in claims:
        raise BadToken("nonce")
    sub, sid = name_of(claims, "sub"), name_of(claims, "sid")
    if sub is None and sid is None:
        raise BadToken("sub")
    return Fermeture(emetteur.issuer, sub, sid, str(claims["jti"]))


def name_of(claims: Mapping[str, Any], claim: str) -> str | None:
    """A claim that names a person or a session; None where it is absent. Raises BadToken for what is no name."""
    value = claims.get(claim)
    if value is None:
        return None
    if not isinstance(value, str) or not 0 < len(value) <= _MAX_NAME or not value.isprintable():
        raise BadToken(claim)
    return value


def _signed(token: str, keys: KeySet) -> tuple[dict[str, Any], dict[str, Any]]:
    """Header and claims of a token signed by one of `keys`, by an algorithm of ours."""
    try:
        decoded = jwt.decode(token, keys, registry=_REGISTRY)
    except InvalidKeyIdError as error:
        raise UnknownKey(error.error) from None
    except JoseError as error:
        raise BadToken(error.error) from None
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):  # joserfc's own, of a header that is odd
        raise BadToken("malformed") from None
    return decoded.header, decoded.claims


def _plain(header: Mapping[str, Any]) -> None:
    """No token of another purpose: a logout token or an access token says so in `typ`."""
    if str(header.get("typ", "")).lower() not in _PLAIN_TYPES:
        raise BadToken("typ")


def _validate(
    header: dict[str, Any],
    claims: dict[str, Any],
    emetteur: Emetteur,
    now: datetime,
    **parameters: str | None,
) -> None:
    """As Authlib does it: all that must be there, and nonce, azp and at_hash."""
    params = {"client_id": emetteur.client_id, **parameters}
    try:
        CodeIDToken(claims, header, _expected(emetteur), params).validate(int(now.timestamp()), _LEEWAY_SECONDS)
    except JoseError as error:
        raise BadToken(_claim(error)) from None
    except (TypeError, ValueError):  # an at_hash that is no text
        raise BadToken("malformed") from None
    name_of(claims, "sub")
    name_of(claims, "sid")


def _registered(claims: dict[str, Any], emetteur: Emetteur, now: datetime, **options: Any) -> None:
    registry = jwt.JWTClaimsRegistry(int(now.timestamp()), _LEEWAY_SECONDS, **_expected(emetteur), **options)
    try:
        registry.validate(claims)
    except JoseError as error:
        raise BadToken(_claim(error)) from None
    name_of(claims, "sub")


def _expected(emetteur: Emetteur) -> dict[str, Any]:
    return {
        "iss": {"essential": True, "value": emetteur.issuer},
        "aud": {"essential": True, "value": emetteur.client_id},
    }


def _claim(error: JoseError) -> str:
    return error.claim if isinstance(error, ClaimError) else error.error
