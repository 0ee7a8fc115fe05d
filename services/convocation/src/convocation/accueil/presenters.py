"""The steps of an établissement and of the administrateur, from what is lacking."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from convocation.accueil.domain import Bloc, Etape, Etat, selon
from convocation.accueil.sql import Reste
from convocation.avis.domain import Motif
from convocation.ouvertures.domain import Cible, Decision
from convocation.ouvertures.presenters import service
from convocation.sessions.presenters import annonce
from convocation.sessions.reads import NonDeclaree
from francais import enumeration, moment, pluriel


@dataclass(frozen=True, slots=True)
class Ce:
    """What is known of one établissement. `droits`: what the reader does; `numerisation`: all is about that alone.

    `non_signees`: convocations that went out before the signature; `rappels`: when the rectorat last reminded it, by
    reason.
    """

    reste: Reste
    non_signees: int
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
    if not absente and ce.non_signees:
        return _resigner(ce)
    who = "" if ce.peut("signature.ecrire") else " Le chef d’établissement la renseigne."
    lacks = f"Elle n’est pas encore renseignée.{who}{ce.rappel(Motif.SIGNATURE)}"
    phrase = lacks if absente else "Elle est renseignée."
    etat = selon(int(absente), peut=ce.peut("signature.ecrire"))
    lien = "Renseigner la signature" if etat is Etat.A_FAIRE else "Voir la signature"
    return Etape("Signature de l’établissement", phrase, etat, f"/signature/{ce.reste.uai}", lien)


def _resigner(ce: Ce) -> Etape:
    """The signature came late: what went out before it does not bear it."""
    n = ce.non_signees
    parties = pluriel(n, "convocation est partie", "convocations sont parties")
    phrase = f"Elle est renseignée, mais {parties} avant elle."
    etat = selon(n, peut=ce.ouvert and ce.peut("convocation.ecrire"))
    lien = "Les établir à nouveau" if etat is Etat.A_FAIRE else "Voir ces convocations"
    return _suivi(ce, "Signature de l’établissement", phrase, etat, "sans-signature", lien)


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


def _suivi(ce: Ce, titre: str, phrase: str, etat: Etat, kind: str, lien: str = "Voir ces convocations") -> Etape:
    return Etape(titre, phrase, etat, f"/suivi/{ce.reste.uai}?etat={kind}", lien)


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
