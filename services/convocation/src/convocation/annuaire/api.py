"""The directory for programs (R35, R36, R54): person by person, and many at once."""

from dataclasses import asdict
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Path, Request, Response

from acces.acteur import Acteur
from acces.http import ActeurDep, Router
from chassis.database import Connection
from chassis.http import takes_a_file
from chassis.problem import Problem
from convocation.annuaire import reads
from convocation.annuaire.access import may_keep, may_read, visible_intervenant
from convocation.annuaire.commands import change_intervenant, create_intervenant, import_intervenants, set_actif
from convocation.annuaire.domain import Intervenant
from convocation.annuaire.reads import FiltreAnnuaire, liste_intervenants
from convocation.annuaire.refus import IntervenantAbsent
from convocation.annuaire.schemas import ActiviteIn, FicheIn, IntervenantsIn, NouvelleFicheIn, RechercheIn
from convocation.commun.http import IfMatch, etag, expected_version
from convocation.commun.limites import count_read, limit_recherche
from convocation.commun.schemas import Academie
from pages.commands import commande, reading

router = Router(prefix="/api/academies/{academie}/intervenants", tags=["intervenants"])
Place = Annotated[Academie, Path()]
_DE_LA_LISTE = (
    "id",
    "numero",
    "civilite",
    "nom",
    "prenom",
    "courriel",
    "uai",
    "uais_secondaires",
    "disciplines",
    "profils",
    "stagiaire",
    "actif",
    "version",
)
import_router = Router(prefix="/api", tags=["administration"])
_DU_GESTIONNAIRE = frozenset({"stagiaire", "profils", "indisponibilites"})  # an import may leave them out


@router.post("/recherche", dependencies=[Depends(limit_recherche)])
async def chercher(request: Request, academie: Place, body: RechercheIn, acteur: ActeurDep) -> dict[str, Any]:
    """A page of fifty people; `rapproche`: nobody has that name, these have one a letter away (R35)."""
    may_read(acteur, academie)
    filtre = FiltreAnnuaire(academies=[academie], **body.model_dump())
    async with reading(request, acteur) as connection:
        rows, rapproche = await liste_intervenants(connection, filtre)
    await count_read(request, acteur, rows)
    people = [row.only(*_DE_LA_LISTE) for row in rows]
    return {"total": rows[0].total if rows else 0, "rapproche": rapproche, "intervenants": people}


@router.post("", status_code=201)
async def creer(
    request: Request, academie: Place, body: NouvelleFicheIn, acteur: ActeurDep, response: Response
) -> dict[str, Any]:
    """A new person; with `demande_id` the demande is answered. A number that somebody has is refused.

    409 `jumelle-connue` names whom she may be; sent again with that number as `jumelle` she is another.
    """
    async with commande(request, acteur) as command:
        await create_intervenant(command, body.personne(body.numero, academie), body.demande_id, autre_que=body.jumelle)
        made = await reads.get(command.connection, [body.numero])
    person = made[body.numero]
    response.headers["Location"] = f"/api/academies/{academie}/intervenants/{person.id}"
    return _told(person, response)


@router.get("/{intervenant_id}")
async def lire(
    request: Request, academie: Place, intervenant_id: UUID, acteur: ActeurDep, response: Response
) -> dict[str, Any]:
    """One person with her version as ETag."""
    async with reading(request, acteur) as connection:
        return _told(await _held(connection, acteur, academie, intervenant_id), response)


@router.put("/{intervenant_id}")
async def modifier(
    request: Request,
    academie: Place,
    intervenant_id: UUID,
    body: FicheIn,
    acteur: ActeurDep,
    response: Response,
    if_match: IfMatch = None,
) -> dict[str, Any]:
    """Everything but the number, the académie and whether she is active, over the version that was read.

    409 `jumelle-connue` as for a new person, where the change makes her somebody's twin.
    """
    may_keep(acteur)
    expected = expected_version(if_match)
    async with commande(request, acteur) as command:
        held = await _held(command.connection, acteur, academie, intervenant_id)
        await change_intervenant(command, body.personne(held.numero, academie), expected, autre_que=body.jumelle)
        return _told(await _held(command.connection, acteur, academie, intervenant_id), response)


@router.put("/{intervenant_id}/activite")
async def activer(
    request: Request,
    academie: Place,
    intervenant_id: UUID,
    body: ActiviteIn,
    acteur: ActeurDep,
    response: Response,
    if_match: IfMatch = None,
) -> dict[str, Any]:
    """Deactivate or reactivate, with the reason; her convocations stay as they are."""
    may_keep(acteur)
    expected = expected_version(if_match)
    async with commande(request, acteur) as command:
        held = await _held(command.connection, acteur, academie, intervenant_id)
        await set_actif(command, held.numero, expected, actif=body.actif, motif=body.motif)
        return _told(await _held(command.connection, acteur, academie, intervenant_id), response)


async def _held(connection: Connection, acteur: Acteur, academie: str, intervenant_id: UUID) -> Intervenant:
    """The person, where she is of the `academie` in the address. Raises IntervenantAbsent, Forbidden."""
    person = await visible_intervenant(connection, acteur, intervenant_id)
    if person.academie != academie:
        raise IntervenantAbsent
    return person


def _told(person: Intervenant, response: Response) -> dict[str, Any]:
    response.headers.update(etag(person.version))
    return asdict(person)


@import_router.put("/academies/{academie}/intervenants")
@takes_a_file
async def importer_intervenants(
    request: Request, academie: Annotated[Academie, Path()], body: IntervenantsIn, acteur: ActeurDep
) -> dict[str, Any]:
    """Create or replace people by number (R36): all of the list or none of it.

    `jumelles`: numbers of those who have the name, address and établissement of somebody else.
    """
    people = [one.personne(one.numero, academie, actif=one.actif) for one in body.intervenants]
    if len({one.numero for one in people}) != len(people):
        raise Problem(422, "numero-double", "Un numéro d’intervenant est donné deux fois.")
    async with commande(request, acteur) as command:
        kept = {one.numero: _DU_GESTIONNAIRE - one.model_fields_set for one in body.intervenants}
        jumelles = await import_intervenants(command, academie, people, kept)
    return {"enregistres": len(people), "jumelles": jumelles}
