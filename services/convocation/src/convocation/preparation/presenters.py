"""What the page of a session shows: for each mission its people to tick, what it lacks, what to read before."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from uuid import UUID

from chassis.database import Connection
from convocation.affectation.presenters import nearest
from convocation.annuaire import reads as annuaire
from convocation.annuaire.domain import Intervenant
from convocation.annuaire.reads import Trouves
from convocation.avertissements.calendrier import calendrier
from convocation.avertissements.domain import Avertissement
from convocation.commun.recherche import cle
from convocation.commun.refus import Refus
from convocation.convocations import reads as convocations
from convocation.convocations.domain import Convocation, Saisie
from convocation.convocations.examen import Connu, Occupation, examiner
from convocation.exigences import reads as exigences
from convocation.exigences.domain import ProfilsRequis
from convocation.missions import reads as places
from convocation.missions.domain import Mission, MissionType
from convocation.nomenclature import reads as nomenclature
from convocation.preparation import sql
from convocation.preparation.domain import ALire, Brouillon, Prevue, common, proposes, regroup
from convocation.preparation.forms import Preparation
from convocation.signatures import reads as signatures

_FOUND = 20


@dataclass(frozen=True, slots=True)
class Donnees:
    """What there is of the session's missions, read once: by mission, and the people whom they propose."""

    missions: list[Mission]
    disciplines: Mapping[str, set[str]]
    proposees: list[Intervenant]
    existantes: Mapping[UUID, dict[str, Convocation]]
    requis: Mapping[str, ProfilsRequis]
    signee: bool

    @property
    def academie(self) -> str:
        return self.missions[0].academie if self.missions else ""

    def proposition(self, mission: Mission) -> Brouillon:
        """What the mission begins with."""
        return proposes(self.disciplines[mission.code], self.proposees, self.existantes[mission.mission_id])


async def read(connection: Connection, uai: str, missions: list[Mission]) -> Donnees:
    """Six queries, however many missions."""
    academie, codes = (missions[0].academie if missions else ""), list({one.code for one in missions})
    disciplines = await nomenclature.of_epreuves(connection, codes)
    all_codes = sorted({code for found in disciplines.values() for code in found})
    rules = await exigences.rules_in_force(connection, academie, codes)
    return Donnees(
        missions,
        disciplines,
        await annuaire.of_discipline(connection, uai, academie, all_codes),
        await convocations.of_missions(connection, [one.mission_id for one in missions]),
        {code: rule.profils for code, rule in rules.items()},
        await signatures.get(connection, uai) is not None,
    )


@dataclass(frozen=True, slots=True)
class Ouverte:
    """The draft that the page begins with, and who kept it last (None: nobody)."""

    preparation: Preparation
    gardee: sql.BrouillonRow | None


async def known(connection: Connection, donnees: Donnees) -> set[str]:
    """Numbers of those whom the établissement has seen before: its own people, and who is in a draft."""
    rows = await sql.drafts(connection, [one.mission_id for one in donnees.missions])
    drafts = [Brouillon.read(json.loads(row.saisie_json)) for row in rows]
    return {one.numero for one in donnees.proposees} | {numero for one in drafts for numero in one.vus}


async def begin(connection: Connection, donnees: Donnees) -> Ouverte:
    """The drafts as they were kept, else what is proposed; who is new in the directory is shown, not ticked."""
    missions = {one.mission_id: donnees.proposition(one) for one in donnees.missions}
    rows = await sql.drafts(connection, list(missions))
    for row in rows:
        kept = Brouillon.read(json.loads(row.saisie_json))
        kept.vus = list(dict.fromkeys([*missions[row.mission_id].vus, *kept.coches]))  # found and not ticked: gone
        missions[row.mission_id] = kept
    day, observation = (common(getattr(one, name) for one in missions.values()) for name in ("date", "observation"))
    for one in missions.values():
        one.date, one.observation = "" if one.date == day else one.date, ""
    gardee = max(rows, key=lambda row: row.le, default=None)
    return Ouverte(Preparation(missions, date=day, observation=observation), gardee)


@dataclass(frozen=True, slots=True)
class Ligne:
    """A person to tick. `annulee`: her convocation on this mission was cancelled."""

    numero: str
    nom: str
    aide: str
    cochee: bool
    qualite: str
    annulee: bool


@dataclass(slots=True)
class Bloc:
    """A mission of the page. `deja`: who is convoked already; `erreur`: why it cannot be convoked as entered.

    `total`: how many people a search found, of whom the first are shown.
    """

    mission: Mission
    titre: str
    date: str
    nom: str
    lignes: list[Ligne] = field(default_factory=list)
    deja: list[str] = field(default_factory=list)
    erreur: str = ""
    total: int = 0

    @property
    def numerisation(self) -> bool:
        return self.mission.type is MissionType.NUMERISATION

    @property
    def coches(self) -> int:
        return sum(one.cochee for one in self.lignes)


@dataclass(frozen=True, slots=True)
class Vue:
    """`lus`: keys of all the warnings, « mission|clé », that the form sends back as read."""

    blocs: list[Bloc]
    avertissements: list[ALire]
    lus: list[str]

    @property
    def coches(self) -> int:
        return sum(one.coches for one in self.blocs)

    @property
    def numeros(self) -> set[str]:
        """Of everybody whom the page names."""
        return {line.numero for one in self.blocs for line in one.lignes}

    @property
    def obstacles(self) -> dict[str, list[str]]:
        """What keeps missions from being convoked as entered: each sentence with its missions."""
        found: dict[str, list[str]] = {}
        for one in self.blocs:
            if one.erreur:
                found.setdefault(one.erreur, []).append(one.titre)
        return found


