"""The steps of an établissement, of a gestionnaire and of the administrateur, from what is lacking."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from convocation.accueil.domain import Bloc, Etape, Etat, selon
from convocation.accueil.sql import Reste
from convocation.avis.domain import Motif
from convocation.ouvertures.domain import Cible, Decision
from convocation.ouvertures.presenters import service
from convocation.sessions.presenters import annonce
from convocation.sessions.reads import NonDeclaree
from francais import enumeration, moment, pluriel

BIENTOT = timedelta(days=7)
"""An end of the service that is told before."""


@dataclass(frozen=True, slots=True)
class Ce:
    """What is known of one établissement. `droits`: what the reader does; `numerisation`: all is about that alone.

    `rappels`: when the rectorat last reminded it, by reason.
    """

    reste: Reste
    non_lues: int
    joignable: bool
    droits: frozenset[str]
    numerisation: bool
    ouvert: bool
    rappels: Mapping[str, datetime]

    def peut(self, action: str) -> bool:
        return action in self.droits

    def rappel(self, *motifs: Motif) -> str:
        """The sentence of the last reminder for one of these, after another sentence; empty where there is none."""
        found = [self.rappels[motif] for motif in motifs if motif in self.rappels]
        return f" Le rectorat vous l’a rappelé le {moment(max(found))}." if found else ""


def bloc(ce: Ce, decisions: Mapping[Cible, Decision], now: datetime) -> Bloc:
    """All steps of the établissement, those first that the others wait for."""
    steps = [_signature(ce), _coordonnees(ce), _convoquer(ce), _completer(ce), _coordinateurs(ce)]
    steps += [_empechements(ce), _lectures(ce), _mails(ce), _refus(ce)]
    _, jusqu_au, raison = service(decisions, ce.reste, now)
    fin = f"jusqu’au {moment(jusqu_au)}." if jusqu_au else ""
    return Bloc(ce.reste.nom, raison or fin, bool(raison), [one for one in steps if one is not None])


def _signature(ce: Ce) -> Etape | None:
    if not ce.peut("signature.lire"):
        return None
    absente = ce.reste.sans_signature
    who = "" if ce.peut("signature.ecrire") else " Le chef d’établissement la renseigne."
    lacks = f"Elle n’est pas encore renseignée.{who}{ce.rappel(Motif.SIGNATURE)}"
    phrase = lacks if absente else "Elle est renseignée."
    etat = selon(int(absente), peut=ce.peut("signature.ecrire"))
    lien = "Renseigner la signature" if etat is Etat.A_FAIRE else "Voir la signature"
    return Etape("Signature de l’établissement", phrase, etat, f"/signature/{ce.reste.uai}", lien)


def _coordonnees(ce: Ce) -> Etape | None:
    if not ce.peut("coordonnees.ecrire"):
        return None
    phrase = "Les personnes convoquées lisent comment vous joindre."
    if not ce.joignable:
        phrase = "Donnez un téléphone ou un courriel : les personnes convoquées les lisent."
    url, lien = f"/coordonnees/{ce.reste.uai}", "Voir les coordonnées" if ce.joignable else "Renseigner les coordonnées"
    return Etape("Coordonnées de l’établissement", phrase, selon(int(not ce.joignable)), url, lien)


def _convoquer(ce: Ce) -> Etape:
    """All missions have people, or the service is closed and waits."""
    reste = ce.reste
    have = pluriel(reste.convoquees, "mission", "missions")
    phrase = f"{have} sur {reste.missions} {'a ses' if reste.convoquees < 2 else 'ont leurs'} convocations."
    if reste.convoquees < reste.missions:
        phrase += ce.rappel(Motif.RIEN, Motif.RESTE)
    etat = selon(reste.missions - reste.convoquees, peut=ce.ouvert and ce.peut("session.preparer"))
    if ce.peut("session.preparer"):
        return Etape("Convoquer", phrase, etat, f"/preparation/{reste.uai}", "Préparer la session")
    return Etape("Convoquer", phrase, etat, "/missions-convoquees", "Voir les missions convoquées")


def _completer(ce: Ce) -> Etape:
    n, begun = ce.reste.incompletes, ce.reste.convoquees > 0
    phrase = "Chaque mission a les personnes qu’il faut."
    if n:
        phrase = f"{pluriel(n, 'mission manque', 'missions manquent')} de personnes, ou d’un profil."
    etat = selon(n, peut=begun and ce.ouvert and ce.peut("convocation.ecrire"))
    return Etape("Compléter les missions", phrase, etat, _couverture(ce), "Voir ce qui manque")


def _coordinateurs(ce: Ce) -> Etape | None:
    if ce.numerisation:
        return None
    n, begun = ce.reste.sans_coordinateur, ce.reste.convoquees > 0
    phrase = f"{pluriel(n, 'mission est', 'missions sont')} sans coordinateur." if n else "Chaque mission en a un."
    etat = selon(n, peut=begun and ce.ouvert and ce.peut("convocation.ecrire"))
    return Etape("Coordinateurs", phrase, etat, f"{_couverture(ce)}&manque=sans_coordinateur", "Voir ces missions")


def _couverture(ce: Ce) -> str:
    return f"/couverture?par=mission&q={ce.reste.uai}"


def _empechements(ce: Ce) -> Etape:
    n = ce.reste.empechements
    phrase = f"{pluriel(n, 'empêchement attend', 'empêchements attendent')} votre décision." if n else "Aucun."
    return _suivi(ce, "Empêchements à décider", phrase, selon(n, peut=ce.peut("empechement.traiter")), "empechements")


def _lectures(ce: Ce) -> Etape:
    """Others read: it is waited for, and one may remind them."""
    n = ce.non_lues
    phrase = "Toutes les convocations sont lues."
    if not ce.reste.convoques:
        phrase = "Personne n’est encore convoqué."
    elif n:
        phrase = f"{pluriel(n, 'convocation n’est', 'convocations ne sont')} pas encore {'lue' if n < 2 else 'lues'}."
        phrase += ce.rappel(Motif.LECTURE)
    etat = Etat.EN_ATTENTE if n or not ce.reste.convoques else Etat.FAIT
    return _suivi(ce, "Convocations non lues", phrase, etat, "non-lues")


def _mails(ce: Ce) -> Etape:
    n = ce.reste.mails_echoues
    phrase = f"{pluriel(n, 'mail n’est', 'mails ne sont')} pas {'arrivé' if n < 2 else 'arrivés'}." if n else "Aucun."
    return _suivi(ce, "Mails en échec", phrase, selon(n, peut=ce.peut("renvoi.demander")), "mail-en-echec")


def _refus(ce: Ce) -> Etape:
    n = ce.reste.refusees
    phrase = f"{pluriel(n, 'personne est refusée', 'personnes sont refusées')} par SANTORIN." if n else "Aucun."
    return _suivi(ce, "Refus de SANTORIN", phrase, selon(n, peut=ce.peut("convocation.ecrire")), "refusees")


def _suivi(ce: Ce, titre: str, phrase: str, etat: Etat, kind: str) -> Etape:
    return Etape(titre, phrase, etat, f"/suivi/{ce.reste.uai}?etat={kind}", "Voir ces convocations")


@dataclass(frozen=True, slots=True)
class Rectorat:
    """What is known of a gestionnaire's académies."""

    titre: str
    restes: Sequence[Reste]
    decisions: Mapping[Cible, Decision]
    demandes: int
    imports: int
    sans_contact: Sequence[str]


