"""What a provider says of itself: its addresses and its keys, kept for a while."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any, Self, TypeVar

import httpx2
from authlib.oidc.discovery import get_well_known_url
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from pydantic import BaseModel, model_validator

from convocation.identite.settings import Reglages

T = TypeVar("T")
_KEPT = timedelta(hours=1)
"""A key that the provider withdrew is believed no longer than that."""
_BETWEEN_FETCHES = timedelta(seconds=10)
"""An invented `kid` costs the provider a request at most so often."""
_AWAY = timedelta(seconds=2)
"""Who comes while it is away is told at once: a queue of people would wait for one timeout after another."""


_NOT_REACHED = (TimeoutError, OSError, httpx2.HTTPError, httpx2.InvalidURL)
_NOT_READ = (JoseError, ValueError, TypeError, KeyError, AttributeError, RecursionError)


class ProviderUnavailable(Exception):
    """The provider cannot be reached, or what it answers makes no sense: nobody can sign in there now."""


class Metadonnees(BaseModel):
    """OpenID Connect Discovery 1.0, as far as we use it."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str | None = None
    end_session_endpoint: str | None = None
    token_endpoint_auth_methods_supported: tuple[str, ...] = ("client_secret_basic",)

    @model_validator(mode="after")
    def _as_safe_as_the_issuer(self) -> Self:
        scheme = httpx2.URL(self.issuer).scheme
        named = (self.authorization_endpoint, self.token_endpoint, self.jwks_uri)
        optional = (self.userinfo_endpoint, self.end_session_endpoint)
        for url in (*named, *(one for one in optional if one)):
            if httpx2.URL(url).scheme not in {"https", scheme}:
                raise ValueError("an endpoint is less safe than the issuer")
        return self

    @property
    def auth_method(self) -> str:
        """How our secret is told: in the body where the header is not taken (ProConnect)."""
        basic = "client_secret_basic"
        return basic if basic in self.token_endpoint_auth_methods_supported else "client_secret_post"


@asynccontextmanager
async def reaching(seconds: float) -> AsyncIterator[None]:
    """One call to the provider, all of it within so many seconds. Raises ProviderUnavailable."""
    try:
        async with asyncio.timeout(seconds):
            yield
    except (*_NOT_REACHED, *_NOT_READ) as error:
        raise ProviderUnavailable(type(error).__name__) from error


class Decouverte:
    """Metadata and keys of one provider; asked for when needed, by one caller at a time."""

    def __init__(self, reglages: Reglages, clock: Callable[[], datetime]) -> None:
        self.tls = ssl.create_default_context()
        self._reglages = reglages
        self._clock = clock
        self._lock = asyncio.Lock()
        self._away_until: datetime | None = None
        self._metadata: tuple[datetime, Metadonnees] | None = None
        self._keys: tuple[datetime, KeySet] | None = None

    async def metadata(self) -> Metadonnees:
        """Raises ProviderUnavailable."""
        async with self._lock:
            return await self._known_metadata()

    async def keys(self, *, but_not: KeySet | None = None) -> KeySet:
        """`but_not`: keys that did not do; newer ones are fetched, unless that was just done.

        Raises ProviderUnavailable.
        """
        async with self._lock:
            if self._keys is not None:
                fetched, keys = self._keys
                kept = _BETWEEN_FETCHES if keys is but_not else _KEPT
                if self._clock() < fetched + kept:
                    return keys
            uri = (await self._known_metadata()).jwks_uri
            keys = await self._fetch(uri, KeySet.import_key_set)
            self._keys = self._clock(), keys
            return keys

    async def _known_metadata(self) -> Metadonnees:
        if self._metadata is None or self._clock() >= self._metadata[0] + _KEPT:
            url = get_well_known_url(self._reglages.issuer, external=True)
            self._metadata = self._clock(), await self._fetch(url, self._of_this_issuer)
        return self._metadata[1]

    def _of_this_issuer(self, told: Any) -> Metadonnees:
        metadata = Metadonnees.model_validate(told)
        if metadata.issuer != self._reglages.issuer:
            raise ValueError("another issuer answers")
        return metadata

    async def _fetch(self, url: str, read: Callable[[Any], T]) -> T:
        if self._away_until is not None and self._clock() < self._away_until:
            raise ProviderUnavailable("away since a moment")
        timeout = self._reglages.timeout_seconds
        try:
            async with reaching(timeout), httpx2.AsyncClient(verify=self.tls, timeout=timeout) as client:
                response = await client.get(url, headers={"Accept": "application/json"})
                return read(response.raise_for_status().json())
        except ProviderUnavailable:
            self._away_until = self._clock() + _AWAY
            raise
