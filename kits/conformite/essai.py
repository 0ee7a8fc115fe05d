"""Un essai : un topic neuf, un groupe neuf, un état vide, et le consommateur en marche dessus."""

import asyncio
import itertools
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from consommateur import Arrete, Consommateur
from ecriture import JOUR, Ecrivain, cle, creer, droit, effacer

EFFACE = "plus rien de gardé"
AUCUN = (None, False)
PATIENCE_SECONDES = 90
"""Plus que les 45 s pendant lesquelles un groupe attend, par défaut, un membre tué."""
_PAUSE_SECONDES, _BORNES_SECONDES = 0.2, 3
_REPIT_SECONDES = 3
"""Entre deux clés il n’y a pas d’ordre : les bornes peuvent être connues un peu avant ce qui les précède."""


class Reglages(NamedTuple):
    """Ce que la ligne de commande dit. `execution` : dans le nom de chaque topic, pour ne toucher à aucun autre ;
    `reponses_sous` : des secondes.
    """

    kafka: str
    consommer: str
    droits: str
    execution: str
    bavard: bool
    reponses_sous: float


class Ecart(Exception):
    """Le consommateur ne dit pas ce que le contrat veut ; une phrase par convocation."""

    def __init__(self, *phrases):
        super().__init__(*phrases)
        self.phrases = phrases


class Essai:
    """`async with Essai(...) as essai:` puis `await essai.demarrer()`."""

    _numeros = itertools.count(1)

    def __init__(self, reglages, topic=None):
        self.reglages = reglages
        nom = f"conformite.{reglages.execution}.{next(self._numeros)}"
        self.groupe, self._donne = nom, topic is not None
        self.topic, self.accuses = topic or f"{nom}.droits", f"{nom}.accuses"
        # De toutes les étapes, les réponses en sont jugées à la fin : {convocation_id: (version, s’il ouvre)}.
        self.attendus, self.ecrites = {}, {}
        self._bornes = itertools.count(1)
        self._dossier = TemporaryDirectory(prefix="conformite-")
        dit = {"KAFKA": reglages.kafka, "TOPIC_DROITS": self.topic, "TOPIC_ACCUSES": self.accuses, "JOUR": JOUR}
        dit |= {"GROUPE": self.groupe, "INSTANCE": "1", "DOSSIER": str(Path(self._dossier.name) / "etat")}
        self.consommateur = Consommateur(reglages.consommer, reglages.droits, dit, reglages.bavard)
        self.en_marche = False

    async def __aenter__(self):
        await creer(self.reglages.kafka, *self._topics())
        self.ecrivain = await Ecrivain(self.reglages.kafka, self.topic).__aenter__()
        return self

    async def __aexit__(self, *_):
        await self.ecrivain.__aexit__()
        if self.en_marche:
            await self.consommateur.tuer()
        await effacer(self.reglages.kafka, *self._topics())
        self._dossier.cleanup()

    def _topics(self):
        return [self.accuses] if self._donne else [self.topic, self.accuses]

    async def demarrer(self):
        await self.consommateur.demarrer()
        self.en_marche = True

    async def ecrire(self, nom, version, /, ecrivain=None, **champs):
        """Un droit de la convocation nommée `nom`."""
        convocation_id = cle(nom)
        self.ecrites.setdefault(convocation_id, set()).add(version)
        await (ecrivain or self.ecrivain).ecrire(convocation_id, droit(convocation_id, version, **champs))

    async def constater(self, attendus, sauf=(), jour=JOUR):
        """Attend que tout ce qui est écrit soit lu, puis compare. Lève Ecart ou Arrete.

        `attendus` : nom → (version ou None, s’il ouvre), ou EFFACE. `sauf` : les partitions que personne ne peut lire.
        """
        vus, limite = await self._lu(sauf, jour), time.monotonic() + _REPIT_SECONDES
        while phrases := _ecarts(attendus, vus):
            if time.monotonic() > limite:
                raise Ecart(*phrases)
            await asyncio.sleep(_PAUSE_SECONDES)
            self.consommateur.verifier()
            vus = await self.consommateur.droits(jour) or vus
        if jour == JOUR:
            self.attendus |= {cle(nom): un for nom, un in attendus.items() if un != EFFACE and un[0] is not None}

    async def redemarrer(self):
        await self.consommateur.tuer()
        await self.demarrer()

    async def _lu(self, sauf, jour):
        """Ce que le consommateur sait, une fois lues les bornes de la fin. Il a pu en perdre : d’autres suivent."""
        limite, posees, suivantes = time.monotonic() + PATIENCE_SECONDES, [], 0.0
        while time.monotonic() < limite:
            if time.monotonic() >= suivantes:
                posees.append(await self.ecrivain.bornes(next(self._bornes), sauf))
                suivantes = time.monotonic() + _BORNES_SECONDES
            self.consommateur.verifier()
            vus = await self.consommateur.droits(jour)
            if vus is not None and any(all(vus.get(borne, AUCUN)[1] for borne in bornes) for bornes in posees):
                return vus
            await asyncio.sleep(_PAUSE_SECONDES)
        raise Arrete(f"les derniers droits écrits ne sont toujours pas connus après {PATIENCE_SECONDES} s")


def _ecarts(attendus, vus):
    compares = [(nom, un, vus.get(cle(nom))) for nom, un in attendus.items()]
    return [_dire(nom, un, vu) for nom, un, vu in compares if not _tenu(un, vu)]


def _tenu(attendu, vu):
    """Une clé absente n’ouvre rien ; une version que le consommateur ne dit pas n’est pas comparée."""
    if attendu == EFFACE:
        return vu is None
    if vu is None:
        return not attendu[1]
    return vu[1] == attendu[1] and (None in {attendu[0], vu[0]} or vu[0] == attendu[0])


def _dire(nom, attendu, vu):
    return f"{nom} : attendu {_en_mots(attendu)} ; il dit {_en_mots(vu)}"


def _en_mots(un):
    if un is None:
        return "ne rien savoir"
    if un == EFFACE:
        return un
    version = "" if un[0] is None else f", version {un[0]}"
    return ("un droit" if un[1] else "aucun droit") + version
