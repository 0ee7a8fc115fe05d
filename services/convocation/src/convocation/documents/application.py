"""What the requests that need documents use."""

from dataclasses import dataclass

from fastapi import Request

from chassis import http
from convocation.commun import application as commun
from convocation.documents.imprimeur import Imprimeur


@dataclass(frozen=True, slots=True, kw_only=True)
class Application(commun.Application):
    imprimeur: Imprimeur

    async def close(self) -> None:
        self.imprimeur.end()
        await commun.Application.close(self)


def application(request: Request) -> Application:
    return http.application(request, Application)
