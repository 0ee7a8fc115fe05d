"""A file of an académie's people (R36, R54): kept, checked, and written as a whole or not at all.

HTTP only keeps the files. A loop of the service works at them; another process resumes the file of one that died.
"""

import asyncio
import hashlib
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from contextlib import aclosing
from datetime import datetime, timedelta
from uuid import UUID, uuid5

import structlog

from acces import audit
from acces.acteur import Acteur, Role
from acces.audit import Acte
from acces.commande import Commande
from chassis.database import Connection, Pool, own_session
from convocation.annuaire.access import may_keep
from convocation.annuaire.imports import bulk, lecture, sql, sts
from convocation.annuaire.imports.access import visible_import
from convocation.annuaire.imports.domain import Faute, Ligne, Regles, Remarque, lignes_de_donnees
from convocation.annuaire.imports.lecture_worker import Part, next_part
from convocation.annuaire.imports.refus import ImportDejaLance
from convocation.annuaire.imports.sql import Tache
from convocation.exigences import reads as exigences
from convocation.missions import reads as missions
from convocation.nomenclature import reads as nomenclature
from event_schemas import uai

log = structlog.get_logger()
ACTION = "intervenants.importer"
MAX_SHOWN = 500
_MAX_KEPT = 10_000  # of faults and of remarks while a file is read: one of 8 MB may have four million, a gigabyte
GARDE = timedelta(days=1)
_NAMESPACE = UUID("0c4a3f0e-6a55-5d0e-9f0b-4b8f7d2a1c70")
_SLICE = 250  # people: some 30 ms of the event loop, which seals an act for each
_MAX_TRIES = 3
_INTERROMPU = "L’import a été interrompu trois fois ; rien n’a été enregistré."
_ABANDONNE = "Le fichier n’a pas été importé dans la journée : il a été effacé, rien n’a été enregistré."
_JUMELLE = "Une autre personne a ce nom, ce courriel et cet établissement : ce seraient deux fiches et deux accès."
_ZERO = "Une personne de l’académie a ce numéro avec des 0 devant : le tableur les a peut-être enlevés."
_AUTRE_ACADEMIE = "L’établissement du fichier n’est pas un établissement de cette académie."
_AILLEURS = "Ce numéro est celui d’une personne d’une autre académie."


async def submit_import(commande: Commande, academie: str, octets: bytes, *, essai: bool) -> UUID:
    """Keep a file; `essai`: to be checked only, until « Importer ». Raises Forbidden, AcademieInconnue."""
    may_keep(commande.acteur, academie)
    sha256 = await asyncio.to_thread(lambda: hashlib.sha256(octets).hexdigest())
    import_id = uuid5(_NAMESPACE, f"{academie}|{commande.acteur.sub}|{commande.now.isoformat()}|{sha256}|{essai}")
    fichier = (sha256, octets, await asyncio.to_thread(lignes_de_donnees, octets))
    etat = "DEPOSE" if essai else "EN_COURS"
    await sql.insert(commande.connection, import_id, academie, commande.acteur, commande.now, fichier, etat)
    return import_id


async def confirm_import(commande: Commande, import_id: UUID) -> None:
    """« Importer » what was checked: the very same bytes. Raises ImportInconnu, ImportDejaLance, Forbidden."""
    await visible_import(commande.connection, commande.acteur, import_id)
    if not await sql.confirm(commande.connection, import_id, commande.acteur):
        raise ImportDejaLance


async def forget_imports(connection: Connection, now: datetime) -> None:
    """Forget a checked file that nobody imported within a day, because it holds people's data."""
    await sql.abandon(connection, now - GARDE, [_error(Faute(0, "", _ABANDONNE))])


async def work_at_import(pool: Pool, clock: Callable[[], datetime]) -> bool:
    """Work at one file that waits; False where none does. Raises what another try can mend (a lost connection)."""
    async with own_session(pool) as connection:
        tache = await sql.claim(connection)
        if tache is None:
            return False
        if tache.tentatives > _MAX_TRIES:
            erreurs = [_error(Faute(0, "", _INTERROMPU))]
            await sql.end(connection, tache.import_id, "EN_ERREUR", None, erreurs, [])
            return True
        await bulk.begin(connection)
        fautes, remarques, comptes = await _read(pool, connection, tache)
        async with connection.transaction():
            await bulk.complete(connection)
            ailleurs = [Faute(line, "numero", _AILLEURS) for line in await bulk.foreign(connection)]
            bilan = await bulk.compare(connection)
            vues = [Remarque(line, "", _JUMELLE) for line in await bulk.twins(connection)]
            vues += [Remarque(line, "numero", _ZERO) for line in await bulk.lost_zeros(connection)]
            fautes, remarques = fautes + ailleurs, remarques + vues
            comptes.update(erreurs=len(ailleurs), remarques=len(vues))
            etat = _next_state(tache.etat, fautes)
            if etat == "TERMINE":
                await _write(pool, connection, tache, bilan, clock())
            bilan |= comptes
            await bulk.end(connection)
            await sql.end(connection, tache.import_id, etat, bilan, _shown(fautes), _shown(remarques))
    log.info("annuaire.import", state=etat, counts=bilan)
    return True


