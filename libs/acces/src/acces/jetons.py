"""Tokens of programs: each issuer signs with a key of its own, readers know the public ones (JWKS, RFC 7517; 0038).

An issuer may vouch for some roles alone, so a key that is stolen from one service opens what that service opens.
"""

import asyncio
import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import structlog
from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet

from acces.acteur import Acteur, InvalidToken, Role
from acces.autorites import autorites
from acces.cle_partagee import SharedKey

log = structlog.get_logger()
PATH = "/.well-known/jwks.json"
TRIAL = "essai"
"""The issuer of the demo and of tests: no service that others reach believes it."""
ISSUERS: Mapping[str, frozenset[Role]] = {
    "notifier": frozenset({Role.NOTIFIER}),
    "santorin-bridge": frozenset({Role.PONT, Role.SANTORIN}),
    # The operators' commands: an import acts as an administrateur.
    "imagin": frozenset({Role.ADMINISTRATEUR, Role.EXPLOITATION}),
    # Cyclades signs its own: its operator has the private keys, ours the public ones (0058).
    "cyclades": frozenset({Role.CYCLADES}),
    # The demo and tests, which act as anybody.
    TRIAL: frozenset(Role) - {Role.NOTIFIER, Role.PONT, Role.SANTORIN, Role.CYCLADES, Role.SERVICE, Role.EXPLOITATION},
}
SERVICES = ("convocation", "mission-import", "notifier", "santorin-bridge")
"""Whom a token may be for: each takes its own alone."""
_ALGORITHM = "ES256"
_CURVE = "P-256"
_TIMEOUT_SECONDS = 4.0
_SKEW_SECONDS = 30  # by which clocks of two machines may differ
_FRESH = timedelta(minutes=5)
_TOKENS_HELD = 1_000
_SOONEST = timedelta(seconds=10)  # a forged key id must not make us ask an issuer again and again


def create_keys() -> dict[str, Any]:
    """A new private JWK Set of one key, named by its thumbprint (RFC 7638)."""
    key = ECKey.generate_key(_CURVE, parameters={"use": "sig", "alg": _ALGORITHM}, auto_kid=True)
    return {"keys": [dict(key.as_dict(private=True))]}


class Signer:
    """Signs as `issuer` with the first of its keys; the others are public still, for tokens that they signed.

    A key without an id is named by its thumbprint. Raises ValueError for a text that is no JWK Set of private P-256
    keys.
    """

    def __init__(self, issuer: str, keys: str) -> None:
        self._issuer = issuer
        self._keys = _key_set(keys, private=True)
        self.issuers = {issuer: KeySet.import_key_set(self.public())}

    def public(self) -> Any:
        """The JWK Set that readers fetch."""
        return self._keys.as_dict(private=False)

    def mint(self, acteur: Acteur, *, audience: str | Sequence[str], now: datetime, hours: float) -> str:
        """A token for `acteur`, good at the service `audience` (a trial's: at several) from `now` for `hours`."""
        claims = {
            "iss": self._issuer,
            "aud": audience,
            **acteur.claims(),
            "iat": int(now.timestamp()),
            "exp": int((now + timedelta(hours=hours)).timestamp()),
        }
        key = self._keys.keys[0]
        return jwt.encode({"alg": _ALGORITHM, "kid": key.kid}, claims, key)


def _key_set(text: str, *, private: bool) -> KeySet:
    try:
        found = KeySet.import_key_set(json.loads(text))
    except (JoseError, ValueError, TypeError, KeyError):
        raise ValueError("no JWK Set") from None
    for key in found.keys:
        if not isinstance(key, ECKey) or key.curve_name != _CURVE or (private and not key.is_private):
            raise ValueError(f"a key of the set is no {'private ' if private else ''}{_CURVE} key")
    if not found.keys or len({key.kid for key in found.keys}) < len(found.keys):
        raise ValueError("the set is empty, or two of its keys have the same kid")
    return found


