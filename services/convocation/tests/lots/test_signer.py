"""« Établir à nouveau, signée » (R24): what went out before the signature is made again with it."""

import re

import pytest_asyncio

from event_schemas.catalogue import CONVOCATION_CHANGED

PAGE = "/suivi/0699001J"
SIGNATURE = {"nom": "SIGNATAIRE", "prenom": "Claude", "qualite": "Proviseure"}
SANS = "partie sans signature"


async def sign(world):
    answer = await world.chef.put("/api/etablissements/0699001J/signature", SIGNATURE)
    assert answer.status_code == 200, answer.text


async def made(world, *ids):
    """Their documents are made, as for a mail."""
    for one in ids:
        assert (await world.browser("chef").get(f"/convocations/{one}/convocation.pdf")).status_code == 200


async def act(browser, *choix, action="signer|confirmer"):
    return await browser.post(PAGE, data={"action": action, "choix": choix})


async def versions(world):
    rows = await world.pool.fetch("SELECT numero, version FROM convocation ORDER BY numero")
    return {row["numero"]: row["version"] for row in rows}


@pytest_asyncio.fixture
async def unsigned(open_world, convoked):
    """100 and 102 went out without a signature, 101 and 104 wait for their mails; the signature came in between."""
    await made(open_world, convoked["100"], convoked["102"])
    await sign(open_world)
    return convoked


async def test_r24_those_that_went_out_before_the_signature_are_told_on_each_page_of_whoever_may_mend_it(
    open_world, convoked
):
    browser = open_world.browser("chef")
    await made(open_world, convoked["100"], convoked["102"])
    for page in (PAGE, "/"):
        assert SANS not in await browser.text(page), "without a signature there is nothing to make again"
    await sign(open_world)
    for page in (f"{PAGE}?etat=sans-signature", "/signature/0699001J"):
        assert "parties sans signature" in await browser.text(page)
    home = await browser.text("/")
    assert "Elle est renseignée, mais 2 convocations sont parties avant elle." in home
    assert f'href="{PAGE}?etat=sans-signature"' in home
    listed = await browser.text(f"{PAGE}?etat=sans-signature")
    assert [one in listed for one in (convoked["100"], convoked["101"])] == [True, False]


async def test_r24_made_again_they_are_the_same_at_the_next_version_and_bear_the_signature(open_world, unsigned):
    browser = open_world.browser("chef")
    before = await open_world.pool.fetch("SELECT numero, dates, qualite, observation FROM convocation ORDER BY 1")
    shown = await act(browser, *(f"{one}|1" for one in unsigned.values()), action="signer")
    assert "2 convocations de 2 personnes" in " ".join(shown.text.split()), "the others are left out"
    assert await versions(open_world) == {"100": 1, "101": 1, "102": 1, "104": 1}
    done = await act(browser, *(f"{one}|1" for one in unsigned.values()))
    assert done.status_code == 303
    assert await versions(open_world) == {"100": 2, "101": 1, "102": 2, "104": 1}
    assert before == await open_world.pool.fetch(
        "SELECT numero, dates, qualite, observation FROM convocation ORDER BY 1"
    )
    assert (await open_world.told())[-2:] == [CONVOCATION_CHANGED] * 2
    await made(open_world, unsigned["100"])
    query = "SELECT signature_version FROM document WHERE convocation_id = $1 ORDER BY version"
    kept = [row["signature_version"] for row in await open_world.pool.fetch(query, unsigned["100"])]
    assert kept == [None, 1]
    assert SANS not in await browser.text(PAGE)
    assert "Elle est renseignée." in await browser.text("/")


async def test_where_none_of_the_lot_went_out_unsigned_it_is_said_and_nothing_happens(open_world, unsigned):
    for action in ("signer", "signer|confirmer"):
        answer = await act(open_world.browser("chef"), f"{unsigned['101']}|1", action=action)
        assert answer.status_code == 409
        assert "aucune ici n’est dans ce cas" in answer.text
    assert set((await versions(open_world)).values()) == {1}


async def test_one_that_changed_or_was_cancelled_meanwhile_is_not_made_again(open_world, unsigned):
    browser = open_world.browser("chef")
    await browser.post(
        PAGE, data={"action": "annuler|confirmer", "choix": f"{unsigned['102']}|1", "motif": "Mission retirée"}
    )
    assert (await act(browser, f"{unsigned['100']}|7")).status_code == 412
    assert (await act(browser, f"{unsigned['102']}|2")).status_code == 409
    assert await versions(open_world) == {"100": 1, "101": 1, "102": 2, "104": 1}


async def test_one_whose_dates_are_over_is_neither_told_nor_made_again(open_world, unsigned):
    await open_world.pool.execute("UPDATE convocation SET dates = '{2020-01-07}' WHERE numero = '100'")
    browser = open_world.browser("chef")
    assert "1 convocation est partie avant elle" in await browser.text("/")
    assert (await act(browser, f"{unsigned['100']}|1")).status_code == 409


async def test_while_the_service_is_closed_none_is_made_again_and_the_home_waits(open_world, unsigned):
    browser = open_world.browser("chef")
    await open_world.open(ouverte=False)
    assert (await act(browser, f"{unsigned['100']}|1")).status_code == 409
    assert await versions(open_world) == {"100": 1, "101": 1, "102": 1, "104": 1}
    assert "Voir ces convocations" in await browser.text("/")
    assert "Les établir à nouveau" not in await browser.text("/")


async def test_the_act_is_offered_where_there_is_something_to_make_again(open_world, convoked):
    browser = open_world.browser("chef")
    await sign(open_world)
    assert "Établir à nouveau, signée" not in await browser.text(PAGE)
    await open_world.pool.execute("DELETE FROM signature")
    await made(open_world, convoked["100"])
    await sign(open_world)
    assert "Établir à nouveau, signée" in await browser.text(PAGE)


async def test_the_first_button_is_what_the_filter_calls_for(open_world, unsigned):
    browser = open_world.browser("chef")
    for etat, first in (("", "dates"), ("non-lues", "relancer"), ("sans-signature", "signer")):
        text = await browser.text(f"{PAGE}?etat={etat}")
        offered = re.findall(r'name="action" value="(\w+)"', text)
        assert offered[1] == first, (etat, offered)
        assert len(set(offered)) == 9


async def test_undone_it_is_as_before_and_told_again(open_world, unsigned):
    browser = open_world.browser("chef")
    assert (await act(browser, f"{unsigned['100']}|1")).status_code == 303
    [lot] = re.findall(r'name="lot" value="(\d+)"', await browser.text(PAGE))
    assert (await browser.post(f"{PAGE}/defaire", data={"lot": lot})).status_code == 303
    assert (await versions(open_world))["100"] == 3
    assert "1 convocation est partie avant elle" in await browser.text("/"), "the third will bear it"
