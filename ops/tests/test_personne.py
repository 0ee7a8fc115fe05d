"""`imagin personne`: an invented person is planted everywhere, erased, and nothing of her is found (0061)."""

import asyncio
import json
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlsplit
from uuid import UUID

import asyncpg
import pytest
from aiokafka import AIOKafkaProducer

from acces import audit, sceaux
from acces.acteur import Acteur, Role
from acces.audit import Acte
from chassis.connecting import kafka_connection
from chassis.database import create_pool
from chassis.relay import Relay
from event_schemas.catalogue import CONVOCATION as CONVOCATIONS
from event_schemas.catalogue import HABILITATION, TOPICS
from imagin_ops import topics
from santorin_bridge.operations import ErasedHabilitations
from testkit.eventually import eventually
from testkit.topics import delete_topic, read_all

HERS, MISSION, ANOTHER = UUID(int=31), UUID(int=32), UUID(int=33)
WHO, FORMER, OTHER = "3141592", "3141593", "2718281"
MAIL, OLD = "claude.inventee@ac-essai.invalid", "c.inventee@ancienne.invalid"
JOUR = date(2020, 1, 13)
LE = datetime(2020, 1, 13, 12, tzinfo=UTC)
GEST = Acteur("gest", Role.GESTIONNAIRE, "Dominique EXEMPLE")
EVENT = {"intervenant": {"numero": WHO, "nom": "INVENTEE", "prenom": "Claude"}}
JSON = json.dumps(EVENT, separators=(",", ":"))


async def directory(pool, numero, nom, courriel, convocation):
    await pool.execute(
        "INSERT INTO intervenant (numero, civilite, nom, prenom, courriel, uai, uais_secondaires, disciplines, "
        "academie, actif, cle) VALUES ($1, 'Mme', $2, 'Claude', $3, '0699001J', '{}', '{}', '10', true, $2)",
        *(numero, nom, courriel),
    )
    await pool.execute("INSERT INTO intervenant_mot VALUES ('10', $1, $2)", nom, numero)
    await pool.execute(
        "INSERT INTO convocation (convocation_id, mission_id, numero, status, nature, qualite_par_defaut, dates, "
        "observation, version) VALUES ($1, $2, $3, 'ACTIVE', 'CONVOCATION', true, $4, '', 1)",
        *(convocation, MISSION, numero, [JOUR]),
    )
    await pool.execute(
        "INSERT INTO convocation_version (convocation_id, version, nature, qualite_par_defaut, dates, "
        "observation, par, "
        "le) VALUES ($1, 1, 'CONVOCATION', true, $2, '', 'chef', $3)",
        *(convocation, [JOUR], LE),
    )


