"""The CSV file of an académie's people (R36; docs/import-annuaire.md): bytes → people or faults, each with its line.

A record is one physical line. No value may hold a line break: so an unclosed quote never hides the lines after it.
"""

import csv
import re
import unicodedata
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from convocation.annuaire.domain import Intervenant
from francais.adresses import adresse
from francais.textes import formule, lisible, montre

_SEPARATEURS = (";", ",", "\t")
_BOM, _BOMS_UTF16 = b"\xef\xbb\xbf", (b"\xff\xfe", b"\xfe\xff")
_NUMERO = re.compile(r"[A-Za-z0-9]{1,32}")
_MAX_NOM, _MAX_LISTE = 100, 10
_OUI_NON = {"oui": True, "non": False, "1": True, "0": False, "true": True, "false": False}
_UTF16 = "Le fichier est en UTF-16 (ou n’est pas du texte) : enregistrez-le au format « CSV UTF-8 »."
_PAS_UTF8 = "Cette ligne n’est pas en UTF-8 (Windows-1252 ?) : enregistrez le fichier au format « CSV UTF-8 »."
_OUVERT = "Un guillemet ouvert à cette ligne n’y est pas fermé."
_SAUT = "Une valeur contient un saut de ligne : elle doit tenir sur une seule ligne."
_GUILLEMETS = "Les guillemets ou les fins de ligne sont mal placés : un guillemet fermant est suivi du séparateur."


@dataclass(frozen=True, slots=True)
class Faute:
    """What is wrong at a physical line (1: the header) and column ("" for the whole line); it cites no name."""

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
    if _plein(texte) not in {"M.", "Mme"}:
        raise ValueError("La civilité est « M. » ou « Mme ».")
    return texte


def _nom(texte: str, _: Regles) -> str:
    if len(_plein(texte)) > _MAX_NOM:
        raise ValueError(f"Le texte est trop long : {_MAX_NOM} caractères au plus.")
    if not any(char.isalpha() for char in texte):
        raise ValueError("Un nom contient au moins une lettre.")
    return texte


def _courriel(texte: str, _: Regles) -> str:
    return adresse(_plein(texte))


def _uai(texte: str, regles: Regles) -> str:
    if not regles.uai_valide(_plein(texte)):
        raise ValueError("L’UAI n’est pas valide : sept chiffres et la bonne lettre de contrôle.")
    return texte


def _liste(texte: str) -> tuple[str, ...]:
    valeurs = tuple(dict.fromkeys(texte.replace("|", " ").split()))
    if len(valeurs) > _MAX_LISTE:
        raise ValueError(f"La liste est trop longue : {_MAX_LISTE} valeurs au plus.")
    return valeurs


def _uais(texte: str, regles: Regles) -> tuple[str, ...]:
    return tuple(_uai(one, regles) for one in _liste(texte))


def _disciplines(texte: str, regles: Regles) -> tuple[str, ...]:
    codes = _liste(texte)
    if any(code not in regles.disciplines for code in codes):
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
_TEXTES = {"nom", "prenom", "courriel"}  # a spreadsheet would run them where they begin as a formula


def lignes_de_donnees(octets: bytes) -> int:
    """About how many people the file has: its lines without the header."""
    return max(0, len(_lignes(octets)) - 1)


def lire(octets: bytes, regles: Regles) -> Iterator[Ligne | Faute]:
    """Every line in order: the person, or its faults. After a wrong header nothing else is read."""
    if octets.startswith(_BOMS_UTF16) or b"\x00" in octets[:4]:
        yield Faute(1, "", _UTF16)
        return
    lignes = _lignes(octets.removeprefix(_BOM))
    entete = _entete(lignes[0])
    if isinstance(entete, Faute):
        yield entete
        return
    separateur, noms = entete
    fautes = _fautes_d_entete(noms)
    yield from fautes
    if fautes:
        return
    deja: dict[str, int] = {}
    vide = True
    for ligne, champs in _enregistrements(lignes, separateur, len(noms)):
        vide = False
        if isinstance(champs, str):
            yield Faute(ligne, "", champs)
        else:
            yield from _personne(ligne, dict(zip(noms, champs, strict=True)), regles, deja)
    if vide:
        yield Faute(1, "", "Le fichier ne contient personne.")


def _lignes(octets: bytes) -> list[bytes]:
    """Physical lines as an editor numbers them: LF or CRLF; CR alone only where the file has no LF."""
    if b"\n" in octets:
        return [one.removesuffix(b"\r") for one in octets.split(b"\n")]
    return octets.split(b"\r")


