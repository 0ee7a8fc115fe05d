"""Whom one may tick in « Détails de l'affectation », as the page shows them.

By discipline in the établissement, all ticked (R28–R31); by name in the académie (R35); who was ticked before stays.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from chassis.database import Connection
from convocation.annuaire import reads as annuaire
from convocation.annuaire.domain import Intervenant
from convocation.convocations import reads as convocations
from convocation.convocations.forms import Saisies
from convocation.missions import reads as places
from convocation.missions.domain import Mission
from convocation.nomenclature import reads as nomenclature
from convocation.nomenclature.reads import Discipline

_SUGGESTIONS = 20


@dataclass(frozen=True, slots=True)
class PersonneACocher:
    """A line to tick. `deja`: convoked on this mission already, so that it cannot be."""

    numero: str
    nom: str
    aide: str
    cochee: bool
    deja: bool


@dataclass(slots=True)
class ChoixDesPersonnes:
    """`suggestions`: the disciplines that what was typed may mean; `rapproche`: names with one letter changed."""

    suggestions: list[Discipline] = field(default_factory=list)
    discipline: str = ""
    groupe: list[PersonneACocher] = field(default_factory=list)
    trouvees: list[PersonneACocher] = field(default_factory=list)
    choisies: list[PersonneACocher] = field(default_factory=list)
    rapproche: bool = False

    @property
    def coches(self) -> list[str]:
        """Numbers ticked, each once."""
        people = [*self.groupe, *self.trouvees, *self.choisies]
        return list(dict.fromkeys(one.numero for one in people if one.cochee))

    @property
    def noms(self) -> dict[str, str]:
        return {one.numero: one.nom for one in [*self.groupe, *self.trouvees, *self.choisies]}


async def people_to_tick(connection: Connection, mission: Mission, saisies: Saisies) -> ChoixDesPersonnes:
    """The lists that follow from what was typed and ticked."""
    held = await convocations.of_mission(connection, mission.mission_id)
    deja = {numero for numero, one in held.items() if one.active}
    libelles = {one.code: one.libelle for one in await nomenclature.disciplines(connection, "")}
    choix = ChoixDesPersonnes()
    groupe = await _groupe(connection, mission, saisies, choix)
    found, choix.rapproche = await annuaire.search(connection, mission.academie, saisies.nom, limit=_SUGGESTIONS)
    shown = {one.numero for one in groupe}
    kept = [numero for numero in saisies.numeros if numero not in shown and numero not in saisies.affiches]
    known = await annuaire.get(connection, kept)
    noms = await _etablissements(connection, [*groupe, *found, *known.values()])
    ticked, seen = set(saisies.numeros), set(saisies.affiches)

    def line(one: Intervenant, *, by_default: bool) -> PersonneACocher:
        cochee = (one.numero in ticked or (by_default and one.numero not in seen)) and one.numero not in deja
        disciplines = ", ".join(libelles.get(code, code) for code in one.disciplines)
        aide = disciplines if one.uai == mission.uai else f"{disciplines} – {noms.get(one.uai, one.uai)}"
        return PersonneACocher(one.numero, f"{one.nom} {one.prenom}", aide, cochee, one.numero in deja)

    choix.groupe = [_forced(line(one, by_default=True), saisies.action) for one in groupe]
    choix.trouvees = [line(one, by_default=False) for one in found if one.numero not in shown]
    shown |= {one.numero for one in choix.trouvees}
    choix.choisies = [line(one, by_default=False) for numero, one in known.items() if numero not in shown]
    return choix


async def _etablissements(connection: Connection, people: Iterable[Intervenant]) -> dict[str, str]:
    """Names of where people teach: they tell namesakes apart (R35)."""
    rows = await places.etablissements(connection, list({one.uai for one in people}))
    return {row.uai: f"{row.etablissement_nom}, {row.etablissement_commune} ({row.uai})" for row in rows}


def _forced(one: PersonneACocher, action: str) -> PersonneACocher:
    """« Tout cocher », « Tout décocher » of a browser without script."""
    if action not in {"tout-cocher", "tout-decocher"}:
        return one
    return PersonneACocher(one.numero, one.nom, one.aide, action == "tout-cocher" and not one.deja, one.deja)


async def _groupe(
    connection: Connection, mission: Mission, saisies: Saisies, choix: ChoixDesPersonnes
) -> list[Intervenant]:
    """The établissement's own people of the discipline typed, once it is one discipline (R29)."""
    if not saisies.discipline:
        return []
    meant = await nomenclature.disciplines(connection, saisies.discipline)
    exact = [one for one in meant if saisies.discipline in {one.code, one.libelle}]
    if len(exact or meant) != 1:
        choix.suggestions = meant
        return []
    [discipline] = exact or meant
    choix.discipline = discipline.libelle
    return await annuaire.of_discipline(connection, mission.uai, mission.academie, [discipline.code])
