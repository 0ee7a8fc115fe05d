"""Finished days of the audit are sealed, and whatever becomes of a sealed act is found (0060)."""

from datetime import UTC, date, datetime, timedelta

import asyncpg
import pytest
import pytest_asyncio

from acces import audit, sceaux
from acces.acteur import Acteur, Role
from acces.audit import Acte
from chassis.database import create_pool

LUNDI = date(2020, 1, 13)
COLUMNS, REST = "(id, le, par, role, nom, action, objet, motif)", "'x', 'chef', 'X', 'a.b', 'c', ''"
NOW = datetime(2020, 1, 16, 8, tzinfo=UTC)
GESTIONNAIRE = Acteur("gestionnaire.10", Role.GESTIONNAIRE, "Dominique EXEMPLE", frozenset(), frozenset({"10"}))


class Base:
    def __init__(self, pool, admin):
        self.pool, self.admin = pool, admin

    async def act(self, le, objet="contact|10"):
        await audit.record(self.pool, GESTIONNAIRE, le, [Acte("contact.ecrire", objet, None, {"horaires": "8 h"})])

    async def seal(self, now=NOW):
        return await sceaux.seal(self.pool, now)

    async def verify(self, known=None):
        async with self.pool.acquire() as connection:
            return await sceaux.verify(connection, known)

    async def days(self):
        rows = await self.pool.fetch("SELECT jour, actes FROM audit_sceau ORDER BY jour")
        return [(row["jour"].day, row["actes"]) for row in rows]


def paris(day, hour, minute=0):
    return datetime(2020, 1, day, hour, minute, tzinfo=sceaux._PARIS)


@pytest_asyncio.fixture(loop_scope="session")
async def base(database):
    made = await database("convocation")
    pool = create_pool(made.url)
    await pool
    admin = await asyncpg.connect(made.admin_url)
    yield Base(pool, admin)
    await admin.close()
    await pool.close()


@pytest_asyncio.fixture(loop_scope="session")
async def sealed(base):
    """Two acts on the 13th, none on the 14th, one on the 15th."""
    for le in (paris(13, 9), paris(13, 23, 59), paris(15, 0)):
        await base.act(le)
    assert await base.seal() == 3
    return base


async def test_each_finished_day_of_paris_is_sealed_once_and_today_is_not(sealed):
    await sealed.act(NOW)
    assert await sealed.days() == [(13, 2), (14, 0), (15, 1)]
    assert await sealed.seal() == 0
    found = await sealed.verify()
    assert (found.ecarts, found.jours, found.actes, found.non_scelles, found.dernier) == ([], 3, 3, 1, "2020-01-15")


async def test_a_database_without_an_act_has_nothing_to_seal(base):
    assert await base.seal() == 0
    assert (await base.verify()).dernier is None


async def test_an_act_that_ends_after_its_day_was_sealed_is_in_the_next_seal(sealed):
    await sealed.act(paris(15, 23, 59), "contact|09")
    assert await sealed.seal(NOW + timedelta(days=1)) == 1
    assert await sealed.days() == [(13, 2), (14, 0), (15, 1), (16, 1)]
    assert (await sealed.verify()).ecarts == []


async def test_a_day_is_not_sealed_while_somebody_writes_an_act_whose_number_is_taken(base):
    await base.act(paris(15, 9))
    async with base.pool.acquire() as connection:
        transaction = connection.transaction()
        await transaction.start()
        await audit.record(connection, GESTIONNAIRE, paris(15, 10), [Acte("contact.ecrire", "contact|01")])
        await base.act(paris(15, 11))
        assert await base.seal() == 0
        await transaction.commit()
    assert await base.seal() == 1
    assert await base.days() == [(15, 3)]
    assert (await base.verify()).ecarts == []


async def test_two_processes_that_seal_at_once_make_one_seal(sealed):
    async with sealed.pool.acquire() as connection:
        await connection.execute("SELECT pg_advisory_lock_shared($1)", sceaux._LOCK)
        assert await sealed.seal(NOW + timedelta(days=1)) == 0
        await connection.execute("SELECT pg_advisory_unlock_shared($1)", sceaux._LOCK)
    assert await sealed.seal(NOW + timedelta(days=1)) == 1


