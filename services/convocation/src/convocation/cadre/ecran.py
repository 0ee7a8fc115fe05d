"""The frame of every page: who looks, from where, the menu in the guide's words (R19–R22), what was just done."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from fastapi import Request
from fastapi.responses import HTMLResponse
from starlette.responses import Response

from acces.acteur import Acteur, Role
from acces.policy import Scope
from chassis.database import Connection
from convocation.cadre.access import of_an_etablissement, offered
from convocation.cadre.domain import adresse_de_l_aide
from convocation.commun.application import application
from convocation.missions import reads as places
from event_schemas.academies import local_time
from francais import heure
from pages.commands import reading, see_other
from pages.frame import menu, notices, utilisateur

MISSIONS, CONSULTATION, MES_MISSIONS = "/missions", "/missions-convoquees", "/mes-missions"
FONCTIONS = {
    Role.CHEF: "Chef d’établissement",
    Role.DELEGUE: "Délégué du chef d’établissement",
    Role.DELEGUE_NUMERISATION: "Délégué du chef d’établissement à la numérisation",
    Role.DELEGUE_CONSULTATION: "Délégué du chef d’établissement à la consultation",
    Role.POUR_ETABLISSEMENT: "Gestionnaire IMAGIN, pour l’établissement",
    Role.GESTIONNAIRE: "Gestionnaire IMAGIN",
    Role.ADMINISTRATEUR: "Administrateur IMAGIN",
    Role.INTERVENANT: "Intervenant",
}


class _Entree(NamedTuple):
    """An entry is offered to who may do one of `actions`; `portee`: to who may do it so far. One unfolds a `groupe`."""

    libelle: str
    url: str
    actions: tuple[str, ...]
    groupe: str = ""
    portee: Scope | None = None


_MENU = (
    _Entree("À faire", "/", ("missions.lire",)),
    _Entree("Convocation par mission", MISSIONS, ("missions.lire",)),
    _Entree("Consultation des missions convoquées", CONSULTATION, ("missions.lire",)),
    # The page lists the acteur's own établissements: the rectorat has none.
    _Entree(
        "Signature établissement pour la convocation", "/signature", ("signature.lire",), portee=Scope.ETABLISSEMENT
    ),
    _Entree("Préparer la session", "/preparation", ("session.preparer",), "Session"),
    _Entree("Suivi des convocations", "/suivi", ("session.suivre",), "Session"),
    _Entree("Couverture", "/couverture", ("couverture.lire",), "Session"),
    _Entree("Avancement", "/avancement", ("avancement.lire",), "Session"),
    _Entree("Rappels", "/rappels", ("rappel.envoyer",), "Session"),
    _Entree("Interventions", "/interventions", ("intervention.lire",), "Session"),
    _Entree("Délégations", "/delegations", ("delegation.ecrire",), "Personnes"),
    _Entree("Annuaire des intervenants", "/intervenants", ("intervenants.lire",), "Personnes"),
    _Entree("Import de l’annuaire", "/intervenants/import", ("intervenants.lire",), "Personnes"),
    _Entree("Export de l’annuaire", "/intervenants/export", ("intervenants.exporter",), "Personnes"),
    _Entree("Export des convocations", "/exports", ("convocation.exporter",), "Personnes"),
    _Entree("Demandes de création", "/demandes", ("demande.ecrire", "demande.lire"), "Personnes"),
    _Entree("Mes missions", MES_MISSIONS, ("mes-convocations.lire",)),
    _Entree("Profils et besoins", "/exigences", ("exigences.lire",), "Réglages"),
    _Entree("Contact de l’académie", "/contact", ("contact.lire",), "Réglages"),
    _Entree("Sessions", "/sessions", ("sessions.lire",), "Réglages"),
    _Entree("Ouverture du service", "/ouvertures", ("service.ouvrir",), "Réglages"),
    _Entree("Comptes et droits", "/comptes", ("compte.ecrire",), "Réglages"),
    _Entree("Journal", "/journal", ("audit.lire",), "Réglages"),
)
# By the code that a redirect's address carries.
_FAITS = {
    "convoquees": ("Convocation enregistrée", "SANTORIN en est prévenu ; les mails partent."),
    "preparee": ("Convocations enregistrées", "SANTORIN en est prévenu ; les mails partent."),
    "lot": ("C’est enregistré", "SANTORIN en est prévenu ; les mails partent."),
    "relancees": ("Relance envoyée", "Les mails partent ; personne n’est relancé deux fois en un jour."),
    "defait": ("Geste défait", "Tout est comme avant ; SANTORIN en est prévenu."),
    "deja-enregistree": ("Convocation déjà enregistrée", "Elle ne l’a été qu’une fois."),
    "modifiee": ("Convocation modifiée", "La nouvelle version annule et remplace la précédente."),
    "inchangee": ("Rien n’a changé", "Personne n’est prévenu."),
    "lue": ("Prise de connaissance enregistrée", "L’établissement le voit."),
    "empechement": (
        "Empêchement signalé",
        "Votre convocation reste valable tant que l’établissement n’en a pas décidé.",
    ),
    "empechement-retire": ("Signalement retiré", "Votre convocation reste valable."),
    "remplacee": ("Personne remplacée", "Les deux personnes et SANTORIN sont prévenus."),
    "maintenue": (
        "Convocation maintenue",
        "La personne reçoit votre réponse par mail, et la lit dans «\u00a0Mes missions\u00a0».",
    ),
    "remise": ("Remise en main propre confirmée", "Le mail de cette version n’est plus en échec."),
    "renvoi": ("Renvoi demandé", "Le mail part à l’adresse que l’annuaire donne à présent."),
    "annulee": (
        "Convocation annulée",
        "L’accès à SANTORIN est retiré ; la personne est prévenue si elle l’avait été.",
    ),
    "signature": ("Signature enregistrée", "Les convocations qui n’ont pas encore été éditées la porteront."),
    "repondue": ("Réponse enregistrée", "L’établissement la lit dans ses demandes."),
    "demande": ("Demande transmise", "Le gestionnaire IMAGIN de l’académie la traitera ; suivez-la ici."),
    "personne-creee": ("Personne créée", "Les établissements de l’académie peuvent la convoquer."),
    "demande-creee": ("Personne créée, demande traitée", "L’établissement le lit dans ses demandes."),
    "personne-modifiee": ("Personne modifiée", "Les convocations déjà envoyées restent telles quelles."),
    "personne-desactivee": ("Personne désactivée", "Elle ne peut plus être convoquée ; ses convocations restent."),
    "personne-reactivee": ("Personne réactivée", "Elle peut de nouveau être convoquée."),
    "rappels": (
        "Rappels envoyés",
        "Un courrier part à chaque établissement qui a une adresse ; tous lisent le rappel sur leur première page.",
    ),
    "rappels-deja": ("Rappels déjà envoyés", "Ils ne l’ont été qu’une fois."),
    "avis": ("Réglage enregistré", "Les prochains avis le suivent."),
    "coordonnees": (
        "Coordonnées enregistrées",
        "Les personnes convoquées les lisent dans les mails et dans leurs missions.",
    ),
    "contact": ("Contact enregistré", "Les établissements de l’académie le lisent dès à présent."),
    "fusionnees": (
        "Fiches fusionnées",
        "Les convocations sont celles de la fiche gardée. Une fusion se défait pendant un jour.",
    ),
    "distinctes": ("Deux personnes différentes", "Ces fiches ne seront plus proposées."),
    "defaite": (
        "Fusion défaite",
        "Les deux fiches sont de nouveau en activité ; SANTORIN est prévenu.",
    ),
    "session": (
        "Session déclarée",
        "Ses missions sont visibles. Les lycées convoquent tant que le service leur est ouvert.",
    ),
    "session-archivee": ("Session archivée", "Elle se lit ; rien ne s’y change plus."),
    "session-modifiee": ("Session enregistrée", "Les établissements le lisent dès à présent."),
    "exigence": ("Règle enregistrée", "Les besoins des missions ouvertes la suivent dès à présent."),
    "exigence-nationale": ("Règle nationale en vigueur", "La règle de l’académie n’est plus ; le journal la garde."),
    "calendrier-ouvert": ("Adresse créée", "Votre agenda peut s’y abonner."),
    "calendrier-revoque": ("Adresse révoquée", "Les agendas qui la suivaient ne reçoivent plus rien."),
    "delegation": (
        "Délégation enregistrée",
        "La personne en dispose à sa prochaine connexion, à partir du premier jour.",
    ),
    "delegation-retiree": ("Délégation retirée", "La personne n’agit plus pour vous, dès à présent."),
    "droit-donne": ("Droit donné", "La personne en dispose à sa prochaine connexion."),
    "droit-retire": ("Droit retiré", "La personne ne l’a plus, dès à présent."),
    "compte-desactive": ("Compte désactivé", "La personne est déconnectée et ne peut plus se connecter."),
    "compte-reactive": ("Compte réactivé", "La personne peut de nouveau se connecter."),
    "connexions-terminees": ("Connexions terminées", "Ces navigateurs ne donnent plus accès à vos pages."),
    "intervention-finie": ("Vous n’agissez plus pour l’établissement", "Il lira ce que vous avez fait."),
    "ouverture": ("Décision enregistrée", "Les établissements concernés la voient tout de suite."),
}


async def page(
    request: Request, connection: Connection, acteur: Acteur, template: str, *, status: int = 200, **context: Any
) -> HTMLResponse:
    """`template` in the frame that `acteur` sees."""
    contexte = await _contexte(connection, acteur)
    frame = {
        "utilisateur": utilisateur(request, acteur, FONCTIONS),
        "menu": menu(_entries(request, acteur), request.url.path),
        "menu_groupe": "Centre Examen" if of_an_etablissement(acteur) else "",
        "contexte": contexte,
        "imprime_le": local_time((contexte or {}).get("academie", ""), application(request).clock()).date(),
        "avis": notices(request, _FAITS),
        "acteur": acteur,
        "aide": adresse_de_l_aide(request.url.path),
    }
    return application(request).pages.render(request, template, status=status, **frame | context)


async def choisir_etablissement(request: Request, acteur: Acteur, activite: str, adresse: str) -> Response:
    """The acteur's établissements, each a link to `adresse`/UAI, where `activite` is done for one at a time.

    Most people have one and go straight there.
    """
    uais = sorted(acteur.uais)
    if len(uais) == 1:
        return see_other(f"{adresse}/{uais[0]}")
    async with reading(request, acteur) as connection:
        found = await places.etablissements(connection, uais)
        template = "cadre/choisir_etablissement.html"
        return await page(request, connection, acteur, template, activite=activite, adresse=adresse, places=found)


def _entries(request: Request, acteur: Acteur) -> list[tuple[str, str, str]]:
    """The acteur's menu; the rectorat's ends with mission-import's pages, which are another process's."""
    shown = [one for one in _MENU if offered(acteur, one.actions, reaching=one.portee)]
    entries = [(one.groupe, one.libelle, one.url) for one in shown]
    elsewhere = application(request).settings.imports_url
    if elsewhere and offered(acteur, {"imports.lire"}):
        entries.append(("", "Imports", f"{elsewhere}/imports"))
    return entries


async def _contexte(connection: Connection, acteur: Acteur) -> dict[str, Any] | None:
    uais: Sequence[str] = sorted(acteur.uais)
    if not of_an_etablissement(acteur) or not uais:
        return None
    if len(uais) > 1:
        return {"etablissement": f"{len(uais)} établissements : {', '.join(uais)}"}
    found = await places.etablissements(connection, uais)
    nom = f"{found[0].etablissement_nom}, {found[0].etablissement_commune}" if found else "Établissement"
    academie = found[0].academie if found else ""
    place = {"etablissement": nom, "uai": uais[0], "academie": academie}
    if not offered(acteur, {"intervention.finir"}):
        return place
    # Who is still typing then has lost it.
    return place | {
        "finir": "/interventions/fin",
        "jusque": heure(local_time(academie, acteur.fin)) if acteur.fin else "",
    }
