"""Which kind of file it is, and its reading; the kind is told by the first character, never by a name."""

from francais.classeurs import est_classeur
from mission_import.domain import fichier_csv, fichier_jsonl
from mission_import.domain.fichier import (
    CSV,
    JSON_LINES,
    MAX_LIGNES,
    UTF8,
    UTF8_BOM,
    Fichier,
    lignes_physiques,
    sha256,
)

_BOM, _BOMS_UTF16 = b"\xef\xbb\xbf", (b"\xff\xfe", b"\xfe\xff")
_CLASSEUR = "C’est un classeur : enregistrez-le en « CSV UTF-8 »."
_UTF16 = "Le fichier est en UTF-16, ou n’est pas du texte : enregistrez-le en « CSV UTF-8 »."


def lire(octets: bytes, deposee_le: str) -> Fichier:
    """Every closing of the file, and everything wrong with it. `deposee_le`: ISO 8601, for closings without a time."""
    avec_bom = octets.startswith(_BOM)
    lignes = lignes_physiques(octets.removeprefix(_BOM))
    est_json = octets.removeprefix(_BOM).lstrip()[:1] in {b"{", b"["}
    fichier = Fichier(JSON_LINES if est_json else CSV, UTF8_BOM if avec_bom else UTF8, sha256(octets), len(lignes))
    if octets.startswith(_BOMS_UTF16) or b"\x00" in octets[:4]:
        fichier.fautes.ajouter(1, "", _UTF16)
    elif est_classeur(octets):
        fichier.fautes.ajouter(1, "", _CLASSEUR)
    elif len(lignes) > MAX_LIGNES:
        phrase = f"Le fichier a plus de {MAX_LIGNES} lignes : partagez-le, une clôture entière dans chaque partie."
        fichier.fautes.ajouter(MAX_LIGNES + 1, "", phrase)
    elif est_json:
        fichier_jsonl.lire(lignes, fichier)
    elif octets:
        fichier_csv.lire(octets, fichier, deposee_le)
    if not fichier.clotures and not fichier.fautes.total:
        fichier.fautes.ajouter(1, "", "Le fichier ne contient aucune clôture.")
    return fichier
