"""What the sign-in and the accounts ask of delegations."""

from datetime import date, datetime
from uuid import UUID

from chassis.database import Connection, Row

COLUMNS = "delegation_id, uai, nom, courriel, compte, droit, debut, fin, chef, chef_nom, le, retiree_le, retiree_par"
_DU_JOUR = f"""
SELECT {COLUMNS} FROM delegation WHERE compte = $1 AND retiree_le IS NULL AND $2 BETWEEN debut AND fin
ORDER BY uai, debut, delegation_id
"""


class Delegation(Row):
    """One as recorded; `compte` None: nobody has signed in with this address since. `retiree_par`: a name."""

    delegation_id: UUID
    uai: str
    nom: str
    courriel: str
    compte: str | None
    droit: str
    debut: date
    fin: date
    chef: str
    chef_nom: str
    le: datetime
    retiree_le: datetime | None
    retiree_par: str | None


async def du_jour(connection: Connection, compte: str, jour: date) -> list[Delegation]:
    """Those by which the account acts on this day."""
    return await connection.fetch(_DU_JOUR, compte, jour, record_class=Delegation)


async def of_compte(connection: Connection, compte: str) -> list[Delegation]:
    """All that the account ever had, the latest first."""
    query = f"SELECT {COLUMNS} FROM delegation WHERE compte = $1 ORDER BY debut DESC, delegation_id"
    return await connection.fetch(query, compte, record_class=Delegation)