def _entete(brut: bytes) -> tuple[str, list[str]] | Faute:
    """The separator that makes the most known columns of the header, and the header's names."""
    try:
        texte = brut.decode()
        lus = {one: _champs(texte, one) for one in _SEPARATEURS}
    except UnicodeDecodeError:
        return Faute(1, "", _PAS_UTF8)
    except csv.Error:
        return Faute(1, "", _OUVERT if texte.count('"') % 2 else _GUILLEMETS)
    connues = {one.nom for one in COLONNES}
    separateur = max(_SEPARATEURS, key=lambda one: len(connues.intersection(map(_nom_de_colonne, lus[one]))))
    return separateur, [_nom_de_colonne(nom) for nom in lus[separateur]]


def _nom_de_colonne(texte: str) -> str:
    return texte.strip().lower()


def _fautes_d_entete(noms: Sequence[str]) -> list[Faute]:
    connues = [one.nom for one in COLONNES]
    manquantes = [one.nom for one in COLONNES if one.obligatoire and one.nom not in noms]
    inconnues = [nom for nom in dict.fromkeys(noms) if nom not in connues]
    doubles = [nom for nom in connues if noms.count(nom) > 1]
    return [
        *(Faute(1, nom, "Cette colonne manque dans l’en-tête.") for nom in manquantes),
        *(Faute(1, montre(nom)[:40], "Cette colonne n’est pas connue.") for nom in inconnues),
        *(Faute(1, nom, "Cette colonne est deux fois dans l’en-tête.") for nom in doubles),
    ]


def _champs(texte: str, separateur: str) -> list[str]:
    """Raises csv.Error for quotes that RFC 4180 does not know."""
    return next(csv.reader([texte], delimiter=separateur, strict=True), [])


def _enregistrements(lignes: Sequence[bytes], separateur: str, attendues: int) -> Iterator[tuple[int, list[str] | str]]:
    """Each physical line and its fields, or a sentence that says what is wrong; empty lines are skipped."""
    sautee = 0
    for ligne, brut in enumerate(lignes[1:], start=2):
        if not brut.strip() or ligne == sautee:
            continue
        try:
            texte = brut.decode()
            champs = _champs(texte, separateur)
        except UnicodeDecodeError:
            yield ligne, _PAS_UTF8
        except csv.Error:
            suite = lignes[ligne] if ligne < len(lignes) else b""
            if _coupee(texte, suite, separateur, attendues):
                sautee = ligne + 1
                yield ligne, _SAUT
            else:
                yield ligne, _OUVERT if texte.count('"') % 2 else _GUILLEMETS
        else:
            trouvees = len(champs)
            yield ligne, champs if trouvees == attendues else f"{trouvees} colonnes au lieu de {attendues}."


def _coupee(texte: str, suite: bytes, separateur: str, attendues: int) -> bool:
    """Whether a line break inside a quoted value cut one record in two: one fault, not two."""
    try:
        return len(_champs(f"{texte}\n{suite.decode()}", separateur)) == attendues
    except (UnicodeDecodeError, csv.Error):
        return False


def _personne(ligne: int, champs: Mapping[str, str], regles: Regles, deja: dict[str, int]) -> Iterator[Ligne | Faute]:
    """The person of one line, or one fault a column."""
    valeurs: dict[str, Any] = {}
    sauve = True
    for colonne in COLONNES:
        try:
            valeurs[colonne.nom] = _valeur(colonne, champs.get(colonne.nom, ""), regles)
        except ValueError as error:
            sauve = False
            yield Faute(ligne, colonne.nom, str(error))
    numero = valeurs.get("numero")
    if numero is not None and deja.setdefault(numero, ligne) != ligne:
        yield Faute(ligne, "numero", f"Ce numéro est donné deux fois : à la ligne {deja[numero]} et à celle-ci.")
    elif sauve:
        yield Ligne(ligne, Intervenant(academie=regles.academie, **valeurs))


def _valeur(colonne: Colonne, brut: str, regles: Regles) -> Any:
    if colonne.nom in _TEXTES and formule(brut):
        raise ValueError("Le texte commence comme une formule de tableur (=, +, -, @ ou tabulation).")
    if not lisible(brut):
        raise ValueError("La valeur contient un caractère de contrôle, invisible ou illisible.")
    return colonne.lire(unicodedata.normalize("NFC", brut).strip(), regles)
