"""What the tests of acts on several convocations begin with."""

import pytest_asyncio

DAY = "2030-03-05"


@pytest_asyncio.fixture
async def convoked(open_world):
    """100 and 101 on histoire-géographie, 102 on HLP, 104 on the numérisation; ids by number."""
    chef = open_world.chef
    for mission, numeros in (
        (open_world.hg, ("100", "101")),
        (open_world.hlp, ("102",)),
        (open_world.numerisation, ("104",)),
    ):
        assert (await chef.convoque(mission, *numeros, dates=[DAY])).status_code == 201
    rows = await open_world.pool.fetch("SELECT convocation_id, numero FROM convocation")
    return {row["numero"]: str(row["convocation_id"]) for row in rows}
