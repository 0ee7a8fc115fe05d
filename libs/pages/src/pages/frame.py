"""What the frame of a page shows: who looks, the menu, and what a redirect says was done."""

import re
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import TypedDict

from fastapi import Request

from acces.acteur import Acteur, Role
from acces.http import count_functions
from francais import pluriel
from francais.textes import enlevees, nom_de_lettre
from pages.forms import whole_number

_CODE = re.compile("(?!D[89A-F]..$)[0-9A-F]{1,5}")
"""Of a letter; half of one cannot be shown."""
_MAX_ENLEVES = 10


class Utilisateur(TypedDict):
    """Who looks; `fonction` is empty where the name already says it. `choix`: there are other functions."""

    nom: str
    fonction: str
    choix: bool


class Entree(TypedDict):
    """An entry of the menu; `actif`: the page is there."""

    libelle: str
    url: str
    actif: bool


class Groupe(TypedDict):
    """Entries that one unfolds together; an empty `libelle`: they stand in the menu itself."""

    libelle: str
    entrees: list[Entree]
    actif: bool


class Avis(TypedDict):
    """A notice above the page."""

    type: str
    titre: str
    texte: str


def utilisateur(request: Request, acteur: Acteur, fonctions: Mapping[Role, str]) -> Utilisateur:
    """The acteur in words."""
    nom, fonction = acteur.nom or acteur.sub, fonctions.get(acteur.role, "")
    return {"nom": nom, "fonction": "" if nom.startswith(fonction) else fonction, "choix": count_functions(request) > 1}


def menu(entries: Sequence[tuple[str, str, str]], path: str) -> list[Groupe]:
    """`entries`: group, label and address. The longest address that `path` lies under is where the page is."""
    here = max((url for _, _, url in entries if path == url or path.startswith(f"{url}/")), key=len, default="")
    groups: list[Groupe] = []
    for label, members in groupby(entries, key=lambda one: one[0]):
        found: list[Entree] = [{"libelle": one, "url": url, "actif": url == here} for _, one, url in members]
        # What would unfold to one entry is that entry.
        name = label if len(found) > 1 else ""
        groups.append({"libelle": name, "entrees": found, "actif": any(one["actif"] for one in found)})
    return groups


def notices(request: Request, faits: Mapping[str, tuple[str, str]]) -> list[Avis]:
    """What the redirect to this page says was done: title and text by code, and of how many convocations (`n`)."""
    # The address carries the code alone: a link could put any sentence, or a name, on the page.
    fait = faits.get(request.query_params.get("fait", ""))
    number = whole_number(request.query_params.get("n", ""), digits=4)
    count = f"{pluriel(number, 'convocation', 'convocations')}. " if number else ""
    told: list[Avis] = [{"type": "success", "titre": fait[0], "texte": count + fait[1]}] if fait else []
    if lettres := enleves(request):
        texte = f"{', '.join(map(nom_de_lettre, lettres))}. Le reste est gardé comme vous l’avez saisi."
        told.append({"type": "info", "titre": "Ce que personne ne voit est enlevé de votre saisie", "texte": texte})
    return told


def enleves(request: Request) -> list[str]:
    """The letters that nobody sees and that were taken out of the form: of this request, or of the one before it."""
    codes = request.query_params.get("enleves", "").split(".")[:_MAX_ENLEVES]
    before = "".join(chr(int(one, 16)) for one in codes if _CODE.fullmatch(one))
    return getattr(request.state, "enleves", None) or enlevees(before)


def codes_of(lettres: Sequence[str]) -> str:
    """As `enleves` reads them of an address."""
    return ".".join(f"{ord(one):X}" for one in lettres[:_MAX_ENLEVES])
