"""Whom one may tick in « Détails de l'affectation », as the page shows them.

By discipline in the établissement, all ticked (R28–R31), and in the other lycées of the académie, the nearest first; by
name in the académie (R35); who was ticked before stays. Whoever was cancelled is never ticked by itself.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from chassis.database import Connection
from convocation.affectation import reads
from convocation.annuaire import reads as annuaire
from convocation.annuaire.domain import Intervenant
from convocation.annuaire.reads import Trouves
from convocation.convocations import reads as convocations
from convocation.convocations.domain import Convocation
from convocation.convocations.forms import Saisies
from convocation.missions import reads as places
from convocation.missions.domain import Mission
from convocation.nomenclature import reads as nomenclature
from convocation.nomenclature.reads import Discipline
from event_schemas.academies import local_time
from francais import date_longue

SUGGESTIONS = 20


@dataclass(frozen=True, slots=True)
class PersonneACocher:
    """A line to tick. `deja`: convoked on this mission already, so that it cannot be."""

    numero: str
    nom: str
    aide: str
    cochee: bool
    deja: bool


@dataclass(frozen=True, slots=True)
class Raccourci:
    """A discipline of the épreuve that people of the établissement teach, and how many."""

    libelle: str
    personnes: int


@dataclass(slots=True)
class ChoixDesPersonnes:
    """`suggestions`: the disciplines that what was typed may mean; `rapproche`: names with one letter changed.

    `ailleurs`: of the discipline in other lycées, the first of `total_ailleurs`; `trouvees`: by name, of `total`,
    without the `plus_haut` that the lists before have already.
    """

    suggestions: list[Discipline] = field(default_factory=list)
    discipline: str = ""
    groupe: list[PersonneACocher] = field(default_factory=list)
    ailleurs: list[PersonneACocher] = field(default_factory=list)
    total_ailleurs: int = 0
    trouvees: list[PersonneACocher] = field(default_factory=list)
    total: int = 0
    plus_haut: int = 0
    choisies: list[PersonneACocher] = field(default_factory=list)
    rapproche: bool = False

    @property
    def coches(self) -> list[str]:
        """Numbers ticked, each once."""
        return list(dict.fromkeys(one.numero for one in self.toutes if one.cochee))

    @property
    def toutes(self) -> list[PersonneACocher]:
        return [*self.groupe, *self.ailleurs, *self.trouvees, *self.choisies]

    @property
    def possibles(self) -> list[tuple[str, str]]:
        """Who can be chosen among the people shown: number and name, namesakes told apart."""
        elsewhere = [one for one in self.ailleurs if one.cochee]
        near = [*self.groupe, *elsewhere, *self.trouvees, *self.choisies]
        names = Counter(one.nom for one in near)
        return [
            (one.numero, one.nom if names[one.nom] == 1 else f"{one.nom}, {one.aide}") for one in near if not one.deja
        ]

    @property
    def noms(self) -> dict[str, str]:
        return {one.numero: one.nom for one in self.toutes}


async def people_to_tick(
    connection: Connection,
    mission: Mission,
    saisies: Saisies,
    disciplines: Sequence[Discipline],
    held: Mapping[str, Convocation],
) -> ChoixDesPersonnes:
    """What follows from what was typed; `disciplines`: the nomenclature, `held`: what the mission has, by number."""
    deja = {numero for numero, one in held.items() if one.active}
    annulees = await convocations.annulees(connection, mission.mission_id) if len(deja) < len(held) else {}
    choix = ChoixDesPersonnes()
    groupe, ailleurs = await _of_discipline(connection, mission, saisies, choix)
    found = await annuaire.search(connection, mission.academie, saisies.nom, limit=SUGGESTIONS)
    choix.rapproche, choix.total = found.rapproche, found.total
    shown = {one.numero for one in groupe}
    kept = [numero for numero in saisies.numeros if numero not in shown and numero not in saisies.affiches]
    known = await annuaire.get(connection, kept)
    noms = await _etablissements(connection, [*groupe, *ailleurs, *found.personnes, *known.values()])
    ticked, seen = set(saisies.numeros), set(saisies.affiches)
    libelles = {one.code: one.libelle for one in disciplines}

    def line(one: Intervenant, *, by_default: bool) -> PersonneACocher:
        cochee = one.numero in ticked or (by_default and one.numero not in seen and one.numero not in annulees)
        parts = [", ".join(libelles.get(code, code) for code in one.disciplines)]
        parts += [noms.get(one.uai, one.uai)] if one.uai != mission.uai else []
        parts += _before(one.numero, mission, deja, annulees)
        aide, present = " – ".join(parts), one.numero in deja
        return PersonneACocher(one.numero, f"{one.nom} {one.prenom}", aide, cochee and not present, present)

    choix.groupe = [_forced(line(one, by_default=True), saisies.action) for one in groupe]
    for liste, people in (
        (choix.ailleurs, ailleurs),
        (choix.trouvees, found.personnes),
        (choix.choisies, known.values()),
    ):
        liste += [line(one, by_default=False) for one in people if one.numero not in shown]
        shown |= {one.numero for one in liste}
    choix.plus_haut = len(found.personnes) - len(choix.trouvees)
    return choix


def _before(numero: str, mission: Mission, deja: Collection[str], annulees: Mapping[str, datetime]) -> list[str]:
    """What happened to her on this mission."""
    if numero in deja:
        return ["déjà convoqué sur cette mission"]
    if numero in annulees:
        return [f"annulée le {date_longue(local_time(mission.academie, annulees[numero]).date())}"]
    return []


async def shortcuts(
    connection: Connection, mission: Mission, disciplines: Sequence[Discipline], conseillees: Collection[str]
) -> list[Raccourci]:
    """The épreuve's disciplines that somebody of the établissement teaches."""
    found = await reads.counts(connection, mission.uai, mission.academie, conseillees)
    return [Raccourci(one.libelle, found[one.code]) for one in disciplines if one.code in found]


