"""Convoquer (R41), modifier (R44), supprimer (R45), and telling again: one transaction each, with its events."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Protocol
from uuid import UUID

from acces.commande import Commande
from chassis import outbox
from chassis.database import Connection
from chassis.outbox import Outgoing
from convocation.annuaire import reads as intervenants
from convocation.annuaire.domain import Intervenant
from convocation.avertissements.calendrier import calendrier
from convocation.avertissements.domain import Avertissement, Lieu, sur_les_jours
from convocation.commun.refus import VersionDepassee, entier
from convocation.convocations import reads, sql
from convocation.convocations.access import convocation_for_writing, held_open, mission_for_writing, mission_to_fill
from convocation.convocations.domain import Convocation, Saisie, annuler, modifier
from convocation.convocations.examen import APourvoir, Connu, conflits, examiner, sur_l_observation
from convocation.convocations.publishing import TYPES, publish
from convocation.convocations.refus import AvertissementsALire, DejaConvoque
from convocation.missions.domain import Mission
from event_schemas.academies import local_time
from event_schemas.catalogue import CONVOCATION
from event_schemas.identities import convocation_id

_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class PassageOutre:
    """The warnings (`Avertissement.cles`) that the person has read, and why she goes on all the same."""

    lus: frozenset[str]
    motif: str

    def check(self, avertissements: Sequence[Avertissement]) -> None:
        """Raises AvertissementsALire when there is one that has not been read; TexteTropLong."""
        entier(self.motif, "motif")
        if not self.lus.issuperset(cle for one in avertissements for cle in one.cles):
            raise AvertissementsALire

    async def remember(
        self, commande: Commande, versions: Mapping[UUID, int], avertissements: Sequence[Avertissement]
    ) -> None:
        """Keep what was overridden beside the convocations (id → version) made in spite of it."""
        if avertissements:
            await sql.remember_override(
                commande.connection,
                versions,
                avertissements,
                motif=self.motif,
                par=commande.acteur.sub,
                le=commande.now,
            )


async def save_version(
    commande: Commande, id_: UUID, state: Convocation, person: Intervenant, mission: Mission
) -> Outgoing:
    """Write one new version and return its event, to be put into the outbox. Raises DejaConvoque."""
    event = publish(id_, state, person, mission)
    await _write(commande, mission.mission_id, {id_: state}, [event])
    return event


async def _write(
    commande: Commande, mission_id: UUID, states: Mapping[UUID, Convocation], events: Sequence[Outgoing]
) -> None:
    """Raises DejaConvoque for what another command has written between our reading and our writing."""
    qui, when = commande.acteur, commande.now
    lost = await sql.save(commande.connection, mission_id, states, events, par=qui.sub, par_nom=qui.nom, le=when)
    if lost:
        raise DejaConvoque(lost)


@dataclass(frozen=True, slots=True)
class Convoquees:
    """What came of it: each number's id and state, and what should be looked at."""

    par_numero: dict[str, tuple[UUID, Convocation]]
    avertissements: list[Avertissement]


@dataclass(frozen=True, slots=True)
class Examen:
    """Who would be convoked, and what to look at before."""

    nouvelles: list[Convocation]
    annuaire: dict[str, Intervenant]
    avertissements: list[Avertissement]


async def create_convocations(
    commande: Commande, mission_id: UUID, numeros: Sequence[str], saisie: Saisie, outre: PassageOutre | None = None
) -> Convoquees:
    """Without `outre` warnings are told afterwards. Raises a Refus (AvertissementsALire too), Forbidden."""
    place = await mission_to_fill(commande.connection, commande.acteur, mission_id, lock=True)
    return await convoke_on(commande, place, numeros, saisie, outre)


