"""What épreuves ask for (R47): read, changed with its effect told before, and given back to the nation's rule."""

from typing import Annotated, Any

from fastapi import Path, Query, Request, Response

from acces.http import ActeurDep, Router
from chassis.database import Connection
from convocation.commun.application import application
from convocation.commun.http import IfMatch, etag, expected_version
from convocation.commun.schemas import MotifIn
from convocation.exigences import presenters, sql
from convocation.exigences.access import academies_of, readable
from convocation.exigences.commands import back_to_national, change_exigence, effect
from convocation.exigences.domain import Exigence, exigence
from convocation.exigences.presenters import academie_of
from convocation.exigences.schemas import AcademieOuNation, CodeEpreuve, ExigenceIn
from convocation.nomenclature import reads as nomenclature
from pages.commands import commande, reading

router = Router(prefix="/api", tags=["exigences"])
Academie = Annotated[AcademieOuNation, Path(description="an académie, or « nationale »")]
Code = Annotated[CodeEpreuve, Path()]


@router.get("/exigences")
async def list_exigences(
    request: Request, acteur: ActeurDep, academie: Annotated[AcademieOuNation | None, Query()] = None
) -> dict[str, Any]:
    """What holds for each épreuve; without `academie` those of the acteur, the nation's for the administrateur."""
    wanted = academies_of(acteur) if academie is None else [readable(acteur, academie_of(academie))]
    async with reading(request, acteur) as connection:
        return {"exigences": [presenters.exigence(row) for row in await sql.liste(connection, wanted)]}


@router.put("/academies/{academie}/exigences/{code}")
async def ecrire(
    request: Request,
    academie: Academie,
    code: Code,
    body: ExigenceIn,
    acteur: ActeurDep,
    response: Response,
    if_match: IfMatch = None,
    *,
    essai: Annotated[bool, Query(description="tell the effect and write nothing")] = False,
) -> dict[str, Any]:
    """Write over the version of the rule that holds ("0": none); `essai` tells its effect on missions instead."""
    expected, held, lot = expected_version(if_match), academie_of(academie), application(request).settings.lot_copies
    async with commande(request, acteur) as command:
        wanted = await _wanted(command.connection, body)
        if essai:
            told = await effect(command.connection, acteur, held, code, expected, wanted, lot=lot)
            return presenters.effet(told)
        version = await change_exigence(command, held, code, expected, wanted, body.motif)
    response.headers.update(etag(version))
    return {"academie": held, "code": code, "version": version} | wanted.etat()


async def _wanted(connection: Connection, body: ExigenceIn) -> Exigence:
    lines = [(one.profil, one.disciplines) for one in body.profils]
    return exigence(lines, body.lot_copies, body.correcteurs, await nomenclature.libelles(connection))


@router.delete("/academies/{academie}/exigences/{code}", status_code=204)
async def revenir(
    request: Request,
    academie: Academie,
    code: Code,
    acteur: ActeurDep,
    body: MotifIn,
    if_match: IfMatch = None,
) -> None:
    """Back to the nation's rule; the reason is in the body, for addresses are logged on the way."""
    expected = expected_version(if_match)
    async with commande(request, acteur) as command:
        await back_to_national(command, academie_of(academie), code, expected, body.motif)
