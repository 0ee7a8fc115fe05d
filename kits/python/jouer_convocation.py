"""Joue le service convocation pour un essai : envoie les exemples publiés, et des droits en naissent.

    python jouer_convocation.py HOTE:PORT DOSSIER

DOSSIER : celui des exemples du contrat, un dossier par `ce_type`. Une convocation est convoquée, changée, annulée : les
versions sont envoyées dans leur ordre. Jamais sur un Kafka où de vraies personnes sont convoquées.
"""

import asyncio
import json
import sys
from pathlib import Path

from aiokafka import AIOKafkaProducer

TOPIC = "imagin.public.convocation.v1"
TYPES = (
    "fr.imagin.intervenant-convoque.v1",
    "fr.imagin.convocation-changed.v1",
    "fr.imagin.convocation-cancelled.v1",
)


def lire(dossier):
    """(version, type, corps) de chaque exemple, dans l’ordre des versions."""
    fichiers = [(ce_type, fichier) for ce_type in TYPES for fichier in sorted((Path(dossier) / ce_type).glob("*.json"))]
    lus = [(ce_type, json.loads(fichier.read_text(encoding="utf-8"))) for ce_type, fichier in fichiers]
    return sorted(((corps["version"], ce_type, corps) for ce_type, corps in lus), key=lambda un: un[0])


def entetes(ce_type, corps):
    cle = corps["convocation_id"]
    dits = {"specversion": "1.0", "id": f"{cle}/{corps['version']}", "source": "/imagin/convocation", "type": ce_type}
    dits |= {"subject": cle, "time": "2020-01-15T10:00:00Z"}
    return [(f"ce_{nom}", valeur.encode()) for nom, valeur in dits.items()]


async def envoyer(kafka, exemples):
    async with AIOKafkaProducer(bootstrap_servers=kafka, acks="all", enable_idempotence=True) as producer:
        for _, ce_type, corps in exemples:
            cle = corps["convocation_id"].encode()
            await producer.send_and_wait(TOPIC, json.dumps(corps).encode(), key=cle, headers=entetes(ce_type, corps))


def main():
    if len(sys.argv) != 3:
        sys.exit("usage : jouer_convocation.py HOTE:PORT DOSSIER")
    exemples = lire(sys.argv[2])
    asyncio.run(envoyer(sys.argv[1], exemples))
    print(f"{len(exemples)} versions de convocations envoyées")


if __name__ == "__main__":
    main()
