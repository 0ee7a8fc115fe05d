"""The file of an académie's people (R36; docs/import-annuaire.md): bytes → people or faults by line, and back."""

import csv
import io
import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from convocation.annuaire.domain import Indisponibilite, Intervenant
from francais import classeurs, tableaux
from francais.adresses import adresse
from francais.colonnes import Colonnes, Rang
from francais.imprimable import illisibles
from francais.textes import formule

_NUMERO = re.compile(r"[A-Za-z0-9]{1,32}")
_SCIENTIFIQUE = re.compile(r"[0-9](?:[.,][0-9]+)?E\+[0-9]{1,3}")
_MAX_NOM, _MAX_LISTE, _MAX_PERIODES, _UAI = 100, 10, 30, 8
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
    """What is read otherwise than it is written, or may be wrong: it is told, and stops nothing. It cites no name.

    `intervenant`: the id of whom it is about, where that is somebody of the directory.
    """

    ligne: int
    colonne: str
    phrase: str
    intervenant: UUID | None = None


@dataclass(frozen=True, slots=True)
class Ligne:
    """A person and the physical line. `absentes`: fields that the file has no column for, which stay as they are."""

    ligne: int
    personne: Intervenant
    absentes: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class Regles:
    """What a file is checked against; `uai_valide` judges the check letter; a rule asks for each of `profils`."""

    academie: str
    disciplines: Collection[str]
    uai_valide: Callable[[str], bool]
    profils: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class Colonne:
    """`lire` makes the value of an Intervenant's field of the same name, or raises ValueError with its sentence.

    `ecrire` is the way back. `obligatoire`: a file without the column is refused; else the field stays as it is.
    """

    nom: str
    lire: Callable[[str, Regles], Any]
    ecrire: Callable[[Any], str] = str
    obligatoire: bool = True


def _plein(texte: str) -> str:
    if not texte:
        raise ValueError("La valeur manque.")
    return texte


def _numero(texte: str, _: Regles) -> str:
    if _SCIENTIFIQUE.fullmatch(texte):
        raise ValueError("Le tableur a écrit ce numéro en notation scientifique : mettez la colonne au format Texte.")
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
    if len(uai) < _UAI and regles.uai_valide(uai.zfill(_UAI)):
        raise ValueError(
            "L’UAI a perdu son 0 (0699001J devenu 699001J) : mettez la colonne au format Texte du tableur."
        )
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


def _stagiaire(texte: str, regles: Regles) -> bool:
    return _actif(texte, regles) if texte else False


def _profils(texte: str, _: Regles) -> tuple[str, ...]:
    try:
        cellules = next(csv.reader([texte], delimiter="|", strict=True), [])
    except csv.Error:
        raise ValueError("Les guillemets sont mal placés : séparez les profils par « | ».") from None
    profils = tuple(dict.fromkeys(found for one in cellules if (found := one.strip())))
    if len(profils) > _MAX_LISTE or any(len(one) > _MAX_NOM for one in profils):
        raise ValueError(f"Les profils : {_MAX_LISTE} au plus, de {_MAX_NOM} caractères au plus.")
    if any(formule(one) or not any(char.isalnum() for char in one) for one in profils):
        raise ValueError("Un profil a une lettre, et ne commence pas comme une formule de tableur (=, +, - ou @).")
    return profils


def _periodes(texte: str, _: Regles) -> tuple[Indisponibilite, ...]:
    periodes = sorted(map(_periode, filter(None, map(str.strip, texte.split("|")))), key=lambda one: one.debut)
    if len(periodes) > _MAX_PERIODES or len({one.debut for one in periodes}) < len(periodes):
        raise ValueError(f"Les indisponibilités : {_MAX_PERIODES} au plus, jamais deux qui commencent le même jour.")
    return tuple(periodes)


def _periode(texte: str) -> Indisponibilite:
    debut, _, fin = (one.strip() for one in texte.partition(" au "))
    first = _jour(debut.removeprefix("du ").strip())
    last = _jour(fin) if fin else first
    if first is None or last is None or last < first:
        raise ValueError("Écrivez les indisponibilités ainsi : 05/03/2020 au 06/03/2020, séparées par « | ».")
    return Indisponibilite(first, last)


