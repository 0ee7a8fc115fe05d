"""What templates may call: French as a reader writes it (`francais`), and the little that forms need."""

from collections.abc import Iterable, Mapping

from francais import date_longue, dates_longues, de, heure, moment, nombre, pluriel


def erreur_de(erreurs: Iterable[Mapping[str, str]], champ: str) -> str:
    """The sentence for this field among the errors of a form, empty when it has none."""
    return next((erreur["texte"] for erreur in erreurs if erreur["champ"] == champ), "")


def merge(attributs: Mapping[str, object], *more: Mapping[str, object]) -> dict[str, object]:
    """Attributes of an element, the last word for those given twice; a `None` is left out by xmlattr."""
    return {nom: valeur for one in (attributs, *more) for nom, valeur in one.items()}


FILTERS = {
    "date_longue": date_longue,
    "dates_longues": dates_longues,
    "de": de,
    "heure": heure,
    "moment": moment,
    "nombre": nombre,
    "pluriel": pluriel,
    "erreur_de": erreur_de,
    "merge": merge,
}
