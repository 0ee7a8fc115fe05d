"""A CSV file as spreadsheets write it in France, read as they mean it; what is refused is told by line and column.

One reader for every file: a `domain` says which columns it knows, and judges their values.
"""

import csv
import re
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

from francais.encodages import UTF8, EncodageInconnu, encodage
from francais.textes import formule, invisibles, lisible, montre, sans_invisibles

_SEPARATEURS = (";", ",", "\t")
_BOM, _BOMS_UTF16 = b"\xef\xbb\xbf", (b"\xff\xfe", b"\xfe\xff")
_SEP = re.compile(rb'"?sep=([;,\t])"?;*', re.IGNORECASE)
"""A first line that tells Excel the separator."""
_SUITES = 10  # lines that a value may go on for
_UTF16 = "Le fichier est en UTF-16 (ou n’est pas du texte) : enregistrez-le au format « CSV UTF-8 »."
_MELANGE = "Cette ligne n’est pas en UTF-8, alors que d’autres le sont : enregistrez le fichier en « CSV UTF-8 »."
_OUVERT = "Un guillemet ouvert à cette ligne n’y est pas fermé."
_GUILLEMETS = "Les guillemets ou les fins de ligne sont mal placés : un guillemet fermant est suivi du séparateur."
_SAUT = "Un saut de ligne dans une valeur est lu comme une espace."
_ILLISIBLE = "La valeur contient un caractère de contrôle, invisible ou illisible."
_FORMULE = "Le texte commence comme une formule de tableur (=, +, -, @ ou tabulation)."

Dit = tuple[int, str, str]
"""A physical line (from 1), a column ("" for the whole line), a sentence that cites no value."""


@dataclass(frozen=True, slots=True)
class Colonnes:
    """`noms`: taken without the letters that nobody sees; `formules`: what a spreadsheet would run is refused."""

    connues: Sequence[str]
    noms: Collection[str]
    formules: Collection[str]
    facultatives: Collection[str] = ()


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

    encodage: str = UTF8
    avec_bom: bool = False
    separateur: str = ""
    fautes: list[Dit] = field(default_factory=list)
    remarques: list[Dit] = field(default_factory=list)
    rangs: Iterator[Rang] = field(default_factory=lambda: iter(()))


def lignes_physiques(octets: bytes) -> list[bytes]:
    """Lines as an editor numbers them: LF or CRLF; CR alone only where the file has no LF."""
    if b"\n" in octets:
        return [one.removesuffix(b"\r") for one in octets.split(b"\n")]
    return octets.split(b"\r")


def lire(octets: bytes, colonnes: Colonnes) -> Tableau:
    """The header at once, the rows as they are asked for."""
    tableau = Tableau(avec_bom=octets.startswith(_BOM))
    if octets.startswith(_BOMS_UTF16) or b"\x00" in octets[:4]:
        tableau.fautes.append((1, "", _UTF16))
        return tableau
    lignes = lignes_physiques(octets.removeprefix(_BOM))
    try:
        tableau.encodage = UTF8 if tableau.avec_bom else encodage(lignes)
    except EncodageInconnu as inconnu:
        tableau.fautes.append((1, "", str(inconnu)))
        return tableau
    dit = _SEP.fullmatch(lignes[0])
    debut = 1 if dit and len(lignes) > 1 else 0
    separateurs = (dit[1].decode(),) if dit else _SEPARATEURS
    noms = _entete(lignes[debut], debut + 1, tableau, separateurs, colonnes)
    if not tableau.fautes:
        tableau.rangs = _rangs(lignes, debut + 1, tableau, noms, colonnes)
    return tableau


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


def _entete(brut: bytes, ligne: int, tableau: Tableau, separateurs: Sequence[str], colonnes: Colonnes) -> list[str]:
    """The names, by the separator that makes the most known ones."""
    try:
        texte = brut.decode(tableau.encodage)
    except UnicodeDecodeError:
        tableau.fautes.append((ligne, "", _MELANGE))
        return []
    lus = {one: champs for one in separateurs if (champs := _lus(texte, one)) is not None}
    known = set(colonnes.connues)
    connues = {one: len(known.intersection(map(nom_de_colonne, champs))) for one, champs in lus.items()}
    tableau.separateur = max(connues, key=connues.__getitem__, default="")
    if not connues.get(tableau.separateur) and len(lus) < len(separateurs):
        tableau.fautes.append((ligne, "", _OUVERT if texte.count('"') % 2 else _GUILLEMETS))
        return []
    bruts = lus[tableau.separateur]
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


def _lus(texte: str, separateur: str) -> list[str] | None:
    try:
        return _champs(texte, separateur)
    except csv.Error:  # where every name is quoted, another separator makes no sense
        return None


def _champs(texte: str, separateur: str) -> list[str]:
    """Raises csv.Error for quotes that RFC 4180 does not know."""
    return next(csv.reader([texte], delimiter=separateur, strict=True), [])


def _rangs(
    lignes: Sequence[bytes], debut: int, tableau: Tableau, noms: Sequence[str], colonnes: Colonnes
) -> Iterator[Rang]:
    """Each row but those of which every cell is empty."""
    suivante = debut
    while suivante < len(lignes):
        place, ligne = suivante, suivante + 1
        suivante += 1
        try:
            texte = lignes[place].decode(tableau.encodage)
        except UnicodeDecodeError:
            yield Rang(ligne, fautes=[(ligne, "", _MELANGE)])
            continue
        coupee = False
        try:
            champs = _champs(texte, tableau.separateur)
        except csv.Error:
            suite = _suite(lignes, place, tableau, len(noms))
            if suite is None:
                yield Rang(ligne, fautes=[(ligne, "", _OUVERT if texte.count('"') % 2 else _GUILLEMETS)])
                continue
            coupee, (suivante, champs) = True, suite
        if any(one.strip() for one in champs):
            yield _rang(ligne, champs, noms, colonnes, [(ligne, "", _SAUT)] if coupee else [])


def _suite(lignes: Sequence[bytes], place: int, tableau: Tableau, attendues: int) -> tuple[int, list[str]] | None:
    """The row whose quoted value goes on on the lines after it, and the next line; None where none has its columns.

    So an unclosed quote never hides the lines after it.
    """
    for fin in range(place + 2, min(place + 2 + _SUITES, len(lignes) + 1)):
        try:
            champs = _champs(b"\n".join(lignes[place:fin]).decode(tableau.encodage), tableau.separateur)
        except (UnicodeDecodeError, csv.Error):
            continue
        return (fin, champs) if len(champs) == attendues else None
    return None


def _rang(ligne: int, champs: Sequence[str], noms: Sequence[str], colonnes: Colonnes, remarques: list[Dit]) -> Rang:
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
    return unicodedata.normalize("NFC", valeur).strip()


def _enleves(caches: Sequence[str]) -> str:
    return f"Ce que personne ne voit est enlevé : {', '.join(caches)}."
