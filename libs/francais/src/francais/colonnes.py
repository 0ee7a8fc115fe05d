"""The columns of a table of people's making, whatever the file: which are known, and what a cell counts for.

`tableaux` reads them from CSV, `classeurs` from XLSX; a `domain` says which columns it knows, and judges their values.
"""

import re
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

from francais.textes import compose, formule, invisibles, lisible, montre, sans_invisibles

_ILLISIBLE = "La valeur contient un caractère de contrôle, invisible ou illisible."
_FORMULE = "Le texte commence comme une formule de tableur (=, +, -, @ ou tabulation)."

Dit = tuple[int, str, str]
"""A line (from 1), a column ("" for the whole line), a sentence that cites no value."""


@dataclass(frozen=True, slots=True)
class Colonnes:
    """`noms`: taken without the letters that nobody sees; `formules`: what a spreadsheet would run is refused.

    `codes`: texts of digits, which a spreadsheet may have made numbers of.
    """

    connues: Sequence[str]
    noms: Collection[str]
    formules: Collection[str]
    facultatives: Collection[str] = ()
    codes: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class Rang:
    """A row, by the line on which it begins: its cells by column. With a fault of the whole line it has none."""

    ligne: int
    valeurs: dict[str, str] = field(default_factory=dict)
    fautes: list[Dit] = field(default_factory=list)
    remarques: list[Dit] = field(default_factory=list)


@dataclass(slots=True)
class Tableau:
    """`fautes`: of the header; with one there are no rows."""

    encodage: str = ""
    avec_bom: bool = False
    separateur: str = ""
    fautes: list[Dit] = field(default_factory=list)
    remarques: list[Dit] = field(default_factory=list)
    rangs: Iterator[Rang] = field(default_factory=lambda: iter(()))


def nom_de_colonne(texte: str) -> str:
    """« Numéro » is numero, « UAIs secondaires » uais_secondaires."""
    plain = unicodedata.normalize("NFKD", sans_invisibles(texte)).lower()
    return "_".join(re.findall("[a-z0-9]+", "".join(one for one in plain if not unicodedata.combining(one))))


def lettre_de_colonne(rang: int) -> str:
    """As a spreadsheet names it: 0 → A, 26 → AA."""
    lettres = ""
    rang += 1
    while rang:
        rang, reste = divmod(rang - 1, 26)
        lettres = chr(ord("A") + reste) + lettres
    return lettres


def entete(bruts: Sequence[str], ligne: int, tableau: Tableau, colonnes: Colonnes) -> list[str]:
    """The names of a header; what is wrong with it is added to the table."""
    known = set(colonnes.connues)
    noms = [nom_de_colonne(nom) for nom in bruts]
    caches = [(nom, invisibles(lu)) for nom, lu in zip(noms, bruts, strict=True)]
    tableau.remarques += [(ligne, nom, _enleves(found)) for nom, found in caches if found]
    while noms and not bruts[len(noms) - 1].strip():
        noms.pop()
    inconnues = {nom: montre(lu.strip())[:40] for nom, lu in zip(noms, bruts, strict=False) if lu.strip()}
    tableau.fautes += [
        *(
            (ligne, nom, "Cette colonne manque dans l’en-tête.")
            for nom in colonnes.connues
            if nom not in noms and nom not in colonnes.facultatives
        ),
        *((ligne, lu, "Cette colonne n’est pas connue.") for nom, lu in inconnues.items() if nom not in known),
        *((ligne, nom, "Cette colonne est deux fois dans l’en-tête.") for nom in known if noms.count(nom) > 1),
    ]
    return noms


def rang_de(ligne: int, champs: Sequence[str], noms: Sequence[str], colonnes: Colonnes, remarques: list[Dit]) -> Rang:
    """The row; a cell without a name of its column is a fault."""
    rang = Rang(ligne, remarques=remarques)
    if len(champs) < len(noms):
        rang.fautes.append((ligne, "", f"{len(champs)} colonnes au lieu de {len(noms)}."))
        return rang
    for place, brut in enumerate(champs):
        nom = noms[place] if place < len(noms) else ""
        if nom:
            rang.valeurs[nom] = _valeur(rang, nom, brut, colonnes)
        elif brut.strip():
            phrase = f"La colonne {lettre_de_colonne(place)} a une valeur, et pas de nom dans l’en-tête."
            rang.fautes.append((ligne, f"colonne {lettre_de_colonne(place)}", phrase))
    return rang


def _valeur(rang: Rang, nom: str, brut: str, colonnes: Colonnes) -> str:
    """A cell as it counts: trimmed, accents composed, on one line."""
    valeur = " ".join(brut.splitlines()) if "\n" in brut else brut
    if nom in colonnes.noms and (found := invisibles(valeur)):
        rang.remarques.append((rang.ligne, nom, _enleves(found)))
        valeur = sans_invisibles(valeur)
    if nom in colonnes.formules and formule(valeur):
        rang.fautes.append((rang.ligne, nom, _FORMULE))
    elif not lisible(valeur):
        rang.fautes.append((rang.ligne, nom, _ILLISIBLE))
    return compose(valeur).strip()


def _enleves(caches: Sequence[str]) -> str:
    return f"Ce que personne ne voit est enlevé : {', '.join(caches)}."
