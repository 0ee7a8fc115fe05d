"""Refusals → HTTP: problem+json for a program, a page for a person, with the same status."""

from fastapi import FastAPI, Request
from starlette.responses import Response

from chassis.http import refuse
from convocation.commun.refus import Kind, Refus

_STATUS = {Kind.SAISIE: 422, Kind.ABSENT: 404, Kind.CONFLIT: 409, Kind.DEPASSE: 412}


def status_of(refus: Refus | None) -> int:
    """Of an answer that a form is shown again in; 200 where nothing was refused."""
    return 200 if refus is None else _STATUS[refus.kind]


def errors_of(refus: Refus | None) -> list[dict[str, str]]:
    """What the form says: the sentence, and the field that it is about."""
    return [{"champ": refus.champ, "texte": refus.phrase}] if refus else []


def add_to(app: FastAPI) -> None:
    """Every refusal that a page does not show itself."""
    app.add_exception_handler(Refus, _refus)


async def _refus(request: Request, refus: Exception) -> Response:
    assert isinstance(refus, Refus)
    return refuse(request, status_of(refus), refus.slug, refus.phrase, **refus.details)
