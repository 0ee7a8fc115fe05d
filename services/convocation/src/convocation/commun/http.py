"""Headers of a command: an Idempotency-Key makes it happen once, If-Match names the version that was read."""

import hashlib
import json
from collections.abc import Awaitable, Callable
from typing import Annotated, Any, TypeVar

from fastapi import Header, Request
from starlette.responses import Response

from acces.acteur import Acteur
from acces.commande import Commande
from chassis.database import Connection
from chassis.problem import Problem
from convocation.commun import idempotence
from pages.commands import commande
from pages.forms import whole_number

T = TypeVar("T")
IfMatch = Annotated[str | None, Header(alias="If-Match")]
IdempotencyKey = Annotated[str | None, Header(alias="Idempotency-Key")]


async def once(
    request: Request,
    acteur: Acteur,
    key: str | None,
    body: Any,
    may: Callable[[Connection], Awaitable[T]],
    work: Callable[[Commande, T], Awaitable[dict[str, Any]]],
) -> Response:
    """Run `work` once a key: the same request again gets the same answer; another body under the key is refused.

    `may` raises where the acteur may not, or no longer: a kept answer is given to nobody else. What it has read of that
    `work` is given.
    """
    if not key or len(key) > 200:
        raise Problem(400, "cle-idempotence", "L’en-tête Idempotency-Key est nécessaire (200 caractères au plus).")
    content = json.dumps([request.method, request.url.path, body], sort_keys=True, default=str)
    empreinte = hashlib.sha256(content.encode()).hexdigest()
    async with commande(request, acteur) as command:
        read = await may(command.connection)
        known = await idempotence.claim(command.connection, acteur, key, empreinte, command.now)
        if known is None:
            answer = json.dumps(await work(command, read), default=str, ensure_ascii=False, separators=(",", ":"))
            await idempotence.keep(command.connection, acteur, key, answer)
        elif known.empreinte != empreinte:
            raise Problem(422, "cle-reutilisee", "Cet Idempotency-Key a servi à une autre demande.")
        else:
            answer = known.reponse
    return Response(answer, status_code=201, media_type="application/json")


def expected_version(if_match: str | None) -> int:
    """The version in `If-Match: "3"`, "0" where there is none yet; 428 when absent, 412 when it can match nothing."""
    if if_match is None:
        raise Problem(428, "if-match-absent", "L’en-tête If-Match est nécessaire : relisez la donnée et son ETag.")
    typed = if_match.strip().strip('"')
    version = whole_number(typed)
    if not version and typed != "0":
        raise Problem(412, "version-depassee", "L’en-tête If-Match ne correspond pas.")
    return version


def etag(version: int) -> dict[str, str]:
    return {"ETag": f'"{version}"'}
