"""What a gestionnaire reads before deciding: the differential of the latest revision, and all that came."""

from collections.abc import Sequence
from datetime import datetime

from acces.acteur import Acteur
from chassis.database import Connection
from event_schemas.academies import local_time
from event_schemas.inscriptions import InscriptionsClosed
from mission_import.domain.differentiel import Ligne, differentiel
from mission_import.domain.errors import AcademieInconnue, ClotureInconnue
from mission_import.persistence import convocations, missions, revues
from mission_import.persistence.revues import RevisionEntiere
from mission_import.policy import POLICY
from mission_import.use_cases.import_closings import cloture_of


async def review(
    connection: Connection, acteur: Acteur, session: str, uai: str, now: datetime
) -> tuple[list[RevisionEntiere], list[Ligne]]:
    """Every revision, the latest first, and what that one would change now. Raises Forbidden, ClotureInconnue."""
    POLICY.scope(acteur, "imports.lire")  # first: who has no such right may not read the table either
    held = await revues.cloture(connection, session, uai)
    POLICY.visible(acteur, "imports.lire", ClotureInconnue, academie=held.academie if held else None)
    if held is None:
        raise ClotureInconnue
    received = await revues.revisions(connection, held.cloture)
    [lignes] = await _differentiels(connection, received[:1], now)
    return received, lignes


async def review_waiting(
    connection: Connection, acteur: Acteur, academie: str, session: str, now: datetime
) -> list[tuple[RevisionEntiere, list[Ligne]]]:
    """Each closing that waits of an académie and session, and what it would change now.

    Raises Forbidden, AcademieInconnue.
    """
    POLICY.visible(acteur, "imports.lire", AcademieInconnue, academie=academie)
    rows = await revues.waiting(connection, academie, session, lock=False)
    return list(zip(rows, await _differentiels(connection, rows, now), strict=True))


async def _differentiels(connection: Connection, rows: Sequence[RevisionEntiere], now: datetime) -> list[list[Ligne]]:
    clotures = [row.cloture for row in rows]
    existing = await missions.load(connection, clotures)
    people = await convocations.convoques(connection, clotures)
    lignes = []
    for row in rows:
        cle, today = row.cloture, local_time(row.academie, now).date()
        closing = cloture_of(InscriptionsClosed.model_validate_json(row.contenu))
        lignes.append(differentiel(closing, existing.get(cle, {}), today, people.get(cle, {})))
    return lignes
