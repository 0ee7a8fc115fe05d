"""What holds now (R12), as pages and the API tell it, in the académie's own time."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from convocation.ouvertures.domain import NATIONALE, Cible, Decision, EnCours, PorteeOuverture, in_force
from convocation.ouvertures.reads import AVenir, Fermee
from convocation.ouvertures.refus import ServiceFerme
from convocation.ouvertures.sql import AcademieRow, OuvertureException, OuvertureMotivee
from event_schemas.academies import NOMS, local_time
from francais import moment, pluriel


class Place(Protocol):
    """What has a service of its own: an établissement, or a mission of it."""

    @property
    def academie(self) -> str: ...
    @property
    def uai(self) -> str: ...


_NOBODY = {"etat": "FERME", "debut": None, "fin": None, "motif": "", "par": "", "nom": "", "le": None}


def etat(decision: Decision, now: datetime) -> str:
    """OUVERT, A_VENIR (it opens later), TERMINE (its end is past) or FERME."""
    if not decision.ouverte:
        return "FERME"
    if decision.tient(now):
        return "OUVERT"
    return "A_VENIR" if decision.ouvrira(now) else "TERMINE"


def ligne(row: OuvertureMotivee, academie: str, now: datetime) -> dict[str, Any]:
    """One decision, with its instants as the académie's clocks show them."""
    decision = Decision(row.ouverte, row.debut, row.fin)
    debut, fin = (local_time(academie, one) if one else None for one in (decision.debut, decision.fin))
    who = {"par": row.par, "nom": row.nom or row.par, "le": local_time(academie, row.le)}
    return {"etat": etat(decision, now), "debut": debut, "fin": fin, "motif": row.motif or "", **who}


def par_academie(
    decisions: Sequence[OuvertureMotivee], places: Sequence[AcademieRow], now: datetime
) -> list[dict[str, Any]]:
    """For each académie with missions what holds for its établissements without a decision of their own.

    `origine`: "ACADEMIE" or "NATIONALE", None where nobody decided. `exceptions`: établissements with their own.
    """
    rows = {Cible(PorteeOuverture(row.portee), row.code): row for row in decisions}
    decided = {cible: Decision(row.ouverte, row.debut, row.fin) for cible, row in rows.items()}
    found = []
    for place in places:
        code = place.academie
        held = in_force(decided, code, "")
        told = ligne(rows[held[0]], code, now) if held else _NOBODY
        origine = held[0].portee.value if held else None
        found.append(dict(place) | {"nom_academie": NOMS.get(code, code), "origine": origine} | told)
    return found


def exception(row: OuvertureException, now: datetime) -> dict[str, Any]:
    """An établissement's own decision, with its place."""
    return dict(row) | ligne(row, row.academie, now)


def nationale(decisions: Sequence[OuvertureMotivee], now: datetime) -> dict[str, Any] | None:
    """The decision for all académies, in Paris's time; None where nobody took one."""
    return next((ligne(row, "*", now) for row in decisions if row.portee == NATIONALE.portee), None)


def phrases(one: EnCours) -> list[str]:
    """What is under way, a sentence each; nothing is told of what there is none of."""
    told = [
        (one.lycees_ouverts, "lycée est ouvert à présent", "lycées sont ouverts à présent"),
        (one.sans_convocation, "lycée n’a convoqué personne", "lycées n’ont convoqué personne"),
        (one.missions_sans_personne, "mission n’a personne", "missions n’ont personne"),
        (one.brouillons, "mission est préparée en brouillon", "missions sont préparées en brouillon"),
        (one.non_lues, "convocation n’est pas lue", "convocations ne sont pas lues"),
        (one.mails_a_partir, "mail n’est pas parti", "mails ne sont pas partis"),
        (one.empechements, "empêchement attend une réponse", "empêchements attendent une réponse"),
    ]
    return [f"{pluriel(number, un, plusieurs)}." for number, un, plusieurs in told if number]


def annonces(a_venir: Sequence[AVenir], *, several: bool) -> list[str]:
    """« Le service ouvrira le … », a sentence for each session and instant. `several`: name the établissements."""
    coming: dict[tuple[str, datetime], list[str]] = defaultdict(list)
    for one in a_venir:
        coming[one.session, one.debut].append(one.uai)
    return [
        f"Le service ouvrira le {moment(debut)} (session {session}{_of(uais) if several else ''})."
        for (session, debut), uais in sorted(coming.items())
    ]


def _of(uais: Sequence[str]) -> str:
    return f" ; {', '.join(uais)}"


def service(decisions: Mapping[Cible, Decision], place: Place, now: datetime) -> tuple[bool, datetime | None, str]:
    """Whether a place's service is open, until when if that is known, and the sentence that says why not."""
    held = in_force(decisions, place.academie, place.uai)
    if held is not None and held[1].tient(now):
        return True, local_time(place.academie, held[1].fin) if held[1].fin else None, ""
    debut = held[1].ouvrira(now) if held else None
    coming = f" Le service ouvrira le {moment(local_time(place.academie, debut))}." if debut else ""
    return False, None, (fermeture(held[1], place.academie, now) if held else "") or ServiceFerme.phrase + coming


def fermeture(decision: Decision, academie: str, now: datetime) -> str:
    """That the service was closed, where nobody is to wait for it; empty where it is open or opens later."""
    found = etat(decision, now)
    if found == "TERMINE" and decision.fin is not None:
        return f"Le service de convocation est fermé depuis le {moment(local_time(academie, decision.fin))}."
    return "Le service de convocation est fermé\u00a0: l’administrateur IMAGIN l’a décidé." if found == "FERME" else ""


def fermetures(fermees: Sequence[Fermee], now: datetime) -> list[str]:
    """Each sentence once, with its sessions."""
    told = defaultdict(list)
    for one in fermees:
        told[fermeture(one.decision, one.academie, now)].append(one.session)
    return [
        f"{phrase.removesuffix('.')} (session {', '.join(sorted(set(sessions)))})." for phrase, sessions in told.items()
    ]
