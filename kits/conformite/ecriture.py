"""Ce que la suite écrit sur Kafka : des droits inventés, comme IMAG’IN les écrit."""

import json
from uuid import UUID, uuid5

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.partitioner import DefaultPartitioner

TYPE = "fr.imagin.habilitation.v1"
PARTITIONS = 3
JOUR, LENDEMAIN = "2020-01-29", "2020-01-30"
"""Les jours auxquels la suite demande les droits ; ceux qu’elle écrit valent du 27 janvier au 14 février."""
_ESPACE = UUID("0c1f6a52-55ab-5f0c-8f0e-cc1cbb1b7d11")
_TOUTES = list(range(PARTITIONS))
_COMPACTE = {"cleanup.policy": "compact", "segment.ms": "100", "min.cleanable.dirty.ratio": "0.01"}


def cle(nom):
    """La clé d’une convocation inventée : la même à chaque exécution."""
    return str(uuid5(_ESPACE, nom))


def partition(convocation_id):
    """Celle où les clients de Kafka écrivent cette clé."""
    return DefaultPartitioner()(convocation_id.encode(), _TOUTES, _TOUTES)


def droit(convocation_id, version, /, **champs):
    """Le corps d’un droit, octroyé à un correcteur ; `champs` le change."""
    corps = {
        "version": version,
        "hash": "0" * 64,
        "convocation_id": convocation_id,
        "convocation_version": version,
        "status": "GRANTED",
        "role": "CORRECTEUR",
        "role_par_defaut": False,
        "intervenant": {"numero": "990000000001", "nom": "EXEMPLE", "prenom": "Camille", "uai": "0959001T"},
        "mission": {
            "mission_id": cle("mission"),
            "session": "2020-E3C1",
            "type": "CORRECTION",
            "voie": "GENERALE",
            "code": "HG",
            "libelle": "Histoire-géographie",
            "uai": "0959001T",
            "academie": "25",
        },
        "valide_du": "2020-01-27",
        "valide_au": "2020-02-14",
    }
    return json.dumps(corps | champs, ensure_ascii=False).encode()


def _entetes(convocation_id, valeur, ce_type):
    dits = {
        "ce_specversion": "1.0",
        "ce_id": str(uuid5(_ESPACE, repr(valeur))),
        "ce_source": "/imagin/santorin-bridge/habilitations",
        "ce_type": ce_type,
        "ce_subject": convocation_id,
        "ce_time": "2020-01-15T10:00:00Z",
        "content-type": "application/json",
    }
    return [(nom, dit.encode()) for nom, dit in dits.items()]


class Ecrivain:
    """Écrit sur un topic, dans l’ordre, et rend la main quand tout est acquitté. `transaction` : son nom, ou aucune."""

    def __init__(self, kafka, topic, transaction=None):
        self.topic = topic
        self.producer = AIOKafkaProducer(bootstrap_servers=kafka, enable_idempotence=True, transactional_id=transaction)

    async def __aenter__(self):
        await self.producer.start()
        return self

    async def __aexit__(self, *_):
        await self.producer.stop()

    async def ecrire(self, convocation_id, valeur, *, ce_type=TYPE, cle_brute=None):
        """`cle_brute` : ce qui est écrit comme clé, quand ce n’est pas la convocation."""
        ecrite = convocation_id.encode() if cle_brute is None else cle_brute
        dits = _entetes(convocation_id, valeur, ce_type)
        place = partition(convocation_id)
        await self.producer.send_and_wait(self.topic, valeur, key=ecrite, headers=dits, partition=place)

    async def bornes(self, nom, sauf=()):
        """Un droit à la fin de chaque partition : lus, ils montrent que tout ce qui précède l’a été."""
        posees, numero = {}, 0
        while len(posees) < PARTITIONS:
            convocation_id = cle(f"borne {nom} {numero}")
            posees.setdefault(partition(convocation_id), convocation_id)
            numero += 1
        lisibles = [convocation_id for place, convocation_id in posees.items() if place not in sauf]
        for convocation_id in lisibles:
            await self.ecrire(convocation_id, droit(convocation_id, 1))
        return lisibles


async def creer(kafka, *topics):
    async with _Administration(kafka) as admin:
        await admin.create_topics([NewTopic(nom, PARTITIONS, 1) for nom in topics])


async def effacer(kafka, *topics):
    async with _Administration(kafka) as admin:
        await admin.delete_topics(list(topics))


async def compacter(kafka, topic):
    """Ne garder que le dernier enregistrement de chaque clé, dès que Kafka le peut."""
    async with _Administration(kafka) as admin:
        await admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, topic, _COMPACTE)])


async def tout_lire(kafka, topic):
    """Ce qui est validé sur le topic à cet instant."""
    places = [TopicPartition(topic, numero) for numero in _TOUTES]
    lus = []
    lecteur = AIOKafkaConsumer(bootstrap_servers=kafka, isolation_level="read_committed", fetch_max_wait_ms=100)
    await lecteur.start()
    try:
        lecteur.assign(places)
        await lecteur.seek_to_beginning()
        fins = await lecteur.end_offsets(places)
        while any([await lecteur.position(place) < fin for place, fin in fins.items()]):
            for records in (await lecteur.getmany(timeout_ms=200)).values():
                lus += records
    finally:
        await lecteur.stop()
    return lus


class _Administration:
    def __init__(self, kafka):
        self._admin = AIOKafkaAdminClient(bootstrap_servers=kafka)

    async def __aenter__(self):
        await self._admin.start()
        return self._admin

    async def __aexit__(self, *_):
        await self._admin.close()


class Engages(_Administration):
    """Les offsets que le groupe a engagés dans Kafka."""

    def __init__(self, kafka, groupe):
        super().__init__(kafka)
        self._groupe = groupe

    async def __aenter__(self):
        await super().__aenter__()
        return self

    async def somme(self):
        places = await self._admin.list_consumer_group_offsets(self._groupe)
        return sum(place.offset for place in places.values())
