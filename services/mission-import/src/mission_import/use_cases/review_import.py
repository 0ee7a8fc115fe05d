"""What a gestionnaire reads before deciding: the differential of the latest revision, and all that came."""

from datetime import datetime
from typing import Any

from chassis.acteur import Acteur
from chassis.database import Connection
from event_schemas.academies import local_time
from event_schemas.inscriptions import InscriptionsClosed
from mission_import.domain.differentiel import Ligne, differentiel
from mission_import.domain.errors import ClotureInconnue
from mission_import.persistence import convocations, missions, revues
from mission_import.policy import POLICY
from mission_import.use_cases.import_closings import cloture_of


async def review(
    connection: Connection, acteur: Acteur, session: str, uai: str, now: datetime
) -> tuple[list[dict[str, Any]], list[Ligne]]:
    """Every revision, the latest first, and what that one would change now. Raises Forbidden, ClotureInconnue."""
    held = await revues.cloture(connection, session, uai)
    POLICY.authorise(acteur, "imports.lire", academie=held["academie"] if held else None)
    if held is None:
        raise ClotureInconnue
    received = await revues.revisions(connection, held["cloture"])
    existing = (await missions.load(connection, [held["cloture"]])).get(held["cloture"], {})
    closing = cloture_of(InscriptionsClosed.model_validate_json(received[0]["contenu"]))
    people = (await convocations.convoques(connection, [held["cloture"]])).get(held["cloture"], {})
    return received, differentiel(closing, existing, local_time(held["academie"], now).date(), people)
