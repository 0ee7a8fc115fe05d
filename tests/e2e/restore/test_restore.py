"""Each of the four databases comes back from a backup: the others have seen more, and all agree again (0032)."""

from dataclasses import replace

import pytest

from chassis.snapshot import snapshot
from event_schemas import catalogue
from event_schemas.inscriptions import InscriptionsClosed
from event_schemas.reponses import ReponseCloture
from imagin_dev.cyclades import producer
from imagin_dev.demo.rights import RightsReader
from imagin_ops.services import CONVOCATION, MISSION_IMPORT, NOTIFIER, SANTORIN_BRIDGE, SERVICES
from testkit.eventually import eventually

LOST_MAIL = "perdue lors de la restauration d’une sauvegarde"


def keys(*lines):
    return sorted(str(line.convocation_id) for line in lines)


async def active(world, count):
    """`count` people who are convoked to correct."""
    lines = (await world.lines()).values()
    return [line for line in lines if (line.status, line.type) == ("ACTIVE", "CORRECTION")][:count]


async def convoked(world, numero, mission_id):
    return next(one for one in (await world.lines()).values() if (one.numero, one.mission_id) == (numero, mission_id))


async def test_a_convocation_database_is_told_again_above_all_that_was_seen(stack, world, books):
    *six, changed, twice, beside = await active(world, 9)
    await world.cancel(twice)
    await world.settled()
    dump = await world.dump(CONVOCATION)
    for line in six:
        await world.cancel(line)
    await world.change(changed, "2030-06-01")
    await world.convoke(twice, twice.numero)
    newcomer = await world.newcomer(beside)
    await world.convoke(beside, newcomer)
    await world.settled()
    lost = await convoked(world, newcomer, beside.mission_id)
    assert (await world.types("catch-up", "convocation"))[0] == 4, "it still runs"

    await world.restore(CONVOCATION, dump)
    restored, mails = await world.lines(), set(world.mails())
    wanted = {
        "annulée depuis la sauvegarde": keys(*six),
        "convoquée depuis la sauvegarde": keys(lost),
        "convoquée de nouveau depuis la sauvegarde": keys(twice),
        "modifiée depuis la sauvegarde": keys(changed),
    }
    assert await world.catch_up(CONVOCATION) == wanted
    assert await world.lines() == restored, "nothing was written"
    assert list(await world.catch_up(CONVOCATION, "--confirm")) == list(wanted), "who must be looked at comes first"
    async with RightsReader(stack.kafka_connection) as rights:
        await stack.start_services(CONVOCATION)
        await world.settled()
        assert rights.went_back == 0
    assert await world.reconcile() == (0, [])
    assert await books.dead_letters() == 0
    now, given = await world.lines(), await world.rights()
    assert {key: now[key].status for key in restored} == {key: one.status for key, one in restored.items()}
    assert {now[line.convocation_id].version for line in six} == {3}
    assert {given[line.convocation_id] for line in (*six, changed)} == {"GRANTED"}
    assert (given[twice.convocation_id], given[lost.convocation_id]) == ("REVOKED", "REVOKED")
    new = [world.mails()[file] for file in world.mails().keys() - mails]
    assert sorted(to for to, _ in new) == sorted({one.courriel for one in (*six, changed, twice, lost)})
    [of_lost] = [mail for to, mail in new if to == lost.courriel]
    assert LOST_MAIL in of_lost.get_body(["plain"]).get_content()

    for line in (*six, changed):  # what made conflicts in three services
        await world.cancel(line)
    await world.convoke(lost, lost.numero)
    await world.settled()
    assert await world.reconcile() == (0, [])
    assert await books.dead_letters() == 0
    await world.restore(CONVOCATION, await world.dump(CONVOCATION))
    assert await world.catch_up(CONVOCATION, "--confirm") == {}, "a backup of now lacks nothing"
    await stack.start_services(CONVOCATION)


