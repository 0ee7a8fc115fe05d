"""Le consommateur que l’on juge, vu du dehors : un programme que l’on lance, que l’on tue, et que l’on interroge."""

import asyncio
import json
import os
import shlex
import signal
from contextlib import suppress

PATIENCE_SECONDES = 30


class Arrete(Exception):
    """Le consommateur s’est arrêté de lui-même, ou ne sait plus répondre."""


class Consommateur:
    """`consommer` et `droits` sont les deux commandes que son développeur donne ; `environnement` leur dit où lire."""

    def __init__(self, consommer, droits, environnement, bavard):
        self._consommer, self._droits = shlex.split(consommer), shlex.split(droits)
        self._environnement = os.environ | environnement
        self._sortie = None if bavard else asyncio.subprocess.DEVNULL
        self._processus = None

    async def demarrer(self):
        self._processus = await asyncio.create_subprocess_exec(
            *self._consommer, env=self._environnement, stdout=self._sortie, stderr=self._sortie, start_new_session=True
        )

    async def tuer(self):
        """kill -9 à lui et à ce qu’il a lancé : il n’a le temps de rien."""
        with suppress(ProcessLookupError):
            os.killpg(self._processus.pid, signal.SIGKILL)
        await self._processus.wait()

    def verifier(self):
        """Lève Arrete s’il n’est plus là."""
        if self._processus.returncode is not None:
            raise Arrete(f"il s’est arrêté de lui-même, avec le code {self._processus.returncode}")

    async def droits(self, jour):
        """{convocation_id: (version ou None, s’il ouvre ce jour-là)}, ou None quand il ne sait pas encore répondre."""
        commande = await asyncio.create_subprocess_exec(
            *self._droits, env=self._environnement | {"JOUR": jour}, stdout=asyncio.subprocess.PIPE, stderr=self._sortie
        )
        try:
            async with asyncio.timeout(PATIENCE_SECONDES):
                dit, _ = await commande.communicate()
        except TimeoutError:
            commande.kill()
            raise Arrete(f"la commande des droits n’a pas répondu en {PATIENCE_SECONDES} s") from None
        return _lus(dit) if commande.returncode == 0 else None


def _lus(dit):
    lus = {}
    for ligne in filter(None, dit.decode("utf-8", "replace").splitlines()):
        try:
            un = json.loads(ligne)
            cle, version, droit = un["convocation_id"], un.get("version"), un["droit"]
        except (ValueError, KeyError, TypeError, AttributeError):
            raise Arrete(f"la commande des droits a écrit une ligne qui n’en est pas une : {ligne[:200]}") from None
        if type(droit) is not bool:
            raise Arrete(f"« droit » doit être true ou false : {ligne[:200]}")
        lus[cle] = version, droit
    return lus