@pytest.mark.parametrize(
    ("statement", "day"),
    [
        ("UPDATE audit SET nom = 'AUTRE' WHERE id = 2", "2020-01-13"),
        ("UPDATE audit SET le = le + interval '1 microsecond' WHERE id = 1", "2020-01-13"),
        ("UPDATE audit SET academie = '' WHERE id = 3", "2020-01-15"),
        ("DELETE FROM audit WHERE id = 1", "2020-01-13"),
        (
            f"INSERT INTO audit {COLUMNS} OVERRIDING SYSTEM VALUE VALUES (0, '2020-01-15', {REST})",
            "2020-01-13",
        ),
        ("DELETE FROM audit_sceau WHERE jour = '2020-01-14'", "2020-01-14"),
        ("UPDATE audit_sceau SET actes = 7 WHERE jour = '2020-01-15'", "2020-01-15"),
    ],
)
async def test_what_was_changed_deleted_or_added_is_found_and_its_day_named(sealed, statement, day):
    await sealed.admin.execute(statement)
    found = (await sealed.verify()).ecarts
    assert [jour for jour, _ in found][:1] == [day], found


async def test_an_act_that_is_added_between_two_others_is_found(sealed):
    await sealed.admin.execute("DELETE FROM audit WHERE id = 2")
    await sealed.admin.execute(f"INSERT INTO audit {COLUMNS} OVERRIDING SYSTEM VALUE VALUES (2, '2020-01-13', {REST})")
    assert (await sealed.verify()).ecarts == [("2020-01-13", "un acte a été modifié")]


async def test_who_writes_all_of_the_chain_anew_is_found_by_what_was_kept_elsewhere(sealed):
    kept = {row["jour"]: row["chaine"].hex() for row in await sealed.pool.fetch("SELECT * FROM audit_sceau")}
    assert (await sealed.verify(kept)).ecarts == []
    await sealed.admin.execute("UPDATE audit SET nom = 'AUTRE' WHERE id = 3; TRUNCATE audit_sceau")
    await sealed.seal(NOW - timedelta(days=1))
    found = (await sealed.verify(kept)).ecarts
    assert found == [("2020-01-15", "un sceau noté ailleurs n’est plus là")]
    await sealed.seal()
    assert (await sealed.verify()).ecarts == []
    found = (await sealed.verify(kept)).ecarts
    assert found == [("2020-01-15", "la chaîne n’est pas celle qui a été notée ailleurs")]


@pytest.mark.parametrize(
    "statement", ["UPDATE audit_sceau SET actes = 0", "DELETE FROM audit_sceau", "DELETE FROM audit_purge"]
)
async def test_the_service_changes_no_seal(sealed, statement):
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await sealed.pool.execute(statement)


async def test_what_was_purged_after_its_term_leaves_a_chain_that_holds(sealed):
    while await sealed.pool.fetchval("SELECT audit_purger('2020-01-15')") is not None:
        pass
    found = await sealed.verify()
    assert (found.ecarts, found.purges, found.actes) == ([], 2, 1)
    await sealed.admin.execute(f"INSERT INTO audit {COLUMNS} OVERRIDING SYSTEM VALUE VALUES (1, '2020-01-13', {REST})")
    assert (await sealed.verify()).ecarts == [("2020-01-13", "1 acte(s) de trop après la purge")]


async def test_nothing_younger_than_a_year_and_nothing_unsealed_is_purged(base):
    recent = datetime.now(UTC) - timedelta(days=200)
    await base.act(recent)
    await base.seal(recent + timedelta(days=2))
    assert await base.pool.fetchval("SELECT audit_purger('2999-01-01')") is None
    await base.admin.execute("TRUNCATE audit_sceau; UPDATE audit SET le = '2020-01-13'")
    assert await base.pool.fetchval("SELECT audit_purger('2999-01-01')") is None
    assert await base.pool.fetchval("SELECT count(*) FROM audit") == 1


async def test_acts_of_the_last_year_that_are_said_to_be_purged_are_missed(base):
    le = datetime.now(UTC) - timedelta(days=3)
    await base.act(le)
    await base.seal(datetime.now(UTC))
    await base.admin.execute(
        "DELETE FROM audit; INSERT INTO audit_purge SELECT max(jusqu_a), '2001-01-01', 1, now() FROM audit_sceau"
    )
    assert [what for _, what in (await base.verify()).ecarts] == ["1 acte(s) scellé(s), 0 dans la base"]
