"""A person who is convoked, and the link that a mail about it bears."""

import pytest
import pytest_asyncio

ANNEE = "2099-03-05"


@pytest_asyncio.fixture(loop_scope="session")
async def convoque(open_world):
    """Person 100 is convoked, and 101 too."""
    assert (await open_world.chef.convoque(open_world.hg, "100", "101", dates=[ANNEE])).status_code == 201
    rows = await open_world.pool.fetch("SELECT convocation_id FROM convocation ORDER BY numero")
    open_world.une, open_world.autre = [str(row["convocation_id"]) for row in rows]
    open_world.client.cookies.clear()
    yield open_world
    open_world.client.cookies.clear()


@pytest.fixture
def lien_of():
    """`await lien_of(world, convocation_id)`: the path of the link that a mail bears now; None where it bears none."""

    async def path(world, convocation_id, version=1):
        body = {"demandes": [{"convocation_id": convocation_id, "version": version}]}
        [told] = (await world.notifier.post("/api/envois", body)).json()["envois"]
        if told["lien"] is None:
            return None
        base, token = told["lien"].split("/lien/")
        assert base == world.settings.public_url
        return f"/lien/{token}"

    return path
