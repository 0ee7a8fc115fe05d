"""Request bodies of the API. Unknown fields are refused: a mistyped name must not pass in silence."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, StringConstraints

from convocation.commun.recherche import cle
from convocation.commun.refus import MAX_TEXTE
from francais.adresses import adresse
from francais.textes import compose, fins_de_ligne, formule, lisible, visible


def _lisible(texte: str) -> str:
    if not lisible(texte):
        raise ValueError("un caractère invisible ou de contrôle")
    return texte


def _lisible_sur_des_lignes(texte: str) -> str:
    if visible(texte) != texte:
        raise ValueError("un caractère invisible ou de contrôle")
    return texte


def _nom(texte: str) -> str:
    if formule(texte):
        raise ValueError("commence comme une formule de tableur")
    if not cle(texte):
        raise ValueError("ni lettre ni chiffre")
    return _lisible(texte)


def _compose(valeur: object) -> object:
    return compose(valeur) if isinstance(valeur, str) else valeur


def _fins_de_ligne(valeur: object) -> object:
    return fins_de_ligne(valeur) if isinstance(valeur, str) else valeur


Texte = Annotated[
    str,
    BeforeValidator(_fins_de_ligne),
    StringConstraints(strip_whitespace=True, max_length=MAX_TEXTE),
    AfterValidator(_lisible_sur_des_lignes),
]
Ligne = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100), AfterValidator(_lisible)]
Nom = Annotated[
    str,
    BeforeValidator(_compose),
    StringConstraints(strip_whitespace=True, min_length=1, max_length=100),
    AfterValidator(_nom),
]
Numero = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9]{1,32}$")]
Uai = Annotated[str, StringConstraints(pattern=r"^[0-9]{7}[A-Z]$")]
Academie = Annotated[str, StringConstraints(pattern=r"^[0-9]{2}$")]
Session = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}-E3C[0-9]$")]
AdresseDePersonne = Annotated[
    str,
    StringConstraints(strip_whitespace=True, to_lower=True, max_length=254, pattern=r"^[^@\s]+@[^@\s]+$"),
    AfterValidator(_lisible),
]
"""By which a person is known before they sign in: in lower case, as it is compared."""
Courriel = Annotated[str, StringConstraints(max_length=254), AfterValidator(adresse)]


class Corps(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class MotifIn(Corps):
    motif: Texte = ""  # an empty one is refused by the command, with its sentence
