"""Lit les droits de SANTORIN, du début du topic à sa fin, et les affiche tels qu’ils sont.

    python lire_droits.py HOTE:PORT [client.properties]

Une ligne par convocation, triées : convocation_id version status role droit|aucun
Il faut Python 3.11 ou plus et aiokafka. Le fichier est celui des clients Java de Kafka : security.protocol,
sasl.mechanism, sasl.jaas.config, et ssl.truststore.location (PEM).
"""

import asyncio
import json
import logging
import sys
import time

from aiokafka import AIOKafkaConsumer
from aiokafka.errors import KafkaError
from reglages import reglages

TOPIC = "imagin.public.habilitation.v1"
TYPE = b"fr.imagin.habilitation.v1"
ROLES = {"COORDINATEUR", "COORDINATEUR_ADJOINT", "CORRECTEUR", "CORRECTEUR_SUPPLEANT", "NUMERISATION"}
PATIENCE_SECONDES = 15


def retenir(droits, record):
    """La plus haute version de chaque clé, où qu’elle soit dans le topic ; une valeur nulle efface la clé."""
    if dict(record.headers).get("ce_type", TYPE) != TYPE:
        return  # un événement que nous ne connaissons pas encore
    if record.value is None:
        droits.pop(record.key, None)
        return
    try:
        corps = json.loads(record.value)  # les champs inconnus sont ignorés
        nouveau = int(corps["version"]), str(corps["status"]), str(corps["role"])
    except (ValueError, KeyError, TypeError, RecursionError):
        raise SystemExit(f"enregistrement illisible : partition {record.partition}, offset {record.offset}") from None
    if record.key not in droits or nouveau[0] > droits[record.key][0]:
        droits[record.key] = nouveau


async def lire(options):
    droits = {}
    consumer = AIOKafkaConsumer(TOPIC, **options, auto_offset_reset="earliest", isolation_level="read_committed")
    try:
        await asyncio.wait_for(consumer.start(), PATIENCE_SECONDES)
        fins = await consumer.end_offsets(consumer.assignment())
        limite = time.monotonic() + PATIENCE_SECONDES
        while any([await consumer.position(place) < fin for place, fin in fins.items()]):
            for place, records in (await consumer.getmany(timeout_ms=200)).items():
                limite = time.monotonic() + PATIENCE_SECONDES
                for record in records:
                    if record.offset < fins[place]:
                        retenir(droits, record)
            if time.monotonic() > limite:
                raise SystemExit(f"Kafka ne donne plus rien depuis {PATIENCE_SECONDES} s : lecture incomplète")
    finally:
        await consumer.stop()
    return droits


def main():
    if len(sys.argv) not in {2, 3}:
        raise SystemExit("usage : lire_droits.py HOTE:PORT [client.properties]")
    logging.disable()  # ce qui ne va pas est dit une fois, par la phrase de la fin
    try:
        options = reglages(sys.argv[1], sys.argv[2] if len(sys.argv) == 3 else None)
        droits = asyncio.run(lire(options))
    except TimeoutError:
        raise SystemExit(f"le topic {TOPIC} n’existe pas, ou Kafka ne répond pas") from None
    except KeyError as absent:
        raise SystemExit(f"réglage absent de {sys.argv[2]} : {absent}") from None
    except (KafkaError, OSError) as erreur:
        raise SystemExit(f"le topic {TOPIC} n’a pas pu être lu : {erreur}") from None
    for cle, (version, status, role) in sorted(droits.items()):
        droit = "droit" if status == "GRANTED" and role in ROLES else "aucun"
        print(cle.decode(), version, status, role, droit)


if __name__ == "__main__":
    main()