async def plant_convocation(pool):
    await pool.execute("INSERT INTO session_declaree (session, libelle, par, le) VALUES ('2020-E3C1', '', 'x', now())")
    await pool.execute(
        "INSERT INTO mission VALUES ($1, '2020-E3C1', '0699001J', '10', 'LYCEE', 'VILLE', 'CORRECTION', "
        "'GENERALE', 'HG', "
        "'Histoire', 10, $2, 'ACTIVE', 1, 'h')",
        *(MISSION, JOUR),
    )
    await directory(pool, WHO, "INVENTEE", OLD, HERS)
    await directory(pool, OTHER, "AUTRE", "autre@ac-essai.invalid", ANOTHER)
    await pool.execute("UPDATE intervenant SET courriel = $2 WHERE numero = $1", WHO, MAIL)
    await pool.execute(
        "INSERT INTO intervenant (numero, civilite, nom, prenom, courriel, uai, uais_secondaires, "
        "disciplines, academie, "
        "actif, cle, fusionne_dans) VALUES ($1, 'Mme', 'INVENTEE', 'C.', '', '', '{}', '{}', '10', false, '', $2)",
        *(FORMER, WHO),
    )
    await pool.execute("INSERT INTO document VALUES ($1, 1, NULL, 'x', 'PDF', now())", HERS)
    await pool.execute("INSERT INTO prise_de_connaissance VALUES ($1, 1, now())", HERS)
    await pool.execute("INSERT INTO empechement (convocation_id, version, motif, le) VALUES ($1, 1, 'x', now())", HERS)
    await pool.execute("INSERT INTO remise VALUES ($1, 1, now(), 'chef')", HERS)
    await pool.execute("INSERT INTO relance VALUES ($1, now())", HERS)
    await pool.execute("INSERT INTO acces (convocation_id, version, hash, etat) VALUES ($1, 1, 'h', 'ACCEPTEE')", HERS)
    await pool.execute(
        "INSERT INTO intervention (uai, academie, session, motif, par, par_nom, debut) "
        "VALUES ('0699001J', '10', '2020-E3C1', 'Le chef a oublié Claude Inventee', 'gest', 'X', now())"
    )
    await pool.execute("INSERT INTO indisponibilite VALUES ($1, $2, $2)", WHO, JOUR)
    await pool.execute(
        "INSERT INTO compte (compte, emetteur, nom, courriel, cle, premiere_le, vue_le) "
        "VALUES ('c', 'e', 'n', $1, '', now(), now())",
        MAIL,
    )
    await pool.execute(
        "INSERT INTO delegation (delegation_id, uai, nom, courriel, compte, droit, debut, fin, chef, chef_nom, le) "
        "VALUES ($1, '0699001J', 'n', 'autrefois@ac-essai.invalid', 'c', 'CONSULTER', $2, $2, 'x', 'x', now())",
        *(UUID(int=41), JOUR),
    )
    await pool.execute("INSERT INTO abonnement (numero, cree_le) VALUES ($1, now())", WHO)
    await pool.execute(
        "INSERT INTO brouillon VALUES ($1, $2, 'Chef', now())", MISSION, json.dumps({"qui": [WHO, OTHER]})
    )
    await pool.execute(
        "INSERT INTO demande (demande_id, uai, academie, nom, prenom, precisions, par, le) "
        "VALUES ($1, '0699001J', '10', 'Inventee', 'Claude', '', 'chef', now())",
        UUID(int=40),
    )
    await pool.execute(  # somebody else of that name
        "INSERT INTO demande (demande_id, uai, academie, nom, prenom, precisions, par, le) "
        "VALUES ($1, '0599001N', '09', 'Inventee', 'Claude', '', 'chef', now())",
        UUID(int=42),
    )
    await pool.execute(
        "INSERT INTO idempotence VALUES ('chef|c|0699001J', 'k', 'e', $1, now())", json.dumps({"numero": WHO})
    )
    elle = Acteur(WHO, Role.INTERVENANT, "Claude INVENTEE")
    acts = [
        Acte("intervenants.ecrire", f"intervenant|{WHO}", {"courriel": OLD}, {"courriel": MAIL}, "mariage"),
        Acte("intervenants.fusionner", f"intervenant|{FORMER}", None, {"fusionne_dans": WHO}),
        Acte("intervenants.fusionner", f"doublon|{OTHER}|{WHO}", None, {"doublon": False}),
        Acte("demande.ecrire", f"demande|{UUID(int=40)}", None, {"nom": "Inventee", "prenom": "Claude"}),
        Acte("intervenants.ecrire", f"intervenant|{OTHER}", None, {"nom": "AUTRE"}),
    ]
    await audit.record(pool, GEST, LE, acts)
    await audit.record(pool, elle, LE, [Acte("empechement.signaler", f"convocation|{HERS}", personne=WHO)])
    await sceaux.seal(pool, LE + timedelta(days=1))


async def plant_right(pool, convocation, numero):
    await pool.execute(
        "INSERT INTO habilitation (convocation_id, version, published_version, convocation_version, "
        "convocation_hash, "
        "status, numero, mission_id, role, etat) VALUES ($1, 1, 1, 1, 'h', 'GRANTED', $2, $3, 'R', $4)",
        *(convocation, numero, MISSION, JSON.replace(WHO, numero).encode()),
    )


