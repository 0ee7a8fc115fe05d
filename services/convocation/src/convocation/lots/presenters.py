"""The lines of a session: what is to be seen of each, how many there are of each kind."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from chassis.database import Connection
from convocation.annuaire.domain import Intervenant
from convocation.avertissements.domain import Avertissement
from convocation.commun.recherche import mots
from convocation.convocations.presenters import line_of
from convocation.convocations.reads import LigneConvocation
from convocation.lots.domain import LIBELLES_ACTES, ActeEnLot
from convocation.missions import reads as places
from convocation.missions.domain import intitule
from convocation.nomenclature import reads as nomenclature
from convocation.signatures import reads as signatures
from convocation.suivi.domain import Acces
from event_schemas.academies import local_time


def _refused(row: LigneConvocation) -> bool:
    return row.active and row.suivi.acces is Acces.REJETEE


_Kinds = Mapping[str, tuple[tuple[str, str], Callable[[LigneConvocation], bool]]]
_KINDS: _Kinds = {
    "non-lues": (("non lue", "non lues"), lambda row: row.active and row.lue_le is None),
    "lues": (("lue", "lues"), lambda row: row.active and row.lue_le is not None),
    "mail-en-echec": (("mail en échec", "mails en échec"), lambda row: row.suivi.a_remettre),
    "refusees": (("refusée par SANTORIN", "refusées par SANTORIN"), _refused),
    "empechements": (
        ("empêchement à traiter", "empêchements à traiter"),
        lambda row: row.active and row.empechement_etat == "OUVERT",
    ),
    "annulees": (("annulée", "annulées"), lambda row: not row.active),
}


def _kinds(non_signees: Collection[UUID]) -> _Kinds:
    words = ("partie sans signature", "parties sans signature")
    return {**_KINDS, "sans-signature": (words, lambda row: row.convocation_id in non_signees)}


def kinds(rows: Sequence[LigneConvocation], non_signees: Collection[UUID]) -> list[tuple[str, int, tuple[str, str]]]:
    """Filter, number and words of each kind that there is."""
    counted = [(name, sum(map(is_one, rows)), words) for name, (words, is_one) in _kinds(non_signees).items()]
    return [one for one in counted if one[1]]


def chosen(
    rows: Sequence[LigneConvocation], non_signees: Collection[UUID], *, kind: str, mission: str, nom: str
) -> list[LigneConvocation]:
    """Those of a kind, of a mission, whose name has words that begin so; an unknown filter leaves all."""
    known = _kinds(non_signees)
    is_one = known[kind][1] if kind in known else lambda _: True
    typed = mots(nom)

    def named(row: LigneConvocation) -> bool:
        words = mots(f"{row.nom} {row.prenom}")
        return all(any(word.startswith(one) for word in words) for one in typed)

    return [row for row in rows if is_one(row) and (not mission or str(row.mission_id) == mission) and named(row)]


def missions(rows: Sequence[LigneConvocation]) -> list[tuple[str, str]]:
    """To choose from, by name."""
    return sorted({(str(row.mission_id), intitule(row.libelle, row.voie)) for row in rows}, key=lambda one: one[1])


_CALLED_FOR = {
    "non-lues": ActeEnLot.RELANCER,
    "mail-en-echec": ActeEnLot.RENVOYER,
    "sans-signature": ActeEnLot.SIGNER,
}


def actes(kind: str, non_signees: Collection[UUID]) -> list[tuple[ActeEnLot, str]]:
    """What may be done, with its words: first what the filter calls for."""
    offered = [one for one in LIBELLES_ACTES.items() if non_signees or one[0] is not ActeEnLot.SIGNER]
    return sorted(offered, key=lambda one: one[0] is not _CALLED_FOR.get(kind))


async def non_signees(connection: Connection, rows: Sequence[LigneConvocation], now: datetime) -> list[UUID]:
    """Which of the établissement's session went out before its signature and are not over."""
    if not rows:
        return []
    one = rows[0]
    found = await signatures.non_signees(connection, [one.uai], one.session, local_time(one.academie, now).date())
    return found.get(one.uai, [])


async def replacements(connection: Connection, uai: str, people: Sequence[Intervenant]) -> list[tuple[str, str, str]]:
    """Number, name and what tells namesakes apart, the établissement's own people first."""
    libelles = await nomenclature.libelles(connection)
    rows = await places.etablissements(connection, sorted({one.uai for one in people}))
    noms = {row.uai: f"{row.etablissement_nom}, {row.etablissement_commune} ({row.uai})" for row in rows}
    found = []
    for one in sorted(people, key=lambda person: uai not in {person.uai, *person.uais_secondaires}):
        ici = uai in {one.uai, *one.uais_secondaires}
        lieu = "votre établissement" if ici else noms.get(one.uai, one.uai)
        taught = ", ".join(libelles.get(code, code) for code in one.disciplines)
        found.append((one.numero, f"{one.nom} {one.prenom}", f"{taught} – {lieu}"))
    return found


def merged(found: Sequence[Avertissement]) -> list[Avertissement]:
    """Each sentence once, with all that it is about."""
    details: dict[tuple[str, str], dict[str, None]] = {}
    for one in found:
        details.setdefault((one.type, one.phrase), {}).update(dict.fromkeys(one.details))
    return [Avertissement(type_, phrase, tuple(about)) for (type_, phrase), about in details.items()]


def ligne(row: LigneConvocation, non_signees: Collection[UUID]) -> dict[str, Any]:
    """A line: states only where they ask for something."""
    one = line_of(row)
    exceptions = []
    if _refused(row):
        exceptions.append(("error", row.suivi.acces.value))
    if row.suivi.a_remettre:
        exceptions.append(("error", row.suivi.courriel.value))
    if one["empechement"]:
        exceptions.append(("warning", "Empêchement signalé"))
    if row.convocation_id in non_signees:
        exceptions.append(("warning", "Partie sans signature"))
    if not row.active:
        exceptions.append(("", "Annulée"))
    return one | {"mission": intitule(row.libelle, row.voie), "exceptions": exceptions}