async def convoke_on(
    commande: Commande, place: APourvoir, numeros: Sequence[str], saisie: Saisie, outre: PassageOutre | None = None
) -> Convoquees:
    """As `create_convocations`; `place`: what `mission_to_fill` holds."""
    connection, mission, mission_id = commande.connection, place.mission, place.mission.mission_id
    ouvert = await held_open(commande, mission)
    connu = await known(connection, mission, ouvert=ouvert, aujourdhui=_jour(commande, mission), place=place)
    examen = await examine_with(connection, mission, numeros, saisie, connu, lock=True)
    if outre is not None:
        outre.check(examen.avertissements)
    by_id = {convocation_id(mission_id, one.numero): one for one in examen.nouvelles}
    events = [publish(id_, one, examen.annuaire[one.numero], mission) for id_, one in by_id.items()]
    await _write(commande, mission_id, by_id, events)
    if outre is not None:
        versions = {id_: one.version for id_, one in by_id.items()}
        await outre.remember(commande, versions, examen.avertissements)
    await outbox.append(connection, events)
    return Convoquees({one.numero: (id_, one) for id_, one in by_id.items()}, examen.avertissements)


async def examine(
    connection: Connection,
    mission: Mission,
    numeros: Sequence[str],
    saisie: Saisie,
    *,
    ouvert: bool,
    aujourdhui: date,
) -> Examen:
    """What convoking would do and what it should be warned of; writes nothing. Raises a Refus.

    `aujourdhui`: the académie's day.
    """
    connu = await known(connection, mission, ouvert=ouvert, aujourdhui=aujourdhui)
    return await examine_with(connection, mission, numeros, saisie, connu)


async def examine_with(
    connection: Connection,
    mission: Mission,
    numeros: Sequence[str],
    saisie: Saisie,
    connu: Connu,
    *,
    lock: bool = False,
) -> Examen:
    """As `examine`, by what is `known` already."""
    annuaire = await intervenants.get(connection, numeros, lock=lock)
    held: dict[str, Convocation] = {}
    if lock and not connu.existantes.keys().isdisjoint(numeros):  # while we hold the mission nobody adds one
        held = await reads.of_mission(connection, mission.mission_id, numeros, lock=True)
    occupations = await reads.occupations(connection, numeros, saisie.dates, mission.academie)
    connu = replace(connu, annuaire=annuaire, existantes={**connu.existantes, **held}, occupations=occupations)
    nouvelles, found = examiner(mission, numeros, saisie, connu)
    return Examen(nouvelles, annuaire, found)


def _on_days(mission: Mission, dates: Iterable[date], aujourdhui: date) -> list[Avertissement]:
    lieu = Lieu(mission.academie, mission.uai)
    return sur_les_jours(calendrier(), dates, lieu, mission.session, aujourdhui, mission.periode)


def _jour(commande: Commande, mission: Mission) -> date:
    """The académie's day."""
    return local_time(mission.academie, commande.now).date()


async def known(
    connection: Connection, mission: Mission, *, ouvert: bool, aujourdhui: date, place: APourvoir | None = None
) -> Connu:
    """What there is of the mission, without people to convoke; `place`: what was read of it already."""
    place = place or await sql.a_pourvoir(connection, mission.mission_id)
    assert place is not None, "a mission is never deleted"
    return Connu(
        annuaire={},
        existantes=await reads.of_mission(connection, mission.mission_id),
        requis=place.requis,
        disciplines=place.conseillees,
        signee=place.signee,
        ouvert=ouvert,
        aujourdhui=aujourdhui,
        calendrier=calendrier(),
    )


@dataclass(frozen=True, slots=True)
class Changee:
    """The convocation as it is now, and what should be looked at."""

    convocation: Convocation
    avertissements: list[Avertissement]


async def change_convocation(
    commande: Commande, convocation_id: UUID, expected: int, saisie: Saisie, outre: PassageOutre | None = None
) -> Changee:
    """Nothing is written or sent when nothing changed. Without `outre` warnings are told afterwards.

    Raises a Refus (AvertissementsALire too), Forbidden.
    """
    convocation, mission, ouvert = await convocation_for_writing(commande, convocation_id, expected)
    jour = _jour(commande, mission)
    changed = modifier(convocation, mission, ouvert=ouvert, saisie=saisie, aujourdhui=jour)
    if changed.version == convocation.version:
        return Changee(convocation, [])
    warnings = await warnings_of_change(commande.connection, mission, convocation, changed, jour)
    if outre is not None:
        outre.check(warnings)
    await _save(commande, convocation_id, changed, mission)
    if outre is not None:
        await outre.remember(commande, {convocation_id: changed.version}, warnings)
    return Changee(changed, warnings)


