"""Un consommateur durable des droits : il garde ses offsets avec ses droits, et répond à chacun.

    python consommateur.py           lit et répond jusqu’à ce qu’on l’arrête, même par kill -9
    python consommateur.py droits    affiche ce qu’il sait, en JSON, une convocation par ligne

Réglages par l’environnement : KAFKA (hôte:port), DOSSIER (où il garde sa base), et au besoin CLIENT_PROPERTIES, GROUPE,
TOPIC_DROITS, TOPIC_ACCUSES, JOUR (AAAA-MM-JJ). Il faut Python 3.11 ou plus et aiokafka.
"""

import asyncio
import json
import logging
import os
import sys
from datetime import date, datetime
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRebalanceListener
from envoyer_accuses import envoyer
from registre import ROLES, Registre
from reglages import reglages

TYPE = "fr.imagin.habilitation.v1"
VERSION_MAX = 2**31 - 1
TOPIC_DROITS = os.environ.get("TOPIC_DROITS", "imagin.public.habilitation.v1")
TOPIC_ACCUSES = os.environ.get("TOPIC_ACCUSES", "santorin.public.accuse.v1")
PARIS = ZoneInfo("Europe/Paris")  # à l’outre-mer, le jour est celui de l’académie de la mission
journal = logging.getLogger("droits")


class Illisible(Exception):
    """L’enregistrement n’est pas un droit ; la phrase ne cite aucune valeur."""


def lire(record):
    """Le droit d’un enregistrement ; les champs inconnus sont ignorés. Illisible."""
    try:
        corps = json.loads(record.value)
        cle = str(UUID(record.key.decode()))
        if corps["convocation_id"] != cle:
            raise Illisible("la clé n’est pas convocation_id")
        if type(corps["version"]) is not int or not 1 <= corps["version"] <= VERSION_MAX:
            raise Illisible("version n’est pas un entier positif, ou dépasse le contrat")
        du, au = date.fromisoformat(corps["valide_du"]), corps["valide_au"] and date.fromisoformat(corps["valide_au"])
        ouvre = corps["status"] == "GRANTED" and corps["role"] in ROLES  # rôle inconnu : pas de droit
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as erreur:
        raise Illisible(type(erreur).__name__) from None
    droit = {"convocation_id": cle, "version": corps["version"], "ouvre": ouvre, "valide_du": du.isoformat()}
    return droit | {"valide_au": au and au.isoformat(), "traceparent": entete(record, "traceparent")}


def entete(record, nom):
    """None : il n’y est pas, ou il est nul."""
    return next((valeur.decode("utf-8", "replace") for cle, valeur in record.headers if cle == nom and valeur), None)


def appliquer(registre, record):
    if entete(record, "ce_type") not in {TYPE, None}:
        return  # un événement que nous ne connaissons pas encore
    if record.value is None and record.key is not None:
        registre.effacer(record.key.decode("utf-8", "replace"))
        return
    try:
        registre.retenir(lire(record))
    except Illisible as raison:
        registre.mettre_de_cote(record, str(raison))
        journal.error("illisible, mis de côté : partition %s, offset %s, %s", record.partition, record.offset, raison)


class Reprendre(ConsumerRebalanceListener):
    """Chaque partition reçue reprend où notre base en est ; ce que Kafka sait du groupe ne compte pas."""

    def __init__(self, consumer, registre):
        self._consumer, self._registre = consumer, registre

    async def on_partitions_revoked(self, revoked):
        """Rien : un lot est toujours enregistré en entier, ou pas du tout."""

    async def on_partitions_assigned(self, assigned):
        for place in assigned:
            suivant = self._registre.place(place.topic, place.partition)
            if suivant is None:
                await self._consumer.seek_to_beginning(place)
            else:
                self._consumer.seek(place, suivant)


async def consommer(options, registre):
    consumer = AIOKafkaConsumer(
        **options,
        group_id=os.environ.get("GROUPE", "santorin.habilitation"),
        group_instance_id=os.environ.get("INSTANCE", "1"),  # redémarré, il reprend ses partitions sans attendre
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        isolation_level="read_committed",
    )
    producer = AIOKafkaProducer(**options, acks="all", enable_idempotence=True, linger_ms=5)
    consumer.subscribe([TOPIC_DROITS], listener=Reprendre(consumer, registre))
    async with producer, consumer:
        while True:
            recus = await consumer.getmany(timeout_ms=200, max_records=500)
            with registre:
                for place, records in recus.items():
                    for record in records:
                        appliquer(registre, record)
                    registre.avancer(place.topic, place.partition, records[-1].offset + 1)
            await envoyer(producer, TOPIC_ACCUSES, registre)


def main():
    logging.basicConfig(format="%(message)s")
    registre = Registre(Path(os.environ["DOSSIER"]) / "droits.sqlite")
    if sys.argv[1:] == ["droits"]:
        for cle, version, droit in registre.droits(os.environ.get("JOUR") or str(datetime.now(PARIS).date())):
            print(json.dumps({"convocation_id": cle, "version": version, "droit": droit}))
        return
    asyncio.run(consommer(reglages(os.environ["KAFKA"], os.environ.get("CLIENT_PROPERTIES")), registre))


if __name__ == "__main__":
    main()