def bloc_du_rectorat(one: Rectorat, now: datetime) -> Bloc:
    """What the gestionnaire does, then what he follows at the lycées."""
    lycees = [reste for reste in one.restes if reste.missions]
    ouverts = sum(service(one.decisions, reste, now)[0] for reste in lycees)
    told = f"pour {pluriel(ouverts, 'lycée', 'lycées')} sur {len(lycees)}." if ouverts else "pour tous les lycées."
    steps = [
        _demandes(one),
        _imports(one),
        _contact(one),
        *_lycees(lycees),
        *_envois(lycees),
        _fermetures(one, lycees, now),
    ]
    return Bloc(one.titre, told if lycees else None, bool(lycees) and not ouverts, steps)


def _demandes(one: Rectorat) -> Etape:
    phrase = f"{pluriel(one.demandes, 'demande attend', 'demandes attendent')} votre réponse."
    etat = selon(one.demandes)
    return Etape("Demandes de création", phrase if one.demandes else "Aucune.", etat, "/demandes", "Voir les demandes")


def _imports(one: Rectorat) -> Etape:
    phrase = f"{pluriel(one.imports, 'fichier vérifié attend', 'fichiers vérifiés attendent')} votre confirmation."
    url = "/intervenants/import"
    return Etape(
        "Import de l’annuaire",
        phrase if one.imports else "Aucun fichier n’attend.",
        selon(one.imports),
        url,
        "Voir les imports",
    )


def _contact(one: Rectorat) -> Etape:
    phrase = "Les établissements savent qui contacter."
    if one.sans_contact:
        phrase = f"Les établissements ne savent pas qui contacter ({', '.join(one.sans_contact)})."
    lien = "Renseigner le contact" if one.sans_contact else "Voir le contact"
    return Etape("Contact de l’académie", phrase, selon(len(one.sans_contact)), "/contact", lien)


