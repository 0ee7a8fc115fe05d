"""What a file of closings would change now: each judged after those before it in the file, nothing written."""

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from chassis.database import Connection
from mission_import.domain.errors import FichierFautif
from mission_import.domain.essai import Essai, Sort
from mission_import.domain.fichier import Fautes
from mission_import.use_cases.essais.judge import Monde, judge
from mission_import.use_cases.import_closings import cloture_of
from mission_import.use_cases.read_file import Lecture, Lue

_SAME_REVISION = "Cette révision est déjà reçue avec un autre contenu : seule une révision plus haute le change."


async def try_file(connection: Connection, lecture: Lecture, now: datetime, *, lock: bool = False) -> list[Essai]:
    """One Essai a closing, in the file's order; `lock` holds off the topic and other files. Raises FichierFautif."""
    monde = await Monde.of(connection, [one.state for one in lecture.closings], lock=lock)
    essais = await asyncio.to_thread(_judge, lecture.closings, monde, now, lecture.fautes)
    if lecture.fautes.total:
        raise FichierFautif(lecture.fautes)
    return essais


def empreinte(essais: Sequence[Essai]) -> str:
    """What was read of a dry run, for its confirmation: nothing of it may differ then but who is convoked."""
    said = [(one.ligne, one.cloture.revision, one.sort.value, tuple(one.bilan)) for one in essais]
    return hashlib.sha256(repr(said).encode()).hexdigest()


def _judge(closings: Sequence[Lue], monde: Monde, now: datetime, fautes: Fautes) -> list[Essai]:
    essais = [essai for one in closings if (essai := _essai(one, monde, now, fautes)) is not None]
    latest = {_key(one): one.cloture.revision for one in essais if one.nouvelle}
    return [
        replace(one, sort=Sort.REMPLACEE)
        if one.sort is Sort.A_VALIDER and latest[_key(one)] != one.cloture.revision
        else one
        for one in essais
    ]


def _key(essai: Essai) -> tuple[str, str]:
    return essai.cloture.session, essai.cloture.etablissement.uai


def _essai(lue: Lue, monde: Monde, now: datetime, fautes: Fautes) -> Essai | None:
    """What becomes of the closing, after those before it in the file."""
    jugement = judge(lue.state, monde, now)
    if jugement.sort is None:
        fautes.ajouter(*lue.brute.place(("revision",)), _SAME_REVISION)
        return None
    return Essai(lue.ligne, cloture_of(lue.state), jugement.sort, jugement.lignes)
