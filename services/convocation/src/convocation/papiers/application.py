"""What the requests that need papers use."""

from dataclasses import dataclass

from fastapi import Request

from chassis import http
from convocation.documents import application as documents
from convocation.papiers.emargement import Feuilles


@dataclass(frozen=True, slots=True, kw_only=True)
class Application(documents.Application):
    feuilles: Feuilles


def application(request: Request) -> Application:
    return http.application(request, Application)
