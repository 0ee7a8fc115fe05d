"""Refusals of the domain → problem+json with their sentence."""

from fastapi import FastAPI, Request
from starlette.responses import Response

from chassis.http import refuse
from convocation.commun.refus import (
    ConvocationAnnulee,
    ConvocationInconnue,
    DejaConvoque,
    DejaFusionnee,
    DemandeDejaTraitee,
    DemandeInconnue,
    DisciplineInconnue,
    EmpechementDejaSignale,
    EmpechementTraite,
    ExigenceInconnue,
    FusionImpossible,
    ImportDejaLance,
    ImportInconnu,
    IntervenantAbsent,
    MissionInconnue,
    MissionSansCandidat,
    NumeroPris,
    OuvertureRefusee,
    PlusRienAFaire,
    Refus,
    RemiseSansObjet,
    RenvoiSansObjet,
    ServiceFerme,
    SuppleantIndisponible,
    VersionDepassee,
)

_STATUS: dict[type[Refus], int] = {
    MissionInconnue: 404,
    ConvocationInconnue: 404,
    DemandeInconnue: 404,
    IntervenantAbsent: 404,
    ExigenceInconnue: 404,
    DemandeDejaTraitee: 409,
    VersionDepassee: 412,
    ServiceFerme: 409,
    MissionSansCandidat: 409,
    DejaConvoque: 409,
    ConvocationAnnulee: 409,
    NumeroPris: 409,
    ImportInconnu: 404,
    ImportDejaLance: 409,
    FusionImpossible: 409,
    DejaFusionnee: 409,
    RemiseSansObjet: 409,
    RenvoiSansObjet: 409,
    PlusRienAFaire: 409,
    EmpechementDejaSignale: 409,
    EmpechementTraite: 409,
    SuppleantIndisponible: 409,
}


def add_to(app: FastAPI) -> None:
    """Everything else is 422: the entry itself is wrong."""
    app.add_exception_handler(Refus, _refus)
    app.add_exception_handler(DisciplineInconnue, _discipline)


async def _refus(request: Request, refus: Exception) -> Response:
    assert isinstance(refus, Refus)
    status = _STATUS.get(type(refus), 422)
    champ = {"champ": refus.champ} if isinstance(refus, OuvertureRefusee) else {}
    return refuse(request, status, refus.slug, refus.phrase, numeros=refus.numeros, **champ)


async def _discipline(request: Request, error: Exception) -> Response:
    assert isinstance(error, DisciplineInconnue)
    return refuse(request, 422, error.slug, error.phrase, codes=error.codes)