def _lycees(lycees: Sequence[Reste]) -> list[Etape]:
    """What the lycées do: the gestionnaire waits for it."""
    rien, sans = sum(not one.convoques for one in lycees), sum(one.sans_signature for one in lycees)
    rien_dit = f"{pluriel(rien, 'lycée n’a', 'lycées n’ont')} encore convoqué personne, sur {len(lycees)}."
    sans_dit = f"{pluriel(sans, 'lycée n’a', 'lycées n’ont')} pas renseigné {'sa' if sans < 2 else 'leur'} signature."
    return [
        Etape(
            "Lycées qui n’ont rien convoqué",
            rien_dit if rien else "Tous les lycées ont commencé.",
            selon(rien, peut=False, avant=bool(lycees)),
            "/rappels?motif=RIEN",
            "Voir ces lycées, les rappeler",
        ),
        Etape(
            "Lycées sans signature",
            sans_dit if sans else "Aucun.",
            selon(sans, peut=False, avant=bool(lycees)),
            "/rappels?motif=SIGNATURE",
            "Voir ces lycées, les rappeler",
        ),
    ]


def _envois(lycees: Sequence[Reste]) -> list[Etape]:
    """What did not arrive: an address is the gestionnaire's to correct, a refusal the lycée's."""
    mails, refus = sum(one.mails_echoues for one in lycees), sum(one.refusees for one in lycees)
    mails_dit = f"{pluriel(mails, 'mail n’est', 'mails ne sont')} pas {'arrivé' if mails < 2 else 'arrivés'}."
    refus_dit = f"{pluriel(refus, 'personne est refusée', 'personnes sont refusées')} par SANTORIN."
    return [
        Etape(
            "Mails en échec",
            f"{mails_dit} Corrigez l’adresse dans l’annuaire, puis renvoyez le mail." if mails else "Aucun.",
            selon(mails),
            "/missions?etat=mail-en-echec",
            "Voir ces missions",
        ),
        Etape(
            "Refus de SANTORIN",
            refus_dit if refus else "Aucun.",
            selon(refus, peut=False),
            "/missions?etat=refusee",
            "Voir ces missions",
        ),
    ]


def _fermetures(one: Rectorat, lycees: Sequence[Reste], now: datetime) -> Etape:
    """Who is still open and will not be within a week."""
    ends = [fin for reste in lycees if (fin := service(one.decisions, reste, now)[1]) and fin - now < BIENTOT]
    phrase = "Aucun service ne ferme dans les sept jours."
    if ends:
        phrase = f"{pluriel(len(ends), 'lycée ferme', 'lycées ferment')} bientôt, le premier le {moment(min(ends))}."
    etat = selon(len(ends), peut=False)
    return Etape("Fermetures du service", phrase, etat, "/couverture?par=etablissement", "Voir la couverture")


def bloc_de_l_administrateur(
    non_declarees: Sequence[NonDeclaree],
    sessions: Sequence[str],
    sans_contact: Sequence[str],
    sans_gestionnaire: Sequence[str],
) -> Bloc:
    """`non_declarees`: whose missions wait; `sessions`: without any decision on the opening; the others are names of
    académies with missions.
    """
    decider = f"Aucune décision d’ouverture pour {enumeration(sessions)}." if sessions else "Chaque session en a une."
    contact = f"Sans contact\u00a0: {enumeration(sans_contact)}." if sans_contact else "Chaque académie a un contact."
    comptes = f"Sans gestionnaire\u00a0: {enumeration(sans_gestionnaire)}." if sans_gestionnaire else "Chacune en a un."
    ouvrir = f"/ouvertures?session={sessions[0]}" if sessions else "/ouvertures"
    gerees = selon(len(sans_contact), peut=False)
    steps = [
        Etape(
            "Sessions",
            annonce(non_declarees) or "Toutes sont déclarées.",
            selon(len(non_declarees)),
            "/sessions",
            "Voir les sessions",
        ),
        Etape("Ouverture du service", decider, selon(len(sessions)), ouvrir, "Ouvrir le service"),
        Etape(
            "Gestionnaires des académies",
            comptes,
            selon(len(sans_gestionnaire)),
            "/comptes/attribution",
            "Donner un droit",
        ),
        Etape("Contacts des académies", contact, gerees, "/comptes", "Voir les gestionnaires, qui les renseignent"),
    ]
    return Bloc("", None, ferme=False, etapes=steps)
