"""`imagin catch-up`: what is written stays where Kafka does not set the groups back, and is written once."""

import pytest
from aiokafka import AIOKafkaConsumer

from chassis.connecting import kafka_connection
from chassis.database import connect
from event_schemas import identities
from event_schemas.catalogue import INSCRIPTIONS, TOPICS
from event_schemas.uai import letter
from imagin_ops import groups, topics
from imagin_ops.services import CONVOCATION, MISSION_IMPORT, SERVICES
from testkit.topics import delete_topic

UAI = f"0690001{letter('0690001')}"
MISSION_ID = identities.mission_id("2020-E3C1", UAI, "GENERALE", "HG")
_PLACE = f"'2020-E3C1', '{UAI}', 'Lycée', 'Ville', '10', 'CORRECTION', 'GENERALE', 'HG', 'Histoire', 70, '2020-01-20'"
_NAMES = """session, uai, etablissement_nom, etablissement_commune, academie, type, voie, code, libelle, candidats,
            date_debut, status, version"""
RESTORED = f"INSERT INTO mission (mission_id, cloture, {_NAMES}) VALUES ($1, $2, {_PLACE}, 'ACTIVE', 1)"
CLOSING = f"""INSERT INTO cloture (cloture, session, uai, academie, revision, hash)
              VALUES ($1, '2020-E3C1', '{UAI}', '10', 1, '')"""
HELD = f"INSERT INTO mission (mission_id, hash, {_NAMES}) VALUES ($1, '', {_PLACE}, 'ACTIVE', 3)"


@pytest.fixture
async def restored(kafka, database):
    """mission-import's backup has version 1 of a mission of which convocation has version 3."""
    for name in TOPICS:
        await delete_topic(kafka.bootstrap, name)
    await topics.apply(kafka_connection(bootstrap=kafka.bootstrap))
    mine, theirs = (await database(MISSION_IMPORT.package)).url, (await database(CONVOCATION.package)).url
    given = {f"{service.prefix}DATABASE_URL": theirs for service in SERVICES}
    given |= {"MISSION_IMPORT_DATABASE_URL": mine, "IMAGIN_KAFKA_BOOTSTRAP": kafka.bootstrap}
    connection = await connect(theirs)
    await connection.execute(HELD, MISSION_ID)
    await connection.close()
    connection = await connect(mine)
    await connection.execute(CLOSING, f"2020-E3C1|{UAI}")
    await connection.execute(RESTORED, MISSION_ID, f"2020-E3C1|{UAI}")
    yield given, connection
    connection.terminate()


async def test_groups_that_cannot_be_set_back_are_told_and_the_same_command_sets_them_back(
    imagin, kafka, restored, monkeypatch
):
    given, connection = restored

    async def written():
        version = await connection.fetchval("SELECT version FROM mission")
        return version, await connection.fetchval("SELECT count(*) FROM outbox")

    async def nobody(*_):
        return []  # a process starts right after the command has looked for one

    group = TOPICS[INSCRIPTIONS].readers[MISSION_IMPORT.name]
    with monkeypatch.context() as patch:
        patch.setattr(groups, "members", nobody)
        async with AIOKafkaConsumer(INSCRIPTIONS, bootstrap_servers=kafka.bootstrap, group_id=group):
            done = await imagin("catch-up", MISSION_IMPORT.name, "--confirm", **given)
    assert (done.code, done.out) == (4, "")
    assert " : la base est écrite, les groupes ne sont pas remis : " in done.err
    assert done.err.endswith(" catch-up mission-import --confirm\n")
    assert await written() == (4, 1)
    done = await imagin("catch-up", MISSION_IMPORT.name, "--confirm", **given)
    assert (done.code, f"relus depuis le début : {group}" in done.out) == (0, True), done.err
    assert await written() == (4, 1)
