"""The steps of a gestionnaire: his own, then what he follows at the lycées."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from convocation.accueil.domain import Bloc, Etape, selon
from convocation.accueil.sql import Reste
from convocation.ouvertures.domain import Cible, Decision
from convocation.ouvertures.presenters import service
from francais import moment, pluriel

BIENTOT = timedelta(days=7)
"""An end of the service that is told before."""


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