async def plant_elsewhere(pools):
    await pools["mission-import"].execute("INSERT INTO convocation_active VALUES ($1, $2, 1, 'h', true)", HERS, MISSION)
    for convocation, numero in ((HERS, WHO), (ANOTHER, OTHER)):
        await pools["notifier"].execute(
            "INSERT INTO notification (convocation_id, version, hash, nature, numero, etat) "
            "VALUES ($1, 1, 'h', 'CONVOCATION', $2, 'SENT')",
            *(convocation, numero),
        )
        await plant_right(pools["santorin-bridge"], convocation, numero)
    await pools["notifier"].execute("INSERT INTO compte_rendu VALUES ($1, 1)", HERS)
    for pool in pools.values():
        await pool.execute(
            'INSERT INTO dead_letter (consumer_group, topic, partition, "offset", record_time, key, value, '
            "header_names, header_values, stage, reason) VALUES ('g', 't', 0, 1, now(), 'k', $1, '{}', "
            "'{}', 'APPLY', 'r'), "
            "('g', 't', 0, 2, now(), 'k', $2, '{}', '{}', 'APPLY', 'r')",
            *(JSON.encode(), JSON.replace(WHO, OTHER).encode()),
        )


async def plant_topics(bootstrap):
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap)
    await producer.start()
    for topic in (CONVOCATIONS, HABILITATION):
        for key, numero in ((HERS, WHO), (ANOTHER, OTHER)):
            body = JSON.replace(WHO, numero).replace("INVENTEE", "INVENTEE" if numero == WHO else "AUTRE")
            await producer.send_and_wait(topic, body.encode(), str(key).encode())
    await producer.stop()


@pytest.fixture
async def planted(installation, tmp_path):
    """Where she stands, with somebody else beside her; the four pools by service."""
    names = {"MISSION_IMPORT": "mission-import", "CONVOCATION": "convocation", "NOTIFIER": "notifier"}
    names |= {"SANTORIN_BRIDGE": "santorin-bridge"}
    pools = {name: create_pool(installation[f"{prefix}_DATABASE_URL"]) for prefix, name in names.items()}
    for pool in pools.values():
        await pool
    await plant_convocation(pools["convocation"])
    await plant_elsewhere(pools)
    await plant_topics(installation["IMAGIN_KAFKA_BOOTSTRAP"])
    mails = tmp_path / "mails"
    mails.mkdir()
    (mails / "1.eml").write_text(f"To: {MAIL}\n\nBonjour")
    (mails / "2.eml").write_text("To: autre@ac-essai.invalid\n\nBonjour")
    yield pools, mails
    for pool in pools.values():
        await pool.close()


async def the_term_of_the_topics_is_over(bootstrap, pool):
    """The relay has sent the tombstone; then what Kafka does by itself: compaction of one topic, age of the others."""
    kafka = kafka_connection(bootstrap=bootstrap)
    url = pool._connect_args[0]
    relay = Relay(service="santorin-bridge", database_url=url, kafka=kafka)
    relay.add_sources([ErasedHabilitations()])
    running = asyncio.create_task(relay.run())

    async def sent():
        return not await pool.fetchval("SELECT count(*) FROM habilitation_effacee")

    await eventually(sent)
    relay.stop()
    await running
    last = {record.key: record.value for record in await read_all(kafka, HABILITATION)}
    assert last[str(HERS).encode()] is None
    for name in TOPICS:
        await delete_topic(bootstrap, name)
    await topics.apply(kafka)
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap)
    await producer.start()
    for key, value in last.items():
        if value is not None:
            await producer.send_and_wait(HABILITATION, value, key)
    await producer.stop()