def _jour(texte: str) -> date | None:
    for forme in ("%d/%m/%Y", "%Y-%m-%d"):
        try:
            return datetime.strptime(texte, forme).date()  # noqa: DTZ007  # a day has no zone
        except ValueError:
            continue
    return None


def _ecrire_oui(valeur: bool) -> str:
    return "oui" if valeur else "non"


def _ecrire_profils(valeurs: Collection[str]) -> str:
    file = io.StringIO()
    csv.writer(file, delimiter="|", lineterminator="").writerow(valeurs)
    return file.getvalue()


def _ecrire_periodes(periodes: Collection[Indisponibilite]) -> str:
    return " | ".join(f"{one.debut:%d/%m/%Y} au {one.fin:%d/%m/%Y}" for one in periodes)


COLONNES = (
    Colonne("numero", _numero),
    Colonne("civilite", _civilite),
    Colonne("nom", _nom),
    Colonne("prenom", _nom),
    Colonne("courriel", _courriel),
    Colonne("uai", _uai),
    Colonne("uais_secondaires", _uais, " ".join),
    Colonne("disciplines", _disciplines, " ".join),
    Colonne("actif", _actif, _ecrire_oui),
    Colonne("stagiaire", _stagiaire, _ecrire_oui, obligatoire=False),
    Colonne("profils", _profils, _ecrire_profils, obligatoire=False),
    Colonne("indisponibilites", _periodes, _ecrire_periodes, obligatoire=False),
)
"""The columns of the file in the documented order; their names are fields of Intervenant and columns of its table."""
PERIODES = "indisponibilites"
CHAMPS = tuple(one.nom for one in COLONNES if one.nom != PERIODES)
_FACULTATIVES = [one.nom for one in COLONNES if not one.obligatoire]
_COLONNES = Colonnes(
    connues=tuple(one.nom for one in COLONNES),
    noms={"nom", "prenom"},
    formules={"nom", "prenom", "courriel"},
    facultatives=_FACULTATIVES,
    codes={"numero", "uai", "uais_secondaires", "disciplines"},
)


def cellules(personne: object) -> list[str]:
    """The line of who has an Intervenant's fields, in the order of COLONNES: read again it is the same person."""
    return [one.ecrire(getattr(personne, one.nom)) for one in COLONNES]


def lignes_de_donnees(octets: bytes) -> int:
    """About how many people the file has: its lines without the header."""
    if classeurs.est_classeur(octets):
        return classeurs.lignes_annoncees(octets)
    if octets.count(b"<INDIVIDU "):
        return octets.count(b"<INDIVIDU ")
    return octets.count(b"\n") or octets.count(b"\r")


def lire(octets: bytes, regles: Regles) -> Iterator[Ligne | Faute | Remarque]:
    """Every line in order: the person or its faults, and what to look at. After a wrong header nothing else is read."""
    tableau = (classeurs if classeurs.est_classeur(octets) else tableaux).lire(octets, _COLONNES)
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
        if colonne.nom in fautes or (colonne.nom not in rang.valeurs and not colonne.obligatoire):
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
        yield Ligne(rang.ligne, person, [one for one in _FACULTATIVES if one not in rang.valeurs])
        yield from (Remarque(rang.ligne, colonne, phrase) for colonne, phrase in _a_regarder(person, regles))


def _a_regarder(person: Intervenant, regles: Regles) -> Iterator[tuple[str, str]]:
    """What is taken and may be wrong, by column."""
    if not any(one.isdigit() for one in person.numero):
        yield "numero", "Ce numéro n’a pas un chiffre : est-ce un nom ? Il ferait une nouvelle personne."
    if any(one not in regles.profils for one in person.profils):
        yield "profils", "Aucune règle de l’académie ne demande un de ces profils : est-il bien écrit ?"
    for colonne, texte in (("nom", person.nom), ("prenom", person.prenom)):
        if found := illisibles(texte):
            yield colonne, f"Des lettres ({len(found)}) manqueront sur les convocations imprimées."
