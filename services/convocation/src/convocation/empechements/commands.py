"""« Signaler un empêchement »: the person reports or withdraws; the établissement replaces her or maintains."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from acces.audit import Acte, record
from acces.commande import Commande
from chassis import outbox
from chassis.database import Connection
from convocation.annuaire import reads as intervenants
from convocation.avis.commands import note_empechement
from convocation.commun.refus import VersionDepassee
from convocation.convocations import reads as convocations
from convocation.convocations.access import (
    locked_convocation,
    mission_for_writing,
    own_convocation,
    visible_convocation,
)
from convocation.convocations.commands import PassageOutre, save_version, warnings_of
from convocation.convocations.domain import Convocation
from convocation.convocations.reads import LigneConvocation
from convocation.courriels.commands import ask_mail
from convocation.courriels.domain import Objet
from convocation.empechements import sql as empechements
from convocation.empechements.domain import EtatEmpechement, promouvoir, suppleants, texte
from convocation.empechements.refus import (
    EmpechementDejaSignale,
    EmpechementTraite,
    MotifEmpechementAbsent,
    ReponseEmpechementAbsente,
    SuppleantIndisponible,
)
from convocation.missions.domain import Mission

REPORT = "empechement.signaler"
ANSWER = "empechement.traiter"


async def report_empechement(commande: Commande, convocation_id: UUID, expected: int, motif: str) -> None:
    """One open report a convocation; the same one twice is one.

    Raises ConvocationInconnue, Forbidden, VersionDepassee, PlusRienAFaire, MotifEmpechementAbsent, TexteTropLong,
    EmpechementDejaSignale.
    """
    connection = commande.connection
    row = await own_convocation(commande, convocation_id, expected, REPORT)
    motif = texte(motif, MotifEmpechementAbsent)
    if await empechements.report(connection, convocation_id, expected, motif, commande.now):
        await note_empechement(connection, convocation_id)
        await _record(commande, REPORT, row, None, EtatEmpechement.OUVERT)
    elif await _motif_of_open(connection, convocation_id) != motif:
        raise EmpechementDejaSignale


async def withdraw_empechement(commande: Commande, convocation_id: UUID) -> None:
    """Withdraw the open report. Raises ConvocationInconnue, Forbidden, EmpechementTraite."""
    row = await locked_convocation(commande, convocation_id, REPORT)
    held = await empechements.ouvert(commande.connection, convocation_id)
    if held is None:
        raise EmpechementTraite
    await empechements.answer(
        commande.connection, held.id, EtatEmpechement.RETIRE, par=commande.acteur.sub, le=commande.now
    )
    await _record(commande, REPORT, row, EtatEmpechement.OUVERT, EtatEmpechement.RETIRE)


async def _record(
    commande: Commande, action: str, row: LigneConvocation, avant: EtatEmpechement | None, apres: EtatEmpechement
) -> None:
    """The act, without reason or answer."""
    acte = Acte(
        action,
        f"convocation|{row.convocation_id}",
        {"etat": avant.value} if avant else None,
        {"etat": apres.value},
        academie=row.academie,
        uai=row.uai,
        personne=row.numero,
    )
    await record(commande.connection, commande.acteur, commande.now, [acte])


@dataclass(frozen=True, slots=True)
class ConvocationLue:
    """A convocation, and the version of it that was looked at."""

    convocation_id: UUID
    version: int


async def replace_by_suppleant(
    commande: Commande, empechement_id: UUID, empechee: ConvocationLue, suppleant: ConvocationLue, outre: PassageOutre
) -> None:
    """The impeded convocation is cancelled and the suppléant's takes its qualité and dates, or nothing happens.

    Raises ConvocationInconnue, Forbidden, ServiceFerme, VersionDepassee, EmpechementTraite, SuppleantIndisponible,
    AvertissementsALire.
    """
    connection = commande.connection
    row = await visible_convocation(connection, commande.acteur, empechee.convocation_id, ANSWER)
    mission, ouvert, (impeded, substitute) = await _held(commande, row, empechee, suppleant)
    await _open_report(commande, empechee.convocation_id, empechement_id)
    proposed = suppleants(impeded, await empechements.candidats(connection, mission.mission_id))
    if suppleant.convocation_id not in {one.convocation_id for one in proposed}:
        raise SuppleantIndisponible
    annulee, promue = promouvoir(impeded, substitute, ouvert=ouvert)
    warnings = await warnings_of(connection, mission, promue)
    outre.check(warnings)
    await empechements.answer(
        connection, empechement_id, EtatEmpechement.REMPLACE, par=commande.acteur.sub, le=commande.now
    )
    people = await intervenants.get(connection, [annulee.numero, promue.numero])
    events = [  # the new right first, as in a merge: a relay that stops in between leaves two accesses, not none
        await save_version(commande, id_, state, people[state.numero], mission)
        for id_, state in ((suppleant.convocation_id, promue), (empechee.convocation_id, annulee))
    ]
    await outbox.append(connection, events)
    await outre.remember(commande, {suppleant.convocation_id: promue.version}, warnings)
    await _record(commande, ANSWER, row, EtatEmpechement.OUVERT, EtatEmpechement.REMPLACE)


async def _held(
    commande: Commande, row: LigneConvocation, empechee: ConvocationLue, suppleant: ConvocationLue
) -> tuple[Mission, bool, tuple[Convocation, Convocation]]:
    """Mission, whether its service is open, and both convocations at the versions read; locked in everybody's order.

    `row`: the impeded one. Raises SuppleantIndisponible, VersionDepassee.
    """
    other = await convocations.get(commande.connection, suppleant.convocation_id)
    mission, ouvert = await mission_for_writing(commande, row.mission_id)
    if other is None or other[0] != row.mission_id:
        raise SuppleantIndisponible
    numeros = (row.numero, other[1].numero)
    held = await convocations.of_mission(commande.connection, mission.mission_id, numeros, lock=True)
    impeded, substitute = (held[numero] for numero in numeros)
    if (impeded.version, substitute.version) != (empechee.version, suppleant.version):
        raise VersionDepassee
    return mission, ouvert, (impeded, substitute)


async def maintain_convocation(commande: Commande, convocation_id: UUID, empechement_id: UUID, reponse: str) -> None:
    """The convocation holds, and the person is told why; no version of it changes, so no open service is needed.

    Raises ConvocationInconnue, Forbidden, EmpechementTraite, ReponseEmpechementAbsente, TexteTropLong.
    """
    row = await visible_convocation(commande.connection, commande.acteur, convocation_id, ANSWER)
    await mission_for_writing(commande, row.mission_id)
    held = await convocations.get(commande.connection, convocation_id, lock=True)
    await _open_report(commande, convocation_id, empechement_id)
    reponse = texte(reponse, ReponseEmpechementAbsente)
    await empechements.answer(
        commande.connection,
        empechement_id,
        EtatEmpechement.MAINTENU,
        par=commande.acteur.sub,
        le=commande.now,
        reponse=reponse,
    )
    assert held is not None, "a convocation is never deleted"
    await ask_mail(commande.connection, convocation_id, held[1].version, Objet.REPONSE)
    await _record(commande, ANSWER, row, EtatEmpechement.OUVERT, EtatEmpechement.MAINTENU)


async def _open_report(commande: Commande, convocation_id: UUID, empechement_id: UUID) -> None:
    """Raise EmpechementTraite unless the open report is the one that was read."""
    held = await empechements.ouvert(commande.connection, convocation_id)
    if held is None or held.id != empechement_id:
        raise EmpechementTraite


async def _motif_of_open(connection: Connection, convocation_id: UUID) -> str | None:
    held = await empechements.ouvert(connection, convocation_id)
    return held.motif if held else None


async def reopen_reports(connection: Connection, cancelled: Sequence[tuple[UUID, int]]) -> None:
    """Cancellations, by convocation and version, were undone: what they closed waits for an answer again."""
    await empechements.reopen(connection, [id_ for id_, _ in cancelled], [version for _, version in cancelled])


async def carry_report(
    connection: Connection, convocation_id: UUID, mission_id: UUID, numero: str, report: UUID | None = None
) -> UUID | None:
    """Two entries of the directory become one, or two again: an open report goes over to the other's convocation.

    `report`: that one alone. Returns which went.
    """
    return await empechements.carry(connection, convocation_id, mission_id, numero, report)
