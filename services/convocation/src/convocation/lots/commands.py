"""One act on the convocations of a lot: a transaction a mission, all of its convocations or none."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import groupby
from uuid import UUID

from acces.audit import Acte, record
from acces.commande import Commande
from chassis.database import Connection
from convocation.annuaire import reads as intervenants
from convocation.avertissements.calendrier import calendrier
from convocation.avertissements.domain import Avertissement, Lieu, sur_les_jours
from convocation.convocations import reads as convocations
from convocation.convocations.commands import PassageOutre, change_together, create_convocations, examine
from convocation.convocations.examen import Occupation, conflits
from convocation.convocations.reads import LigneConvocation, convocation_of
from convocation.courriels.commands import ask_mail, resend_mail
from convocation.courriels.domain import Objet
from convocation.courriels.refus import RenvoiSansObjet
from convocation.empechements.commands import reopen_reports
from convocation.lots import sql
from convocation.lots.access import authorise_reminder, authorise_undoing
from convocation.lots.domain import DEFAIRE, ActeEnLot, Changement, Retour, meetings, saisie_of
from convocation.lots.refus import RelanceSansObjet, RienADefaire
from convocation.missions import reads as missions
from convocation.missions.domain import intitule

RELANCE = "relance.demander"


async def warn_lot(
    connection: Connection, rows: Sequence[LigneConvocation], changement: Changement, aujourdhui: date
) -> list[Avertissement]:
    """Days to look at twice and days that are taken already, where the lot moves there."""
    if changement.acte is not ActeEnLot.DATES or not rows:
        return []
    numeros, dates = sorted({row.numero for row in rows}), list(changement.dates)
    elsewhere = await convocations.occupations(connection, numeros, dates, rows[0].academie)
    moved = [_moved(row, day) for row in rows for day in dates]
    first = rows[0]
    mission = await missions.get(connection, first.mission_id)
    assert mission is not None, "a mission is never deleted"
    lieu = Lieu(first.academie, first.uai)
    found = sur_les_jours(calendrier(), dates, lieu, first.session, aujourdhui, mission.periode)
    return found + conflits(meetings([(row.numero, row.mission_id) for row in rows], elsewhere, moved))


async def warn_replacement(
    connection: Connection, rows: Sequence[LigneConvocation], remplacant: str, aujourdhui: date
) -> list[Avertissement]:
    """What there is to read before somebody takes all of these, in the order in which she is convoked to them.

    Raises a Refus.
    """
    found: list[Avertissement] = []
    taken: list[Occupation] = []
    for row in in_order(rows):
        mission = await missions.get(connection, row.mission_id)
        assert mission is not None, "a mission is never deleted"
        entered = saisie_of(convocation_of(row))
        examen = await examine(connection, mission, [remplacant], entered, ouvert=True, aujourdhui=aujourdhui)
        found += examen.avertissements + conflits([one for one in taken if one.jour in row.dates])
        person = examen.annuaire[remplacant]
        name = f"{person.nom} {person.prenom}"
        taken += [replace(_moved(row, day), numero=remplacant, nom=name) for day in row.dates]
    return found


def in_order(rows: Sequence[LigneConvocation]) -> list[LigneConvocation]:
    """As missions are locked."""
    return sorted(rows, key=lambda row: row.mission_id)


def _moved(row: LigneConvocation, day: date) -> Occupation:
    """Worded as the database says where somebody is convoked."""
    mission = f"{intitule(row.libelle, row.voie)}, {row.etablissement_nom}"
    return Occupation(row.numero, f"{row.nom} {row.prenom}", day, row.mission_id, mission)


async def change_lot(
    commande: Commande,
    mission_id: UUID,
    expected: Mapping[UUID, int],
    changement: Changement,
    avertissements: Sequence[Avertissement],
    outre: PassageOutre,
) -> dict[UUID, int]:
    """The new version of each that changed. Raises a Refus (VersionDepassee, AvertissementsALire too), Forbidden."""
    outre.check(avertissements)
    versions = await change_together(commande, mission_id, expected, changement.of)
    await outre.remember(commande, versions, avertissements)
    return versions


async def replace_in_lot(
    commande: Commande, mission_id: UUID, expected: Mapping[UUID, int], remplacant: str, motif: str, outre: PassageOutre
) -> dict[UUID, int]:
    """Somebody else takes the qualité, dates and observation of a convocation, which is cancelled, or nothing happens.

    The new right first, as in a merge. Returns the new versions. Raises a Refus (AvertissementsALire too), Forbidden.
    """
    versions: dict[UUID, int] = {}
    for convocation_id in expected:
        held = await convocations.get(commande.connection, convocation_id)
        if held is not None:
            made = await create_convocations(commande, mission_id, [remplacant], saisie_of(held[1]), outre)
            versions |= {id_: one.version for id_, one in made.par_numero.values()}
    changement = Changement(ActeEnLot.REMPLACER, motif=motif)
    return versions | await change_together(commande, mission_id, expected, changement.of)


async def remember_lot(commande: Commande, uai: str, versions: Mapping[UUID, int]) -> int:
    """Keep what an act made, to be undone while DEFAIRE lasts; the number to undo it with."""
    oldest = commande.now - DEFAIRE
    return await sql.remember(commande.connection, uai, commande.acteur.sub, commande.now, oldest, versions)


async def undo_lot(commande: Commande, uai: str, lot: int) -> int:
    """Each convocation as it was before its acteur's last act, or none. Returns how many changed.

    Raises RienADefaire, VersionDepassee where somebody has changed one since, ServiceFerme, IntervenantInactif and
    others where somebody can no longer be convoked, Forbidden.
    """
    authorise_undoing(commande.acteur, uai)
    made = await sql.take(commande.connection, lot, uai, commande.acteur.sub, commande.now - DEFAIRE)
    if not made:
        raise RienADefaire
    before = await sql.before(commande.connection, made)
    changed = 0
    for mission_id, group in groupby(made, key=lambda row: row.mission_id):
        expected = {row.convocation_id: row.version for row in group}
        avant = {one.numero: one for id_ in expected if (one := before.get(id_))}
        retour = Retour(avant, await intervenants.get(commande.connection, list(avant)))
        changed += len(await change_together(commande, mission_id, expected, retour.of))
    await reopen_reports(commande.connection, [(row.convocation_id, row.version) for row in made])
    return changed


async def remind(commande: Commande, rows: Sequence[LigneConvocation]) -> int:
    """They are reminded by mail, once a day. Returns how many. Raises RelanceSansObjet for nobody, Forbidden."""
    for row in rows:
        authorise_reminder(commande, row)
    due = set(await sql.remind(commande.connection, [row.convocation_id for row in rows], commande.now))
    reminded = [row for row in rows if row.convocation_id in due]
    if not reminded:
        raise RelanceSansObjet
    for row in reminded:
        await ask_mail(commande.connection, row.convocation_id, row.version, Objet.RENVOI)
    await record(commande.connection, commande.acteur, commande.now, [_acte(row) for row in reminded])
    return len(reminded)


async def resend(commande: Commande, rows: Sequence[LigneConvocation]) -> int:
    """The mails that failed or came back go out again. Returns how many. Raises RenvoiSansObjet for none, Forbidden."""
    failed = [row for row in rows if row.suivi.a_remettre]
    if not failed:
        raise RenvoiSansObjet
    for row in in_order(failed):
        await resend_mail(commande, row.convocation_id, row.version)
    return len(failed)


def _acte(row: LigneConvocation) -> Acte:
    told = {"version": row.version}
    return Acte(
        RELANCE,
        f"convocation|{row.convocation_id}",
        None,
        told,
        academie=row.academie,
        uai=row.uai,
        personne=row.numero,
    )
