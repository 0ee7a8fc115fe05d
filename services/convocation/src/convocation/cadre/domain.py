"""The subjects of « Aide », and which one is about the page where somebody is. Pure."""

from typing import NamedTuple

ETABLISSEMENT, INTERVENANT = "Pour l’établissement", "Pour la personne convoquée"
GESTIONNAIRE, ADMINISTRATEUR = "Pour le gestionnaire IMAGIN", "Pour l’administrateur IMAGIN"


class Sujet(NamedTuple):
    """`groupe`: whom it is for."""

    titre: str
    groupe: str


SUJETS = {
    "ce-qui-reste-a-faire": Sujet("Ce qui reste à faire", ETABLISSEMENT),
    "convoquer-une-mission": Sujet("Convoquer pour une mission", ETABLISSEMENT),
    "preparer-la-session": Sujet("Préparer la session", ETABLISSEMENT),
    "suivre-et-changer": Sujet("Suivre, changer, annuler, remplacer", ETABLISSEMENT),
    "signature": Sujet("Signature et coordonnées de l’établissement", ETABLISSEMENT),
    "delegations": Sujet("Délégations", ETABLISSEMENT),
    "empechements": Sujet("Empêchements", ETABLISSEMENT),
    "annuaire-et-demandes": Sujet("Annuaire et demandes de création", ETABLISSEMENT),
    "numerisation": Sujet("Numérisation de copies", ETABLISSEMENT),
    "mes-missions": Sujet("Mes missions", INTERVENANT),
    "entree-dans-santorin": Sujet("Entrée dans SANTORIN", INTERVENANT),
    "ouverture-du-service": Sujet("Ouverture du service", GESTIONNAIRE),
    "couverture": Sujet("Couverture", GESTIONNAIRE),
    "rappels": Sujet("Rappels aux établissements", GESTIONNAIRE),
    "interventions": Sujet("Agir pour un établissement", GESTIONNAIRE),
    "imports": Sujet("Imports de l’annuaire et des clôtures", GESTIONNAIRE),
    "doublons": Sujet("Doublons de l’annuaire", GESTIONNAIRE),
    "profils-et-besoins": Sujet("Profils et besoins", GESTIONNAIRE),
    "ouvertures-nationales": Sujet("Ouvertures nationales", ADMINISTRATEUR),
    "comptes": Sujet("Comptes et droits", ADMINISTRATEUR),
}
# The first that the address begins with; what is not here has the list of all subjects.
_PAGES = {
    "/mes-missions": "mes-missions",
    "/missions-convoquees": "suivre-et-changer",
    "/missions": "convoquer-une-mission",
    "/preparation": "preparer-la-session",
    "/suivi": "suivre-et-changer",
    "/papiers": "suivre-et-changer",
    "/avis": "suivre-et-changer",
    "/convocations": "suivre-et-changer",
    "/signature": "signature",
    "/coordonnees": "signature",
    "/delegations": "delegations",
    "/intervenants/import": "imports",
    "/intervenants/doublons": "doublons",
    "/intervenants": "annuaire-et-demandes",
    "/demandes": "annuaire-et-demandes",
    "/contact": "annuaire-et-demandes",
    "/couverture": "couverture",
    "/avancement": "couverture",
    "/interventions": "interventions",
    "/rappels": "rappels",
    "/exigences": "profils-et-besoins",
    "/ouvertures": "ouvertures-nationales",
    "/sessions": "ouvertures-nationales",
    "/comptes": "comptes",
    "/journal": "comptes",
    "/exports": "couverture",
}


def adresse_de_l_aide(path: str) -> str:
    """Where « Aide » leads to from a page."""
    if path == "/":
        return "/aide/ce-qui-reste-a-faire"
    if path.endswith(("/empechement", "/empechement/traiter")):
        return "/aide/empechements"
    subject = next((one for page, one in _PAGES.items() if path == page or path.startswith(f"{page}/")), "")
    return f"/aide/{subject}" if subject else "/aide"
