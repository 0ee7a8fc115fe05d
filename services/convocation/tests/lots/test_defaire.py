"""« Défaire »: what an undone act leaves behind."""

import asyncio
import re

import pytest

PAGE = "/suivi/0699001J"


async def confirm(browser, acte, *choix, **typed):
    answer = await browser.post(PAGE, data={"action": f"{acte}|confirmer", "choix": choix, **typed})
    answer.extensions["lot"] = re.findall(r'name="lot" value="(\d+)"', await browser.text(PAGE))
    return answer


async def undo(browser, answer):
    assert answer.status_code == 303, answer.text
    [lot] = answer.extensions["lot"]
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


async def test_the_end_of_the_offer_is_told_as_every_hour_is(open_world, convoked):
    browser = open_world.browser("chef")
    await confirm(browser, "annuler", f"{convoked['100']}|1", motif="Malade")
    await open_world.pool.execute("UPDATE lot SET le = '2030-01-07T07:03Z'")
    assert "Jusqu’à 8 h 05." in await browser.text(PAGE)


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


async def test_after_the_service_closed_nothing_is_undone_and_once_it_opens_again_all_is(open_world, convoked):
    browser = open_world.browser("chef")
    done = await confirm(browser, "annuler", f"{convoked['100']}|1", f"{convoked['102']}|1", motif="Malade")
    await open_world.open(ouverte=False)
    assert (await undo(browser, done)).status_code == 409
    assert await open_world.pool.fetchval("SELECT count(*) FROM convocation WHERE status = 'CANCELLED'") == 2
    await open_world.open()
    assert (await undo(browser, done)).status_code == 303
    assert await open_world.pool.fetchval("SELECT count(*) FROM convocation WHERE status = 'CANCELLED'") == 0


async def test_where_one_mission_was_withdrawn_or_changed_meanwhile_none_is_undone(open_world, convoked):
    browser = open_world.browser("chef")
    done = await confirm(browser, "annuler", f"{convoked['100']}|1", f"{convoked['102']}|1", motif="Malade")
    await open_world.withdraw("0699001J", "HLP")
    assert (await undo(browser, done)).status_code in {409, 422}
    assert await open_world.pool.fetchval("SELECT count(*) FROM convocation WHERE status = 'CANCELLED'") == 2


async def test_undone_twice_at_once_is_undone_once(open_world, convoked):
    browser = open_world.browser("chef")
    done = await confirm(browser, "annuler", f"{convoked['100']}|1", f"{convoked['102']}|1", motif="Malade")
    answers = await asyncio.gather(*(undo(browser, done) for _ in range(8)))
    assert sorted(one.status_code for one in answers) == [303] + [409] * 7
    rows = await open_world.pool.fetch("SELECT numero, version, status FROM convocation WHERE version > 1 ORDER BY 1")
    assert [tuple(one) for one in rows] == [("100", 3, "ACTIVE"), ("102", 3, "ACTIVE")]


async def test_undone_while_an_answer_arrives_and_the_person_reads_keeps_both(open_world, convoked):
    browser, person, one = open_world.browser("chef"), open_world.browser("intervenant"), convoked["100"]
    done = await confirm(browser, "observation", f"{one}|1", observation="Salle B12")
    answers = await asyncio.gather(
        undo(browser, done),
        open_world.answered(one, "REJETEE", of=2, motif="inconnu"),
        person.post(f"/convocations/{one}/prise-de-connaissance", data={"version": "2"}),
        person.post(f"/convocations/{one}/empechement", data={"version": "2", "motif": "Malade"}),
    )
    assert answers[0].status_code == 303
    assert {answers[2].status_code, answers[3].status_code} <= {303, 409, 412}
    assert await open_world.pool.fetchval("SELECT version FROM convocation WHERE numero = '100'") == 3
    assert "refusée par SANTORIN" not in await browser.text(PAGE)  # that was the version before
