"""Accounts and rights for programs: who has what since when; given, withdrawn, deactivated at once."""

from typing import Annotated, Any
from uuid import UUID, uuid5

from fastapi import Query, Request
from starlette.responses import Response

from acces import securite
from acces.commande import Commande
from acces.http import ActeurDep, Router
from acces.securite import Evenement
from chassis.database import Connection
from convocation.commun.application import application
from convocation.commun.http import IdempotencyKey, once
from convocation.commun.schemas import MotifIn
from convocation.comptes import presenters, reads
from convocation.comptes.access import may_manage
from convocation.comptes.commands import Beneficiaire, give, set_actif, withdraw
from convocation.comptes.reads import FiltreComptes
from convocation.comptes.refus import CompteInconnu
from convocation.comptes.schemas import AttributionIn, CompteActifIn
from event_schemas.academies import local_time
from pages.commands import commande, reading

router = Router(prefix="/api", tags=["administration"])
_NAMESPACE = UUID("c41d7f0e-3c8a-5b02-a1d4-7e6f5a4b3c2d")


@router.get("/comptes")
async def lister(
    request: Request,
    acteur: ActeurDep,
    nom: Annotated[str, Query(max_length=100, description="words of name or address, of anybody who signed in")] = "",
    page: Annotated[int, Query(ge=1, le=10_000)] = 1,
    taille: Annotated[int, Query(ge=1, le=200)] = 50,
) -> dict[str, Any]:
    """Without `nom` those who have a right of the rectorat, from here or from the ministry."""
    may_manage(acteur)
    jour = local_time("*", application(request).clock()).date()
    async with reading(request, acteur) as connection:
        people = await reads.personnes(connection, FiltreComptes(nom, jour, page, taille))
        rights = await reads.attributions(
            connection, [one.compte for one in people if one.compte], [one.courriel for one in people], jour
        )
    found = [presenters.told_personne(one, rights) for one in people]
    return {"comptes": found, "total": people[0].total if people else 0}


@router.get("/comptes/{compte}")
async def lire(request: Request, compte: UUID, acteur: ActeurDep) -> dict[str, Any]:
    """One account, with all that was ever given to it here."""
    may_manage(acteur)
    async with reading(request, acteur) as connection:
        row = await reads.compte(connection, str(compte))
        if row is None:
            raise CompteInconnu
        return presenters.told_compte(row, await reads.attributions(connection, [row.compte], [], None))


@router.put("/comptes/{compte}/activite")
async def activer(request: Request, compte: UUID, body: CompteActifIn, acteur: ActeurDep) -> dict[str, Any]:
    """Deactivate or reactivate, with the reason."""
    async with commande(request, acteur) as command:
        await set_actif(command, str(compte), actif=body.actif, motif=body.motif)
    event = Evenement.ACCOUNT_REACTIVATED if body.actif else Evenement.ACCOUNT_DEACTIVATED
    securite.tell(request, event, acteur, account=str(compte))
    return {"compte": str(compte), "actif": body.actif}


@router.post("/attributions", status_code=201)
async def donner(request: Request, body: AttributionIn, acteur: ActeurDep, key: IdempotencyKey = None) -> Response:
    """Gestionnaire of académies, or administrateur; the person signs in again and has it."""

    async def may(_: Connection) -> None:
        may_manage(acteur)

    async def work(command: Commande, _: None) -> dict[str, Any]:
        attribution_id = uuid5(_NAMESPACE, f"{acteur.sub}|{key}")
        qui = await _beneficiaire(command.connection, body)
        await give(command, attribution_id, qui, body.droit.droit(), body.motif)
        return {"attribution_id": str(attribution_id)}

    answer = await once(request, acteur, key, body.model_dump(mode="json"), may, work)
    securite.tell(request, Evenement.RIGHT_GIVEN, acteur)
    return answer


async def _beneficiaire(connection: Connection, body: AttributionIn) -> Beneficiaire:
    if body.personne is not None:
        return body.personne.beneficiaire()
    row = await reads.compte(connection, str(body.compte))
    if row is None:
        raise CompteInconnu
    return Beneficiaire(row.nom, row.courriel, row.compte)


@router.post("/attributions/{attribution_id}/retrait")
async def retirer(request: Request, attribution_id: UUID, body: MotifIn, acteur: ActeurDep) -> dict[str, Any]:
    """At once: sessions of the account end."""
    async with commande(request, acteur) as command:
        await withdraw(command, attribution_id, body.motif)
    securite.tell(request, Evenement.RIGHT_WITHDRAWN, acteur)
    return {"attribution_id": str(attribution_id)}