async def test_of_who_was_erased_nothing_is_found_once_the_topics_have_forgotten(
    imagin, installation, planted, tmp_path
):
    pools, mails = planted
    words, logs = tmp_path / "mots", tmp_path / "journal"
    logs.mkdir()
    (logs / "convocation.log").write_text('{"event": "service.started"}\n')
    folders = ("--fichiers", mails, "--fichiers", logs)
    erase = ("personne", "efface", WHO, "--mots", words, "--mails", mails)

    dry = await imagin(*erase, "--json", **installation)
    assert (dry.code, dry.json["fait"], dry.json["mails"], words.exists()) == (0, False, 1, False), dry.err
    done = await imagin(*erase, "--confirm", "--json", **installation)
    assert done.code == 0, done.err
    assert done.json["lignes"] == dry.json["lignes"], "what was said is what is done"
    assert {name: tables["dead_letter"] for name, tables in done.json["lignes"].items()} == dict.fromkeys(pools, 1)
    assert done.json["lignes"]["convocation"]["intervenant"] == 2, "the entry that was merged into hers is hers"

    left = await imagin("personne", "cherche", words, *folders, "--json", **installation)
    assert left.json == {
        **{name: {} for name in ("mission-import", "convocation", "notifier")},
        "santorin-bridge": {"habilitation_effacee": 1},
        "topics": {CONVOCATIONS: 1, HABILITATION: 1},
        "fichiers": {},
    }
    await the_term_of_the_topics_is_over(installation["IMAGIN_KAFKA_BOOTSTRAP"], pools["santorin-bridge"])
    after = await imagin("personne", "cherche", words, *folders, **installation)
    assert (after.code, after.out) == (0, ""), after.out
    assert "aucune trace" in after.err

    verified = await imagin("audit", "verify", **installation)
    assert verified.code == 0, verified.out
    assert await pools["convocation"].fetchval("SELECT count(*) FROM audit") == 6, "acts stay, and say nothing of her"
    assert [row["numero"] for row in await pools["convocation"].fetch("SELECT numero FROM intervenant")] == [OTHER]
    assert await pools["notifier"].fetchval("SELECT count(*) FROM notification") == 1
    acted = await pools["convocation"].fetchrow("SELECT par, motif FROM intervention")
    assert tuple(acted) == ("gest", "(effacé : il nommait une personne)"), "that the rectorat acted is not hers"
    for pool in pools.values():
        assert [row["value"] for row in await pool.fetch("SELECT value FROM dead_letter")] == [
            JSON.replace(WHO, OTHER).encode()
        ], "of somebody else of the same name"
    assert [row["academie"] for row in await pools["convocation"].fetch("SELECT academie FROM demande")] == ["09"]
    assert (await imagin("personne", "efface", WHO, "--mots", tmp_path / "x", **installation)).code == 1


async def test_the_search_finds_what_is_planted_anywhere(imagin, installation, planted, tmp_path):
    _, mails = planted
    words = tmp_path / "mots"
    words.write_text(f"{WHO}\n{MAIL}\n{HERS}\n")
    found = await imagin("personne", "cherche", words, "--fichiers", mails, "--json", **installation)
    assert found.code == 1
    assert {where: set(what) for where, what in found.json.items()} == {
        "mission-import": {"convocation_active", "dead_letter"},
        "convocation": {
            *("abonnement", "acces", "brouillon", "cle_oubli", "convocation", "convocation_version", "dead_letter"),
            *("document", "empechement", "idempotence", "intervenant", "intervenant_mot", "prise_de_connaissance"),
            *("relance", "remise", "doublon_a_chercher", "adresse_changee", "compte", "indisponibilite"),
        },
        "santorin-bridge": {"habilitation", "dead_letter"},
        "notifier": {"notification", "compte_rendu", "dead_letter"},
        "topics": {CONVOCATIONS, HABILITATION},
        "fichiers": {str(mails / "1.eml")},
    }


