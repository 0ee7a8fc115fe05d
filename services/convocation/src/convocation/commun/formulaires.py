"""The sentences of what a model refuses in a form."""

from typing import Any

from pydantic import BaseModel, ValidationError

_PHRASES = {
    "numero": "Renseignez le numéro : lettres sans accent et chiffres, 32 au plus.",
    "civilite": "Choisissez la civilité.",
    "nom": "Renseignez le nom, en 100 caractères au plus.",
    "prenom": "Renseignez le prénom, en 100 caractères au plus.",
    "courriel": "Renseignez le courriel, par exemple prenom.nom@ac-exemple.fr.",
    "uai": "Renseignez l’UAI : sept chiffres et la bonne lettre de contrôle.",
    "uais_secondaires": "Séparez les UAI par une espace, dix au plus : sept chiffres et la bonne lettre de contrôle.",
    "disciplines": "Cochez dix disciplines au plus, de la liste.",
    "profils": "Cochez dix profils au plus.",
    "debut": "Donnez à chaque période son premier et son dernier jour, dans l’ordre.",
    "telephone": "Renseignez le téléphone, en 100 caractères au plus.",
    "horaires": "Renseignez les horaires, en 100 caractères au plus.",
}
_DEUX_FOIS = "Deux périodes commencent le même jour : n’en gardez qu’une."


def fautes(model: type[BaseModel], corps: dict[str, Any]) -> list[dict[str, str]]:
    """What `model` refuses in `corps`: one sentence a field."""
    try:
        model.model_validate(corps)
    except ValidationError as error:
        found = [_faute(one["loc"]) for one in error.errors()]
        return [one for index, one in enumerate(found) if one not in found[:index]]
    return []


def _faute(loc: tuple[int | str, ...]) -> dict[str, str]:
    if not loc:  # of the whole: the one rule over several fields
        return {"champ": "debut-1", "texte": _DEUX_FOIS}
    if loc[0] == "indisponibilites":
        return {"champ": f"debut-{int(loc[1]) + 1}" if len(loc) > 1 else "debut-1", "texte": _PHRASES["debut"]}
    return {"champ": str(loc[0]), "texte": _PHRASES.get(str(loc[0]), "Cette valeur ne va pas.")}
