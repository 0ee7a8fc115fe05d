"""SQL of accounts and rights.

An account's row is locked before its sessions are ended: a sign-in under way, which holds it, ends first.
"""

from datetime import date, datetime
from uuid import UUID

from chassis.database import Connection, Row
from convocation.commun.recherche import formes
from convocation.comptes.domain import Droit
from convocation.comptes.reads import ATTRIBUTION, COMPTE, Attribution, Compte

_SEEN = """
INSERT INTO compte (compte, emetteur, nom, courriel, cle, premiere_le, vue_le) VALUES ($1, $2, $3, $4, $5, $6, $6)
ON CONFLICT (compte) DO UPDATE
SET emetteur = excluded.emetteur, nom = excluded.nom, courriel = excluded.courriel, cle = excluded.cle,
    vue_le = excluded.vue_le
RETURNING desactive_le IS NULL
"""
_BIND = """
UPDATE attribution SET compte = $1
WHERE compte IS NULL AND courriel = $2 AND retiree_le IS NULL AND (fin IS NULL OR fin >= $3)
"""
_GIVE = """
INSERT INTO attribution (attribution_id, nom, courriel, cle, compte, role, academies, fin, le, par, par_nom)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT (attribution_id) DO NOTHING
"""
_WITHDRAW = f"""
UPDATE attribution a SET retiree_le = $2, retiree_par = $3 WHERE attribution_id = $1 AND retiree_le IS NULL
RETURNING {ATTRIBUTION}
"""
_ACTIF = f"""
UPDATE compte c SET desactive_le = $2::timestamptz, desactive_par = $3
WHERE compte = $1 AND (desactive_le IS NULL) <> ($2::timestamptz IS NULL)
RETURNING {COMPTE}
"""
# Who is deactivated would be let in again.
_FORGET = """
DELETE FROM compte c WHERE vue_le < $1 AND desactive_le IS NULL
  AND NOT EXISTS (SELECT FROM attribution a WHERE a.compte = c.compte)
  AND NOT EXISTS (SELECT FROM delegation d WHERE d.compte = c.compte)
"""
_ADMINISTRATEURS = """
SELECT EXISTS (
    SELECT FROM compte c WHERE c.desactive_le IS NULL
      AND (c.donnees @> '[{"role": "administrateur"}]'
           OR EXISTS (SELECT FROM attribution a
                      WHERE a.compte = c.compte AND a.role = 'administrateur' AND a.retiree_le IS NULL
                        AND (a.fin IS NULL OR a.fin >= $1))))
"""
_ONE_AT_A_TIME = 260  # of this project's advisory locks, the one of this room


class CompteRow(Row):
    """An account."""

    compte: str


def _cle(nom: str, courriel: str) -> str:
    """The words somebody is found by, as in the directory: each, and those to the name's end as one (DALMEIDA)."""
    return " ".join(formes(nom, courriel))


async def seen(connection: Connection, compte: str, *, emetteur: str, nom: str, courriel: str, now: datetime) -> bool:
    """Record the sign-in, the account's row held; False for an account that is deactivated."""
    return bool(await connection.fetchval(_SEEN, compte, emetteur, nom, courriel, _cle(nom, courriel), now))


async def bind(connection: Connection, compte: str, courriel: str, jour: date) -> None:
    """What waits for this address is the account's from now on."""
    await connection.execute(_BIND, compte, courriel, jour)


async def keep_given(connection: Connection, compte: str, donnees: str) -> None:
    """`donnees`: JSON."""
    await connection.execute("UPDATE compte SET donnees = $2 WHERE compte = $1", compte, donnees)


async def hold_all(connection: Connection) -> None:
    """One act on rights at a time: two administrateurs who withdraw each other's right would leave none."""
    await connection.execute("SELECT pg_advisory_xact_lock($1)", _ONE_AT_A_TIME)


async def hold(connection: Connection, compte: str) -> Compte | None:
    query = f"SELECT {COMPTE} FROM compte c WHERE compte = $1 FOR UPDATE"
    return await connection.fetchrow(query, compte, record_class=Compte)


async def hold_address(connection: Connection, courriel: str) -> list[str]:
    """The accounts of an address, held."""
    query = "SELECT compte FROM compte WHERE courriel = $1 ORDER BY compte FOR UPDATE"
    return [row.compte for row in await connection.fetch(query, courriel, record_class=CompteRow)]


async def give(
    connection: Connection,
    attribution_id: UUID,
    droit: Droit,
    *,
    qui: tuple[str, str, str | None],
    par: tuple[str, str],
    le: datetime,
) -> bool:
    """`qui`: name, address, account if known; `par`: account and name. The same id twice is one right: False."""
    nom, courriel, compte = qui
    found = _cle(nom, courriel)
    of = (droit.role.value, sorted(droit.academies), droit.fin)
    return bool(
        await connection.execute(_GIVE, attribution_id, nom, courriel, found, compte, *of, le, *par) == "INSERT 0 1"
    )


async def withdraw(connection: Connection, attribution_id: UUID, *, par: str, le: datetime) -> Attribution | None:
    """The right, withdrawn; None for one that was withdrawn before."""
    return await connection.fetchrow(_WITHDRAW, attribution_id, le, par, record_class=Attribution)


async def set_actif(connection: Connection, compte: str, *, le: datetime | None, par: str | None) -> Compte | None:
    """Deactivated at `le`, or active for None; None where it is so already."""
    return await connection.fetchrow(_ACTIF, compte, le, par, record_class=Compte)


async def forget(connection: Connection, before: datetime) -> None:
    """Delete accounts that have not signed in since and that nothing hangs on."""
    await connection.execute(_FORGET, before)


async def has_administrateur(connection: Connection, jour: date) -> bool:
    """Whether somebody who has signed in and is active is administrateur on this day."""
    return bool(await connection.fetchval(_ADMINISTRATEURS, jour))
