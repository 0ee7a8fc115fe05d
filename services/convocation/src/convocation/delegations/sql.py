"""SQL of delegations. An account's row is locked before its sessions are ended: a sign-in under way ends first."""

from datetime import date, datetime
from uuid import UUID

from chassis.database import Connection, Row
from convocation.delegations.domain import Delegue
from convocation.delegations.reads import COLUMNS, Delegation

_CREATE = """
INSERT INTO delegation (delegation_id, uai, nom, courriel, droit, debut, fin, chef, chef_nom, le)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (delegation_id) DO NOTHING
"""
_WITHDRAW = f"""
UPDATE delegation SET retiree_le = $2, retiree_par = $3 WHERE delegation_id = $1 AND retiree_le IS NULL
RETURNING {COLUMNS}
"""
_GIVEN_BY = "SELECT delegation_id FROM delegation WHERE chef = $1 AND retiree_le IS NULL AND fin >= $2 ORDER BY 1"
_BIND = """
UPDATE delegation SET compte = $1 WHERE compte IS NULL AND courriel = $2 AND retiree_le IS NULL AND fin >= $3
"""
# The accounts are the room comptes', which lies above and cannot be called.
_HOLD = "SELECT FROM compte WHERE compte = $1 FOR UPDATE"
_DELEG_CE = """
SELECT nom, courriel, vue_le, une ->> 'pour' AS pour, (une ->> 'fin')::date AS fin
FROM delegue_du_vecteur
WHERE donnees @> jsonb_build_array(jsonb_build_object('role', 'delegue', 'uais', jsonb_build_array($1::text)))
  AND une -> 'uais' ? $1
ORDER BY nom, compte
"""


class DelegationRow(Row):
    """One delegation's id."""

    delegation_id: UUID


class DelegueParDelegCe(Row):
    """Whom DELEG-CE named at the last sign-in. `pour`: the chef's account there; `fin` None: without end."""

    nom: str
    courriel: str
    vue_le: datetime
    pour: str
    fin: date | None


async def create(
    connection: Connection, delegation_id: UUID, uai: str, delegue: Delegue, *, chef: str, chef_nom: str, le: datetime
) -> bool:
    """The same id twice is one delegation: False."""
    one = delegue
    row = (delegation_id, uai, one.nom, one.courriel, one.droit.value, one.debut, one.fin, chef, chef_nom, le)
    return bool(await connection.execute(_CREATE, *row) == "INSERT 0 1")


async def get(connection: Connection, delegation_id: UUID) -> Delegation | None:
    query = f"SELECT {COLUMNS} FROM delegation WHERE delegation_id = $1"
    return await connection.fetchrow(query, delegation_id, record_class=Delegation)


async def withdraw(connection: Connection, delegation_id: UUID, *, par: str, le: datetime) -> Delegation | None:
    """The delegation, withdrawn, and its account held; None for one that was withdrawn before."""
    held = await connection.fetchrow(_WITHDRAW, delegation_id, le, par, record_class=Delegation)
    if held is not None and held.compte is not None:
        await connection.execute(_HOLD, held.compte)
    return held


async def given_by(connection: Connection, chef: str, jour: date) -> list[UUID]:
    """Those of this chef that are current or to come."""
    rows = await connection.fetch(_GIVEN_BY, chef, jour, record_class=DelegationRow)
    return [row.delegation_id for row in rows]


async def bind(connection: Connection, compte: str, courriel: str, jour: date) -> None:
    """What waits for this address is the account's from now on."""
    await connection.execute(_BIND, compte, courriel, jour)


async def of_etablissement(connection: Connection, uai: str) -> list[Delegation]:
    """All of an établissement, the latest first."""
    query = f"SELECT {COLUMNS} FROM delegation WHERE uai = $1 ORDER BY debut DESC, le DESC, delegation_id"
    return await connection.fetch(query, uai, record_class=Delegation)


async def par_deleg_ce(connection: Connection, uai: str) -> list[DelegueParDelegCe]:
    """Whom the ministry's vector called a délégué of this établissement when they last signed in."""
    return await connection.fetch(_DELEG_CE, uai, record_class=DelegueParDelegCe)
