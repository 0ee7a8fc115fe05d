"""Change what an épreuve asks for (R47): the gestionnaire in his académies, the administrateur for the nation too.

Convocations keep the profile they were told with: nothing told is rewritten here.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from acces import audit
from acces.acteur import Acteur
from acces.audit import Acte
from acces.commande import Commande
from chassis.database import Connection
from convocation.commun.refus import VersionDepassee, entier
from convocation.exigences import reads, sql
from convocation.exigences.access import changeable
from convocation.exigences.domain import NATIONALE, Exigence
from convocation.exigences.reads import EnVigueur
from convocation.exigences.refus import ExigenceInconnue, ExigenceRefusee
from convocation.exigences.sql import MissionTouchee

_ACTION = "exigences.ecrire"


@dataclass(frozen=True, slots=True)
class Effet:
    """`missions`: the first 50 open ones that would follow the rule; `total` and `deficitaires` are of all."""

    total: int
    deficitaires: int
    missions: Sequence[MissionTouchee]


async def effect(
    connection: Connection, acteur: Acteur, academie: str, code: str, expected: int, wanted: Exigence, *, lot: int
) -> Effet:
    """What writing `wanted` would do; writes nothing. Raises Forbidden, ExigenceInconnue, VersionDepassee."""
    await changeable(connection, acteur, academie, code)
    if (await reads.in_force(connection, academie, code)).version != expected:
        raise VersionDepassee
    rows = await sql.effet(connection, academie, code, wanted, lot=lot)
    return Effet(rows[0].total if rows else 0, rows[0].deficitaires if rows else 0, rows)


async def change_exigence(
    commande: Commande, academie: str, code: str, expected: int, wanted: Exigence, motif: str
) -> int:
    """Write over version `expected`, that of the rule in force (0: none), and return the new one.

    The same again changes nothing.
    Raises Forbidden, ExigenceInconnue, VersionDepassee, ExigenceRefusee without a motif, TexteTropLong.
    """
    held, version = await _in_force(commande, academie, code, expected, motif)
    own = held.academie == academie
    if own and held.exigence.etat() == wanted.etat():
        return held.version
    await sql.save(commande.connection, academie, code, version, wanted)
    await _record(commande, academie, code, held.exigence if own else None, wanted, motif)
    return version


async def back_to_national(commande: Commande, academie: str, code: str, expected: int, motif: str) -> None:
    """Remove an académie's own. Raises as `change_exigence`; the nation's own cannot be removed."""
    held, _ = await _in_force(commande, academie, code, expected, motif)
    if academie == NATIONALE or held.academie != academie:
        raise ExigenceInconnue
    await sql.delete(commande.connection, academie, code)
    await _record(commande, academie, code, held.exigence, None, motif)


async def _in_force(commande: Commande, academie: str, code: str, expected: int, motif: str) -> tuple[EnVigueur, int]:
    """What holds, and the version that a change of it gets."""
    await changeable(commande.connection, commande.acteur, academie, code)
    if not motif:
        raise ExigenceRefusee("Indiquez le motif du changement : le journal le garde.", "motif")
    entier(motif, "motif")
    version = await sql.next_version(commande.connection)
    held = await reads.in_force(commande.connection, academie, code)
    if held.version != expected:
        raise VersionDepassee
    return held, version


async def _record(
    commande: Commande, academie: str, code: str, avant: Exigence | None, apres: Exigence | None, motif: str
) -> None:
    states = avant.etat() if avant else None, apres.etat() if apres else None
    if states[0] is not None and states[1] is not None:
        states = audit.changes(states[0], states[1])
    acte = Acte(_ACTION, f"exigence|{academie}|{code}", *states, motif=motif, academie=academie)
    await audit.record(commande.connection, commande.acteur, commande.now, [acte])