def _next_state(etat: str, fautes: list[Faute]) -> str:
    if fautes:
        return "EN_ERREUR"
    return "VERIFIE" if etat == "DEPOSE" else "TERMINE"


def _shown(dits: Sequence[Faute | Remarque]) -> list[dict[str, object]]:
    return [_error(one) for one in sorted(dits, key=lambda one: one.ligne)[:MAX_SHOWN]]


def _error(faute: Faute | Remarque) -> dict[str, object]:
    told: dict[str, object] = {"ligne": faute.ligne, "colonne": faute.colonne, "phrase": faute.phrase}
    if isinstance(faute, Remarque) and faute.intervenant:
        told["intervenant"] = str(faute.intervenant)
    return told


async def _read(pool: Pool, connection: Connection, tache: Tache) -> tuple[list[Faute], list[Remarque], Counter[str]]:
    """The file's people into the temporary table; its first faults and remarks, and how many there are of each.

    By parts, each in some milliseconds: nobody's page waits for a whole file.
    """
    codes = frozenset(one.code for one in await nomenclature.disciplines(connection, ""))
    profils = frozenset(await exigences.profils(connection, tache.academie))
    regles = Regles(tache.academie, codes, uai.valid, profils)
    fautes: list[Faute] = []
    remarques: list[Remarque] = []
    comptes = Counter(erreurs=0, remarques=0)
    seen = 0
    async with aclosing(_parts(connection, tache, regles)) as found:
        async for part in found:
            seen += len(part.personnes) + len(part.fautes)
            await bulk.add(connection, part.personnes)
            comptes.update(erreurs=len(part.fautes), remarques=len(part.remarques))
            fautes += part.fautes[: _MAX_KEPT - len(fautes)]
            remarques += part.remarques[: _MAX_KEPT - len(remarques)]
            if tache.etat == "DEPOSE":
                await sql.progress(pool, tache.import_id, min(seen, tache.total))
    return fautes, remarques, comptes


async def _parts(connection: Connection, tache: Tache, regles: Regles) -> AsyncGenerator[Part]:
    """What stands in the file; a table is read apart, STS-WEB's file is compared with the directory in a thread."""
    if not sts.est_sts(tache.octets):
        async with aclosing(lecture.parts(tache.octets, regles)) as found:
            async for part in found:
                yield part
        return
    said = await _of_sts(connection, tache, regles)
    while some := await asyncio.to_thread(next_part, said):
        yield some


async def _of_sts(connection: Connection, tache: Tache, regles: Regles) -> Iterator[Ligne | Faute | Remarque]:
    """What an établissement's file of STS-WEB says of its active people in the directory."""
    lu = await asyncio.to_thread(sts.extraire, tache.octets)
    if not lu.fautes and await missions.academie(connection, lu.uai) != tache.academie:
        lu.fautes.append(Faute(1, "uai", _AUTRE_ACADEMIE))
    if lu.fautes:
        return iter(lu.fautes)
    async with connection.transaction():  # a cursor needs one
        found = [one async for one in bulk.exported(connection, tache.academie, lu.uai)]
    connus = [one.personne(tache.academie) for one in found if one.actif]
    return sts.rapprocher(lu.individus, lu.uai, connus, regles)


async def _write(pool: Pool, connection: Connection, tache: Tache, bilan: dict[str, int], now: datetime) -> None:
    """Write all that differs, with an act for each person and one for the file.

    The progress is written by `pool`, outside the transaction, so that people see it meanwhile.
    """
    acteur = Acteur(tache.par, Role(tache.par_role), tache.par_nom)
    academie = tache.academie
    numeros = await bulk.numbers(connection)
    for start in range(0, len(numeros), _SLICE):
        part = numeros[start : start + _SLICE]
        written = await bulk.write(connection, part)
        await audit.record(connection, acteur, now, [_acte(academie, *one) for one in written])
        await sql.progress(pool, tache.import_id, start + len(part))
    told = {"sha256": tache.sha256, **bilan}
    whole = Acte(ACTION, f"import|{tache.import_id}", apres=told, academie=academie)
    await audit.record(connection, acteur, now, [whole])


def _acte(academie: str, numero: str, avant: dict[str, object] | None, apres: dict[str, object]) -> Acte:
    if avant is not None:
        avant, apres = audit.changes(avant, apres)
    return Acte(ACTION, f"intervenant|{numero}", avant, apres, academie=academie)
