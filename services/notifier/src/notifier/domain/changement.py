"""What a change changes, in words (R44): against what the person was last told, never against a version in between."""

from collections.abc import Iterable
from datetime import date

from francais import dates_longues, enumeration
from notifier.domain.courrier import Entree, Envoi
from notifier.domain.lisible import ligne, lignes


def changements(envoi: Envoi) -> tuple[str, ...]:
    """One sentence a change; one that says so when none of it changed; nothing when it is not known."""
    avant = envoi.precedente
    if avant is None:
        return ()
    phrases = [*_qualite(avant, envoi), *_dates(avant, envoi), *_observation(avant, envoi)]
    return (*_signature(envoi), *(phrases or [_rien(envoi)]))


def _signature(envoi: Envoi) -> Iterable[str]:
    """The établissement signs since (R24)."""
    if envoi.signature_ajoutee:
        yield "La convocation porte à présent la signature de l’établissement\u00a0; la précédente n’en portait pas."


def _rien(envoi: Envoi) -> str:
    what = ["la qualité"] if envoi.qualite else []
    phrase = enumeration([*what, "les dates", "l’observation"])
    return f"{phrase[0].upper()}{phrase[1:]} ne changent pas."


def _qualite(avant: Entree, envoi: Envoi) -> Iterable[str]:
    ancienne, nouvelle = ligne(avant.qualite or ""), ligne(envoi.qualite or "")
    if ancienne == nouvelle:
        return
    if ancienne and nouvelle:
        yield f"Votre qualité est désormais «\u00a0{nouvelle}\u00a0», au lieu de «\u00a0{ancienne}\u00a0»."
    elif nouvelle:
        yield f"Votre qualité est désormais «\u00a0{nouvelle}\u00a0»."
    else:
        yield f"La qualité «\u00a0{ancienne}\u00a0» est retirée."


def _dates(avant: Entree, envoi: Envoi) -> Iterable[str]:
    """Moved when one day stands for another, or all days for all; else added and taken away."""
    removed, added = _sans(avant.dates, envoi.dates), _sans(envoi.dates, avant.dates)
    all_new = len(removed) == len(set(avant.dates))
    if len(removed) == 1 and len(added) == 1:
        yield f"La date du {dates_longues(removed)} est remplacée par le {dates_longues(added)}."
    elif removed and added and all_new:
        debut = "La date est" if len(added) == 1 else "Les dates sont"
        yield f"{debut} désormais {dates_longues(added, 'le ')}, au lieu {dates_longues(removed, 'du ')}."
    else:
        yield from _liste("ajoutée", added)
        yield from _liste("retirée", removed)


def _sans(days: Iterable[date], others: Iterable[date]) -> list[date]:
    return sorted(set(days) - set(others))


def _liste(what: str, days: list[date]) -> Iterable[str]:
    if days:
        s = "s" if len(days) > 1 else ""
        yield f"Date{s} {what}{s}\u00a0: {dates_longues(days)}."


def _observation(avant: Entree, envoi: Envoi) -> Iterable[str]:
    ancienne, nouvelle = lignes(avant.observation), lignes(envoi.observation)
    if ancienne == nouvelle:
        return
    if not nouvelle:
        yield "L’observation est retirée."
    elif not ancienne:
        yield "Une observation est ajoutée\u00a0; elle figure ci-dessous."
    else:
        yield "L’observation a changé\u00a0; la nouvelle figure ci-dessous."
