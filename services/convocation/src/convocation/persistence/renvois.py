"""SQL of mails that are to be sent again."""

from uuid import UUID

from chassis.database import Connection

# Version and hash stay those of the failure: what the notifier tells next is newer.
_MARK = """
UPDATE notification SET etat = 'EN_ATTENTE', motif = NULL
WHERE convocation_id = $1 AND convocation_version = $2 AND etat IN ('ECHOUEE', 'REVENUE') RETURNING version
"""


async def mark(connection: Connection, convocation_id: UUID, convocation_version: int) -> int | None:
    """Its mail waits again; the version of the failure, or None when there is none any more."""
    version: int | None = await connection.fetchval(_MARK, convocation_id, convocation_version)
    return version