async def test_who_and_which_mission_the_backup_does_not_know_comes_back_as_far_as_events_say(
    stack, world, story, books
):
    dump = await world.dump(CONVOCATION)
    known = set(await world.lines())
    await story.live()  # other lycées: missions, people of the directory, convocations
    await world.settled()
    lost = [line for key, line in (await world.lines()).items() if key not in known]
    await world.restore(CONVOCATION, dump)
    assert await world.catch_up(CONVOCATION, "--confirm") == {"convoquée depuis la sauvegarde": keys(*lost)}
    await stack.start_services(CONVOCATION)
    await world.settled()
    assert await world.reconcile() == (0, [])
    given = await world.rights()
    assert {given[line.convocation_id] for line in lost} == {"REVOKED"}
    assert await world.value(CONVOCATION, "SELECT count(*) FROM mission WHERE version = 0 OR candidats = 0") == 0
    unknown = "SELECT count(*) FROM intervenant WHERE courriel = '' AND NOT actif"
    assert await world.value(CONVOCATION, unknown) == len({line.numero for line in lost})
    told = "SELECT count(*) FROM notification WHERE etat = 'ECHOUEE' AND convocation_id = ANY($1)"
    assert await world.value(CONVOCATION, told, [line.convocation_id for line in lost]) == len(lost)
    assert await books.dead_letters() == 0


async def test_a_database_that_worked_before_it_caught_up_is_mended_with_its_dead_letters(stack, world, books):
    [line] = await active(world, 1)
    dump = await world.dump(CONVOCATION)
    await world.cancel(line)
    await world.settled()
    await world.restore(CONVOCATION, dump)
    await stack.start_services(CONVOCATION)  # what the procedure forbids
    await world.change(line, "2030-09-01")

    async def conflicts():
        return await books.dead_letters() == 3

    await eventually(conflicts, because="the same version says something else in three services")
    await world.restore(CONVOCATION, await world.dump(CONVOCATION))
    assert await world.catch_up(CONVOCATION, "--confirm") == {"annulée depuis la sauvegarde": keys(line)}
    await stack.start_services(CONVOCATION)
    await world.settled()
    assert await world.reconcile() == (0, [])
    assert (await world.rights())[line.convocation_id] == "GRANTED"
    assert await books.dead_letters() == 0


async def revised(story, number, more):
    """The next revision of the closing of that place, with `more` candidates in each épreuve."""
    closing = story.told[number]
    state = closing.state
    epreuves = [one.model_copy(update={"candidats_inscrits": one.candidats_inscrits + more}) for one in state.epreuves]
    fields = dict(state) | {"revision": state.revision + more, "epreuves": epreuves}
    new = InscriptionsClosed(**{name: value for name, value in fields.items() if name != "hash"})
    return replace(closing, id=f"{closing.id}-{more}", state=new, data=new.to_bytes())


async def test_missions_are_what_they_were_told_and_closings_are_read_again(stack, world, story, books):
    dump = await world.dump(MISSION_IMPORT)
    await producer.send(stack.kafka_connection, [await revised(story, 0, 1)], lambda _: None)
    await story.live()  # lycées that the backup does not know
    await world.settled()
    revisions = "SELECT sum(revision) FROM cloture"
    before = await world.value(MISSION_IMPORT, revisions), await story.versions_by_key(catalogue.MISSION)

    await world.restore(MISSION_IMPORT, dump)
    told = await world.catch_up(MISSION_IMPORT, "--confirm")
    [names] = told.values()
    assert len(names) > 10
    await stack.start_services(MISSION_IMPORT)

    async def read_again():
        return await world.value(MISSION_IMPORT, revisions) == before[0]

    await eventually(read_again, because="closings are read again")
    await world.settled()
    assert await story.versions_by_key(catalogue.MISSION) == before[1], "nothing is told twice"
    assert await _forked_answers(stack.kafka_connection) == set()
    await producer.send(stack.kafka_connection, [await revised(story, 0, 2)], lambda _: None)
    await eventually(lambda: _candidats_follow(world, story), timeout=60, because="the next revision applies")
    await world.settled()
    assert await books.dead_letters() == 0


async def _forked_answers(kafka):
    """Answers of which one version was told with two contents."""
    told = {}
    async for page in snapshot(kafka, catalogue.REPONSE):
        for one in page:
            state = ReponseCloture.model_validate_json(one.value)
            told.setdefault((state.aggregate, state.version), set()).add(state.hash)
    assert told
    return {place for place, hashes in told.items() if len(hashes) > 1}


async def _candidats_follow(world, story):
    uai = story.told[0].uai
    query = "SELECT max(version) FROM mission WHERE uai = $1"
    return await world.value(CONVOCATION, query, uai) == 3 == await world.value(MISSION_IMPORT, query, uai)


