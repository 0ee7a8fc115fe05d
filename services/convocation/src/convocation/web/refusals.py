"""Refusals of the domain → problem+json with their sentence."""

from fastapi import FastAPI, Request
from starlette.responses import Response

from chassis.http import refuse
from convocation.domain.errors import (
    ConvocationAnnulee,
    ConvocationInconnue,
    DejaConvoque,
    DemandeDejaTraitee,
    DemandeInconnue,
    ExigenceInconnue,
    ImportDejaLance,
    ImportInconnu,
    MissionInconnue,
    MissionSansCandidat,
    Refus,
    ServiceFerme,
    VersionDepassee,
)
from convocation.use_cases.import_intervenants import DisciplineInconnue

_STATUS: dict[type[Refus], int] = {
    MissionInconnue: 404,
    ConvocationInconnue: 404,
    DemandeInconnue: 404,
    ExigenceInconnue: 404,
    DemandeDejaTraitee: 409,
    VersionDepassee: 412,
    ServiceFerme: 409,
    MissionSansCandidat: 409,
    DejaConvoque: 409,
    ConvocationAnnulee: 409,
    ImportInconnu: 404,
    ImportDejaLance: 409,
}


def add_to(app: FastAPI) -> None:
    """Everything else is 422: the entry itself is wrong."""
    app.add_exception_handler(Refus, _refus)
    app.add_exception_handler(DisciplineInconnue, _discipline)


async def _refus(request: Request, refus: Exception) -> Response:
    assert isinstance(refus, Refus)
    status = _STATUS.get(type(refus), 422)
    return refuse(request, status, refus.slug, refus.phrase, numeros=refus.numeros)


async def _discipline(request: Request, error: Exception) -> Response:
    assert isinstance(error, DisciplineInconnue)
    return refuse(request, 422, "discipline-inconnue", "Discipline inconnue.", codes=error.codes)