async def search(connection: Connection, donnees: Donnees, preparation: Preparation) -> None:
    """Who is searched for on a mission is shown below its others, not ticked (R35)."""
    for one in preparation.missions.values():
        if len(one.nom) > 1:
            _show_found(one, await annuaire.search(connection, donnees.academie, one.nom, limit=_FOUND))


def _show_found(one: Brouillon, found: Trouves) -> None:
    one.vus += [person.numero for person in found.personnes if person.numero not in one.vus]
    one.total = found.total


async def add_neighbours(connection: Connection, donnees: Donnees, preparation: Preparation, asked: str) -> None:
    """Who teaches a mission's disciplines in other lycées, the nearest first, is shown below its others, not ticked."""
    for mission in donnees.missions:
        if str(mission.mission_id) == asked:
            found = await nearest(connection, mission, sorted(donnees.disciplines[mission.code]))
            _show_found(preparation.missions[mission.mission_id], found)


async def present(
    connection: Connection, donnees: Donnees, preparation: Preparation, *, ouvert: bool, aujourdhui: date
) -> Vue:
    """The page of what is entered."""
    named = await annuaire.get(connection, sorted({n for one in preparation.missions.values() for n in one.vus}))
    # A number that is typed into the form by hand names nobody of another académie.
    people = {numero: one for numero, one in named.items() if one.academie == donnees.academie}
    held = sorted({n for one in donnees.existantes.values() for n, state in one.items() if state.active})
    named = people | await annuaire.get(connection, [numero for numero in held if numero not in people])
    libelles = await nomenclature.libelles(connection)
    rows = await places.etablissements(connection, list({one.uai for one in people.values()}))
    noms = {row.uai: f"{row.etablissement_nom}, {row.etablissement_commune}" for row in rows}
    blocs = []
    for mission in donnees.missions:
        brouillon, there = preparation.missions[mission.mission_id], donnees.existantes[mission.mission_id]
        active = {numero for numero, state in there.items() if state.active}
        brouillon.coches = [numero for numero in brouillon.coches if numero in people and numero not in active]
        bloc = Bloc(mission, mission.intitule, brouillon.date, brouillon.nom, total=brouillon.total)
        for numero in brouillon.vus:
            if numero in people and numero not in active:
                person = people[numero]
                aide = ", ".join(libelles.get(code, code) for code in person.disciplines)
                aide += "" if person.uai == mission.uai else f" – {noms.get(person.uai, person.uai)}"
                qualite, annulee = brouillon.qualites.get(numero, ""), numero in there
                nom = f"{person.nom} {person.prenom}"
                bloc.lignes.append(Ligne(numero, nom, aide, numero in brouillon.coches, qualite, annulee))
        bloc.deja = sorted((f"{named[numero].nom} {named[numero].prenom}" for numero in active), key=cle)
        blocs.append(bloc)
    warnings = await _warnings(connection, donnees, preparation, people, blocs, ouvert=ouvert, aujourdhui=aujourdhui)
    lus = [f"{mission.mission_id}|{cle}" for mission, warning in warnings for cle in warning.cles]
    return Vue(blocs, regroup([(mission.intitule, warning) for mission, warning in warnings]), lus)


async def _warnings(
    connection: Connection,
    donnees: Donnees,
    preparation: Preparation,
    people: Mapping[str, Intervenant],
    blocs: Sequence[Bloc],
    *,
    ouvert: bool,
    aujourdhui: date,
) -> list[tuple[Mission, Avertissement]]:
    """Of each mission as if those before it were convoked; what a mission is refused for is written beside it."""
    saisies = {one.mission.mission_id: saisie for one in blocs if one.coches and (saisie := _entered(one, preparation))}
    numeros = {numero for mission_id in saisies for numero in preparation.missions[mission_id].coches}
    days: set[date] = {day for one in saisies.values() for day in one.dates}
    busy: list[Occupation] = await convocations.occupations(connection, sorted(numeros), sorted(days), donnees.academie)
    connu = Connu(people, {}, {}, (), donnees.signee, ouvert, aujourdhui, calendrier())
    found = []
    for bloc in blocs:
        mission, mission_id = bloc.mission, bloc.mission.mission_id
        if mission_id not in saisies:
            continue
        coches, saisie = preparation.missions[mission_id].coches, saisies[mission_id]
        held = donnees.existantes[mission_id]
        there = replace(connu, existantes=held, requis=donnees.requis[mission.code], occupations=busy)
        there = replace(there, disciplines=donnees.disciplines[mission.code])
        try:
            _, warnings = examiner(mission, coches, saisie, there)
        except Refus as refus:
            bloc.erreur = refus.phrase
            continue
        found += [(mission, one) for one in warnings]
        busy = busy + Prevue(mission, coches, saisie.dates).occupations(people)
    return found


def _entered(bloc: Bloc, preparation: Preparation) -> Saisie | None:
    try:
        return preparation.saisie(bloc.mission.mission_id)
    except Refus as refus:
        bloc.erreur = refus.phrase
        return None
