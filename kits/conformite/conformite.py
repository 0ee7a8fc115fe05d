"""Juge, du dehors, un consommateur des droits : tient-il les règles du contrat ?

    python conformite.py --kafka HOTE:PORT --consommer "COMMANDE" --droits "COMMANDE" [--junit FICHIER]

Il faut Python 3.11 ou plus, aiokafka, et un Kafka d’essai. La suite ne crée et n’efface que ses propres topics
(`conformite.…`). Codes de retour : 0, tout est tenu ; 1, une règle est manquée ou n’a pas pu être jugée ; 2, l’appel.
"""

import argparse
import asyncio
import logging
import math
import sys
import time
from contextlib import AsyncExitStack
from pathlib import Path
from secrets import token_hex

from accuses import juger
from aiokafka.errors import KafkaConnectionError
from consommateur import Arrete
from essai import Ecart, Essai, Reglages
from etapes import ETAPES
from rapport import MANQUEE, NON_JUGEE, TENUE, Verdict, conclusion, en_phrases, junit
from regles import REGLES
from reprises import NonJugee, arret_brutal, compaction, reequilibrage


class Banc:
    """Joue les étapes l’une après l’autre. Un consommateur qui s’arrête n’empêche pas de juger le reste : un essai neuf
    l’attend."""

    def __init__(self, reglages):
        self._reglages = reglages
        self._essai = None
        self._ouvert = AsyncExitStack()

    async def juger(self, regle):
        debut = time.monotonic()
        try:
            await self._jouer(regle)
            issue, phrases = TENUE, ()
        except Ecart as ecart:
            issue, phrases = MANQUEE, ecart.phrases
        except Arrete as arrete:
            issue, phrases = MANQUEE, (str(arrete),)
            await self.fermer()
        except NonJugee as raison:
            issue, phrases = NON_JUGEE, (str(raison),)
        return Verdict(regle, issue, phrases, time.monotonic() - debut)

    async def fermer(self):
        self._essai = None
        await self._ouvert.aclose()

    async def _jouer(self, regle):
        if regle == "compaction":
            await compaction(self._reglages)
        else:
            await _TOUTES[regle](await self._un_essai(demarre=regle != "depuis-le-debut"))

    async def _un_essai(self, *, demarre):
        if self._essai is None:
            self._essai = await self._ouvert.enter_async_context(Essai(self._reglages))
            if demarre:
                await self._essai.demarrer()
        return self._essai


_TOUTES = ETAPES | {"arret-brutal": arret_brutal, "reequilibrage": reequilibrage, "accuses": juger}


async def juger_tout(reglages, regles, dire):
    banc, verdicts = Banc(reglages), []
    try:
        for regle in regles:
            verdicts.append(await banc.juger(regle))
            dire(en_phrases(verdicts[-1]))
    finally:
        await banc.fermer()
    return verdicts


def _appel():
    appel = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    appel.add_argument("--kafka", required=True, metavar="HOTE:PORT", help="un Kafka d’essai")
    appel.add_argument("--consommer", required=True, help="la commande qui lit les droits, jusqu’à ce qu’on la tue")
    appel.add_argument("--droits", required=True, help="la commande qui affiche les droits connus, en JSON Lines")
    appel.add_argument("--junit", type=Path, metavar="FICHIER", help="le rapport, en JUnit XML")
    appel.add_argument("--seulement", nargs="+", choices=REGLES, metavar="REGLE", default=list(REGLES))
    appel.add_argument("--sauf", nargs="+", choices=REGLES, metavar="REGLE", default=[])
    appel.add_argument("--bavard", action="store_true", help="montre ce que le consommateur écrit")
    appel.add_argument(
        "--reponses-sous", type=_secondes, default=60, metavar="SECONDES", help="ce qu’une réponse peut prendre (60)"
    )
    return appel.parse_args()


def _secondes(texte):
    try:
        secondes = float(texte)
    except ValueError:
        secondes = math.nan
    if not 0 < secondes < math.inf:
        raise argparse.ArgumentTypeError(f"{texte} : il faut un nombre de secondes, plus de 0")
    return secondes


def main():
    appel = _appel()
    logging.disable()  # ce qui ne va pas est dit par le rapport
    reglages = Reglages(appel.kafka, appel.consommer, appel.droits, token_hex(4), appel.bavard, appel.reponses_sous)
    regles = [regle for regle in REGLES if regle in appel.seulement and regle not in appel.sauf]
    try:
        verdicts = asyncio.run(juger_tout(reglages, regles, lambda phrase: print(phrase, flush=True)))
    except KafkaConnectionError:
        sys.exit(f"Kafka ne répond pas à {appel.kafka}")
    except FileNotFoundError as absent:
        sys.exit(f"la commande {absent.filename} n’existe pas")
    if appel.junit:
        appel.junit.write_text(junit(verdicts), encoding="utf-8")
    print(conclusion(verdicts))
    sys.exit(any(un.issue != TENUE for un in verdicts))


if __name__ == "__main__":
    main()
