"""When a letter goes, what it says at that moment, whose it is until then, and that nothing is told twice."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from convocation.avis.commands import note_deadlines, note_refusals

LYON = "0699001J"
SEVEN = (datetime.now(ZoneInfo("Europe/Paris")) + timedelta(days=2)).replace(hour=7, minute=0, second=0, microsecond=0)


def phrases(letters):
    return [one["phrase"] for letter in letters for one in letter["points"]]


@pytest.fixture
async def prevented(avis):
    convocation = await avis.convoked()
    await avis.prevented(convocation)
    return convocation


async def came(avis, moment):
    """All facts there are came then."""
    await avis.world.pool.execute("UPDATE avis SET le = $1", moment)


async def test_daily_at_seven_by_the_academies_clocks_in_one_letter_and_once_a_day(avis, prevented, told):
    await avis.world.answered(prevented, "REJETEE")
    await came(avis, SEVEN - timedelta(hours=16))
    avis.at(SEVEN - timedelta(minutes=1))
    assert await avis.taken() == []
    avis.later(minutes=1)
    [letter] = await avis.taken()
    assert (letter["courriel"], letter["nom"]) == ("lycee@ac-exemple.invalid", f"LYCEE {LYON}")
    assert [one["titre"] for one in letter["points"]] == ["Empêchements à traiter", "Refus de SANTORIN"]
    assert letter["points"][0]["lien"].endswith(f"/convocations/{prevented}/empechement/traiter")
    assert "BŒUF" not in str(letter)
    assert "santé" not in str(letter)
    assert await avis.taken(told(letter)) == []
    await avis.world.mailed(prevented, "ECHOUEE")
    await avis.world.pool.execute("UPDATE avis SET le = $1 WHERE lettre IS NULL", avis.now - timedelta(minutes=1))
    assert await avis.taken() == [], "one a day"
    avis.later(days=1)
    assert phrases(await avis.taken())[0].startswith("Le mail d’une personne")


async def test_at_once_what_comes_in_a_row_is_one_letter(avis, prevented, told):
    await avis.rythme("AUSSITOT")
    avis.at(datetime.now(UTC) + timedelta(minutes=4))
    assert await avis.taken() == [], "it settles"
    await avis.world.answered(prevented, "REJETEE")
    avis.at(datetime.now(UTC) + timedelta(minutes=6))
    [letter] = await avis.taken()
    assert len(letter["points"]) == 2
    assert await avis.taken(told(letter)) == []


async def test_who_never_wants_a_mail_or_has_no_address_gets_none_and_what_was_not_told_stays(avis, prevented):
    await avis.rythme("JAMAIS")
    avis.later(days=2)
    assert await avis.taken() == []
    await avis.rythme("QUOTIDIEN")
    await avis.world.pool.execute("UPDATE coordonnees_etablissement SET courriel = NULL, telephone = '1'")
    assert await avis.taken() == []
    page = await avis.world.browser("chef").text(f"/avis/{LYON}")
    assert "Aucune adresse" in page
    assert "pas encore" in page
    await avis.world.pool.execute("UPDATE coordonnees_etablissement SET courriel = 'l@x.invalid'")
    assert len(await avis.taken()) == 1


async def test_what_is_no_longer_true_is_left_out_and_nothing_left_is_no_letter(avis, prevented):
    avis.later(days=1)
    await avis.world.pool.execute("UPDATE empechement SET etat = 'MAINTENU', reponse = 'Non'")
    assert await avis.taken() == []
    assert await avis.world.pool.fetchval("SELECT sort FROM avis_lettre") == "SANS_OBJET"
    assert "plus d’actualité" in await avis.world.browser("chef").text(f"/avis/{LYON}")


async def test_what_became_untrue_after_a_crash_is_left_out_of_the_second_try(avis, prevented):
    await avis.world.answered(prevented, "REJETEE")
    avis.later(days=1)
    [first] = await avis.taken()
    await avis.world.pool.execute("UPDATE acces SET etat = 'ACCEPTEE'")
    avis.later(minutes=11)
    [again] = await avis.taken()
    assert again["id"] == first["id"], "the same mail"
    assert (len(first["points"]), len(again["points"])) == (2, 1)


async def test_who_took_a_letter_and_died_leaves_it_to_the_next_after_ten_minutes(avis, prevented, told):
    avis.later(days=1)
    [letter] = await avis.taken()
    avis.later(minutes=9)
    assert await avis.taken() == []
    avis.later(minutes=2)
    assert [one["id"] for one in await avis.taken()] == [letter["id"]]
    assert await avis.taken(told(letter), told(letter)) == []
    avis.later(minutes=11)
    assert await avis.taken(told(letter, "ECHOUEE", "x")) == [], "the first word counts"
    assert "dit le" in await avis.world.browser("chef").text(f"/avis/{LYON}")


async def test_several_who_ask_at_once_get_a_letter_once(avis, prevented):
    avis.later(days=1)
    found = await asyncio.gather(*(avis.taken() for _ in range(6)))
    assert sorted(len(one) for one in found) == [0, 0, 0, 0, 0, 1]
    assert await avis.world.pool.fetchval("SELECT count(*) FROM avis_lettre") == 1


async def test_a_replay_after_the_letter_tells_nothing(avis, prevented, told):
    await avis.world.answered(prevented, "REJETEE")
    avis.later(days=1)
    [letter] = await avis.taken()
    await avis.taken(told(letter))
    async with avis.world.pool.acquire() as connection:
        await note_refusals(connection, [(UUID(prevented), 1)], avis.now)
    avis.later(days=2)
    assert await avis.taken() == []


async def test_a_letter_that_no_server_takes_is_seen_on_the_page(avis, prevented, told):
    avis.later(days=1)
    [letter] = await avis.taken()
    await avis.taken(told(letter, "ECHOUEE", "Adresse inconnue (5.1.1)"))
    assert "mail en échec : Adresse inconnue (5.1.1)" in await avis.world.browser("chef").text(f"/avis/{LYON}")


async def test_a_letter_that_comes_back_is_seen_on_the_page_and_a_foreign_one_changes_nothing(avis, prevented, told):
    avis.later(days=1)
    [letter] = await avis.taken()
    await avis.taken(told(letter))
    body = {"finies": [told(letter, "REVENUE", "Adresse inconnue"), {"id": str(UUID(int=3)), "sort": "REVENUE"}]}
    headers = avis.world.notifier._headers
    answer = await avis.world.client.post("/api/avis", json=body | {"encore": False}, headers=headers)
    assert answer.json() == {"lettres": []}
    assert "mail revenu : Adresse inconnue" in await avis.world.browser("chef").text(f"/avis/{LYON}")


async def test_nothing_is_taken_by_who_only_tells_what_came_back(avis, prevented):
    avis.later(days=1)
    await avis.world.client.post("/api/avis", json={"encore": False}, headers=avis.world.notifier._headers)
    assert len(await avis.taken()) == 1


async def test_the_opening_says_until_when_and_two_decisions_are_one_sentence(avis):
    await avis.world.open(ouverte=False)
    await avis.world.open()
    await avis.world.open("ACADEMIE", "10", ouverte=False)
    await avis.world.open("ACADEMIE", "10")
    avis.later(days=1)
    [letter] = await avis.taken()
    assert phrases([letter]) == ["Le service de convocation de la session 2020-E3C1 est ouvert."]


async def test_a_deadline_says_when_and_how_many_missions_have_nobody_and_is_left_out_once_all_have(avis):
    world = avis.world
    await world.pool.execute("UPDATE ouverture SET fin = $1", avis.now + timedelta(days=3))
    async with world.pool.acquire() as connection:
        await note_deadlines(connection, avis.now + timedelta(hours=1), timedelta(days=3))
    await avis.convoked(mission=world.hg)
    avis.later(days=1, hours=2)  # past seven o’clock after the deadline was noted, whatever the hour now
    [letter] = await avis.taken()
    [said] = phrases([letter])
    assert said.endswith("\u00a0: 2 missions sont encore sans convocation.")
    assert letter["points"][0]["lien"].endswith(f"/preparation/{LYON}?session=2020-E3C1")
    for mission in (world.hlp, world.numerisation):
        await avis.convoked(mission=mission)
    avis.later(minutes=11)
    assert await avis.taken() == []


async def test_only_the_notifier_takes_letters(avis):
    for name in ("chef", "administrateur", "pont"):
        answer = await avis.world.client.post("/api/avis", json={}, headers=getattr(avis.world, name)._headers)
        assert answer.status_code == 403
