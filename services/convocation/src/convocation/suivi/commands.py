"""What convocation itself changes of what others said last."""

from uuid import UUID

from chassis.database import Connection
from convocation.suivi import sql


async def wait_for_mail_again(connection: Connection, convocation_id: UUID, convocation_version: int) -> bool:
    """The mail of this version, which did not arrive, is on its way once more; False when it is already.

    The caller has authorised this and holds the convocation's row.
    """
    return await sql.wait_for_mail_again(connection, convocation_id, convocation_version)
