"""The gateway to a provider (FIM/ARENA, ProConnect): code flow with PKCE, the person, and both ways of signing out.

Authlib speaks to the provider, joserfc checks what it signed. Nothing is kept here of a sign-in under way: `Depart`
belongs in the caller's session, so Starlette's SessionMiddleware is not needed.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from secrets import token_urlsafe
from typing import Any, TypeVar

import structlog
from authlib.common.urls import add_params_to_uri
from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import AsyncOAuth2Client
from joserfc.jwk import KeySet

from convocation.identite import jetons
from convocation.identite.decouverte import Decouverte, Metadonnees, ProviderUnavailable, reaching
from convocation.identite.jetons import BadToken, Emetteur, Fermeture, UnknownKey
from convocation.identite.settings import Genre, Reglages
from convocation.identite.vecteur import ATTRIBUTS
from francais.textes import visible

T = TypeVar("T")
log = structlog.get_logger()
_MAX_TEXT = 200
_OUR_FAULT = frozenset({"invalid_client", "unauthorized_client", "unsupported_grant_type", "invalid_scope"})
_PROTOCOL = frozenset({"iss", "aud", "azp", "exp", "iat", "nbf", "jti", "nonce", "at_hash", "c_hash"})


class SignInRefused(Exception):
    """This sign-in, or this message of the provider, is not believed. `reason`: for the log, without any person."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Depart:
    """A sign-in that has begun. The caller keeps it in the browser's session, for one return with the same `state`."""

    url: str = field(repr=False)
    state: str = field(repr=False)
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Identite:
    """A person, as the provider tells now. `claims`: all of it but what belongs to the protocol.

    Only FIM's have a vector: another provider may not say whose chef somebody is. `courriel`: empty unless the provider
    vouches for it.
    """

    genre: Genre
    issuer: str
    sub: str
    sid: str | None
    nom: str
    prenom: str
    courriel: str
    claims: Mapping[str, object] = field(repr=False)
    acr: str | None
    amr: tuple[str, ...]
    auth_time: datetime | None
    id_token: str = field(repr=False)


