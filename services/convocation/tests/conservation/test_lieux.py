"""Where something of a person stands is known of every table, and nobody is convoked while she is erased (0061)."""

from uuid import UUID

import asyncpg
import pytest

from convocation.conservation.commands import hold
from convocation.conservation.sql import LIEUX

# What names agents in office, by address: the académie's contact, the établissement's own.
AGENTS = {"contact", "coordonnees_etablissement"}


async def test_every_table_that_names_somebody_by_a_column_is_erased_and_told(world):
    rows = await world.pool.fetch(
        """SELECT DISTINCT c.table_name FROM information_schema.columns c JOIN information_schema.tables t
           USING (table_schema, table_name)
           WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE'
           AND column_name IN ('numero', 'autre', 'gardee', 'convocation_id', 'courriel', 'convocations', 'qui')"""
    )
    assert {row["table_name"] for row in rows} - AGENTS <= {lieu.table for lieu in LIEUX}


async def test_nobody_convokes_somebody_who_is_being_erased(world):
    async with world.pool.acquire() as erasing, world.pool.acquire() as chef, erasing.transaction():
        await hold(erasing, "100")
        await chef.execute("SET lock_timeout = '100ms'")
        with pytest.raises(asyncpg.LockNotAvailableError):
            await chef.execute(
                "INSERT INTO convocation (convocation_id, mission_id, numero, status, nature, qualite_par_defaut, "
                "dates, observation, version) "
                "VALUES ($1, $2, '100', 'ACTIVE', 'CONVOCATION', true, '{2026-01-13}', '', 1)",
                *(UUID(int=1), world.hg),
            )
