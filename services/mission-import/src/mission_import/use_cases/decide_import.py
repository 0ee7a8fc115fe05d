"""The gestionnaire's decisions on closings that wait (K.a): accept, refuse, replay; in the caller's transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from acces import audit
from acces.commande import Commande
from chassis.cloudevents import Cause
from chassis.tracing import current_cause
from event_schemas.inscriptions import InscriptionsClosed
from mission_import.domain.differentiel import Bilan
from mission_import.domain.errors import (
    AcademieInconnue,
    ClotureInconnue,
    JamaisAppliquee,
    MotifAbsent,
    MotifTropLong,
    RevisionDepassee,
    RienDeCoche,
)
from mission_import.domain.reponse import REFUSEE, Reponse
from mission_import.persistence import politiques, revues
from mission_import.persistence.revues import ClotureTenue, Decision, RevisionEntiere
from mission_import.policy import POLICY
from mission_import.use_cases.answer import answer
from mission_import.use_cases.import_closings import Fermeture, apply_closings

MAX_MOTIF = 500
AUCUN_CHANGEMENT, DEPASSEE, APPLIQUEE = "aucun-changement", "depassee", "appliquee"


async def accept(commande: Commande, session: str, uai: str, revision: int) -> None:
    """Apply the revision that waits. Raises Forbidden, ClotureInconnue, RevisionDepassee."""
    await _apply(commande, [await _waiting(commande, session, uai, revision)])


async def accept_all(commande: Commande, academie: str, session: str, seen: Mapping[str, int]) -> int:
    """Apply all that waits of an académie and session, as it was seen (UAI → revision), or nothing.

    Raises Forbidden, AcademieInconnue, RevisionDepassee.
    """
    POLICY.visible(commande.acteur, "imports.decider", AcademieInconnue, academie=academie)
    rows = await revues.waiting(commande.connection, academie, session)
    if {row.uai: row.revision for row in rows} != dict(seen):
        raise RevisionDepassee
    await _apply(commande, rows)
    return len(rows)


@dataclass(frozen=True, slots=True)
class Acceptees:
    """UAI: applied now, applied as it was seen before (a second click), and no more what was seen."""

    acceptees: list[str]
    deja: list[str]
    changees: list[str]


async def accept_some(commande: Commande, academie: str, session: str, seen: Mapping[str, int]) -> Acceptees:
    """Apply what waits of `seen` (UAI → revision) as it was seen.

    Raises Forbidden, AcademieInconnue, RienDeCoche.
    """
    POLICY.visible(commande.acteur, "imports.decider", AcademieInconnue, academie=academie)
    if not seen:
        raise RienDeCoche
    waiting = await revues.waiting(commande.connection, academie, session)
    rows = [row for row in waiting if seen.get(row.uai) == row.revision]
    if rows:
        await _apply(commande, rows)
    accepted = [row.uai for row in rows]
    others = {uai: revision for uai, revision in seen.items() if uai not in accepted}
    before = await revues.applied(commande.connection, academie, session, others)
    return Acceptees(accepted, before, sorted(others.keys() - set(before)))


async def refuse(commande: Commande, session: str, uai: str, revision: int, motif: str) -> None:
    """Leave the missions as they are.

    Raises Forbidden, ClotureInconnue, RevisionDepassee, MotifAbsent, MotifTropLong.
    """
    row = await _waiting(commande, session, uai, revision)
    if not motif.strip():
        raise MotifAbsent
    if len(motif) > MAX_MOTIF:
        raise MotifTropLong
    await _record(commande, [row], ["REFUSEE"], [None], motif.strip())


async def replay(commande: Commande, session: str, uai: str, revision: int) -> str:
    """Apply the last applied revision again, which changes nothing; an older one is not applied at all.

    Returns AUCUN_CHANGEMENT, DEPASSEE or, where the missions did not follow it, APPLIQUEE.
    Raises Forbidden, ClotureInconnue, JamaisAppliquee.
    """
    held = await _locked(commande, session, uai)
    found = {row.revision: row for row in await revues.revisions(commande.connection, held.cloture)}
    if revision not in found:
        raise ClotureInconnue
    if revision > held.revision_appliquee:
        raise JamaisAppliquee
    if revision < held.revision_appliquee:
        result = DEPASSEE
    else:
        [(numbers, _)] = await apply_closings(
            commande.connection, [_fermeture(found[revision])], [held.cloture], commande.now
        )
        changes = numbers.creees + numbers.modifiees + numbers.sans_candidat
        result = APPLIQUEE if changes else AUCUN_CHANGEMENT
    acte = _acte(found[revision], {}, {"rejeu": result}, "")
    await audit.record(commande.connection, commande.acteur, commande.now, [acte])
    return result


async def set_policy(commande: Commande, academie: str, mode: str) -> None:
    """How the closings of an académie are applied from now on. Raises Forbidden, AcademieInconnue."""
    POLICY.visible(commande.acteur, "imports.politique", AcademieInconnue, academie=academie)
    before = await politiques.mode(commande.connection, academie, lock=True)
    await politiques.save(commande.connection, academie, mode, commande.acteur.sub, commande.now)
    acte = audit.Acte("imports.politique", f"politique|{academie}", {"mode": before}, {"mode": mode}, academie=academie)
    await audit.record(commande.connection, commande.acteur, commande.now, [acte])


async def _locked(commande: Commande, session: str, uai: str) -> ClotureTenue:
    POLICY.scope(commande.acteur, "imports.decider")  # first: who has no such right may not read the table either
    held = await revues.cloture(commande.connection, session, uai, lock=True)
    POLICY.visible(commande.acteur, "imports.decider", ClotureInconnue, academie=held.academie if held else None)
    if held is None:
        raise ClotureInconnue
    return held


async def _waiting(commande: Commande, session: str, uai: str, revision: int) -> RevisionEntiere:
    held = await _locked(commande, session, uai)
    [latest, *_] = await revues.revisions(commande.connection, held.cloture)
    if latest.etat != "A_VALIDER" or latest.revision != revision:
        raise RevisionDepassee(latest.revision)
    return latest


async def _apply(commande: Commande, rows: Sequence[RevisionEntiere]) -> None:
    closings = [_fermeture(row) for row in rows]
    effects = await apply_closings(commande.connection, closings, [row.cloture for row in rows], commande.now)
    await _record(commande, rows, ["APPLIQUEE"] * len(rows), [one.bilan for one in effects], None)


def _fermeture(row: RevisionEntiere) -> Fermeture:
    return Fermeture(InscriptionsClosed.model_validate_json(row.contenu), _cause(row))


def _cause(row: RevisionEntiere) -> Cause:
    return Cause(row.correlation_id or row.ce_id, row.ce_id, current_cause().traceparent)


async def _record(
    commande: Commande,
    rows: Sequence[RevisionEntiere],
    etats: Sequence[str],
    bilans: Sequence[Bilan | None],
    motif: str | None,
) -> None:
    decisions, actes = [], []
    for row, etat, bilan in zip(rows, etats, bilans, strict=True):
        who = (commande.acteur.sub, commande.now)
        decisions.append(Decision(row.cloture, row.revision, etat, bilan, *who, motif))
        told = {"etat": etat, "bilan": bilan._asdict() if bilan else None}
        actes.append(_acte(row, {"etat": row.etat}, told, motif or ""))
    await revues.decide(commande.connection, decisions)
    await audit.record(commande.connection, commande.acteur, commande.now, actes)
    answers = [
        (_reponse(row, etat, bilan, motif), _cause(row)) for row, etat, bilan in zip(rows, etats, bilans, strict=True)
    ]
    await answer(commande.connection, answers)


def _reponse(row: RevisionEntiere, etat: str, missions: Bilan | None, motif: str | None) -> Reponse:
    told = motif if etat == REFUSEE else None
    return Reponse(etat, 2, row.session, row.uai, row.revision, missions, decidee=True, motif=told, place=row.place)


def _acte(row: RevisionEntiere, avant: Mapping[str, object], apres: Mapping[str, object], motif: str) -> audit.Acte:
    objet = f"cloture|{row.cloture}|{row.revision}"
    return audit.Acte("imports.decider", objet, avant or None, apres, motif, row.academie, row.uai)
