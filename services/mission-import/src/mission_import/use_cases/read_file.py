"""A file of closings → checked closings, or every fault by its line: the schema of the topic judges each of them."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from pydantic import ValidationError

from event_schemas import uai
from event_schemas.inscriptions import RESERVED_CODE, InscriptionsClosed
from event_schemas.phrases import PHRASES
from mission_import.domain import departements
from mission_import.domain.fichier import Brute, Chemin, Fautes, Fichier
from mission_import.domain.lecture_fichier import lire

_NAMESPACE = UUID("7d0c1f7e-3c55-5f0a-8a53-6f0b6a3f1f10")
_FORMES = {
    "session": "la session s’écrit comme 2020-E3C1",
    "uai": "l’UAI a sept chiffres et sa lettre de contrôle",
    "academie": "l’académie est un code de deux chiffres",
    "code": "le code a des majuscules, des chiffres et des tirets, 32 au plus (HG, LVA-ANG)",
    "voie": "la voie est GENERALE, TECHNOLOGIQUE ou COMMUNE",
}
"""What a field looks like that has a form of its own."""
_AILLEURS = "Cet établissement n’est pas de votre académie."


@dataclass(frozen=True, slots=True)
class Lue:
    """A closing of the file, as good as one from the topic; `ce_id`: its event's, else computed from file and line."""

    state: InscriptionsClosed
    brute: Brute
    ce_id: str

    @property
    def ligne(self) -> int:
        return self.brute.ligne


@dataclass(frozen=True, slots=True)
class Lecture:
    """The file and its closings in their order; with any fault nothing of it is imported."""

    fichier: Fichier
    closings: list[Lue]

    @property
    def fautes(self) -> Fautes:
        return self.fichier.fautes


def read_file(octets: bytes, now: datetime, reaches: Callable[[str], bool]) -> Lecture:
    """Pure and slow (seconds for the largest file): for a thread. `reaches`: whether an académie may be written."""
    fichier = lire(octets, now.isoformat())
    closings: list[Lue] = []
    contents: dict[tuple[str, int], tuple[int, str]] = {}
    for brute in fichier.clotures:
        state = closing_of(brute, fichier.fautes)
        if state is None:
            continue
        if not reaches(state.etablissement.academie):
            fichier.fautes.ajouter(*brute.place(("etablissement", "academie")), _AILLEURS)
        elif not reaches(departements.academie(state.uai) or state.etablissement.academie):
            fichier.fautes.ajouter(*brute.place(("uai",)), _AILLEURS)
        first, content = contents.setdefault((state.aggregate, state.revision), (brute.ligne, state.hash))
        if content != state.hash:
            phrase = f"Même révision qu’à la ligne {first}, mais un autre contenu."
            fichier.fautes.ajouter(*brute.place(("revision",)), phrase)
        closings.append(Lue(state, brute, brute.ce_id or str(uuid5(_NAMESPACE, f"{fichier.sha256}|{brute.ligne}"))))
    fichier.clotures.clear()
    return Lecture(fichier, closings)


def refuse_elsewhere(lecture: Lecture, held: set[tuple[str, str]], reaches: Callable[[str], bool]) -> None:
    """An établissement whose closings are another académie's is not moved by a file that says otherwise."""
    foreign = {place for place, academie in held if not reaches(academie)}
    for one in lecture.closings:
        if one.state.uai in foreign:
            lecture.fautes.ajouter(*one.brute.place(("etablissement", "academie")), _AILLEURS)


def closing_of(brute: Brute, fautes: Fautes) -> InscriptionsClosed | None:
    """The body as the schema reads it; None, and its faults told, for one that it refuses."""
    found = list(_broken_rules(brute))
    state = None
    try:
        state = InscriptionsClosed.model_validate_json(json.dumps(brute.corps))
    except ValidationError as error:
        found += _broken_fields(error, brute, told=bool(found))
    for chemin, phrase in found:
        fautes.ajouter(*brute.place(chemin), f"{phrase[0].upper()}{phrase[1:]}.")
    return state


def _broken_rules(brute: Brute) -> Iterator[tuple[Chemin, str]]:
    """The schema's own rules, which it tells one at a time, without a place, and of sound fields only."""
    if isinstance(place := brute.corps.get("uai"), str) and len(place) == 8 and not uai.valid(place):
        yield ("uai",), "la lettre de contrôle est fausse"
    epreuves = brute.corps.get("epreuves")
    seen: dict[tuple[Any, Any], int] = {}
    for rang, epreuve in enumerate(epreuves if isinstance(epreuves, list) else []):
        if not isinstance(epreuve, dict) or not isinstance(code := epreuve.get("code"), str):
            continue
        if code == RESERVED_CODE:
            yield ("epreuves", rang, "code"), f"le code {RESERVED_CODE} est réservé"
        if seen.setdefault((str(epreuve.get("voie")), code), rang) != rang:
            yield ("epreuves", rang, "code"), "cette épreuve (voie et code) est déjà dans la clôture"


def _broken_fields(error: ValidationError, brute: Brute, *, told: bool) -> Iterator[tuple[Chemin, str]]:
    """`told`: the rules were already reported; do not repeat them."""
    for fault in error.errors(include_url=False, include_input=False):
        chemin, kind = fault["loc"], fault["type"]
        if kind == "value_error":
            if not told:
                yield chemin, f"la clôture n’est pas acceptable : {fault['msg']}"
        elif brute.valeur(chemin) == "":
            yield chemin, "la valeur manque"
        elif kind in {"string_pattern_mismatch", "literal_error"} and chemin[-1] in _FORMES:
            yield chemin, _FORMES[str(chemin[-1])]
        else:
            yield chemin, PHRASES.get(kind, "la valeur n’a pas la forme attendue")
