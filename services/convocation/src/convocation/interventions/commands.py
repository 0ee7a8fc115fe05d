"""The rectorat begins and ends to act for an établissement; the établissement is told what was done."""

from datetime import datetime

from acces.acteur import Acteur
from acces.audit import Acte, record
from acces.commande import Commande
from chassis.database import Connection
from convocation.avis.commands import note_interventions
from convocation.commun.refus import entier
from convocation.interventions import sql
from convocation.interventions.access import FINIR, OUVRIR, acting_for, etablissement_to_act_for, may_end
from convocation.interventions.domain import DUREE, MAX_MOTIF, UN_CLIC, nom_pour
from convocation.interventions.refus import InterventionFinie, MotifVide


async def begin(commande: Commande, uai: str, session: str, motif: str) -> Acteur:
    """As whom one acts from now on; a second click begins nothing more.

    Raises MissionInconnue, MotifVide, TexteTropLong, Forbidden.
    """
    who, now = commande.acteur, commande.now
    place = await etablissement_to_act_for(commande.connection, who, uai)
    entier(motif, "motif", MAX_MOTIF)
    if not motif.strip():
        raise MotifVide
    nom = nom_pour(who.nom or who.sub, f"{place.etablissement_nom}, {place.etablissement_commune}")
    await sql.alone(commande.connection, who.sub)
    since = now - UN_CLIC
    already = await sql.begun(commande.connection, who.sub, uai, session=session, motif=motif, since=since)
    if already is not None:
        return acting_for(who, nom, uai, place.academie, already + DUREE)
    await sql.end(commande.connection, who.sub, None, now)
    await sql.insert(
        commande.connection, uai, place.academie, session=session, motif=motif, par=who.sub, par_nom=nom, debut=now
    )
    acte = Acte(OUVRIR, f"etablissement|{uai}", None, {"session": session}, motif, academie=place.academie, uai=uai)
    await record(commande.connection, who, now, [acte])
    return acting_for(who, nom, uai, place.academie, now + DUREE)


async def finish(commande: Commande) -> None:
    """Raises InterventionFinie where it is over already, Forbidden."""
    who = commande.acteur
    may_end(who)
    for uai in sorted(who.uais):
        if not await sql.end(commande.connection, who.sub, uai, commande.now):
            raise InterventionFinie
        acte = Acte(FINIR, f"etablissement|{uai}", academie=min(who.academies, default=None), uai=uai)
        await record(commande.connection, who, commande.now, [acte])


async def close_overdue(connection: Connection, now: datetime) -> None:
    """End what nobody ended; note for the établissements' mails what is over."""
    async with connection.transaction():
        await sql.end_overdue(connection, now, DUREE)
        await note_interventions(connection, await sql.to_tell(connection))
