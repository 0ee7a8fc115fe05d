"""The first visible sheet of an XLSX workbook, read as `tableaux` reads a CSV file: what a cell shows is what it says.

openpyxl reads row by row and says how a number is shown; calamine is ten times faster, but unpacks a part whole and
forgets formats, so a number shown as 00123 would be read as 123. With defusedxml there, openpyxl expands no entity.
"""

import re
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, time
from io import BytesIO
from itertools import count
from typing import Any

from openpyxl import load_workbook

from francais.colonnes import Colonnes, Rang, Tableau, entete, rang_de

MAX_LIGNES, MAX_COLONNES, MAX_OCTETS = 100_000, 100, 100_000_000
"""Rows with a value, columns, bytes once unpacked: 50,000 people make some 40 MB."""
_MAX_PARTIES, _MAX_RANG = 1_000, 1_048_576  # parts of the archive; Excel's own last row
_ZIP, _OLE = (b"PK\x03\x04", b"PK\x05\x06"), b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MOT_DE_PASSE = "EncryptedPackage".encode("utf-16-le")
_FORMULES = "formules"
_SIGNES = {
    _FORMULES: re.compile(rb"<(?:\w+:)?f[ />]"),
    "Des lignes ou des colonnes du classeur sont masquées : celles de la feuille lue sont lues comme les autres.": (
        re.compile(rb"<(?:\w+:)?(?:row|col) [^<>]*\bhidden=\"(?:1|true)\"")
    ),
    "Des cellules du classeur sont fusionnées : seule la première de chaque groupe a une valeur, les autres sont lues "
    "comme vides.": re.compile(rb"<(?:\w+:)?mergeCell "),
}
"""What a sheet has that openpyxl does not say row by row; all but the formulas are told."""
_BALISE = 1_000  # bytes of a tag, which two blocks may share
_DIMENSION = re.compile(rb'<dimension ref="[A-Z]+[0-9]+:[A-Z]+([0-9]{1,7})"')
_CONTROLE = re.compile("_x(00[01][0-9A-F])_")  # how Excel writes a control character, as that of Alt+Enter
_ZEROS = re.compile("0{2,40}")
_EXACT = 10**15  # Excel keeps 15 digits
_ENREGISTREZ = "Enregistrez en XLSX ou CSV."
_PROTEGE = f"Le classeur est protégé par un mot de passe : enlevez-le. {_ENREGISTREZ}"
_ABIME = f"Le classeur ne peut pas être lu : il est abîmé, ou d’une sorte que le service ne connaît pas. {_ENREGISTREZ}"
_SANS_VALEUR = "La formule n’a pas de valeur : ouvrez le fichier dans le tableur et enregistrez-le."
_NOMBRE = (
    "Des cellules de cette colonne sont des nombres, à partir de cette ligne : des 0 au début y seraient perdus. "
    "Mettez la colonne au format Texte."
)
_UNE_FEUILLE = "Seule la première feuille visible du classeur est lue."
_SAUT = "Un saut de ligne dans une valeur est lu comme une espace."


class ClasseurRefuse(ValueError):
    """Its text is a sentence for whoever chose the file."""


@dataclass(frozen=True, slots=True)
class _Cellule:
    """`nombre`: it had no format that keeps its zeros."""

    texte: str = ""
    faute: str = ""
    nombre: bool = False


_VIDE = _Cellule()


@contextmanager
def _bibliotheque() -> Iterator[None]:
    """Around calls of zipfile and openpyxl alone: of a damaged file they raise whatever they like.

    What our own code raises is no fault of the file, and goes out to be logged. Raises ClasseurRefuse, MemoryError.
    """
    try:
        yield
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001  # see above
        raise ClasseurRefuse(_ABIME) from None


def est_classeur(octets: bytes) -> bool:
    """Whether the bytes are an archive or an old Office file, whatever the file's name."""
    return octets.startswith((*_ZIP, _OLE))


