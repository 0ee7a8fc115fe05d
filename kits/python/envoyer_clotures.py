"""Envoie des clôtures à IMAG’IN, comme Cyclades : tout le fichier est lu avant que rien ne parte.

    python envoyer_clotures.py HOTE:PORT FICHIER [client.properties]

FICHIER : une clôture par ligne, un CloudEvent en mode structuré (`id`, `source`, `type`, `time`, et le corps dans
`data`). Il part en mode binaire. Renvoyer le même fichier est sans effet : mêmes révisions, mêmes `id`.
Il faut Python 3.11 ou plus et aiokafka.
"""

import asyncio
import json
import logging
import os
import sys
from pathlib import Path

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from reglages import reglages

TOPIC = os.environ.get("TOPIC_CLOTURES", "cyclades.public.inscriptions.v1")
TYPE = "fr.cyclades.inscriptions-closed.v1"


def enregistrement(ligne):
    """(clé, en-têtes, corps) d’une ligne. ValueError, KeyError ou TypeError quand elle n’en est pas une."""
    evenement = json.loads(ligne)
    if evenement["type"] != TYPE:
        raise ValueError("un autre type")
    corps = evenement["data"]
    uai, _ = corps["uai"], corps["revision"]
    dits = {"specversion": "1.0", "id": evenement["id"], "source": evenement["source"], "type": TYPE, "subject": uai}
    dits |= {"time": evenement["time"]}
    entetes = [(f"ce_{nom}", valeur.encode()) for nom, valeur in dits.items()]
    entetes.append(("content-type", b"application/json"))
    return uai.encode(), entetes, json.dumps(corps, ensure_ascii=False).encode()


def lire(fichier):
    try:
        texte = Path(fichier).read_text(encoding="utf-8-sig")
    except (OSError, ValueError) as erreur:
        raise SystemExit(f"{fichier} : {type(erreur).__name__} ; rien n’est parti") from None
    lus = []
    for numero, ligne in enumerate(texte.removesuffix("\n").split("\n"), 1):  # splitlines coupe aussi à U+2028
        try:
            lus.append(enregistrement(ligne))
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as erreur:
            raise SystemExit(f"ligne {numero} : {type(erreur).__name__} {erreur} ; rien n’est parti") from None
    return lus


async def envoyer(options, records):
    """Dans l’ordre : Kafka tient l’ordre des révisions d’une clé. Rend la main quand tout est acquitté."""
    async with AIOKafkaProducer(**options, acks="all", enable_idempotence=True, linger_ms=5) as producer:
        envois = [await producer.send(TOPIC, corps, key=cle, headers=dits) for cle, dits, corps in records]
        await asyncio.gather(*envois)


def main():
    if len(sys.argv) not in {3, 4}:
        sys.exit("usage : envoyer_clotures.py HOTE:PORT FICHIER [client.properties]")
    logging.disable()  # ce qui ne va pas est dit une fois, par la phrase de la fin
    records = lire(sys.argv[2])
    try:
        asyncio.run(envoyer(reglages(sys.argv[1], sys.argv[3] if len(sys.argv) == 4 else None), records))
    except (KafkaError, OSError) as erreur:
        sys.exit(f"tout n’est pas parti, renvoyez le fichier : {erreur}")
    print(f"{len(records)} clôtures envoyées")


if __name__ == "__main__":
    main()
