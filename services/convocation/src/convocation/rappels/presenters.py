"""The établissements that are late, as the page and the API tell them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from chassis.database import Connection
from convocation.avis.domain import Motif, SortLettre
from convocation.commun.access import Reach
from convocation.commun.recherche import cle, mots
from convocation.rappels import sql
from convocation.rappels.commands import services_of
from convocation.rappels.domain import LIBELLES, MARQUES, Service, marque_fermee, marque_recente, recent, rempli
from convocation.rappels.sql import Retard
from event_schemas.academies import NOMS, local_time
from francais import enumeration, pluriel

_A_CONVOQUER = {Motif.RIEN, Motif.RESTE}
_PERDU = {SortLettre.ECHOUEE: "courrier en échec", SortLettre.REVENUE: "courrier revenu"}
_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Demande:
    """What the list is filtered by; `departement`: the first three digits of the UAI, `q`: words."""

    session: str
    motif: Motif
    academie: str = ""
    departement: str = ""
    q: str = ""

    def takes(self, row: Retard) -> bool:
        """Whether what was typed names it."""
        known = cle(f"{row.uai} {row.nom}")
        return row.uai.startswith(self.departement) and all(word in known for word in mots(self.q))


@dataclass(frozen=True, slots=True)
class Vue:
    """Who is late for the reason. `comptes`: how many for each. `retenus`: not ticked unless somebody does it.

    Each of them with its marks.
    """

    demande: Demande
    rows: list[Retard]
    comptes: Mapping[Motif, int]
    services: Mapping[str, Service]
    recents: Mapping[str, int]
    fermes: set[str]

    @property
    def retenus(self) -> dict[str, set[str]]:
        marks = {uai: {marque_recente(uai, rang)} for uai, rang in self.recents.items()}
        return marks | {uai: marks.get(uai, set()) | {marque_fermee(uai)} for uai in self.fermes}

    @property
    def uais(self) -> set[str]:
        return {row.uai for row in self.rows}


async def read(connection: Connection, seen: Reach, demande: Demande, now: datetime, delai: timedelta) -> Vue:
    """All that match, whatever the page."""
    found = await sql.retards(connection, demande.session, demande.motif, academies=seen.academies, uais=seen.uais)
    named = [row for row in found if demande.takes(row)]
    rows = [row for row in named if demande.motif in row.motifs]
    services = await services_of(connection, demande.session, rows, now)
    closed = {row.uai for row in rows if services[row.uai].raison} if demande.motif in _A_CONVOQUER else set()
    return Vue(
        demande,
        rows,
        comptes={motif: sum(motif in row.motifs for row in named) for motif in Motif},
        services=services,
        recents={row.uai: row.rang for row in rows if recent(row.rappele_le, now, delai)},
        fermes=closed,
    )


def ligne(vue: Vue, row: Retard) -> dict[str, Any]:
    """A row of the page."""
    marks = [("warning", "Rappelé il y a peu")] if row.uai in vue.recents else []
    marks += [("warning", "Service fermé")] if row.uai in vue.fermes else []
    marks += [] if row.joignable else [("info", "Sans adresse")]
    marks += [("error", _PERDU[SortLettre(row.sort)].capitalize())] if row.sort in _PERDU else []
    fin = vue.services[row.uai].fin
    return {
        "uai": row.uai,
        "nom": row.nom,
        "academie": NOMS.get(row.academie, row.academie),
        "sans_personne": row.sans_personne,
        "missions": row.missions,
        "non_lues": row.non_lues,
        "convoques": row.convoques,
        "fin": fin,
        "rappele_le": local_time(row.academie, row.rappele_le) if row.rappele_le else None,
        "rappele_par": row.rappele_par,
        "marques": marks,
    }


def choix_motifs(vue: Vue) -> list[tuple[str, str, int, str]]:
    """Each reason: its words, how many are late for it, and the address of its list, with the same filters."""
    asked = vue.demande
    kept = {"session": asked.session, "academie": asked.academie, "departement": asked.departement, "q": asked.q}
    query = {name: value for name, value in kept.items() if value}
    return [
        (one.value, LIBELLES[one], vue.comptes[one], f"/rappels?{urlencode({'motif': one.value} | query)}")
        for one in Motif
    ]


def effet(rows: Sequence[Retard]) -> dict[str, Any]:
    """What is about to happen, in numbers and names."""
    without = [row for row in rows if not row.joignable]
    letters = len(rows) - len(without)
    return {
        "total": pluriel(len(rows), "établissement", "établissements"),
        "courriers": pluriel(letters, "courrier", "courriers"),
        "sans_adresse": [f"{row.nom} ({row.uai})" for row in without],
        "noms": [f"{row.nom} ({row.uai})" for row in rows],
    }


def apercu(vue: Vue, row: Retard, texte: str) -> tuple[str, list[str]]:
    """The text for one of them: its name, and the lines."""
    filled = rempli(texte, vue.demande.session, row, vue.services[row.uai])
    return row.nom, [line for line in filled.splitlines() if line.strip()]


def aide_des_marques() -> str:
    """What may stand in the text."""
    return " ; ".join(f"{mark} : {told}" for mark, told in MARQUES.items())


def decoches(vue: Vue, uais: Sequence[str]) -> str:
    """Who was unticked, by name."""
    names = {row.uai: row.nom for row in vue.rows}
    told = [names.get(uai, uai) for uai in uais]
    more = [pluriel(len(told) - _SHOWN, "autre", "autres")] if len(told) > _SHOWN else []
    return enumeration(told[:_SHOWN] + more)


def pour_programme(row: Retard) -> dict[str, Any]:
    """A row for programs."""
    last = {"le": row.rappele_le.isoformat(), "par": row.rappele_par} if row.rappele_le else None
    names = ("uai", "academie", "etablissement_nom", "etablissement_commune", "missions", "sans_personne")
    return row.only(*names, "convoques", "non_lues", "motifs", "joignable") | {"dernier_rappel": last}
