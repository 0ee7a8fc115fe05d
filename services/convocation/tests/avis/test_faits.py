"""A fact is written with its cause, once; a replay tells nothing twice; nobody is named."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from convocation.avis.commands import note_deadlines, note_failed_mails, note_refusals
from convocation.ouvertures.domain import PorteeOuverture

AUTRE_LYON, LILLE, SESSION = "0699002K", "0599001F", "2020-E3C1"
EMPECHEMENT, REFUS, ECHEC = "EMPECHEMENT", "REFUS_SANTORIN", "MAIL_ECHEC"


async def test_a_report_is_a_fact_and_the_same_report_again_is_none(avis):
    convocation = await avis.convoked()
    await avis.prevented(convocation)
    await avis.prevented(convocation)
    assert await avis.facts() == [EMPECHEMENT]


async def test_withdrawn_and_reported_anew_is_another_fact(avis):
    convocation = await avis.convoked()
    await avis.prevented(convocation)
    await avis.world.browser("intervenant").post(f"/convocations/{convocation}/empechement/retrait")
    await avis.prevented(convocation)
    assert await avis.facts() == [EMPECHEMENT] * 2


async def replayed(avis, convocation):
    """The causes of version 1 again, as a reader that has lost its place would bring them."""
    causes = [(UUID(convocation), 1)]
    async with avis.world.pool.acquire() as connection:
        await note_refusals(connection, causes, datetime.now(UTC))
        await note_failed_mails(connection, causes, datetime.now(UTC))


async def test_a_refusal_and_a_failed_mail_are_facts_and_their_replay_none(avis):
    convocation = await avis.convoked()
    await avis.world.answered(convocation, "REJETEE", motif="Inconnu")
    await avis.world.mailed(convocation, "ECHOUEE")
    await replayed(avis, convocation)
    await avis.world.mailed(convocation, "ECHOUEE", retour=True, news=2)
    assert sorted(await avis.facts()) == [ECHEC, ECHEC, REFUS]


async def test_what_went_well_is_no_fact(avis):
    convocation = await avis.convoked()
    await avis.world.answered(convocation)
    await avis.world.mailed(convocation)
    assert await avis.facts() == []


async def test_an_opening_is_told_to_those_for_whom_something_changes(avis):
    world = avis.world
    await world.open("ETABLISSEMENT", AUTRE_LYON, ouverte=False)
    assert (await avis.facts(AUTRE_LYON), await avis.facts()) == (["FERMETURE"], [])
    await world.open("ACADEMIE", "10", ouverte=True)
    assert (await avis.facts(AUTRE_LYON), await avis.facts()) == (["FERMETURE"], []), "open it was, closed it stays"
    await world.open(ouverte=False)
    assert (await avis.facts(), await avis.facts(LILLE)) == ([], ["FERMETURE"])
    await world.open(ouverte=False)
    assert await avis.facts(LILLE) == ["FERMETURE"], "the same decision again"
    await world.open(ouverte=True)
    assert await avis.facts(LILLE) == ["FERMETURE", "OUVERTURE"]


async def test_a_first_opening_is_told_and_a_first_closing_is_none(world):
    await world.open(PorteeOuverture.ACADEMIE, "09", ouverte=False)
    assert await world.pool.fetchval("SELECT count(*) FROM avis") == 0
    await world.open()
    rows = await world.pool.fetch("SELECT uai, sorte FROM avis ORDER BY uai")
    assert [tuple(row) for row in rows] == [("0699001J", "OUVERTURE"), (AUTRE_LYON, "OUVERTURE")]


async def ends(world, fin):
    await world.pool.execute("UPDATE ouverture SET fin = $1", fin)


async def near(avis, now, days=3):
    async with avis.world.pool.acquire() as connection:
        await note_deadlines(connection, now, timedelta(days=days))


async def test_a_deadline_is_a_fact_once_where_missions_have_nobody(avis):
    now = datetime.now(UTC)
    await ends(avis.world, now + timedelta(days=3, hours=1))
    await near(avis, now)
    assert await avis.facts() == [], "not so early"
    for hours in (2, 3, 4):
        await near(avis, now + timedelta(hours=hours))
    assert await avis.facts() == ["ECHEANCE"]
    await ends(avis.world, now + timedelta(days=2))
    await near(avis, now)
    assert await avis.facts() == ["ECHEANCE"] * 2, "another end is another deadline"
    await near(avis, now + timedelta(days=3))
    assert await avis.facts() == ["ECHEANCE"] * 2, "past it is none"


async def test_where_every_mission_has_somebody_no_deadline_is_told(avis):
    now, world = datetime.now(UTC), avis.world
    for mission in (world.hg, world.hlp, world.numerisation):
        await avis.convoked(mission=mission)
    await ends(world, now + timedelta(days=1))
    await near(avis, now)
    assert (await avis.facts(), await avis.facts(LILLE)) == ([], ["ECHEANCE"])


async def test_what_is_kept_names_nobody(avis):
    convocation = await avis.convoked()
    await avis.prevented(convocation)
    await avis.world.answered(convocation, "REJETEE", motif="BŒUF inconnue")
    rows = await avis.world.pool.fetch("SELECT a::text AS texte FROM avis a")
    assert [one["texte"] for one in rows if "BŒUF" in one["texte"] or "santé" in one["texte"]] == []
