"""Les étapes où le consommateur est tué, perd ses partitions, ou repart d’un état vide."""

import asyncio
import random
import time

from aiokafka import AIOKafkaConsumer
from aiokafka.coordinator.assignors.range import RangePartitionAssignor
from aiokafka.coordinator.assignors.roundrobin import RoundRobinPartitionAssignor
from aiokafka.errors import KafkaError
from ecriture import Engages, cle, compacter, creer, effacer, tout_lire
from essai import Essai

ARRETS = 4
DROITS_PAR_ARRET = 150
_ATTENTE_SECONDES = 60
_HASARD = random.Random(7)  # noqa: S311  # les mêmes instants à chaque exécution


class NonJugee(Exception):
    """Le banc d’essai n’a pas pu mettre le consommateur dans la situation ; la phrase dit pourquoi."""


async def arret_brutal(essai):
    """Tué dès que son groupe engage un offset dans Kafka, sinon à un instant tiré au sort, pendant qu’il lit."""
    attendus = {}
    for tour in range(1, ARRETS + 1):
        noms = [f"écrit autour de l’arrêt {tour}, {numero}" for numero in range(1, DROITS_PAR_ARRET + 1)]
        ecriture = asyncio.create_task(_ecrire_tout(essai, noms))
        await _instant(essai)
        await essai.consommateur.tuer()
        await ecriture
        await essai.demarrer()
        attendus |= dict.fromkeys(noms, (1, True))
        await essai.constater(attendus)


async def _ecrire_tout(essai, noms):
    await asyncio.gather(*[essai.ecrire(nom, 1) for nom in noms])


async def _instant(essai):
    limite = time.monotonic() + 0.1 + 1.4 * _HASARD.random()
    async with Engages(essai.reglages.kafka, essai.groupe) as engages:
        avant = await engages.somme()
        while time.monotonic() < limite:
            if await engages.somme() != avant:
                return


async def reequilibrage(essai):
    """Un autre membre rejoint le groupe, prend des partitions sans rien en lire, puis s’en va."""
    noms = [f"écrit pendant un rééquilibrage, {numero}" for numero in range(1, 61)]
    await essai.constater({})  # il est membre du groupe
    autre = AIOKafkaConsumer(
        essai.topic,
        bootstrap_servers=essai.reglages.kafka,
        group_id=essai.groupe,
        enable_auto_commit=False,
        partition_assignment_strategy=(RangePartitionAssignor, RoundRobinPartitionAssignor),
    )
    try:
        async with asyncio.timeout(_ATTENTE_SECONDES):
            await autre.start()
            while not autre.assignment():
                await autre.getmany(timeout_ms=100)
        await _ecrire_tout(essai, noms)
    except (KafkaError, TimeoutError) as erreur:
        raise NonJugee(f"un autre membre n’a pas pu rejoindre le groupe : {type(erreur).__name__}") from None
    finally:
        await autre.stop()
    await essai.constater(dict.fromkeys(noms, (1, True)))


async def compaction(reglages):
    """Un état vide devant un topic compacté : un essai à part, dont le topic est compacté avant qu’il ne démarre."""
    topic = f"conformite.{reglages.execution}.compacte"
    await creer(reglages.kafka, topic)
    try:
        async with Essai(reglages, topic) as essai:
            attendus = await _ecrire_une_histoire(essai)
            await compacter(reglages.kafka, topic)
            await _attendre_la_compaction(essai, len(attendus) * 3)
            await essai.demarrer()
            await essai.constater(attendus)
    finally:
        await effacer(reglages.kafka, topic)


async def _ecrire_une_histoire(essai):
    noms = [f"trois versions, la dernière seule gardée, {numero}" for numero in range(1, 41)]
    for version in (1, 2, 4):
        for nom in noms:
            ferme = {"status": "REVOKED"} if version == 4 and nom in noms[::2] else {}
            await essai.ecrire(nom, version, **ferme)
    return {nom: (4, nom not in noms[::2]) for nom in noms}


async def _attendre_la_compaction(essai, ecrits):
    """Kafka ne compacte que les segments fermés : ce qui est écrit ensuite les ferme."""
    limite = time.monotonic() + _ATTENTE_SECONDES
    tour = 0
    while time.monotonic() < limite:
        tour += 1
        for numero in range(9):
            await essai.ecrire(f"ferme un segment, {numero}", tour)
        ferme = {cle(f"ferme un segment, {numero}").encode() for numero in range(9)}
        if sum(record.key not in ferme for record in await tout_lire(essai.reglages.kafka, essai.topic)) < ecrits / 2:
            return
        await asyncio.sleep(0.3)
    raise NonJugee(f"Kafka n’a pas compacté en {_ATTENTE_SECONDES} s")