async def test_rights_are_taken_back_from_the_topic_and_nobody_enters_meanwhile(stack, world, books):
    gone, changed, beside = await active(world, 3)
    dump = await world.dump(SANTORIN_BRIDGE)
    await world.cancel(gone)
    await world.change(changed, "2030-07-01")
    newcomer = await world.newcomer(beside)
    await world.convoke(beside, newcomer)
    await world.settled()
    new = await convoked(world, newcomer, beside.mission_id)
    right = "SELECT version FROM habilitation WHERE convocation_id = $1"
    before = await world.value(SANTORIN_BRIDGE, right, gone.convocation_id)

    await world.restore(SANTORIN_BRIDGE, dump)
    await world.cancel(new)  # what happens meanwhile is read afterwards
    assert await world.catch_up(SANTORIN_BRIDGE, "--confirm") == {
        "droit ouvert depuis la sauvegarde, ou changé": keys(changed, new),
        "droit retiré depuis la sauvegarde": keys(gone),
    }
    async with RightsReader(stack.kafka_connection) as rights:
        await stack.start_services(SANTORIN_BRIDGE)
        await world.settled()
        assert rights.went_back == 0
    assert await world.value(SANTORIN_BRIDGE, right, gone.convocation_id) == before, "its right was never written again"
    given = await world.rights()
    assert [given[one.convocation_id] for one in (gone, changed, new)] == ["REVOKED", "GRANTED", "REVOKED"]
    assert await world.reconcile() == (0, [])
    await world.cancel(changed)
    await world.settled()
    assert await world.reconcile() == (0, [])
    assert await books.dead_letters() == 0


async def test_nobody_is_mailed_twice_and_who_was_not_told_is(stack, world, books):
    gone, changed, late = await active(world, 3)
    dump = await world.dump(NOTIFIER)
    await world.cancel(gone)
    await world.change(changed, "2030-08-01")
    await world.settled()

    await world.restore(NOTIFIER, dump)
    mails = set(world.mails())
    await world.cancel(late)  # nobody has told her

    async def sent():
        return not await world.value(CONVOCATION, "SELECT count(*) FROM outbox")

    await eventually(sent, because="it is on the topic")
    assert await world.catch_up(NOTIFIER, "--confirm") == {
        "aucun résultat n’a été dit": keys(late),
        "prévenue depuis la sauvegarde": keys(gone, changed),
    }
    await stack.start_services(NOTIFIER)
    await world.settled()
    assert [world.mails()[file][0] for file in world.mails().keys() - mails] == [late.courriel]
    await world.cancel(changed)
    await world.settled()  # its report is above those that were told
    assert [world.mails()[file][0] for file in world.mails().keys() - mails].count(changed.courriel) == 1
    assert await books.dead_letters() == 0


async def test_all_four_at_once_agree_again(stack, world, books):
    gone, changed, beside = await active(world, 3)
    dumps = {service: await world.dump(service) for service in SERVICES}
    await world.cancel(gone)
    await world.change(changed, "2030-10-01")
    newcomer = await world.newcomer(beside)
    await world.convoke(beside, newcomer)
    await world.settled()
    new = await convoked(world, newcomer, beside.mission_id)
    mails = set(world.mails())
    for service, dump in dumps.items():
        await world.restore(service, dump)
    for service in (MISSION_IMPORT, CONVOCATION, SANTORIN_BRIDGE, NOTIFIER):
        await world.catch_up(service, "--confirm")
    async with RightsReader(stack.kafka_connection) as rights:
        await stack.start_services(*SERVICES)
        await world.settled()
        assert rights.went_back == 0
    assert await world.reconcile() == (0, [])
    given = await world.rights()
    assert [given[one.convocation_id] for one in (gone, changed, new)] == ["GRANTED", "GRANTED", "REVOKED"]
    told = sorted(world.mails()[file][0] for file in world.mails().keys() - mails)
    assert told == sorted({one.courriel for one in (gone, changed, new)})
    assert await books.dead_letters() == 0


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
async def test_a_service_that_runs_is_not_touched(world, service):
    assert (await world.types("catch-up", service.name, "--confirm"))[0] == 4


async def test_a_service_that_there_is_not_is_refused(world):
    assert (await world.types("catch-up", "santorin"))[0] == 2
