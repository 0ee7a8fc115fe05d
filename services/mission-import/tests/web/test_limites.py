"""Who asks too often waits: for lists of closings, and for files, each by a rate of its own."""

from dataclasses import replace

import pytest

from mission_import.web.application import Debits

FILE, LIST = "/imports/fichier", "/imports"


@pytest.fixture
def limited(world, clock):
    """The application with three lists and two files at once, and a clock of its own for them."""
    limits = {"search_per_second": 1, "search_burst": 3, "file_per_second": 1, "file_burst": 2}
    debits = Debits.of(world.settings.model_copy(update=limits))
    app = world.client._transport.app
    app.state.application = replace(app.state.application, debits=debits)
    world.clock = clock
    return world


async def send(world, who="lyon", revision=1):
    headers = {"Authorization": f"Bearer {world.tokens[who]}"}
    content = world.closing(world.lyon if who == "lyon" else world.lille, revision, HG=30).to_bytes()
    return await world.client.post(f"/api{FILE}", content=content, headers=headers)


async def test_who_lists_closings_too_often_waits_and_others_do_not(limited):
    told = [await limited.ask("lyon", "GET", f"/api{LIST}"), await limited.page("lyon", LIST)]
    told += [await limited.ask("lyon", "GET", f"/api{LIST}/journal"), await limited.ask("lyon", "GET", f"/api{FILE}")]
    assert [one.status_code for one in told][:2] == [200, 200]
    refused = told[-1]
    assert (refused.status_code, refused.json()["code"]) == (429, "trop-de-requetes")
    assert (await limited.page("lyon", LIST)).status_code == 429
    assert (await limited.page("lille", LIST)).status_code == 200
    limited.clock.now += int(refused.headers["retry-after"])
    assert (await limited.page("lyon", LIST)).status_code == 200


async def test_who_has_files_read_too_often_waits_and_a_look_at_one_counts(limited):
    sent = await send(limited)
    assert sent.status_code == 201
    path = f"{FILE}/{sent.json()['import_id']}"
    assert (await limited.page("lyon", path)).status_code == 200
    lu = {"lu": sent.json()["lu"]}
    refused = [
        await send(limited, revision=2),
        await limited.ask("lyon", "GET", f"/api{path}"),
        await limited.ask("lyon", "POST", f"/api{path}/confirmation", lu),
        await limited.page("lyon", path, lu),
    ]
    assert [one.status_code for one in refused] == [429] * 4
    assert (await send(limited, "lille")).status_code == 201
    assert (await limited.page("lyon", LIST)).status_code == 200, "lists have a rate of their own"
