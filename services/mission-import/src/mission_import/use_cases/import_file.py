"""Import of a file of closings in two steps: a dry run that writes nothing of it, then the same bytes, confirmed (K.a).

Confirmed, its closings go the way of an event: the version guard, the académie's policy, the same use case.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid5

import structlog

from acces import audit
from acces.acteur import Acteur
from acces.commande import Commande
from chassis.cloudevents import Cause
from chassis.database import Connection
from chassis.tracing import current_cause
from mission_import.domain.errors import FichierFautif, ImportDejaFait, ImportInconnu, LectureDepassee
from mission_import.domain.essai import BilanFichier, Essai, Resume, Sort, resumer
from mission_import.domain.fichier import Fichier
from mission_import.persistence import clotures, imports_fichier
from mission_import.persistence.clotures import Recue
from mission_import.persistence.imports_fichier import Depose, Depot, DepotGarde, DepotListe
from mission_import.policy import POLICY
from mission_import.use_cases.essais.try_file import empreinte, try_file
from mission_import.use_cases.import_closings import import_closings
from mission_import.use_cases.read_file import Lecture, Lue, read_file, refuse_elsewhere

log = structlog.get_logger()
ACTION = "imports.importer"
GARDE = timedelta(days=1)
_NAMESPACE = UUID("b3a6a1de-2e0b-5f3c-9d0a-0d6f5e7f8a21")
_SLICE = 200  # closings, as in a batch of the topic
_ETATS = {Sort.A_APPLIQUER: "APPLIQUEE", Sort.A_VALIDER: "A_VALIDER", Sort.REMPLACEE: "REMPLACEE"}


@dataclass(frozen=True, slots=True)
class EssaiFichier:
    """A dry run; `lu` is what the confirmation must bear, `fichier` is None for one that is in the history."""

    depot: Depot
    fichier: Fichier | None
    essais: list[Essai]
    lu: str

    @property
    def resume(self) -> Resume:
        return resumer(self.essais)


async def lire(acteur: Acteur, octets: bytes, now: datetime) -> Lecture:
    """Read a file in a thread, before any connection is taken. Raises Forbidden, FichierFautif."""
    POLICY.scope(acteur, ACTION)
    lecture = await asyncio.to_thread(read_file, octets, now, _reaches(acteur))
    if lecture.fautes.total:
        raise FichierFautif(lecture.fautes)
    return lecture


async def deposit(commande: Commande, octets: bytes, lecture: Lecture) -> EssaiFichier:
    """Keep the file and say what it would change; what the person gave before is forgotten. Raises FichierFautif."""
    await imports_fichier.forget(commande.connection, commande.now - GARDE)
    essais = await _try(commande.connection, commande.acteur, lecture, commande.now)
    fichier, acteur = lecture.fichier, commande.acteur
    import_id = uuid5(_NAMESPACE, f"{acteur.sub}|{commande.now.isoformat()}|{fichier.sha256}")
    academies = sorted({one.state.etablissement.academie for one in lecture.closings})
    meta = (fichier.sha256, fichier.format, fichier.encodage, len(lecture.closings), octets)
    await imports_fichier.save(commande.connection, Depose(import_id, academies, *meta), acteur, commande.now)
    depot = await imports_fichier.get(commande.connection, import_id)
    assert depot is not None
    return EssaiFichier(depot, fichier, essais, empreinte(essais))


async def look(connection: Connection, acteur: Acteur, import_id: UUID, now: datetime) -> EssaiFichier:
    """The dry run as it is now, or the history's line. Raises Forbidden, ImportInconnu, FichierFautif."""
    depot = await _depot(connection, acteur, import_id, now)
    if depot.octets is None:
        return EssaiFichier(depot, None, [], "")
    lecture = await lire(acteur, depot.octets, depot.le)
    essais = await _try(connection, acteur, lecture, now)
    return EssaiFichier(depot, lecture.fichier, essais, empreinte(essais))


