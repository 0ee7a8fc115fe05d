"""The gestionnaire keeps the directory (R36, R54), one person or many at once. Each change is an act of the audit."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from uuid import UUID

from acces import audit
from acces.commande import Commande
from acces.policy import Forbidden
from chassis.database import Pool
from convocation.annuaire import reads, sql
from convocation.annuaire.access import WRITE, may_keep
from convocation.annuaire.domain import Intervenant
from convocation.annuaire.refus import (
    DejaFusionnee,
    EtablissementHorsAcademie,
    IntervenantAbsent,
    JumelleConnue,
    NumeroPris,
    RaisonAbsente,
)
from convocation.commun.policy import POLICY
from convocation.commun.recherche import cle
from convocation.commun.refus import VersionDepassee, entier
from convocation.demandes import reads as demandes
from convocation.demandes.commands import answer_demande
from convocation.demandes.refus import DemandeInconnue
from convocation.missions import reads as missions
from convocation.nomenclature import reads as nomenclature
from convocation.nomenclature.refus import DisciplineInconnue

_WORDS_SLICE = 500  # people: some 10 ms of the loop


async def create_intervenant(
    commande: Commande, person: Intervenant, demande_id: UUID | None = None, *, autre_que: str = ""
) -> None:
    """A new person; with `demande_id` the établissement's request (R36) is answered in the same transaction.

    `autre_que`: the number of whom she was seen not to be.
    Raises Forbidden, AcademieInconnue, NumeroPris, EtablissementHorsAcademie, DisciplineInconnue, DemandeInconnue,
    DemandeDejaTraitee, JumelleConnue.
    """
    may_keep(commande.acteur, person.academie)
    await _check(commande, person)
    if not await sql.reserve(commande.connection, person):
        raise NumeroPris
    if demande_id is not None:
        demande = await demandes.get(commande.connection, demande_id)
        if demande is None or demande.academie != person.academie:
            raise DemandeInconnue
        await answer_demande(commande, demande_id, creee=True, reponse="Personne créée dans l’annuaire.")
    await _check_twin(commande, person, autre_que)
    await save_with_acts(commande, [person], {})


async def change_intervenant(commande: Commande, person: Intervenant, expected: int, *, autre_que: str = "") -> None:
    """Everything but the number, the académie and whether she is active.

    Raises as `for_writing`, EtablissementHorsAcademie, DisciplineInconnue, JumelleConnue.
    """
    held = await for_writing(commande, person.numero, expected)
    changed = replace(person, academie=held.academie, actif=held.actif, version=held.version)
    await _check(commande, changed)
    if changed.actif and _meme(changed) != _meme(held):
        await _check_twin(commande, changed, autre_que)
    await save_with_acts(commande, [changed], {held.numero: held})


def _meme(person: Intervenant) -> tuple[str, str, str]:
    """What two entries of one person share."""
    return cle(f"{person.nom} {person.prenom}"), person.courriel.lower(), person.uai


async def _check_twin(commande: Commande, person: Intervenant, autre_que: str) -> None:
    """Raises JumelleConnue for somebody else than who was seen not to be her."""
    twin = await reads.twin_of(commande.connection, person)
    if twin not in {None, autre_que}:
        raise JumelleConnue([twin])


async def set_actif(commande: Commande, numero: str, expected: int, *, actif: bool, motif: str) -> None:
    """Deactivate or reactivate; her convocations stay as they are.

    Raises as `for_writing`, RaisonAbsente, TexteTropLong, DejaFusionnee.
    """
    held = await for_writing(commande, numero, expected)
    if not motif:
        raise RaisonAbsente
    entier(motif, "motif")
    if actif and await sql.fusionnees(commande.connection, [numero]):
        raise DejaFusionnee
    await save_with_acts(commande, [replace(held, actif=actif)], {numero: held}, motif)


async def for_writing(commande: Commande, numero: str, expected: int) -> Intervenant:
    """The person, her row locked. Raises IntervenantAbsent (also another académie's), VersionDepassee, Forbidden."""
    POLICY.scope(commande.acteur, WRITE)
    await reads.academies(commande.connection, [numero])
    held = (await reads.get(commande.connection, [numero])).get(numero)
    if held is None:
        raise IntervenantAbsent
    POLICY.visible(commande.acteur, WRITE, IntervenantAbsent, academie=held.academie)
    if held.version != expected:
        raise VersionDepassee
    return held


async def save_with_acts(
    commande: Commande, people: Sequence[Intervenant], held: Mapping[str, Intervenant], motif: str = ""
) -> None:
    """Write those of `people` who differ from `held`, one act each."""
    changed = [one for one in people if one.numero not in held or _state(one) != _state(held[one.numero])]
    if not changed:
        return
    await sql.save(commande.connection, changed)
    acts = [_act(one, held.get(one.numero), motif) for one in changed]
    await audit.record(commande.connection, commande.acteur, commande.now, acts)


def _act(person: Intervenant, held: Intervenant | None, motif: str) -> audit.Acte:
    avant, apres = audit.changes(_state(held) if held else {}, _state(person))
    return audit.Acte(
        action=WRITE,
        objet=f"intervenant|{person.numero}",
        avant=avant if held else None,
        apres=apres,
        motif=motif,
        academie=person.academie,
        uai=person.uai,
    )


def _state(person: Intervenant) -> dict[str, object]:
    state = asdict(person)
    del state["version"], state["id"]
    return state


async def check_disciplines(commande: Commande, people: Sequence[Intervenant]) -> None:
    """Raises DisciplineInconnue."""
    codes = sorted({code for one in people for code in one.disciplines})
    unknown = await nomenclature.unknown_disciplines(commande.connection, codes)
    if unknown:
        raise DisciplineInconnue(unknown)


async def _check(commande: Commande, person: Intervenant) -> None:
    await check_disciplines(commande, [person])
    for uai in (person.uai, *person.uais_secondaires):
        if await missions.academie(commande.connection, uai) not in {None, person.academie}:
            raise EtablissementHorsAcademie(secondaire=uai != person.uai)


async def import_intervenants(
    commande: Commande, academie: str, people: Sequence[Intervenant], kept: Mapping[str, frozenset[str]]
) -> list[str]:
    """The numbers of those who have a twin now: somebody active with their name, address and établissement.

    `kept`: by number, the fields that the import leaves out and that stay as they are. Merged people stay inactive.

    Raises AcademieInconnue for another académie, Forbidden when a number belongs to one; DisciplineInconnue.
    """
    may_keep(commande.acteur, academie)
    held = await reads.academies(commande.connection, [one.numero for one in people])
    if any(other != academie for other in held.values()):
        raise Forbidden(WRITE)
    await check_disciplines(commande, people)
    known = await reads.get(commande.connection, list(held))
    merged = [
        replace(one, **{field: getattr(known[one.numero], field) for field in kept[one.numero]})
        if one.numero in known
        else one
        for one in people
    ]
    merged_already = await sql.fusionnees(commande.connection, list(held))
    merged = [replace(one, actif=one.actif and one.numero not in merged_already) for one in merged]
    await save_with_acts(commande, merged, known)
    return await reads.with_twins(commande.connection, [one.numero for one in merged])


async def merge_into(commande: Commande, numero: str, dans: str) -> None:
    """Record that `numero` was merged into `dans`; the caller has locked both and records the act."""
    await sql.merge_into(commande.connection, numero, dans)


async def part_again(commande: Commande, numero: str) -> None:
    """A merge is undone: `numero` goes on by herself; the caller has locked her and records the act."""
    await sql.merge_into(commande.connection, numero, None)


async def make_words_again(pool: Pool) -> bool:
    """Some people are found by the present rule again (0291_mots.sql); False where everybody is."""
    async with pool.acquire() as connection, connection.transaction():
        return await sql.make_words_again(connection, _WORDS_SLICE) > 0