def lignes_annoncees(octets: bytes) -> int:
    """How many rows a workbook says that it has, the header left out; 0 where it says nothing."""
    try:
        with _bibliotheque(), zipfile.ZipFile(BytesIO(octets)).open("xl/worksheets/sheet1.xml") as part:
            debut = part.read(4_096)
    except ClasseurRefuse:
        return 0
    found = _DIMENSION.search(debut)
    return min(int(found[1]) - 1, MAX_LIGNES) if found else 0


def lire(octets: bytes, colonnes: Colonnes) -> Tableau:
    """The header at once, the rows as they are asked for. Lines are the sheet's."""
    tableau = Tableau()
    try:
        signes = _examiner(octets)
        tableau.remarques += [(1, "", one) for one in _SIGNES if one in signes and one != _FORMULES]
        rangees = _rangees(octets, tableau, formules=_FORMULES in signes)
        ligne, cellules = next(rangees, (1, []))
    except ClasseurRefuse as refus:
        tableau.fautes.append((1, "", str(refus)))
        return tableau
    noms = entete([one.texte for one in cellules], ligne, tableau, colonnes)
    if not tableau.fautes:
        tableau.rangs = _rangs(rangees, noms, colonnes)
    return tableau


def _examiner(octets: bytes) -> set[str]:
    """Which of _SIGNES its sheets have. Nothing is unpacked before its size is known. Raises ClasseurRefuse."""
    if octets.startswith(_OLE):
        raise ClasseurRefuse(
            _PROTEGE if _MOT_DE_PASSE in octets else f"C’est un ancien classeur (.xls). {_ENREGISTREZ}"
        )
    with _bibliotheque():
        archive = zipfile.ZipFile(BytesIO(octets))
    parties = archive.infolist()
    noms = {one.filename for one in parties}
    if "mimetype" in noms:
        raise ClasseurRefuse(f"C’est un classeur OpenDocument (.ods). {_ENREGISTREZ}")
    if "xl/workbook.bin" in noms:
        raise ClasseurRefuse(f"C’est un classeur binaire (.xlsb). {_ENREGISTREZ}")
    if any(one.flag_bits & 1 for one in parties):
        raise ClasseurRefuse(_PROTEGE)
    # What an archive says of a part's size is as much as zipfile reads of it.
    if len(parties) > _MAX_PARTIES or sum(one.file_size for one in parties) > MAX_OCTETS:
        raise ClasseurRefuse(f"Le classeur est trop grand : {MAX_OCTETS // 10**6} Mo au plus, une fois décompressé.")
    sheets = [one for one in parties if one.filename.startswith("xl/worksheets/")]
    return set().union(*(_signes(archive, one) for one in sheets))


def _signes(archive: zipfile.ZipFile, partie: zipfile.ZipInfo) -> set[str]:
    found: set[str] = set()
    queue = b""
    for bloc in _blocs(archive, partie):
        found |= {nom for nom, motif in _SIGNES.items() if nom not in found and motif.search(queue + bloc)}
        queue = bloc[-_BALISE:]
    return found


def _blocs(archive: zipfile.ZipFile, partie: zipfile.ZipInfo) -> Iterator[bytes]:
    with _bibliotheque():
        part = archive.open(partie)
    with part:
        while True:
            with _bibliotheque():
                bloc = part.read(1 << 20)
            if not bloc:
                return
            yield bloc


def _rangees(octets: bytes, tableau: Tableau, *, formules: bool) -> Iterator[tuple[int, list[_Cellule]]]:
    """Rows that have a value, by their number. Raises ClasseurRefuse."""
    sheet, autres = _feuille(octets, data_only=True)
    if autres:
        tableau.remarques.append((1, "", _UNE_FEUILLE))
    written = _lignes(_feuille(octets, data_only=False)[0]) if formules else None
    lues = 0
    for ligne, cells in enumerate(_lignes(sheet), 1):
        found = [_cellule(one) for one in cells]
        if written is not None:
            found = [_calculee(one, source) for one, source in zip(found, next(written), strict=True)]
        if any(one.texte.strip() or one.faute for one in found):
            lues += 1
            _borner(ligne, lues, found)
            yield ligne, found


