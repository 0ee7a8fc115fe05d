"""Taking the convocations of an académie out: a file, and an act of the audit."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import IO

from acces import audit
from acces.audit import Acte
from acces.commande import Commande
from convocation.commun.tableur import Cell, Format, spooled
from convocation.convocations import reads as convocations
from convocation.convocations.reads import LigneConvocation
from convocation.exports import sql
from convocation.exports.access import EXPORT, may_export
from convocation.exports.refus import SessionSansMission
from convocation.missions import reads as missions


@dataclass(frozen=True, slots=True)
class Demande:
    """What is taken out: an académie's convocations of a session, as which kind of file."""

    academie: str
    session: str
    format: Format

    @property
    def nom(self) -> str:
        """Of the file."""
        return f"convocations-{self.academie}-{self.session}"


async def export_convocations(
    commande: Commande,
    demande: Demande,
    colonnes: Sequence[str],
    ligne: Callable[[LigneConvocation, Collection[str]], Sequence[Cell]],
) -> tuple[IO[bytes], int]:
    """One line a convocation of the session, cancelled ones too, by établissement; and how many.

    `ligne`: of a convocation, and of the établissements that have a signature.
    Raises Forbidden, AcademieInconnue, SessionSansMission.
    """
    may_export(commande.acteur, demande.academie)
    connection, place = commande.connection, (demande.academie, demande.session)
    if demande.session not in await missions.sessions(connection, commande.now):
        raise SessionSansMission
    signees = await sql.signed(connection, *place)
    rows = convocations.convocations_of_academie(connection, *place)
    lines = (ligne(row, signees) async for row in rows)
    file, count = await spooled(demande.format, "Convocations", colonnes, lines, commande.now)
    told = {"session": demande.session, "convocations": count, "format": demande.format.value}
    acte = Acte(EXPORT, f"convocations|{'|'.join(place)}", apres=told, academie=demande.academie)
    await audit.record(connection, commande.acteur, commande.now, [acte])
    return file, count
