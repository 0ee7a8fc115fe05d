"""An invented person, planted everywhere with somebody else beside her (0061)."""

import json
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from uuid import UUID

import pytest
from aiokafka import AIOKafkaProducer

from acces import audit, sceaux
from acces.acteur import Acteur, Role
from acces.audit import Acte
from chassis.database import create_pool
from event_schemas.catalogue import CONVOCATION as CONVOCATIONS
from event_schemas.catalogue import HABILITATION

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
    """`pools`: where she stands, by service; `mails`: the folder with hers."""
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
    yield SimpleNamespace(pools=pools, mails=mails, plant_right=plant_right)
    for pool in pools.values():
        await pool.close()


@pytest.fixture
def elle():
    """She, as she is planted."""
    return SimpleNamespace(
        numero=WHO,
        ancien_numero=FORMER,
        autrui=OTHER,
        courriel=MAIL,
        ancien_courriel=OLD,
        convocation=HERS,
        mission=MISSION,
        jour=JOUR,
        lettre_d_autrui=JSON.replace(WHO, OTHER).encode(),
    )
