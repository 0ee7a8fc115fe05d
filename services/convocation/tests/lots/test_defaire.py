"""« Défaire »: what an undone act leaves behind."""

import re

import pytest
import pytest_asyncio

LYON, DAY = "0699001J", "2030-03-05"
PAGE = f"/suivi/{LYON}"


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


async def confirm(browser, acte, *choix, **typed):
    return await browser.post(PAGE, data={"action": f"{acte}|confirmer", "choix": choix, **typed})


async def undo(browser, answer):
    assert answer.status_code == 303, answer.text
    lot = re.search(r"lot=(\d+)", answer.headers["location"])[1]
    return await browser.post(f"{PAGE}/defaire", data={"lot": lot})


async def test_undone_a_cancellation_leaves_the_empechement_to_be_decided_again(open_world, convoked):
    person, browser = open_world.browser("intervenant"), open_world.browser("chef")
    one = convoked["100"]
    reported = await person.post(f"/convocations/{one}/empechement", data={"version": "1", "motif": "Opérée ce jour"})
    assert reported.status_code == 303, reported.text
    done = await confirm(browser, "annuler", f"{one}|1", motif="Malade")
    assert await open_world.pool.fetchval("SELECT etat FROM empechement") == "CLOS"
    assert (await undo(browser, done)).status_code == 303
    assert await open_world.pool.fetchval("SELECT etat FROM empechement") == "OUVERT"
    assert "1 empêchement à traiter" in await browser.text(PAGE)


async def test_undone_a_cancellation_reopens_no_empechement_that_was_decided_before(open_world, convoked):
    person, browser = open_world.browser("intervenant"), open_world.browser("chef")
    one = convoked["100"]
    await person.post(f"/convocations/{one}/empechement", data={"version": "1", "motif": "Opérée ce jour"})
    await person.post(f"/convocations/{one}/empechement/retrait", data={"version": "1"})
    assert await open_world.pool.fetchval("SELECT etat FROM empechement") == "RETIRE"
    before = await open_world.pool.fetchrow("SELECT etat, par, repondu_le FROM empechement")
    done = await confirm(browser, "annuler", f"{one}|1", motif="Malade")
    assert (await undo(browser, done)).status_code == 303
    assert await open_world.pool.fetchrow("SELECT etat, par, repondu_le FROM empechement") == before


async def test_who_left_the_directory_meanwhile_is_not_convoked_again_by_undoing(open_world, convoked):
    browser = open_world.browser("chef")
    done = await confirm(browser, "annuler", f"{convoked['100']}|1", f"{convoked['102']}|1", motif="Malade")
    await open_world.pool.execute("UPDATE intervenant SET actif = false WHERE numero = '100'")
    answer = await undo(browser, done)
    assert answer.status_code in {409, 422}
    rows = await open_world.pool.fetch("SELECT numero FROM convocation WHERE status = 'CANCELLED' ORDER BY numero")
    assert [row["numero"] for row in rows] == ["100", "102"]  # all or none


@pytest.mark.parametrize(
    "data",
    [
        {"lot": "99999999999999999999"},
        {"lot": "999999999"},
        {"lot": "-1"},
        {"lot": "٣"},
        {"lot": "\0"},
        {},
        {"lot": "x" * 100_000},
    ],
)
async def test_a_lot_that_makes_no_sense_cannot_be_undone(open_world, data):
    answer = await open_world.browser("chef").post(f"{PAGE}/defaire", data=data)
    assert answer.status_code == 409