async def test_an_extract_has_all_of_her_with_her_acts_in_clear_and_nothing_of_others(
    imagin, installation, planted, tmp_path
):
    done = await imagin("personne", "extrait", WHO, **installation)
    assert done.code == 0, done.err
    kept = done.json["services"]
    assert done.json["numeros"] == [WHO, FORMER]
    assert [row["courriel"] for row in kept["convocation"]["intervenant"] if row["numero"] == WHO] == [MAIL]
    assert kept["convocation"]["adresse_changee"][0]["ancienne"] == OLD
    acts = kept["convocation"]["audit"]
    assert [one["motif"] for one in acts if one.get("apres") == {"courriel": MAIL}] == ["mariage"]
    assert len(acts) == 5
    assert kept["convocation"]["indisponibilite"] == [{"numero": WHO, "debut": str(JOUR), "fin": str(JOUR)}]
    assert kept["convocation"]["delegation"][0]["compte"] == kept["convocation"]["compte"][0]["compte"]
    assert kept["notifier"]["notification"][0]["numero"] == WHO
    assert kept["santorin-bridge"]["habilitation"][0]["numero"] == WHO
    assert "AUTRE" not in done.out
    assert OTHER not in done.out, "a draft and a pair that name others are said to be there, no more"
    assert kept["convocation"]["brouillon"] == [{"cite_aussi_autrui": True}]
    assert (await imagin("personne", "extrait", "nobody", **installation)).code == 1
    file = tmp_path / "extrait.pdf"
    assert (await imagin("personne", "extrait", WHO, "--pdf", file, **installation)).code == 0
    assert (file.read_bytes()[:5], file.stat().st_mode & 0o777) == (b"%PDF-", 0o600)
    assert (await imagin("personne", "extrait", WHO, "--pdf", file, **installation)).code == 2


@pytest.mark.parametrize(
    ("statement", "why"),
    [
        ("UPDATE convocation SET dates = ARRAY[current_date] WHERE numero = $1", "convoquée"),
        (
            """INSERT INTO outbox (topic, type, key, aggregate_id, version, payload)
               SELECT 't', 't', 'k', convocation_id, 1, '' FROM convocation WHERE numero = $1""",
            "attendent",
        ),
        (
            """WITH c AS (UPDATE convocation SET version = 2 WHERE numero = $1 RETURNING convocation_id)
               INSERT INTO convocation_version (convocation_id, version, nature, qualite_par_defaut, dates, observation,
                                                par, le)
               SELECT v.convocation_id, 2, 'ANNULATION', true, v.dates, '', 'chef', v.le
               FROM convocation_version v JOIN c USING (convocation_id)""",
            "mission-import n’a pas encore lu",
        ),
    ],
)
async def test_nobody_is_erased_who_is_convoked_to_come_or_of_whom_something_waits(
    imagin, installation, planted, tmp_path, statement, why
):
    pools, _ = planted
    await pools["convocation"].execute(statement, WHO)
    done = await imagin("personne", "efface", WHO, "--mots", tmp_path / "mots", "--confirm", **installation)
    assert (done.code, why in done.err, (tmp_path / "mots").exists()) == (1, True, False), done.err
    assert await pools["convocation"].fetchval("SELECT count(*) FROM intervenant") == 3


