"""Merge two entries of the directory (R36): no convocation is lost, and SANTORIN follows the kept person."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from acces import audit
from acces.audit import Acte
from acces.commande import Commande
from convocation.annuaire import reads as annuaire
from convocation.annuaire.commands import for_writing, merge_into, save_with_acts
from convocation.annuaire.domain import Intervenant
from convocation.commun.refus import VersionDepassee
from convocation.convocations.commands import save_version, tell
from convocation.convocations.reads import EtatRow, convocation_of
from convocation.doublons import sql
from convocation.doublons.access import MERGE, may_merge, mergeable
from convocation.doublons.domain import Reprise, reprendre, unir
from convocation.doublons.refus import FusionImpossible
from convocation.empechements.commands import carry_report
from convocation.missions import reads as missions
from convocation.missions.domain import Mission
from event_schemas.identities import convocation_id


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


@dataclass(frozen=True, slots=True)
class _Deplacee:
    """One active convocation of the merged person, and what becomes of it."""

    id: UUID
    mission: Mission
    reprise: Reprise


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
    await _move(commande, reprises, together, merged)
    people = {kept.numero: kept, merged.numero: merged}
    await save_with_acts(commande, [together, replace(merged, actif=False)], people, "Fusion de doublons")
    await merge_into(commande, merged.numero, kept.numero)
    await _record(commande, merged, kept, reprises)
    moved = sum(one.reprise.nouvelle is not None for one in reprises)
    return Fusion(together, moved, len(reprises) - moved)


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
        )
        for row in active
    ]


async def _move(commande: Commande, deplacees: Sequence[_Deplacee], kept: Intervenant, merged: Intervenant) -> None:
    """Write and publish the new convocations and the cancelled ones; a report that waits follows to the new one."""
    granted, revoked = [], []
    for one in deplacees:
        mission_id = one.mission.mission_id
        if one.reprise.nouvelle is not None:
            id_ = convocation_id(mission_id, kept.numero)
            granted.append(await save_version(commande, id_, one.reprise.nouvelle, kept, one.mission))
        await carry_report(commande.connection, one.id, mission_id, kept.numero)
        revoked.append(await save_version(commande, one.id, one.reprise.annulee, merged, one.mission))
    if revoked:
        # The new ones first: a relay that stops in between leaves two accesses, not none.
        await tell(commande.connection, granted + revoked)


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
