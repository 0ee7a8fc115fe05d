"""The CSV file of an académie's people (R36; docs/import-annuaire.md): bytes → people or faults, each with its line."""

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Any

from convocation.annuaire.domain import Intervenant
from francais import tableaux
from francais.adresses import adresse
from francais.imprimable import illisibles
from francais.tableaux import Colonnes, Rang

_NUMERO = re.compile(r"[A-Za-z0-9]{1,32}")
_MAX_NOM, _MAX_LISTE = 100, 10
_OUI_NON = {"oui": True, "non": False, "1": True, "0": False, "true": True, "false": False}
_OUI_NON |= {"vrai": True, "faux": False, "o": True, "n": False}
_CIVILITES = {"m": "M.", "mr": "M.", "monsieur": "M.", "mme": "Mme", "madame": "Mme"}


@dataclass(frozen=True, slots=True)
class Faute:
    """What is wrong at a physical line (1: the header) and column ("" for the whole line); it cites no name."""

    ligne: int
    colonne: str
    phrase: str


@dataclass(frozen=True, slots=True)
class Remarque:
    """What is read otherwise than it is written, or may be wrong: it is told, and stops nothing. It cites no name."""

    ligne: int
    colonne: str
    phrase: str


@dataclass(frozen=True, slots=True)
class Ligne:
    """A person and the physical line."""

    ligne: int
    personne: Intervenant


@dataclass(frozen=True, slots=True)
class Regles:
    """What a file is checked against; `uai_valide` judges the check letter."""

    academie: str
    disciplines: Collection[str]
    uai_valide: Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Colonne:
    """`lire` makes the value of an Intervenant's field of the same name, or raises ValueError with its sentence.

    `obligatoire`: a file without the column is refused, so that an import never empties a field that the file does
    not have; else every person gets `lire("")`.
    """

    nom: str
    lire: Callable[[str, Regles], Any]
    obligatoire: bool = True


def _plein(texte: str) -> str:
    if not texte:
        raise ValueError("La valeur manque.")
    return texte


def _numero(texte: str, _: Regles) -> str:
    if not _NUMERO.fullmatch(_plein(texte)):
        raise ValueError("Le numéro a 32 caractères au plus, lettres sans accent et chiffres.")
    return texte


def _civilite(texte: str, _: Regles) -> str:
    civilite = _CIVILITES.get(_plein(texte).lower().removesuffix("."))
    if civilite is None:
        raise ValueError("La civilité est « M. » ou « Mme ».")
    return civilite


def _nom(texte: str, _: Regles) -> str:
    if len(_plein(texte)) > _MAX_NOM:
        raise ValueError(f"Le texte est trop long : {_MAX_NOM} caractères au plus.")
    if not any(char.isalpha() for char in texte):
        raise ValueError("Un nom contient au moins une lettre.")
    return texte


def _courriel(texte: str, _: Regles) -> str:
    return adresse(_plein(texte))


def _uai(texte: str, regles: Regles) -> str:
    uai = _plein(texte).upper()
    if not regles.uai_valide(uai):
        raise ValueError("L’UAI n’est pas valide : sept chiffres et la bonne lettre de contrôle.")
    return uai


def _liste(texte: str) -> tuple[str, ...]:
    valeurs = tuple(dict.fromkeys(texte.replace("|", " ").split()))
    if len(valeurs) > _MAX_LISTE:
        raise ValueError(f"La liste est trop longue : {_MAX_LISTE} valeurs au plus.")
    return valeurs


def _uais(texte: str, regles: Regles) -> tuple[str, ...]:
    return tuple(_uai(one, regles) for one in _liste(texte))


def _disciplines(texte: str, regles: Regles) -> tuple[str, ...]:
    codes = _liste(texte)
    inconnus = [code for code in codes if code not in regles.disciplines]
    if any(code.isdigit() and code.zfill(4) in regles.disciplines for code in inconnus):
        raise ValueError(
            "Un code de discipline a perdu son 0 (0101 devenu 101) : mettez la colonne au format Texte du tableur."
        )
    if inconnus:
        raise ValueError("Une discipline n’est pas dans la nomenclature (code à quatre chiffres).")
    return codes


def _actif(texte: str, _: Regles) -> bool:
    if _plein(texte).lower() not in _OUI_NON:
        raise ValueError("Écrivez « oui » ou « non ».")
    return _OUI_NON[texte.lower()]


COLONNES = (
    Colonne("numero", _numero),
    Colonne("civilite", _civilite),
    Colonne("nom", _nom),
    Colonne("prenom", _nom),
    Colonne("courriel", _courriel),
    Colonne("uai", _uai),
    Colonne("uais_secondaires", _uais),
    Colonne("disciplines", _disciplines),
    Colonne("actif", _actif),
)
"""The columns of the file in the documented order; their names are fields of Intervenant and columns of its table."""
_COLONNES = Colonnes(
    connues=tuple(one.nom for one in COLONNES),
    noms={"nom", "prenom"},
    formules={"nom", "prenom", "courriel"},
    facultatives={one.nom for one in COLONNES if not one.obligatoire},
)


def lignes_de_donnees(octets: bytes) -> int:
    """About how many people the file has: its lines without the header."""
    return max(0, len(tableaux.lignes_physiques(octets)) - 1)


def lire(octets: bytes, regles: Regles) -> Iterator[Ligne | Faute | Remarque]:
    """Every line in order: the person or its faults, and what to look at. After a wrong header nothing else is read."""
    tableau = tableaux.lire(octets, _COLONNES)
    yield from (Faute(*one) for one in tableau.fautes)
    yield from (Remarque(*one) for one in tableau.remarques)
    deja: dict[str, int] = {}
    vide = not tableau.fautes
    for rang in tableau.rangs:
        vide = False
        yield from (Remarque(*one) for one in rang.remarques)
        yield from _personne(rang, regles, deja)
    if vide:
        yield Faute(1, "", "Le fichier ne contient personne.")


def _personne(rang: Rang, regles: Regles, deja: dict[str, int]) -> Iterator[Ligne | Faute | Remarque]:
    """The person of one line, or one fault a column."""
    fautes = {colonne: phrase for _, colonne, phrase in rang.fautes}
    valeurs: dict[str, Any] = {}
    for colonne in COLONNES if rang.valeurs else ():
        if colonne.nom in fautes:
            continue
        try:
            valeurs[colonne.nom] = colonne.lire(rang.valeurs.get(colonne.nom, ""), regles)
        except ValueError as error:
            fautes[colonne.nom] = str(error)
    numero = valeurs.get("numero")
    if numero is not None and deja.setdefault(numero, rang.ligne) != rang.ligne:
        fautes["numero"] = f"Ce numéro est donné deux fois : à la ligne {deja[numero]} et à celle-ci."
    yield from (Faute(rang.ligne, colonne, phrase) for colonne, phrase in fautes.items())
    if not fautes:
        person = Intervenant(academie=regles.academie, **valeurs)
        yield Ligne(rang.ligne, person)
        yield from (Remarque(rang.ligne, colonne, phrase) for colonne, phrase in _a_regarder(person))


def _a_regarder(person: Intervenant) -> Iterator[tuple[str, str]]:
    """What is taken and may be wrong, by column."""
    if not any(one.isdigit() for one in person.numero):
        yield "numero", "Ce numéro n’a pas un chiffre : est-ce un nom ? Il ferait une nouvelle personne."
    for colonne, texte in (("nom", person.nom), ("prenom", person.prenom)):
        if found := illisibles(texte):
            yield colonne, f"Des lettres ({len(found)}) manqueront sur les convocations imprimées."