def _feuille(octets: bytes, *, data_only: bool) -> tuple[Any, bool]:
    """The first sheet that is shown, and whether there are others. Raises ClasseurRefuse."""
    with _bibliotheque():
        book = load_workbook(BytesIO(octets), read_only=True, data_only=data_only, keep_links=False)
        sheet = next(one for one in book.worksheets if one.sheet_state == "visible")
        sheet.reset_dimensions()  # what a file says of its size may be wrong
    return sheet, len(book.worksheets) > 1


def _lignes(sheet: Any) -> Iterator[Sequence[Any]]:
    """Raises ClasseurRefuse."""
    with _bibliotheque():
        rows = sheet.iter_rows(min_row=1)
    for ligne in count(1):
        with _bibliotheque():
            cells = next(rows, None)
        if cells is None:
            return
        if ligne > _MAX_RANG:
            raise ClasseurRefuse(_ABIME)
        yield cells


def _borner(ligne: int, lues: int, cellules: Sequence[_Cellule]) -> None:
    """Raises ClasseurRefuse."""
    if lues > MAX_LIGNES + 1:
        raise ClasseurRefuse(f"La feuille a trop de lignes : {MAX_LIGNES} au plus.")
    if any(one.texte.strip() for one in cellules[MAX_COLONNES:]):
        raise ClasseurRefuse(f"La feuille a trop de colonnes (ligne {ligne}) : {MAX_COLONNES} au plus.")


def _cellule(cell: Any) -> _Cellule:  # noqa: PLR0911  # one line a kind of cell
    """As a reader of the sheet sees it."""
    value = cell.value
    match value:
        case None:
            return _VIDE
        case str() if cell.data_type == "e":
            return _Cellule(faute="La cellule a une erreur de tableur (comme #N/A).")
        case str():
            return _Cellule(_CONTROLE.sub(lambda found: chr(int(found[1], 16)), value))
        case bool():
            return _Cellule("oui" if value else "non")
        case datetime() if value.time() == time.min:
            return _Cellule(value.date().isoformat())
        case int() | float():
            with _bibliotheque():
                forme = cell.number_format
            return _nombre(value, forme)
        case _:
            return _Cellule(str(value))


def _nombre(value: float, forme: str) -> _Cellule:
    if abs(value) >= _EXACT:
        return _Cellule(
            faute="Le nombre est trop long : le tableur n’en garde que 15 chiffres. Mettez la colonne au format Texte."
        )
    if value != int(value):
        return _Cellule(str(value), nombre=True)
    if _ZEROS.fullmatch(forme):
        return _Cellule(str(int(value)).zfill(len(forme)))
    return _Cellule(str(int(value)), nombre=True)


def _calculee(lue: _Cellule, source: Any) -> _Cellule:
    """A formula that no spreadsheet has computed is no empty cell."""
    return _Cellule(faute=_SANS_VALEUR) if lue is _VIDE and source.data_type == "f" else lue


def _rangs(rangees: Iterator[tuple[int, list[_Cellule]]], noms: Sequence[str], colonnes: Colonnes) -> Iterator[Rang]:
    dites: set[str] = set()
    ligne = 1
    try:
        for ligne, cellules in rangees:
            champs = [one.texte for one in cellules] + [""] * (len(noms) - len(cellules))
            coupee = any("\n" in one for one in champs)
            rang = rang_de(ligne, champs, noms, colonnes, [(ligne, "", _SAUT)] if coupee else [])
            for nom, one in zip(noms, cellules, strict=False):
                if one.faute:
                    rang.fautes.append((ligne, nom, one.faute))
                elif one.nombre and nom in colonnes.codes and nom not in dites:
                    dites.add(nom)
                    rang.remarques.append((ligne, nom, _NOMBRE))
            yield rang
    except ClasseurRefuse as refus:
        yield Rang(ligne + 1, fautes=[(ligne + 1, "", str(refus))])
