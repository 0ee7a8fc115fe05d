"""Import: accepted closings → missions created, changed or withdrawn, and their events, in the caller's transaction."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from chassis import outbox
from chassis.cloudevents import Cause
from chassis.database import Connection
from chassis.tracing import current_cause
from event_schemas.academies import local_time
from event_schemas.inscriptions import InscriptionsClosed
from mission_import.domain.differentiel import Bilan, bilan
from mission_import.domain.generation import generate
from mission_import.domain.inscriptions import Cloture, Epreuve, Etablissement
from mission_import.domain.mission import Mission
from mission_import.domain.reponse import REMPLACEE, Reponse
from mission_import.persistence import clotures, missions, politiques
from mission_import.persistence.clotures import Provenance, Recue
from mission_import.publishing import publish
from mission_import.use_cases.answer import answer


@dataclass(frozen=True, slots=True)
class Fermeture:
    """One revision of a closing to reckon with; `applique` is false for one whose académie decides of changes."""

    state: InscriptionsClosed
    cause: Cause
    applique: bool = True


class Effet(NamedTuple):
    """What a closing did of the missions, or would do where it is not applied."""

    bilan: Bilan
    applique: bool


async def import_closings(
    connection: Connection, recues: Sequence[Recue], held: Collection[str], now: datetime
) -> None:
    """Receive closings in their order, and apply those whose académie lets them; several revisions of one may follow.

    `held`: the closings of which there is a revision already.
    """
    places = {one.state.etablissement.academie for one in recues}
    reviewed = await politiques.with_validation(connection, places)
    closings = [Fermeture(one.state, one.cause, one.state.etablissement.academie not in reviewed) for one in recues]
    await clotures.save(connection, recues, held)
    effects = await apply_closings(connection, closings, list(held), now)
    bilans = [one.bilan for one in effects]
    latest = {one.state.aggregate: one.state.revision for one in recues}
    etats = [
        _etat(applique=effect.applique, latest=latest[one.state.aggregate] == one.state.revision)
        for one, effect in zip(recues, effects, strict=True)
    ]
    replaced = await clotures.receive(connection, recues, etats, [one._asdict() for one in bilans])
    answers = [_replaced(one) for one in replaced]
    answers += [_received(one, etat, bilan_) for one, etat, bilan_ in zip(recues, etats, bilans, strict=True)]
    await answer(connection, answers)


def _received(one: Recue, etat: str, missions_: Bilan) -> tuple[Reponse, Cause]:
    state = one.state
    numbers = missions_ if etat != REMPLACEE else None
    return Reponse(etat, 1, state.session, state.uai, state.revision, numbers, place=one.place), one.cause


def _replaced(row: Provenance) -> tuple[Reponse, Cause]:
    """It waited, and a newer revision came."""
    cause = Cause(row.correlation_id or row.ce_id, row.ce_id, current_cause().traceparent)
    return Reponse(REMPLACEE, 2, row.session, row.uai, row.revision, place=row.place), cause


def _etat(*, applique: bool, latest: bool) -> str:
    if applique:
        return "APPLIQUEE"
    return "A_VALIDER" if latest else "REMPLACEE"


async def apply_closings(
    connection: Connection, closings: Sequence[Fermeture], held: list[str], now: datetime
) -> list[Effet]:
    """What each closing changes, in their order; those to be applied are, set-based, under their closings' locks.

    One that changes no mission is applied whoever decides: nobody has anything to read.
    """
    by_cloture = await missions.load(connection, held)
    changed: list[tuple[Mission, Cause]] = []
    effects = []
    for one in closings:
        closing = cloture_of(one.state)
        existing = by_cloture.setdefault(one.state.aggregate, {})
        generated = generate(closing, existing, local_time(closing.etablissement.academie, now).date())
        effects.append(Effet(bilan(generated, existing), one.applique or not generated))
        if one.applique:
            existing.update({mission.cle: mission for mission in generated})
            changed += [(mission, one.cause) for mission in generated]
    await _write(connection, changed)
    done = zip(closings, effects, strict=True)
    await clotures.applied(connection, {one.state.aggregate: one.state.revision for one, that in done if that.applique})
    return effects


async def _write(connection: Connection, changed: Sequence[tuple[Mission, Cause]]) -> None:
    outgoing = [publish(mission, cause) for mission, cause in changed]
    first = {row.key for row in outgoing if row.version == 1}
    latest = {row.key: (row.aggregate_id, mission) for row, (mission, _) in zip(outgoing, changed, strict=True)}
    await missions.create(connection, [one for key, one in latest.items() if key in first])
    await missions.change(connection, [one for key, one in latest.items() if key not in first])
    await outbox.append(connection, outgoing)


def cloture_of(state: InscriptionsClosed) -> Cloture:
    """The domain's closing of an event's body."""
    return Cloture(
        session=state.session,
        revision=state.revision,
        etablissement=Etablissement(
            state.uai, state.etablissement.nom, state.etablissement.commune, state.etablissement.academie
        ),
        epreuves=tuple(
            Epreuve(epreuve.code, epreuve.libelle, epreuve.type, epreuve.voie, epreuve.candidats_inscrits)
            for epreuve in state.epreuves
        ),
    )