async def _etablissements(connection: Connection, people: Iterable[Intervenant]) -> dict[str, str]:
    """Names of where people teach: they tell namesakes apart (R35)."""
    rows = await places.etablissements(connection, list({one.uai for one in people}))
    return {row.uai: f"{row.etablissement_nom}, {row.etablissement_commune} ({row.uai})" for row in rows}


def _forced(one: PersonneACocher, action: str) -> PersonneACocher:
    """« Tout cocher », « Tout décocher » of a browser without script."""
    if action not in {"tout-cocher", "tout-decocher"}:
        return one
    return PersonneACocher(one.numero, one.nom, one.aide, action == "tout-cocher" and not one.deja, one.deja)


async def _of_discipline(
    connection: Connection, mission: Mission, saisies: Saisies, choix: ChoixDesPersonnes
) -> tuple[list[Intervenant], list[Intervenant]]:
    """Once what was typed is one discipline (R29): the établissement's own people, and those elsewhere."""
    if not saisies.discipline:
        return [], []
    meant = await nomenclature.disciplines(connection, saisies.discipline)
    exact = [one for one in meant if saisies.discipline in {one.code, one.libelle}]
    if len(exact or meant) != 1:
        choix.suggestions = meant
        return [], []
    [discipline] = exact or meant
    choix.discipline = discipline.libelle
    groupe = await annuaire.of_discipline(connection, mission.uai, mission.academie, [discipline.code])
    ailleurs = await nearest(connection, mission, [discipline.code], saisies.nom)
    choix.total_ailleurs = ailleurs.total
    return groupe, ailleurs.personnes


async def nearest(connection: Connection, mission: Mission, disciplines: Sequence[str], nom: str = "") -> Trouves:
    """Who teaches them in other lycées: those of the commune first, then of the département, then of the académie."""
    voisins = await places.lycees_de_commune(connection, mission.academie, mission.etablissement_commune)
    return await reads.elsewhere(
        connection, mission.uai, mission.academie, disciplines, voisins, nom, limit=SUGGESTIONS
    )
