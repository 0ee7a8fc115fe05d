"""« Signaler un empêchement », and withdraw it: the person's acts, whether the service is open or not.

The audit says that it was reported, never why.
"""

from uuid import UUID

from acces.audit import Acte, record
from acces.commande import Commande
from convocation.commun.policy import POLICY
from convocation.convocations import reads as convocations
from convocation.convocations.refus import ConvocationInconnue
from convocation.convocations.writing import own_convocation
from convocation.empechements import sql as empechements
from convocation.empechements.domain import Etat, texte
from convocation.empechements.refus import EmpechementDejaSignale, EmpechementTraite, MotifEmpechementAbsent
from convocation.missions import reads as missions

ACTION = "empechement.signaler"


async def report_empechement(commande: Commande, convocation_id: UUID, expected: int, motif: str) -> None:
    """One open report a convocation; the same one twice is one.

    Raises ConvocationInconnue, Forbidden, VersionDepassee, PlusRienAFaire, MotifEmpechementAbsent, TexteTropLong,
    EmpechementDejaSignale.
    """
    connection = commande.connection
    mission_id, _ = await own_convocation(commande, convocation_id, expected, ACTION)
    motif = texte(motif, MotifEmpechementAbsent)
    if await empechements.report(connection, convocation_id, expected, motif, commande.now):
        await record_empechement(commande, ACTION, convocation_id, mission_id, None, Etat.OUVERT)
    elif (await empechements.ouvert(connection, convocation_id))["motif"] != motif:
        raise EmpechementDejaSignale


async def withdraw_empechement(commande: Commande, convocation_id: UUID) -> None:
    """As long as nobody has answered. Raises ConvocationInconnue, Forbidden, EmpechementTraite."""
    found = await convocations.get(commande.connection, convocation_id, lock=True)
    if found is None:
        raise ConvocationInconnue
    POLICY.authorise(commande.acteur, ACTION, intervenant=found[1].numero)
    held = await empechements.ouvert(commande.connection, convocation_id)
    if held is None:
        raise EmpechementTraite
    await empechements.answer(commande.connection, held["id"], Etat.RETIRE, par=commande.acteur.sub, le=commande.now)
    await record_empechement(commande, ACTION, convocation_id, found[0], Etat.OUVERT, Etat.RETIRE)


async def record_empechement(
    commande: Commande, action: str, convocation_id: UUID, mission_id: UUID, avant: Etat | None, apres: Etat
) -> None:
    """The act, without reason or answer."""
    mission = await missions.get(commande.connection, mission_id)
    acte = Acte(
        action,
        f"convocation|{convocation_id}",
        {"etat": avant.value} if avant else None,
        {"etat": apres.value},
        academie=mission.academie if mission else None,
        uai=mission.uai if mission else None,
    )
    await record(commande.connection, commande.acteur, commande.now, [acte])
