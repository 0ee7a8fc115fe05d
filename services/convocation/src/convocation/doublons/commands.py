"""Merge two entries of the directory (R36) and undo it: no convocation is lost, and SANTORIN follows the person."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from acces import audit
from acces.audit import Acte
from acces.commande import Commande
from chassis import outbox
from chassis.database import Pool
from convocation.annuaire import reads as annuaire
from convocation.annuaire.commands import for_writing, merge_into, part_again, save_with_acts
from convocation.annuaire.domain import Intervenant
from convocation.commun.refus import VersionDepassee
from convocation.convocations.commands import save_version
from convocation.convocations.domain import Convocation
from convocation.convocations.reads import EtatRow, convocation_of
from convocation.doublons import sql
from convocation.doublons.access import MERGE, may_merge, mergeable, undoable
from convocation.doublons.domain import DELAI, Deplacement, Reprise, Retour, ecrire, lire, reprendre, separer, unir
from convocation.doublons.reads import plausible, retours
from convocation.doublons.refus import FusionImpossible, FusionSuivie
from convocation.empechements.commands import carry_report, reopen_reports
from convocation.missions import reads as missions
from convocation.missions.domain import Mission
from event_schemas.identities import convocation_id

_AT_ONCE = 200  # entries a second: some 100 ms, so that pages are not held up while a first file is looked through


@dataclass(frozen=True, slots=True)
class FicheLue:
    """An entry by its id, and the version of it that was looked at."""

    id: UUID
    version: int


@dataclass(frozen=True, slots=True)
class Fusion:
    """The kept entry as it is now, and how many convocations it took over or already had."""

    gardee: Intervenant
    reprises: int
    en_double: int
    fusion_id: UUID


@dataclass(frozen=True, slots=True)
class _Deplacee:
    """One active convocation of the merged person, what becomes of it, and the kept person's on the mission."""

    id: UUID
    mission: Mission
    reprise: Reprise
    deja: Convocation | None


async def merge_intervenants(commande: Commande, gardee: FicheLue, autre: FicheLue) -> Fusion:
    """Merge `autre` into `gardee`. Raises Forbidden, IntervenantAbsent, VersionDepassee, FusionImpossible.

    VersionDepassee also when somebody convoked the merged person between our look and our lock.
    """
    may_merge(commande.acteur)
    connection = commande.connection
    numeros = [await _numero(commande, one.id) for one in (gardee, autre)]
    if len(set(numeros)) != 2:
        raise FusionImpossible
    # Missions, people, convocations: every command locks in this order.
    held = await missions.lock(connection, await sql.missions_of(connection, numeros[1]))
    await annuaire.academies(connection, numeros)
    kept = await for_writing(commande, numeros[0], gardee.version)
    merged = await for_writing(commande, numeros[1], autre.version)
    if not (kept.actif and merged.actif and kept.academie == merged.academie):
        raise FusionImpossible
    together = unir(kept, merged)
    reprises = _reprises(await sql.lock_convocations(connection, numeros), kept.numero, held)
    moved = await _move(commande, reprises, together, merged)
    people = {kept.numero: kept, merged.numero: merged}
    await save_with_acts(commande, [together, replace(merged, actif=False)], people, "Fusion de doublons")
    await merge_into(commande, merged.numero, kept.numero)
    await _record(commande, merged, kept, reprises)
    fusion_id = await _remember(commande, kept, together, merged.numero, moved)
    reprised = sum(one.reprise for one in moved)
    return Fusion(together, reprised, len(reprises) - reprised, fusion_id)


async def separate_intervenants(commande: Commande, ids: Sequence[UUID]) -> None:
    """« Ce ne sont pas des doublons »: the pair is never listed again.

    Raises Forbidden, IntervenantAbsent, FusionImpossible.
    """
    may_merge(commande.acteur)
    numeros = sorted([await _numero(commande, one) for one in ids])
    if len(set(numeros)) != 2:
        raise FusionImpossible
    if await sql.separate(commande.connection, numeros, commande.acteur.sub, commande.now):
        people = await annuaire.get(commande.connection, numeros)
        acte = Acte(MERGE, f"doublon|{'|'.join(numeros)}", None, {"doublon": False})
        acte = replace(acte, academie=people[numeros[0]].academie)
        await audit.record(commande.connection, commande.acteur, commande.now, [acte])


async def _numero(commande: Commande, intervenant_id: UUID) -> str:
    return (await mergeable(commande.connection, commande.acteur, intervenant_id)).numero


def _reprises(rows: Sequence[EtatRow], kept: str, held: Mapping[UUID, Mission]) -> list[_Deplacee]:
    """Of the convocations of both. Raises VersionDepassee for one whose mission is not held."""
    already = {row.mission_id: convocation_of(row) for row in rows if row.numero == kept}
    active = [row for row in rows if row.numero != kept and row.status == "ACTIVE"]
    if any(row.mission_id not in held for row in active):
        raise VersionDepassee
    return [
        _Deplacee(
            row.convocation_id,
            held[row.mission_id],
            reprendre(convocation_of(row), already.get(row.mission_id), kept),
            already.get(row.mission_id),
        )
        for row in active
    ]


