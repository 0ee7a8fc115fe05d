"""Reminding établissements: one transaction writes the reminders, the facts that letters tell, and the audit."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from acces.audit import Acte, record
from acces.commande import Commande
from chassis.database import Connection
from convocation.avis.commands import note_reminders
from convocation.avis.domain import Motif
from convocation.missions import reads as missions
from convocation.missions.refus import MissionInconnue, SessionArchivee
from convocation.ouvertures import reads as ouvertures
from convocation.ouvertures.presenters import service
from convocation.rappels import sql
from convocation.rappels.access import RAPPELER, authorise_reminding
from convocation.rappels.domain import Service, recent, rempli, verifier
from convocation.rappels.refus import RappelRecent, RappelSansObjet, RappelVide, TexteVide
from convocation.rappels.sql import Retard


@dataclass(frozen=True, slots=True)
class Rappel:
    """`voulus`: those of `uais` to remind although they were a short while ago, with the rank of that reminder.

    None for the rank: however near, and whichever it is.
    """

    session: str
    motif: Motif
    uais: Collection[str]
    texte: str
    voulus: Mapping[str, int | None] = field(default_factory=dict)

    def vu(self, one: Retard) -> int | None:
        """The rank of its last reminder, where another is wanted all the same."""
        return one.rang if one.uai in self.voulus and self.voulus[one.uai] in {None, one.rang} else None


@dataclass(frozen=True, slots=True)
class Bilan:
    """Who was reminded; of these, who has no address for a letter; who was left out because it is late no longer."""

    rappeles: list[Retard]
    sans_adresse: list[Retard]
    a_jour: list[Retard]


async def send_reminders(commande: Commande, wanted: Rappel, delai: timedelta) -> Bilan:
    """All that are late, or nobody.

    Raises RappelVide, RappelSansObjet, RappelRecent, what `verifier` raises, MissionInconnue, Forbidden.
    """
    authorise_reminding(commande.acteur, ())
    texte, connection = verifier(wanted.texte), commande.connection
    if not wanted.uais:
        raise RappelVide
    found = await sql.retards(connection, wanted.session, wanted.motif, uais=sorted(wanted.uais))
    if {one.uai for one in found} != set(wanted.uais):
        raise MissionInconnue
    authorise_reminding(commande.acteur, [(one.academie, one.uai) for one in found])
    if await missions.archivee(commande.connection, wanted.session):
        raise SessionArchivee
    late = [one for one in found if wanted.motif in one.motifs]
    if not late:
        raise RappelSansObjet
    near = [one.uai for one in late if recent(one.rappele_le, commande.now, delai) and wanted.vu(one) is None]
    if near:
        raise RappelRecent(near)
    await _write(commande, wanted, texte, late, delai)
    a_jour = [one for one in found if wanted.motif not in one.motifs]
    return Bilan(late, [one for one in late if not one.joignable], a_jour)


async def _write(commande: Commande, wanted: Rappel, texte: str, late: list[Retard], delai: timedelta) -> None:
    """Raises TexteVide, and RappelRecent where somebody else reminds one of them at this moment."""
    connection, acteur = commande.connection, commande.acteur
    services = await services_of(commande.connection, wanted.session, late, commande.now)
    rows = [
        (one.uai, one.academie, rempli(texte, wanted.session, one, services[one.uai]), wanted.vu(one)) for one in late
    ]
    if not all(words for _, _, words, _ in rows):
        raise TexteVide
    written = await sql.add(
        connection,
        wanted.session,
        wanted.motif,
        rows,
        par=acteur.sub,
        par_nom=acteur.nom,
        le=commande.now,
        delai=delai,
    )
    missed = {one.uai for one in late} - {one.uai for one in written}
    if missed:
        raise RappelRecent(sorted(missed))
    await note_reminders(connection, [one.id for one in written])
    academies = {one.uai: one.academie for one in late}
    told = {"session": wanted.session, "rappel": wanted.motif.value}
    actes = [
        Acte(RAPPELER, f"rappel|{one.id}", None, told, academie=academies[one.uai], uai=one.uai) for one in written
    ]
    await record(connection, acteur, commande.now, actes)


async def services_of(
    connection: Connection, session: str, rows: Collection[Retard], now: datetime
) -> dict[str, Service]:
    """Until when each may act, by UAI."""
    decisions = await ouvertures.of_places(connection, session, [(one.academie, one.uai) for one in rows])
    return {one.uai: Service(*service(decisions, one, now)[1:]) for one in rows}
