"""The one key of all services, of the release before: believed and used while IMAGIN_TOKEN_KEY is given (0038).

So an upgrade needs no moment in which nobody understands anybody. Then each service gets keys of its own (`jetons`),
and this key goes.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from acces.acteur import Acteur, InvalidToken, Role

_ALGORITHM = "HS256"
_AUDIENCE = "imagin"
_OURS = {Role.NOTIFIER, Role.PONT, Role.EXPLOITATION}


class SharedKey:
    """Signs and reads with one secret."""

    def __init__(self, key: str) -> None:
        self._key = OctKey.import_key(key)

    def mint(
        self,
        acteur: Acteur,
        *,
        audience: str | Sequence[str],  # noqa: ARG002  # as a Signer's
        now: datetime,
        hours: float,
    ) -> str:
        """A token for `acteur`, valid from `now` for `hours`.

        The release before knows one role of services, and one audience of all of them.
        """
        if acteur.role in _OURS:
            acteur = replace(acteur, role=Role.SERVICE)
        claims = {
            "aud": _AUDIENCE,
            **acteur.claims(),
            "iat": int(now.timestamp()),
            "exp": int((now + timedelta(hours=hours)).timestamp()),
        }
        return jwt.encode({"alg": _ALGORITHM}, claims, self._key)

    def read(self, token: str, *, now: datetime) -> Acteur:
        """The acteur of a token. Raises InvalidToken for a wrong signature, audience, algorithm, role or time."""
        try:
            claims = jwt.decode(token, self._key, algorithms=[_ALGORITHM]).claims
            jwt.JWTClaimsRegistry(
                now=int(now.timestamp()),
                aud={"essential": True, "value": _AUDIENCE},
                sub={"essential": True},
                exp={"essential": True},
            ).validate(claims)
            return Acteur.of(claims)
        except (JoseError, KeyError, TypeError, ValueError) as error:
            raise InvalidToken(type(error).__name__) from None
