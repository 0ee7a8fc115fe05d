"""Refusals of convoking, changing and cancelling."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from convocation.commun.refus import Kind, Refus
from francais import dates_longues


class ConvocationInconnue(Refus):
    slug = "convocation-inconnue"
    kind = Kind.ABSENT
    phrase = "Cette convocation n’existe pas ou n’est pas celle de votre établissement."


class IntervenantInconnu(Refus):
    """R36."""

    slug = "intervenant-inconnu"
    phrase = (
        "Une personne n’est pas répertoriée dans l’annuaire de l’académie : "
        "contactez le gestionnaire IMAGIN, qui peut la créer."
    )


class IntervenantInactif(Refus):
    slug = "intervenant-inactif"
    phrase = "Une personne n’est plus en activité dans l’annuaire de l’académie."


class MissionSansCandidat(Refus):
    slug = "mission-sans-candidat"
    kind = Kind.CONFLIT
    phrase = "Cette mission n’a plus de candidat : on n’y convoque plus personne."


class MissionDateNotChosen(Refus):
    """R37, K.f: the fictitious date of the mission is never taken for a chosen one."""

    slug = "date-non-choisie"
    champ = "date-1"
    phrase = "Choisissez au moins une date de mission."


class CoordinateurNonCoche(Refus):
    slug = "coordinateur-non-coche"
    champ = "coordinateur"
    phrase = "Cochez aussi la personne que vous avez choisie comme coordinateur."


class DateIllisible(Refus):
    slug = "date-illisible"
    champ = "date-1"
    phrase = "Choisissez la date de mission dans le calendrier : celle-ci ne se lit pas."


class DateInvraisemblable(Refus):
    slug = "date-invraisemblable"
    champ = "date-1"
    phrase = "L’année d’une date de mission n’est pas plausible : écrivez-la en quatre chiffres."


class DatePassee(Refus):
    """The académie's day is later. A date that a convocation has already may stay."""

    slug = "date-passee"
    champ = "date-1"

    def __init__(self, jours: Sequence[date]) -> None:
        super().__init__()
        self.jours = list(jours)
        dates = "Cette date de mission est passée" if len(jours) == 1 else "Ces dates de mission sont passées"
        self.phrase = f"{dates} : {dates_longues(jours)}. Choisissez une date à partir d’aujourd’hui."

    @property
    def details(self) -> dict[str, Any]:
        return super().details | {"champ": "dates", "dates": [day.isoformat() for day in self.jours]}


class QualiteInconnue(Refus):
    """R33."""

    slug = "qualite-inconnue"
    champ = "qualite"
    phrase = "La qualité est coordinateur, coordinateur adjoint, correcteur ou correcteur suppléant."


class QualiteSansObjet(Refus):
    """R52."""

    slug = "qualite-sans-objet"
    champ = "qualite"
    phrase = "La qualité n’est pas à saisir pour une mission de numérisation de copies."


class PersonneChoisie(Refus):
    slug = "personne-non-choisie"
    champ = "personnes"
    phrase = "Choisissez au moins une personne à convoquer, et chacune une seule fois."


class TropDePersonnes(Refus):
    slug = "trop-de-personnes"
    champ = "personnes"
    phrase = "On convoque 500 personnes au plus à la fois."


class DejaConvoque(Refus):
    """K.d."""

    slug = "deja-convoque"
    kind = Kind.CONFLIT
    phrase = "Une personne est déjà convoquée sur cette mission : modifiez sa convocation."


class ConvocationAnnulee(Refus):
    slug = "convocation-annulee"
    kind = Kind.CONFLIT
    phrase = "Cette convocation est déjà annulée. Si la personne doit venir, convoquez-la à nouveau."


class MotifAbsent(Refus):
    slug = "motif-absent"
    champ = "motif"
    phrase = "Indiquez le motif de l’annulation : la personne le lira."


class PlusRienAFaire(Refus):
    """Told to the person when the convocation was cancelled."""

    slug = "convocation-annulee"
    kind = Kind.CONFLIT
    phrase = "Cette convocation est annulée : vous n’avez plus rien à faire."


class AvertissementsALire(Refus):
    """There are warnings that the person has not read; nothing was written."""

    slug = "avertissements"
    phrase = "Lisez les avertissements avant de convoquer."
