"""A Row whose annotations are not its statement's columns fails the test that runs the statement."""

from datetime import date
from uuid import UUID

import pytest
import pytest_asyncio

from chassis.database import Row, create_pool
from testkit.rows import WrongRow


class Courriel(Row):
    convocation_id: UUID
    version: int
    envoye_le: date | None
    adresses: list[str]


STATEMENT = """
SELECT '00000000-0000-0000-0000-000000000001'::uuid AS convocation_id, 2::bigint AS version, NULL::date AS envoye_le,
       ARRAY['a@exemple.fr'] AS adresses
"""


@pytest_asyncio.fixture(loop_scope="session")
async def pool(create_database):
    async with create_pool(await create_database("rows")) as pool:
        yield pool


async def test_columns_are_read_by_their_names(pool):
    row = await pool.fetchrow(STATEMENT, record_class=Courriel)
    assert (row.convocation_id, row.version, row.envoye_le) == (UUID(int=1), 2, None)
    assert [one.adresses for one in await pool.fetch(STATEMENT, record_class=Courriel)] == [["a@exemple.fr"]]


async def test_a_subclass_has_the_columns_of_its_base_too(pool):
    class Renvoi(Courriel):
        get: bool  # a name that the record's own method has

    row = await pool.fetchrow(f"SELECT *, true AS get FROM ({STATEMENT}) AS courriel", record_class=Renvoi)
    assert (row.version, row.get) == (2, True)


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        (STATEMENT.replace("AS version", "AS revision"), "version"),
        (STATEMENT.replace("SELECT", "SELECT 1 AS more,"), "more"),
        (STATEMENT.replace("2::bigint", "'2'::text"), r"Courriel\.version"),
        (STATEMENT.replace("2::bigint", "NULL::bigint"), r"Courriel\.version"),
        (STATEMENT.replace("2::bigint", "true"), r"Courriel\.version"),
        (STATEMENT.replace("NULL::date", "now()"), r"Courriel\.envoye_le"),
        (STATEMENT.replace("'a@exemple.fr'", "1"), r"Courriel\.adresses"),
    ],
)
async def test_another_column_or_type_is_an_error(pool, statement, told):
    with pytest.raises(WrongRow, match=told):
        await pool.fetch(statement, record_class=Courriel)
    with pytest.raises(WrongRow, match=told):
        await pool.fetchrow(statement, record_class=Courriel)
