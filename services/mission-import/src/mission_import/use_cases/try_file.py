"""What a file of closings would change now: the version guard and the review's differential, nothing written."""

import asyncio
import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from chassis.database import Connection
from chassis.guard import Known, Verdict, verdict
from event_schemas.academies import local_time
from mission_import.domain.differentiel import differentiel
from mission_import.domain.errors import FichierFautif
from mission_import.domain.essai import Essai, Sort
from mission_import.domain.fichier import Fautes
from mission_import.domain.generation import generate
from mission_import.domain.mission import Cle, Mission
from mission_import.persistence import clotures, convocations, missions, politiques
from mission_import.use_cases.import_closings import cloture_of
from mission_import.use_cases.read_file import Lecture, Lue

_SAME_REVISION = "Cette révision est déjà reçue avec un autre contenu : seule une révision plus haute le change."
_SORTS = {Verdict.DUPLICATE: Sort.DEJA_RECUE, Verdict.STALE: Sort.DEPASSEE}


@dataclass(frozen=True, slots=True)
class _Monde:
    """What there is now of the closings of the file."""

    known: dict[str, Known]
    existing: dict[str, dict[Cle, Mission]]
    people: Mapping[str, Mapping[Cle, int]]
    reviewed: Collection[str]


async def try_file(connection: Connection, lecture: Lecture, now: datetime, *, lock: bool = False) -> list[Essai]:
    """One Essai a closing, in the file's order; `lock` holds off the topic and other files. Raises FichierFautif."""
    keys = sorted({one.state.aggregate for one in lecture.closings})
    known = await clotures.known(connection, keys, lock=lock)
    later = {one.state.aggregate for one in lecture.closings if one.state.revision > _held(known, one)}
    changed = sorted(later.intersection(known))
    monde = _Monde(
        known,
        await missions.load(connection, changed),
        await convocations.convoques(connection, changed),
        await politiques.with_validation(connection, {one.state.etablissement.academie for one in lecture.closings}),
    )
    essais = await asyncio.to_thread(_judge, lecture.closings, monde, now, lecture.fautes)
    if lecture.fautes.total:
        raise FichierFautif(lecture.fautes)
    return essais


def _held(known: Mapping[str, Known], one: Lue) -> int:
    found = known.get(one.state.aggregate)
    return found.version if found else 0


def empreinte(essais: Sequence[Essai]) -> str:
    """What was read of a dry run, for its confirmation: nothing of it may differ then but who is convoked."""
    said = [(one.ligne, one.cloture.revision, one.sort.value, tuple(one.bilan)) for one in essais]
    return hashlib.sha256(repr(said).encode()).hexdigest()


def _judge(closings: Sequence[Lue], monde: _Monde, now: datetime, fautes: Fautes) -> list[Essai]:
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


def _essai(lue: Lue, monde: _Monde, now: datetime, fautes: Fautes) -> Essai | None:
    """What becomes of the closing, after those before it in the file."""
    state, cloture = lue.state, cloture_of(lue.state)
    said = verdict(state.version, state.hash, monde.known.get(state.aggregate))
    if said is Verdict.CONFLICT:
        fautes.ajouter(*lue.brute.place(("revision",)), _SAME_REVISION)
        return None
    if said in _SORTS:
        return Essai(lue.ligne, cloture, _SORTS[said])
    monde.known[state.aggregate] = Known(state.version, state.hash)
    existing = monde.existing.setdefault(state.aggregate, {})
    today = local_time(cloture.etablissement.academie, now).date()
    lignes = differentiel(cloture, existing, today, monde.people.get(state.aggregate, {}))
    if cloture.etablissement.academie in monde.reviewed:
        return Essai(lue.ligne, cloture, Sort.A_VALIDER, tuple(lignes))
    existing.update({mission.cle: mission for mission in generate(cloture, existing, today)})
    return Essai(lue.ligne, cloture, Sort.A_APPLIQUER, tuple(lignes))
