"""A mail that no new version brings: sent again, or the answer to an empêchement."""

from uuid import UUID

from chassis import outbox
from chassis.database import Connection
from convocation.convocations.publishing import publish_courriel
from convocation.courriels import sql as courriels
from convocation.suivi.domain import Objet


async def ask_mail(connection: Connection, convocation_id: UUID, convocation_version: int, objet: Objet) -> None:
    """About this version, the present one; the convocation's row is locked."""
    version = await courriels.next_version(connection, convocation_id)
    await outbox.append(connection, [publish_courriel(convocation_id, convocation_version, version, objet)])
