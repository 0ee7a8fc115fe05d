"""An OpenID provider that signs whatever it is told to: what a real one does on a bad day, and what a forger tries."""

import contextlib
import hashlib
import json
import threading
import time
from base64 import b64decode, urlsafe_b64encode
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from secrets import compare_digest, token_urlsafe
from typing import Any, Self
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, RSAKey

from testkit.ports import free_port

Claims = dict[str, Any]
Key = RSAKey | ECKey
_LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"


@dataclass(slots=True)
class Answer:
    """Instead of the usual one, for a path, if it has a body or another status.

    `slow_seconds`: how long it thinks before; `drip_seconds`: before each byte. Until it is stopped.
    """

    status: int = 200
    body: str = ""
    content_type: str = "application/json"
    slow_seconds: float = 0.0
    drip_seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a code stands for."""

    redirect_uri: str
    nonce: str
    challenge: str
    claims: Claims


@dataclass(slots=True)
class Issuer:
    """`with Issuer() as issuer:` a provider with one client, which signs in the person of `claims` without a word.

    `keys`: published; the first one signs. `claims`: of the person, in ID token and answer alike. `id_token`: makes the
    ID token of its claims, for forgers. `metadata`: over the usual ones. `answers`: by path. `asked`: requests by path.
    `pkce`: a code wants its verifier. `second_secret`: one that it takes too, while the client's secret is replaced.
    """

    client_id: str = "imagin"
    client_secret: str = "le secret du client & : %"  # noqa: S105  # of tests
    second_secret: str | None = None
    keys: list[Key] = field(default_factory=lambda: [RSAKey.generate_key(auto_kid=True)])
    claims: Claims = field(default_factory=lambda: {"sub": "c.essai"})
    id_token: Callable[[Claims], str] | None = None
    userinfo: Callable[[Claims], str] | None = None
    metadata: Claims = field(default_factory=dict)
    answers: dict[str, Answer] = field(default_factory=dict)
    asked: Counter[str] = field(default_factory=Counter)
    authorized: list[dict[str, str]] = field(default_factory=list)
    pkce: bool = True
    token_seconds: int = 60
    port: int = field(default_factory=free_port)
    _codes: dict[str, _Asked] = field(default_factory=dict)
    _tokens: dict[str, Claims] = field(default_factory=dict)
    _server: ThreadingHTTPServer | None = None
    _stopped: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Also again after `stop`, at the same address."""
        self._stopped.clear()
        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), _handler(self))
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self) -> None:
        self._stopped.set()
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def sign(self, claims: Claims, *, key: Key | None = None, **header: Any) -> str:
        """A token with these claims by our key, or by another one; `header` over the usual one, None takes away."""
        signer = key or self.keys[0]
        usual = {"alg": "RS256" if isinstance(signer, RSAKey) else "ES256", "kid": signer.kid, "typ": "JWT"}
        whole = {name: one for name, one in (usual | header).items() if one is not None}
        return jwt.encode(whole, claims, signer, algorithms=[whole["alg"]], default_type=None)

    def logout_token(self, **claims: Any) -> str:
        """A good one for what `claims` say (`sub`, `sid`); None takes a claim away."""
        now = int(time.time())
        usual = {"iss": self.url, "aud": self.client_id, "iat": now, "exp": now + 120, "jti": token_urlsafe(8)}
        whole = usual | {"events": {_LOGOUT_EVENT: {}}} | claims
        return self.sign({name: one for name, one in whole.items() if one is not None}, typ="logout+jwt")

    def code_for(self, url: str) -> str:
        """What the browser brings back from the authorization page at this address."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        self.authorized.append(asked)
        code = token_urlsafe(8)
        self._codes[code] = _Asked(
            asked["redirect_uri"], asked["nonce"], asked.get("code_challenge", ""), dict(self.claims)
        )
        return code

    def answer(self, path: str, query: str, body: str, authorization: str) -> tuple[int, dict[str, str], str]:
        """Status, headers and body for a request."""
        self.asked[path] += 1
        canned = self.answers.get(path)
        if canned:
            self._stopped.wait(canned.slow_seconds)
            if canned.body or canned.status != 200:
                return canned.status, {"Content-Type": canned.content_type}, canned.body
        if path == "/authorize":
            asked = {name: values[0] for name, values in parse_qs(query).items()}
            back = urlencode({"code": self.code_for(f"?{query}"), "state": asked["state"]})
            return 303, {"Location": f"{asked['redirect_uri']}?{back}"}, ""
        if path == "/userinfo":
            return self._userinfo(authorization)
        found: dict[str, Callable[[], tuple[int, Any]]] = {
            "/.well-known/openid-configuration": lambda: (200, self._metadata()),
            "/jwks": lambda: (200, KeySet(list(self.keys)).as_dict()),
            "/token": lambda: self._token(body, authorization),
        }
        status, told = found.get(path, lambda: (404, {}))()
        return status, {"Content-Type": "application/json"}, json.dumps(told)

    def pieces(self, path: str, body: bytes) -> Iterator[bytes]:
        """The body, as it is sent."""
        seconds = self.answers.get(path, Answer()).drip_seconds
        if not seconds:
            yield body
            return
        for byte in body:
            if self._stopped.wait(seconds):
                return
            yield bytes([byte])

    def _metadata(self) -> Claims:
        pages = {"authorization": "authorize", "token": "token", "userinfo": "userinfo", "end_session": "logout"}
        usual = {f"{name}_endpoint": f"{self.url}/{page}" for name, page in pages.items()}
        return usual | {"issuer": self.url, "jwks_uri": f"{self.url}/jwks"} | self.metadata

    def _token(self, body: str, authorization: str) -> tuple[int, Claims]:
        form = {name: values[0] for name, values in parse_qs(body).items()}
        if not self._is_client(form, authorization):
            return 401, {"error": "invalid_client"}
        asked = self._codes.pop(form.get("code", ""), None)
        if asked is None or form.get("redirect_uri") != asked.redirect_uri:
            return 400, {"error": "invalid_grant"}
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        if self.pkce and urlsafe_b64encode(digest).decode().rstrip("=") != asked.challenge:
            return 400, {"error": "invalid_grant"}
        access_token = token_urlsafe(16)
        self._tokens[access_token] = asked.claims
        claims = self._id_token_claims(asked, access_token)
        token = (self.id_token or self.sign)(claims)
        return 200, {
            "access_token": access_token,
            "token_type": "Bearer",
            "expires_in": self.token_seconds,
            "id_token": token,
        }

    def _id_token_claims(self, asked: _Asked, access_token: str) -> Claims:
        now = int(time.time())
        half = hashlib.sha256(access_token.encode()).digest()[:16]
        usual = {"iss": self.url, "aud": self.client_id, "iat": now, "exp": now + 60, "nonce": asked.nonce}
        return asked.claims | usual | {"at_hash": urlsafe_b64encode(half).decode().rstrip("=")}

    def _is_client(self, form: Mapping[str, str], authorization: str) -> bool:
        """By the ways that its metadata tell, and by no other."""
        ways = self.metadata.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        client_id = secret = ""
        if authorization.startswith("Basic ") and "client_secret_basic" in ways:
            client_id, _, secret = b64decode(authorization[6:]).decode().partition(":")
        elif "client_secret_post" in ways:
            client_id, secret = form.get("client_id", ""), form.get("client_secret", "")
        known = [one.encode() for one in (self.client_secret, self.second_secret) if one is not None]
        return client_id == self.client_id and any(compare_digest(secret.encode(), one) for one in known)

    def _userinfo(self, authorization: str) -> tuple[int, dict[str, str], str]:
        claims = self._tokens.get(authorization.removeprefix("Bearer "))
        if claims is None:
            return 401, {"Content-Type": "application/json"}, "{}"
        if self.userinfo is not None:
            now = int(time.time())
            signed = claims | {"iss": self.url, "aud": self.client_id, "iat": now, "exp": now + 60}
            return 200, {"Content-Type": "application/jwt; charset=utf-8"}, self.userinfo(signed)
        return 200, {"Content-Type": "application/json"}, json.dumps(claims)


def _handler(issuer: Issuer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            url = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            status, headers, answer = issuer.answer(url.path, url.query, body, self.headers.get("Authorization", ""))
            sent = answer.encode()
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(sent)))
            self.end_headers()
            with contextlib.suppress(ConnectionError):  # who does not wait has gone
                for piece in issuer.pieces(url.path, sent):
                    self.wfile.write(piece)

        do_POST = do_GET  # noqa: N815  # http.server's

        def log_message(self, *_: object) -> None:
            """Nothing: the tests look at `asked`."""

    return Handler