class Issuers:
    """Reads tokens for the service `audience`.

    `sources`: an issuer's JWK Set by its name, an address (fetched, kept a while) or a file.
    `own`: the sets that are known without asking, a service's own. `shared`: the key of the release before.
    """

    def __init__(
        self,
        sources: Mapping[str, str],
        *,
        audience: str,
        own: Mapping[str, KeySet] | None = None,
        shared: SharedKey | None = None,
        transport: httpx2.AsyncBaseTransport | None = None,
    ) -> None:
        self._audience = audience
        self._own = own or {}
        self._shared = shared
        self._signed: dict[str, tuple[KeySet, dict[str, Any]]] = {}
        self._remote = {name: _Remote(source, transport) for name, source in sources.items() if name not in self._own}

    async def read(self, token: str, *, now: datetime) -> Acteur:
        """The acteur of a token.

        Raises InvalidToken for an unknown issuer or key, a wrong signature, algorithm, audience or time, and a role
        that the issuer may not vouch for.
        """
        try:
            headers, issuer = _named(token)
            if "kid" not in headers and self._shared is not None:
                return self._shared.read(token, now=now)
            kid = str(headers["kid"])
            claims = self._claims(token, await self._keys(issuer, kid, now))
            jwt.JWTClaimsRegistry(
                now=int(now.timestamp()),
                iss={"essential": True, "value": issuer},
                aud={"essential": True, "value": self._audience},
                sub={"essential": True},
                iat={"essential": True},
                exp={"essential": True},
                leeway=_SKEW_SECONDS,
            ).validate(claims)
            return _vouched(issuer, Acteur.of(claims))
        except (JoseError, AttributeError, KeyError, TypeError, ValueError) as error:
            raise InvalidToken(type(error).__name__) from None

    async def close(self) -> None:
        """Nothing more is read: the connections to issuers are closed."""
        for one in self._remote.values():
            await one.close()

    def _claims(self, token: str, keys: KeySet) -> dict[str, Any]:
        """What a token claims whose signature is one of these keys'. A program sends one token for an hour.

        Of a set that was fetched again nothing is known yet, and nothing is kept of what was refused.
        """
        held = self._signed.get(token)
        if held is None or held[0] is not keys:
            if len(self._signed) >= _TOKENS_HELD:
                self._signed.clear()
            held = self._signed[token] = keys, jwt.decode(token, keys, algorithms=[_ALGORITHM]).claims
        return held[1]

    async def _keys(self, issuer: str, kid: str, now: datetime) -> KeySet:
        if issuer in self._own:
            return self._own[issuer]
        if issuer not in ISSUERS:
            raise InvalidToken("issuer")
        return await self._remote[issuer].keys(kid, now)


def _vouched(issuer: str, acteur: Acteur) -> Acteur:
    if acteur.role not in ISSUERS[issuer]:
        raise InvalidToken("role")
    return acteur


def _named(token: str) -> tuple[dict[str, Any], str]:
    """Headers and issuer as the token says them, before anything of it is believed."""
    found = jws.extract_compact(token.encode())
    return found.headers(), str(json.loads(found.payload).get("iss"))


class _Remote:
    """An issuer's keys, asked for when they are old or a key id is new; while it is away the known ones hold."""

    def __init__(self, source: str, transport: httpx2.AsyncBaseTransport | None) -> None:
        self._source = source
        self._http = httpx2.AsyncClient(
            verify=autorites(), timeout=_TIMEOUT_SECONDS, trust_env=False, transport=transport
        )
        self._held: KeySet | None = None
        self._asked: datetime | None = None
        self._lock = asyncio.Lock()

    async def keys(self, kid: str, now: datetime) -> KeySet:
        async with self._lock:
            if self._due(kid, now):
                self._asked = now
                await self._refresh()
        if self._held is None:
            raise InvalidToken("issuer away")
        return self._held

    async def close(self) -> None:
        await self._http.aclose()

    def _due(self, kid: str, now: datetime) -> bool:
        if self._asked is None:
            return True
        known = self._held is not None and any(key.kid == kid for key in self._held.keys)
        return now - self._asked > (_FRESH if known else _SOONEST)

    async def _refresh(self) -> None:
        try:
            self._held = _key_set(await self._text(), private=False)
        except (httpx2.HTTPError, OSError, ValueError) as error:
            log.warning("jetons.issuer_away", error=error)

    async def _text(self) -> str:
        if "://" not in self._source:
            return await asyncio.to_thread(Path(self._source).read_text, encoding="utf-8")
        response = await self._http.get(self._source)
        return response.raise_for_status().text
