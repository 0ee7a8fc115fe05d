"""`POST /oauth/jeton`: a client's credentials → a bearer token with the role SANTORIN (RFC 6749 4.4, RFC 6750).

The errors are Authlib's; its server and its reading of credentials do not fit (docs/decisions/0025).
"""

import base64
from urllib.parse import parse_qsl, unquote_plus

import structlog
from authlib.oauth2.rfc6749.errors import InvalidClientError, InvalidRequestError, InvalidScopeError, OAuth2Error
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from acces import securite
from acces.acteur import Acteur, Role
from acces.debit import limit_peer
from acces.securite import Evenement
from santorin_bridge.domain.clients import is_client
from santorin_bridge.policy import PORTEES
from santorin_bridge.settings import Settings
from santorin_bridge.web.application import application

log = structlog.get_logger()
PATH = "/oauth/jeton"
_MAX_BYTES, _MAX_FIELDS = 8_192, 20
_FORM = "application/x-www-form-urlencoded"
_NOT_STORED = {"Cache-Control": "no-store", "Pragma": "no-cache"}  # RFC 6749 section 5.1 asks for both


class _UnknownClient(InvalidClientError):
    """401 however the client showed its secret, with the realm that RFC 7617 asks for: Authlib's has none."""

    status_code = 401
    description = "unknown client or wrong secret"

    def get_headers(self) -> list[tuple[str, str]]:
        return [*OAuth2Error.get_headers(self), ("WWW-Authenticate", 'Basic realm="santorin-bridge", charset="UTF-8"')]


def add_to(app: FastAPI, settings: Settings) -> None:
    """A plain route: those of routers ask for an acteur, which a client that asks for its token is not yet."""
    if not settings.clients:
        log.warning("jetons.no_client")
    app.add_route(PATH, jeton, methods=["POST"])


async def jeton(request: Request) -> JSONResponse:
    """200 with the token, 400 or 401 in the RFC's form, 429 as problem+json."""
    await limit_peer(request, application(request).debit_jetons, PATH)
    try:
        fields = await _fields(request)
        client_id = _client(request, fields)
        portees = _grant(fields)
    except OAuth2Error as refused:
        securite.tell(request, Evenement.CLIENT_REFUSED)
        status, body, headers = refused()
        return JSONResponse(body, status, dict(headers))
    securite.tell(request, Evenement.TOKEN_ISSUED, client=client_id)
    return JSONResponse(_token(request, client_id, portees), headers=_NOT_STORED)


async def _fields(request: Request) -> dict[str, str]:
    """The form's fields, each once; one without a value counts as absent (section 3.2)."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _FORM:
        raise InvalidRequestError(f"the body must be {_FORM}")
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > _MAX_BYTES:
            raise InvalidRequestError("the body is too long")
    try:
        pairs = parse_qsl(body.decode("ascii"), errors="strict", max_num_fields=_MAX_FIELDS)
    except ValueError:
        raise InvalidRequestError("the body is no form in UTF-8") from None
    if len(dict(pairs)) < len(pairs):
        raise InvalidRequestError("a parameter stands twice")
    if "grant_type" not in dict(pairs):
        raise InvalidRequestError("grant_type is missing")
    return dict(pairs)


def _client(request: Request, fields: dict[str, str]) -> str:
    """The client that has shown its secret, by HTTP Basic or by fields of the form, never both (section 2.3)."""
    header = request.headers.get("authorization")
    client_id, secret = fields.get("client_id", ""), fields.get("client_secret", "")
    if header is not None:
        if secret:
            raise InvalidRequestError("the client authenticates twice")
        named, (client_id, secret) = client_id, _basic(header)
        if named not in {"", client_id}:
            raise InvalidRequestError("client_id names another client")
    if not is_client(application(request).clients, client_id, secret):
        raise _UnknownClient
    return client_id


def _basic(header: str) -> tuple[str, str]:
    """Id and secret of an `Authorization: Basic`, each form-encoded before base64 (section 2.3.1); else nobody's."""
    scheme, _, value = header.partition(" ")
    try:
        client_id, colon, secret = base64.b64decode(value.strip(), validate=True).decode().partition(":")
    except ValueError:  # no base64, no UTF-8
        return "", ""
    return (unquote_plus(client_id), unquote_plus(secret)) if colon and scheme.lower() == "basic" else ("", "")


def _grant(fields: dict[str, str]) -> frozenset[str]:
    """The scopes that are asked for; all of them where none is named (section 3.3)."""
    if fields["grant_type"] != "client_credentials":
        raise OAuth2Error("only client_credentials is given here", error="unsupported_grant_type")
    asked = frozenset(fields.get("scope", "").split(" ")) - {""} or frozenset(PORTEES)
    if asked - PORTEES.keys():
        raise InvalidScopeError(f"the scopes are {' '.join(sorted(PORTEES))}")
    return asked


def _token(request: Request, client_id: str, portees: frozenset[str]) -> dict[str, str | int]:
    ours = application(request)
    acteur, hours = Acteur(client_id, Role.SANTORIN, portees=portees), ours.token_seconds / 3_600
    token = ours.signs.mint(acteur, audience=Settings.service_name, now=ours.clock(), hours=hours)
    scope = " ".join(sorted(portees))
    return {"access_token": token, "token_type": "Bearer", "expires_in": ours.token_seconds, "scope": scope}
