"""Invented teachers, always the same ones for the same lycées: enough of each discipline for its missions.

Names are drawn from common ones; addresses are under `.invalid`, a reserved domain; no person is meant.
"""

import math
from collections.abc import Iterable, Iterator
from typing import NamedTuple
from unicodedata import normalize
from uuid import UUID, uuid5

from event_schemas.academies import NOMS
from event_schemas.inscriptions import InscriptionsClosed

COPIES_PER_TEACHER = 35
_NAMESPACE = UUID("c1f3a9d4-52f6-5b0e-8f4c-91b0c5d7e2ab")
_LANGUES = {"ANG": "0422", "ALL": "0421", "ESP": "0426", "ITA": "0429"}
_LETTRES, _PHILOSOPHIE = "0202", "0100"
DISCIPLINES = {
    "HG": ("1000",),
    "MATHS": ("1300",),
    "ENSSCI": ("1600",),
    "HLP": (_LETTRES, _PHILOSOPHIE),
    "HGGSP": ("1000",),
    "LLCER": ("0422",),
    "LLCA": ("0201",),
    "NSI": ("1300",),
    "PC": ("1500",),
    "SVT": ("1600",),
    "SI": ("1400",),
    "SES": ("1100",),
    "BIOECO": ("1600",),
    "STMG-SGN": ("8010",),
    "ST2S-PCS": ("1500",),
    "STI2D-IT": ("1400",),
    "STL-BB": ("7100",),
    "STD2A-PC": ("1500",),
    "S2TMD-EDE": ("8010",),
    "STHR-ESAE": ("7200",),
}
_PRENOMS = {
    "Mme": ("Anne", "Béatrice", "Chloé", "Élodie", "Fatima", "Gaëlle", "Hélène", "Inès", "Marie-Claude", "Zoé"),
    "M.": ("André", "Benoît", "Cédric", "François", "Hugo", "Jean-Noël", "Karim", "Loïc", "Rémi", "Théo"),
}
_NOMS = (
    "ALBERTINI",
    "BENAÏSSA",
    "BŒUF",
    "CHEVALLIER",
    "D’ARVOR",
    "DE LA TOUR",
    "DUPONT-MARTEL",
    "ÉTIENNE",
    "FAVRE",
    "GRÜNER",
    "HAMIDI",
    "JAOUEN",
    "KOWALSKI",
    "LE GOFF",
    "LEFÈVRE",
    "MUÑOZ",
    "N’DIAYE",
    "NGUYEN",
    "OLIVIER",
    "PÂRIS",
    "QUÉMENER",
    "ROUSSEAU",
    "SAINT-AUBIN",
    "TESSIER",
    "URBAIN",
    "VAN DEN BERG",
    "VÉRON",
    "YILMAZ",
)


class Teacher(NamedTuple):
    """An invented intervenant, in the directory's terms."""

    numero: str
    civilite: str
    nom: str
    prenom: str
    courriel: str
    uai: str
    uais_secondaires: tuple[str, ...]
    disciplines: tuple[str, ...]
    academie: str


def disciplines_of(code: str) -> tuple[str, ...]:
    """Whom an épreuve needs; one teacher of lettres where nobody knows (a rare language, an unknown code)."""
    rang, _, langue = code.partition("-")
    if rang in {"LVA", "LVB"}:
        return (_LANGUES.get(langue, _LETTRES),)
    if rang == "ARTS":
        return ("1700",) if langue == "MUSIQ" else ("1800",)
    return DISCIPLINES.get(code, (_LETTRES,))


def address(numero: object, academie: str) -> str:
    """In the domain of the académie, as there is one for each: « ac-orleans-tours »."""
    nom = normalize("NFKD", NOMS.get(academie, "exemple").lower()).encode("ascii", "ignore").decode()
    return f"intervenant.{numero}@ac-{nom.replace(' ', '-')}.invalid"


def teachers(closings: Iterable[InscriptionsClosed]) -> list[Teacher]:
    """The teachers of all lycées of `closings`, by académie's order of first sight."""
    needs: dict[str, dict[str, int]] = {}
    academies: dict[str, str] = {}
    for closing in closings:
        academies[closing.uai] = closing.etablissement.academie
        lycee = needs.setdefault(closing.uai, {})
        for epreuve in closing.epreuves:
            wanted = math.ceil(epreuve.candidats_inscrits / COPIES_PER_TEACHER) + 1
            for discipline in disciplines_of(epreuve.code):
                lycee[discipline] = max(lycee.get(discipline, 0), wanted)
    neighbours = _neighbours(academies)
    return [
        teacher for uai, lycee in needs.items() for teacher in _of_lycee(uai, academies[uai], lycee, neighbours[uai])
    ]


def _neighbours(academies: dict[str, str]) -> dict[str, str]:
    """Another lycée of the same académie for each, itself where it is alone."""
    by_academie: dict[str, list[str]] = {}
    for uai, academie in academies.items():
        by_academie.setdefault(academie, []).append(uai)
    return {
        uai: others[(position + 1) % len(others)]
        for others in by_academie.values()
        for position, uai in enumerate(others)
    }


def _of_lycee(uai: str, academie: str, needs: dict[str, int], neighbour: str) -> Iterator[Teacher]:
    for discipline, wanted in sorted(needs.items()):
        for rank in range(wanted):
            draw = uuid5(_NAMESPACE, f"{uai}|{discipline}|{rank}").int
            civilite = "Mme" if draw % 2 else "M."
            nom = _NOMS[draw // 2 % len(_NOMS)]
            prenom = _PRENOMS[civilite][draw // 64 % 10]
            numero = f"{draw // 1024 % 10**12:012}"
            second = (neighbour,) if draw // 8 % 17 == 0 and neighbour != uai else ()
            yield Teacher(
                numero, civilite, nom, prenom, address(numero, academie), uai, second, (discipline,), academie
            )