async def confirm(commande: Commande, import_id: UUID, lu: str) -> Resume:
    """Import the bytes of the dry run, if they still change what was read of it (`lu`).

    Raises Forbidden, ImportInconnu, ImportDejaFait, LectureDepassee, FichierFautif.
    """
    connection, now = commande.connection, commande.now
    depot = await _depot(connection, commande.acteur, import_id, now, lock=True)
    if depot.octets is None:
        raise ImportDejaFait
    lecture = await lire(commande.acteur, depot.octets, depot.le)
    essais = await _try(connection, commande.acteur, lecture, now, lock=True)
    if empreinte(essais) != lu:
        raise LectureDepassee
    await _import(
        connection, [one for one, essai in zip(lecture.closings, essais, strict=True) if essai.nouvelle], depot, now
    )
    resume = resumer(essais)
    bilan = BilanFichier(resume.clotures, resume.missions)
    await imports_fichier.done(connection, import_id, commande.acteur, now, bilan)
    await audit.record(connection, commande.acteur, now, _actes(depot, essais, bilan))
    log.info("imports.fichier", counts=resume.clotures)
    return resume


async def history(connection: Connection, acteur: Acteur, page: int, taille: int) -> list[DepotListe]:
    """Files imported, the latest first, whose closings are all within the acteur's reach. Raises Forbidden."""
    reach = POLICY.scope(acteur, "imports.lire")
    academies = None if reach is reach.TOUT else sorted(acteur.academies)
    return await imports_fichier.page(connection, academies, page, taille)


def _reaches(acteur: Acteur) -> Callable[[str], bool]:
    return lambda academie: POLICY.allows(acteur, ACTION, academie=academie)


async def _depot(
    connection: Connection, acteur: Acteur, import_id: UUID, now: datetime, *, lock: bool = False
) -> DepotGarde:
    """The file, if it is there still and every académie of it within reach."""
    POLICY.scope(acteur, ACTION)
    depot = await imports_fichier.get(connection, import_id, lock=lock)
    if depot is None:
        raise ImportInconnu
    for academie in depot.academies:
        POLICY.visible(acteur, ACTION, ImportInconnu, academie=academie)
    if depot.octets is not None and depot.le < now - GARDE:
        raise ImportInconnu
    return depot


async def _try(
    connection: Connection, acteur: Acteur, lecture: Lecture, now: datetime, *, lock: bool = False
) -> list[Essai]:
    held = await clotures.academies(connection, sorted({one.state.uai for one in lecture.closings}))
    refuse_elsewhere(lecture, held, _reaches(acteur))
    return await try_file(connection, lecture, now, lock=lock)


async def _import(connection: Connection, new: Sequence[Lue], depot: Depot, now: datetime) -> None:
    """In slices and in id order (D7), in one transaction; the closings there are have been locked."""
    new = sorted(new, key=lambda one: one.state.aggregate)
    held = set(await clotures.known(connection, sorted({one.state.aggregate for one in new})))
    for start in range(0, len(new), _SLICE):
        recues = [_recue(one, depot.import_id) for one in new[start : start + _SLICE]]
        keys = {one.state.aggregate for one in recues}
        await import_closings(connection, recues, held & keys, now)
        held |= keys


def _recue(lue: Lue, import_id: UUID) -> Recue:
    here = current_cause()
    cause = Cause(here.correlation_id or lue.ce_id, lue.ce_id, here.traceparent)
    return Recue(lue.state, cause, lue.state.to_bytes(), import_id)


def _actes(depot: Depot, essais: Sequence[Essai], bilan: BilanFichier) -> list[audit.Acte]:
    """One for the file, and one for each revision that is new."""
    import_id, sha256 = str(depot.import_id), depot.sha256
    [academie, *others] = depot.academies
    whole = audit.Acte(
        ACTION,
        f"import|{import_id}",
        None,
        {"sha256": sha256, **bilan.en_clair()},
        academie=None if others else academie,
    )
    return [whole] + [
        audit.Acte(
            ACTION,
            f"cloture|{one.cloture.session}|{one.cloture.etablissement.uai}|{one.cloture.revision}",
            None,
            {"etat": _ETATS[one.sort], "bilan": one.bilan._asdict(), "import_id": import_id},
            academie=one.cloture.etablissement.academie,
            uai=one.cloture.etablissement.uai,
        )
        for one in essais
        if one.nouvelle
    ]
