"""What épreuves ask for (R47): read, changed with its effect told before, and given back to the nation's rule."""

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response

from acces.acteur import Acteur
from acces.http import ActeurDep
from acces.policy import Scope
from chassis.database import Connection
from convocation.commun.application import application
from convocation.commun.http import IfMatch, etag, expected_version
from convocation.commun.policy import POLICY
from convocation.commun.schemas import MotifIn
from convocation.exigences import reads as exigences_reads
from convocation.exigences import sql as exigences
from convocation.exigences.commands import back_to_national, change_exigence, effect
from convocation.exigences.domain import NATIONALE, Exigence, exigence
from convocation.exigences.schemas import AcademieOuNation, CodeEpreuve, ExigenceIn
from convocation.nomenclature import reads as nomenclature
from pages.commands import commande, reading

router = APIRouter(prefix="/api", tags=["exigences"])
Academie = Annotated[AcademieOuNation, Path(description="an académie, or « nationale »")]
Code = Annotated[CodeEpreuve, Path()]


def academies_of(acteur: Acteur) -> list[str]:
    """Whose rules the acteur looks at first. Raises Forbidden."""
    scope = POLICY.scope(acteur, "exigences.lire")
    return sorted(acteur.academies) if scope is Scope.ACADEMIE else [NATIONALE]


def portee(academie: str) -> str:
    """`nationale` in an address is '*'."""
    return NATIONALE if academie == "nationale" else academie


@router.get("/exigences")
async def list_exigences(
    request: Request, acteur: ActeurDep, academie: Annotated[AcademieOuNation | None, Query()] = None
) -> dict[str, Any]:
    """What holds for each épreuve; without `academie` those of the acteur, the nation's for the administrateur."""
    wanted = academies_of(acteur) if academie is None else [portee(academie)]
    for one in wanted:
        POLICY.authorise(acteur, "exigences.lire", academie=one)
    async with reading(request) as connection:
        return {"exigences": [_line(row) for row in await exigences.liste(connection, wanted)]}


def _line(row: Any) -> dict[str, Any]:
    names = {"academie": row["pour"], "code": row["code"], "libelle": row["libelle"], "origine": row["academie"]}
    counts = {"version": row["version"] or 0, "missions_ouvertes": row["missions"]}
    return names | counts | exigences_reads.exigence_of(row).etat()


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
    expected, lot = expected_version(if_match), application(request).settings.lot_copies
    POLICY.authorise(acteur, "exigences.ecrire", academie=portee(academie))
    async with commande(request, acteur) as command:
        wanted = await _wanted(command.connection, body)
        if essai:
            return asdict(await effect(command.connection, portee(academie), code, expected, wanted, lot=lot))
        version = await change_exigence(command, portee(academie), code, expected, wanted, body.motif)
    response.headers.update(etag(version))
    return {"academie": portee(academie), "code": code, "version": version} | wanted.etat()


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
        await back_to_national(command, portee(academie), code, expected, body.motif)