@pytest.mark.parametrize("service", ["mission-import", "santorin-bridge", "notifier"])
async def test_who_is_still_to_be_read_of_would_come_back_and_is_not_erased(
    imagin, installation, planted, tmp_path, service
):
    pools, _ = planted
    await pools["convocation"].execute("UPDATE convocation_version SET le = now() WHERE convocation_id = $1", HERS)
    tables = {"mission-import": "convocation_active", "santorin-bridge": "habilitation", "notifier": "notification"}
    await pools[service].execute(f"DELETE FROM {tables[service]} WHERE convocation_id = $1", HERS)
    done = await imagin("personne", "efface", WHO, "--mots", tmp_path / "mots", "--confirm", **installation)
    assert (done.code, f"{service} n’a pas encore lu" in done.err) == (1, True), done.err
    assert await pools["convocation"].fetchval("SELECT count(*) FROM intervenant") == 3
    await pools["convocation"].execute("UPDATE convocation_version SET le = now() - interval '2 days'")
    await pools[service].execute(
        "INSERT INTO outbox (topic, type, key, aggregate_id, version, payload) VALUES ('t', 't', 'k', $1, 1, '')", HERS
    )
    done = await imagin("personne", "efface", WHO, "--mots", tmp_path / "mots", "--confirm", **installation)
    assert (done.code, f"{service} n’a pas encore lu" in done.err) == (1, True), done.err
    await pools[service].execute("DELETE FROM outbox")
    done = await imagin("personne", "efface", WHO, "--mots", tmp_path / "mots", "--confirm", **installation)
    assert done.code == 0, "what nobody knows of since a day was purged, or erased by a command that failed elsewhere"


async def test_a_failure_in_the_last_database_leaves_her_known_and_the_command_is_given_again(
    imagin, installation, planted, tmp_path, postgres
):
    _, mails = planted
    database = urlsplit(installation["CONVOCATION_DATABASE_URL"]).path
    owner = await asyncpg.connect(urlsplit(postgres.admin_url)._replace(path=database).geturl())
    await owner.execute(
        """CREATE FUNCTION non() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'non'; END $$;
           CREATE TRIGGER non BEFORE DELETE ON intervenant EXECUTE FUNCTION non()"""
    )
    erase = ("personne", "efface", WHO, "--mails", mails, "--confirm", "--mots")
    with pytest.raises(asyncpg.RaiseError):
        await imagin(*erase, tmp_path / "mots", **installation)
    assert sorted(file.name for file in mails.iterdir()) == ["2.eml"], "her number is known until her mails are gone"
    await owner.execute("DROP TRIGGER non ON intervenant")
    await owner.close()
    again = await imagin(*erase, tmp_path / "mots-2", **installation)
    assert again.code == 0, again.err


async def test_who_comes_back_with_a_backup_of_one_database_is_erased_again_by_her_number(
    imagin, installation, planted, tmp_path
):
    pools, _ = planted
    erase = ("personne", "efface", WHO, "--confirm", "--json", "--mots")
    assert (await imagin(*erase, tmp_path / "mots", **installation)).code == 0
    again = await imagin(*erase, tmp_path / "none", **installation)
    assert (again.code, "personne ne porte ce numéro" in again.err) == (1, True)
    await plant_right(pools["santorin-bridge"], HERS, WHO)
    await pools["mission-import"].execute("INSERT INTO convocation_active VALUES ($1, $2, 1, 'h', true)", HERS, MISSION)
    again = await imagin(*erase, tmp_path / "again", **installation)
    assert again.json["lignes"] == {
        "mission-import": {"convocation_active": 1},
        "santorin-bridge": {"habilitation": 1},
        "notifier": {},
        "convocation": {},
    }
    assert (tmp_path / "again").read_text().split() == [str(HERS), WHO]


async def test_nobody_convokes_her_while_another_database_is_waited_for(imagin, installation, planted, tmp_path):
    async with planted[0]["santorin-bridge"].acquire() as bridge, bridge.transaction():
        await bridge.execute("SELECT FROM habilitation WHERE numero = $1 FOR UPDATE", WHO)
        erase = ("personne", "efface", WHO, "--confirm", "--mots", tmp_path / "mots")
        going = asyncio.create_task(imagin(*erase, **installation))
        await eventually(lambda: bridge.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted"))
        with pytest.raises(asyncpg.LockNotAvailableError):
            await planted[0]["convocation"].execute("SELECT FROM intervenant WHERE numero = $1 FOR SHARE NOWAIT", WHO)
    assert (await going).code == 0