async def _move(
    commande: Commande, deplacees: Sequence[_Deplacee], kept: Intervenant, merged: Intervenant
) -> list[Deplacement]:
    """Write and publish the new convocations and the cancelled ones; a report that waits follows to the new one."""
    granted, revoked, moved = [], [], []
    for one in deplacees:
        mission_id = one.mission.mission_id
        id_, nouvelle = convocation_id(mission_id, kept.numero), one.reprise.nouvelle
        if nouvelle is not None:
            granted.append(await save_version(commande, id_, nouvelle, kept, one.mission))
        report = await carry_report(commande.connection, one.id, mission_id, kept.numero)
        revoked.append(await save_version(commande, one.id, one.reprise.annulee, merged, one.mission))
        stays = nouvelle or one.deja
        assert stays is not None, "what is not taken over is there already"
        annulee = one.reprise.annulee
        moved.append(Deplacement(mission_id, one.id, annulee.version, id_, stays.version, nouvelle is not None, report))
    if revoked:
        # The new ones first: a relay that stops in between leaves two accesses, not none.
        await outbox.append(commande.connection, granted + revoked)
    return moved


async def _record(commande: Commande, merged: Intervenant, kept: Intervenant, deplacees: Sequence[_Deplacee]) -> None:
    """The act of the fusion; what it changed of each entry are acts of their own."""
    moved = {str(one.id): one.reprise.nouvelle is not None for one in deplacees}
    after = {
        "fusionne_dans": kept.numero,
        "convocations_reprises": [id_ for id_, taken in moved.items() if taken],
        "convocations_en_double": [id_ for id_, taken in moved.items() if not taken],
    }
    place = {"academie": merged.academie, "uai": merged.uai}
    acte = Acte(MERGE, f"intervenant|{merged.numero}", {"fusionne_dans": None}, after, "Fusion de doublons", **place)
    await audit.record(commande.connection, commande.acteur, commande.now, [acte])


async def _remember(
    commande: Commande, kept: Intervenant, together: Intervenant, merged: str, moved: Sequence[Deplacement]
) -> UUID:
    """What the undoing needs, for as long as it is possible."""
    qui = commande.acteur
    who = (kept.academie, kept.numero, merged, qui.sub, qui.nom)
    fait = ecrire(kept, together, moved)
    return await sql.remember(commande.connection, who, commande.now, fait, commande.now - DELAI)


async def undo_merge(commande: Commande, fusion_id: UUID) -> int:
    """The two entries are two again, and each convocation is its own person's. Returns how many go back.

    What has happened since stays: a field that was changed, a convocation that was cancelled. Raises Forbidden,
    FusionInconnue, FusionSuivie, FicheHorsService, VersionDepassee where somebody was faster.
    """
    connection = commande.connection
    row = await undoable(connection, commande.acteur, fusion_id, commande.now)
    if row.suivie:
        raise FusionSuivie
    faite = lire(row.avant, row.apres, row.deplacees)
    held = await missions.lock(connection, [one.mission_id for one in faite.deplacements])
    await annuaire.academies(connection, [row.gardee, row.autre])
    people = await annuaire.get(connection, [row.gardee, row.autre])
    kept, merged = people[row.gardee], people[row.autre]
    # A mission that another académie has by now is out of reach, an archive is not written: both stay as they are.
    back_in_reach = [one for one in faite.deplacements if (at := held.get(one.mission_id)) and not at.archivee]
    back = await _retours(commande, back_in_reach)
    if not await sql.undo(connection, fusion_id, commande.now):
        raise VersionDepassee
    await part_again(commande, merged.numero)
    two = separer(kept, faite.avant, faite.apres), replace(merged, actif=True)
    await save_with_acts(commande, two, people, "Fusion défaite")
    await _give_back(commande, back, held, *two)
    given = [str(one.deplacement.autre_id) for one in back if one.rendue is not None]
    acte = Acte(
        MERGE,
        f"intervenant|{merged.numero}",
        {"fusionne_dans": kept.numero},
        {"fusionne_dans": None, "convocations_rendues": given},
        "Fusion défaite",
        academie=merged.academie,
        uai=merged.uai,
    )
    await audit.record(connection, commande.acteur, commande.now, [acte])
    return len(given)


async def _retours(commande: Commande, deplacements: Sequence[Deplacement]) -> list[Retour]:
    """What becomes of each convocation that the merge touched. Raises FusionSuivie."""
    ids = [id_ for one in deplacements for id_ in (one.autre_id, one.gardee_id)]
    held = {row.convocation_id: convocation_of(row) for row in await sql.lock_by_id(commande.connection, ids)}
    return await retours(commande.connection, deplacements, held)


async def _give_back(
    commande: Commande, back: Sequence[Retour], held: Mapping[UUID, Mission], kept: Intervenant, merged: Intervenant
) -> None:
    """As `_move`, the other way; what the merge closed waits again."""
    granted, revoked, closed = [], [], []
    for one in back:
        place = one.deplacement
        mission = held[place.mission_id]
        if one.rendue is not None:
            granted.append(await save_version(commande, place.autre_id, one.rendue, merged, mission))
            closed.append((place.autre_id, place.autre_version))
            if one.annulee is not None or place.report is not None:
                only = None if one.annulee is not None else place.report
                await carry_report(commande.connection, place.gardee_id, place.mission_id, merged.numero, only)
        if one.annulee is not None:
            revoked.append(await save_version(commande, place.gardee_id, one.annulee, kept, mission))
    if granted:
        await outbox.append(commande.connection, granted + revoked)
        await reopen_reports(commande.connection, closed)


async def look_for_pairs(pool: Pool) -> bool:
    """Some of the entries that changed are compared with those like them; False where there is nothing to look for."""
    async with pool.acquire() as connection, connection.transaction():
        numeros = await sql.take(connection, _AT_ONCE)
        if not numeros:
            return False
        rows = await sql.candidates(connection, numeros)
        await sql.keep(connection, numeros, await asyncio.to_thread(plausible, rows))
    return True