class Fournisseur:
    """One provider. `redirect_uri` is its own: an answer of one provider cannot pass for another's (RFC 9700, 4.4)."""

    def __init__(self, reglages: Reglages, *, redirect_uri: str, clock: Callable[[], datetime]) -> None:
        self.genre = reglages.genre
        self._reglages = reglages
        self._redirect_uri = redirect_uri
        self._clock = clock
        self._emetteur = Emetteur(reglages.issuer, reglages.client_id)
        self._decouverte = Decouverte(reglages, clock)

    async def begin(self, *, acr: str | None) -> Depart:
        """Where the browser goes. `acr`: how strongly to sign in at least, one or more values with spaces.

        The provider may do less: what it did is in `Identite`. Raises ProviderUnavailable.
        """
        metadata = await self._decouverte.metadata()
        state, nonce, verifier = token_urlsafe(32), token_urlsafe(32), token_urlsafe(48)
        async with self._client(metadata) as client:
            url, _ = client.create_authorization_url(
                metadata.authorization_endpoint,
                state=state,
                nonce=nonce,
                code_verifier=verifier if self._reglages.pkce else None,
                **self._demand(acr),
            )
        return Depart(url, state, nonce, verifier)

    async def finish(self, *, code: str, depart: Depart) -> Identite:
        """The person, for the code that came back. Raises SignInRefused, ProviderUnavailable."""
        metadata = await self._decouverte.metadata()
        async with self._client(metadata) as client:
            token = await self._exchange(client, metadata, code, depart)
            id_token = token.get("id_token")
            if not isinstance(id_token, str):
                raise self._refused("no id_token")
            known = await self._verified(
                "id_token",
                lambda keys: jetons.read_id_token(
                    id_token,
                    keys,
                    self._emetteur,
                    nonce=depart.nonce,
                    access_token=token.get("access_token"),
                    now=self._clock(),
                ),
            )
            told = await self._userinfo(client, metadata.userinfo_endpoint) if metadata.userinfo_endpoint else known
        if told.get("sub") != known["sub"]:
            raise self._refused("userinfo: sub")
        return _identite(self.genre, self._emetteur.issuer, known, told, id_token)

    async def logout(self, token: str) -> Fermeture:
        """What the provider has closed, by the token that it posts to us. Raises SignInRefused, ProviderUnavailable."""
        return await self._verified(
            "logout_token", lambda keys: jetons.read_logout_token(token, keys, self._emetteur, now=self._clock())
        )

    async def end_session_url(self, id_token: str, *, back_to: str) -> str | None:
        """Where the browser goes to sign out at the provider as well; None where it has no such page.

        Raises ProviderUnavailable: the caller's own session ends all the same.
        """
        metadata = await self._decouverte.metadata()
        if metadata.end_session_endpoint is None:
            return None
        # ProConnect wants a state of 32 characters or more, and takes no parameter besides these.
        parameters = {"id_token_hint": id_token, "post_logout_redirect_uri": back_to, "state": token_urlsafe(32)}
        return str(add_params_to_uri(metadata.end_session_endpoint, list(parameters.items())))

    def _client(self, metadata: Metadonnees) -> AsyncOAuth2Client:
        """`leeway`: Authlib takes a token of ProConnect, which lives for 60 s, for one that is over."""
        reglages = self._reglages
        return AsyncOAuth2Client(
            reglages.client_id,
            reglages.client_secret,
            token_endpoint_auth_method=metadata.auth_method,
            scope=reglages.scope,
            redirect_uri=self._redirect_uri,
            code_challenge_method="S256",
            leeway=0,
            timeout=reglages.timeout_seconds,
            verify=self._decouverte.tls,
        )

    def _demand(self, acr: str | None) -> dict[str, str]:
        """ProConnect tells `amr` only where it is asked for; with « essential » it would fail where the second factor
        is missing, and the person would read no sentence of ours."""
        if self.genre is Genre.FIM:
            return {"acr_values": acr} if acr else {}
        wanted: dict[str, Any] = {"amr": {"essential": True}}
        if acr:
            wanted["acr"] = {"essential": False, "values": acr.split()}
        return {"claims": json.dumps({"id_token": wanted})}

    async def _exchange(
        self, client: AsyncOAuth2Client, metadata: Metadonnees, code: str, depart: Depart
    ) -> dict[str, Any]:
        proof = {"code_verifier": depart.verifier} if self._reglages.pkce else {}
        try:
            async with reaching(self._reglages.timeout_seconds):
                token: dict[str, Any] = await client.fetch_token(
                    metadata.token_endpoint, grant_type="authorization_code", code=code, **proof
                )
        except OAuthError as error:
            if error.error in _OUR_FAULT:
                log.error("identite.client_refused", state=self.genre.value, cause=error.error)
                raise ProviderUnavailable(error.error) from None
            raise self._refused("code") from None
        return token

    async def _userinfo(self, client: AsyncOAuth2Client, url: str) -> dict[str, Any]:
        """JSON, or a signed JWT (ProConnect)."""
        try:
            async with reaching(self._reglages.timeout_seconds):
                response = await client.get(url)
                if response.status_code not in {401, 403}:
                    response.raise_for_status()
        except OAuthError:
            raise self._refused("access_token") from None
        if response.status_code != 200:
            raise self._refused("userinfo")
        if response.headers.get("content-type", "").partition(";")[0].strip().lower() == "application/jwt":
            return await self._verified(
                "userinfo",
                lambda keys: jetons.read_userinfo(response.text, keys, self._emetteur, now=self._clock()),
            )
        async with reaching(self._reglages.timeout_seconds):
            return dict(response.json())

    async def _verified(self, what: str, read: Callable[[KeySet], T]) -> T:
        """Read with the keys that we know; for an unknown one with those that the provider has now."""
        keys = await self._decouverte.keys()
        try:
            try:
                return read(keys)
            except UnknownKey:
                return read(await self._decouverte.keys(but_not=keys))
        except BadToken as error:
            raise self._refused(f"{what}: {error}") from None

    def _refused(self, reason: str) -> SignInRefused:
        log.warning("identite.refused", state=self.genre.value, cause=reason)
        return SignInRefused(reason)


def _identite(genre: Genre, issuer: str, known: Mapping[str, Any], told: Mapping[str, Any], id_token: str) -> Identite:
    """What was signed for this sign-in (`known`) wins over what was told afterwards."""
    hidden = _PROTOCOL if genre is Genre.FIM else _PROTOCOL | ATTRIBUTS
    claims = {name: value for name, value in {**told, **known}.items() if name not in hidden}
    acr, at = known.get("acr"), known.get("auth_time")
    return Identite(
        genre=genre,
        issuer=issuer,
        sub=known["sub"],
        sid=known.get("sid"),
        nom=_text(claims, "usual_name", "family_name"),
        prenom=_text(claims, "given_name"),
        courriel=_text(claims, "email") if _vouched(genre, claims) else "",
        claims=claims,
        acr=acr if isinstance(acr, str) else None,
        amr=tuple(one for one in known.get("amr") or () if isinstance(one, str)),
        auth_time=_moment(at),
        id_token=id_token,
    )


def _vouched(genre: Genre, claims: Mapping[str, object]) -> bool:
    """Whether the address is the person's. The ministry gives its agents theirs; ProConnect passes on others' word."""
    verified = claims.get("email_verified")
    return verified is not False if genre is Genre.FIM else verified is True


def _text(claims: Mapping[str, object], *names: str) -> str:
    """The first of these claims that is a text, on one line."""
    for name in names:
        value = claims.get(name)
        if isinstance(value, str) and value.strip():
            return " ".join(visible(value).split())[:_MAX_TEXT]
    return ""


def _moment(at: object) -> datetime | None:
    try:
        return datetime.fromtimestamp(at, UTC) if isinstance(at, (int, float)) else None
    except (ValueError, OverflowError, OSError):
        return None