class Change(Protocol):
    """The next version of a convocation, or the same object where nothing changes."""

    def __call__(
        self, convocation: Convocation, mission: Mission, *, ouvert: bool, aujourdhui: date
    ) -> Convocation: ...


async def change_together(
    commande: Commande, mission_id: UUID, expected: Mapping[UUID, int], change: Change
) -> dict[UUID, int]:
    """Several convocations of one mission, `expected` by id and version: all or none.

    Returns the new version of those that changed. Raises VersionDepassee, what `change` raises, Forbidden.
    """
    connection = commande.connection
    mission, ouvert = await mission_for_writing(commande, mission_id)
    held = await reads.held(connection, mission_id, list(expected))
    if {id_: one.version for id_, one in held.items()} != dict(expected):
        raise VersionDepassee
    jour = _jour(commande, mission)
    changed = {id_: change(one, mission, ouvert=ouvert, aujourdhui=jour) for id_, one in held.items()}
    changed = {id_: one for id_, one in changed.items() if one.version != held[id_].version}
    people = await intervenants.get(connection, [one.numero for one in changed.values()])
    events = {id_: publish(id_, one, people[one.numero], mission) for id_, one in changed.items()}
    entries: dict[object, dict[UUID, Convocation]] = {}
    for id_, one in changed.items():  # rows that share an entry are one statement
        entries.setdefault((one.nature, one.dates, one.observation, one.motif), {})[id_] = one
    for states in entries.values():
        await _write(commande, mission_id, states, [events[id_] for id_ in states])
    await outbox.append(connection, list(events.values()))
    return {id_: one.version for id_, one in changed.items()}


async def warnings_of_change(
    connection: Connection, mission: Mission, before: Convocation, after: Convocation, aujourdhui: date
) -> list[Avertissement]:
    """What there is to read about a change: of the calendar, the dates that are new."""
    nouvelles = [day for day in after.dates if day not in before.dates]
    return _on_days(mission, nouvelles, aujourdhui) + await warnings_of(connection, mission, after)


async def warnings_of(connection: Connection, mission: Mission, convocation: Convocation) -> list[Avertissement]:
    """What its PDF would not show, and days on which the person is convoked elsewhere too."""
    numeros, dates = [convocation.numero], convocation.dates
    occupations = await reads.occupations(connection, numeros, dates, mission.academie)
    elsewhere = [one for one in occupations if one.mission_id != mission.mission_id]
    return sur_l_observation(convocation.observation) + conflits(elsewhere)


async def cancel_convocation(commande: Commande, convocation_id: UUID, expected: int, motif: str) -> Convocation:
    """Supprimer la convocation (R45): it stays, cancelled; the right ends and the person is told (K.b).

    Raises a Refus, Forbidden.
    """
    convocation, mission, ouvert = await convocation_for_writing(commande, convocation_id, expected)
    cancelled = annuler(convocation, ouvert=ouvert, motif=motif)
    await _save(commande, convocation_id, cancelled, mission)
    return cancelled


async def _save(commande: Commande, convocation_id: UUID, convocation: Convocation, mission: Mission) -> None:
    people = await intervenants.get(commande.connection, [convocation.numero])
    event = await save_version(commande, convocation_id, convocation, people[convocation.numero], mission)
    await outbox.append(commande.connection, [event])


async def replay_convocations(connection: Connection, convocations: Sequence[UUID]) -> int:
    """Tell the present version of each again, in one transaction a thousand; returns how many were told.

    Not told are those whose event was not kept (written before it was).
    """
    told = 0
    for start in range(0, len(convocations), _AT_ONCE):
        async with connection.transaction():
            some = convocations[start : start + _AT_ONCE]
            told += await sql.tell_again(connection, some, CONVOCATION, TYPES)
    return told
