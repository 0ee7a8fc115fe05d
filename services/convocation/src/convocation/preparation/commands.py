"""Keeping the draft, and convoking what it says: one transaction a mission, all of its people or none."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from acces.commande import Commande
from convocation.commun import idempotence
from convocation.convocations.commands import PassageOutre, create_convocations
from convocation.convocations.domain import Saisie
from convocation.preparation import sql
from convocation.preparation.access import missions_to_prepare
from convocation.preparation.domain import Brouillon


async def keep_draft(commande: Commande, uai: str, session: str, drafts: Mapping[UUID, Brouillon]) -> None:
    """What is entered for each mission, for whoever goes on with it. Raises MissionInconnue, Forbidden."""
    missions = await missions_to_prepare(commande.connection, commande.acteur, uai, session)
    kept = {one.mission_id: drafts[one.mission_id].kept() for one in missions if one.mission_id in drafts}
    await sql.save(commande.connection, kept, par_nom=commande.acteur.nom, le=commande.now)


async def convoke_mission(
    commande: Commande, mission_id: UUID, numeros: Sequence[str], saisie: Saisie, outre: PassageOutre, cle: str
) -> int:
    """How many people; the form `cle` sent again convokes nobody.

    Raises a Refus (AvertissementsALire too), Forbidden.
    """
    typed = [str(mission_id), numeros, saisie.qualites, [str(day) for day in saisie.dates], saisie.observation]
    if not await idempotence.first_time(commande.connection, commande.acteur, cle, typed, commande.now):
        return 0
    done = await create_convocations(commande, mission_id, numeros, saisie, outre)
    await sql.forget(commande.connection, mission_id)
    return len(done.par_numero)
