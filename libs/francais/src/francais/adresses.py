"""Addresses of mail: one rule for what comes by file, by form or by API, and for what is sent to."""

import re

import idna

from francais.textes import formule, lisible

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LOCAL = re.compile(rf"{_ATOM}(?:\.{_ATOM})*")
_AUTOUR = re.compile(r"[<>\"]|^mailto:", re.IGNORECASE)
_MAX_LOCAL, _MAX = 64, 254  # RFC 5321, 4.5.3.1
_TROP_LONGUE = f"L’adresse est trop longue : {_MAX} caractères au plus."


class AdresseRefusee(ValueError):
    """Its text is a sentence for whoever typed the address, and cites nothing of it."""


def adresse(texte: str) -> str:
    """The address as every mail server takes it: a dot-atom and a domain (RFC 5322), the domain in ASCII (IDNA 2008).

    No quoted local part, no address literal. Nothing is taken away from what was typed. Raises AdresseRefusee.
    """
    if len(texte) > _MAX:
        raise AdresseRefusee(_TROP_LONGUE)
    if not lisible(texte):
        raise AdresseRefusee("L’adresse contient un caractère de contrôle, invisible ou illisible.")
    if _AUTOUR.search(texte):
        raise AdresseRefusee("Écrivez l’adresse seule : sans nom, sans « < > », sans guillemets et sans « mailto: ».")
    local, at, domaine = texte.partition("@")
    if not (local and at and domaine) or "@" in domaine or " " in texte:
        raise AdresseRefusee("L’adresse électronique n’a pas la forme nom@domaine.")
    if formule(texte):
        raise AdresseRefusee("L’adresse commence comme une formule de tableur (=, + ou -).")
    _juger_local(local)
    found = f"{local}@{_domaine(domaine)}"
    if len(found) > _MAX:
        raise AdresseRefusee(_TROP_LONGUE)
    return found


def _juger_local(local: str) -> None:
    if not local.isascii():
        raise AdresseRefusee(
            "Avant « @ », l’adresse a un accent ou une lettre que tous les serveurs ne prennent pas : "
            "il faut une adresse sans accent."
        )
    if not _LOCAL.fullmatch(local):
        raise AdresseRefusee("Avant « @ », l’adresse a un point de trop ou un caractère qui n’y va pas.")
    if len(local) > _MAX_LOCAL:
        raise AdresseRefusee(f"Avant « @ », l’adresse est trop longue : {_MAX_LOCAL} caractères au plus.")


def _domaine(domaine: str) -> str:
    """An international name as its « xn-- » form, which is the same name; another as it was typed."""
    try:
        ascii_ = idna.encode(domaine, uts46=True).decode()
    except idna.IDNAError:
        raise AdresseRefusee("Après « @ », l’adresse n’a pas un nom de domaine.") from None
    if ascii_.endswith("."):
        raise AdresseRefusee("L’adresse finit par un point.")
    if "." not in ascii_:  # RFC 5321, 2.3.5: a fully-qualified name
        raise AdresseRefusee("Après « @ », le nom de domaine n’est pas entier : il lui manque sa fin, comme « .fr ».")
    return domaine if domaine.isascii() else ascii_
