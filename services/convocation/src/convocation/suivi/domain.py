"""Where a convocation stands: convoked, in SANTORIN, told by mail, cancelled; always about its present version."""

from dataclasses import dataclass
from enum import StrEnum


class Acces(StrEnum):
    """What the établissement reads of the right in SANTORIN."""

    EN_COURS = "Transmission en cours"
    TRANSMISE = "Transmise à SANTORIN"
    ACCEPTEE = "Acceptée par SANTORIN"
    REJETEE = "Rejetée par SANTORIN"
    RETRAIT_EN_COURS = "Retrait en cours"
    RETIREE = "Accès retiré"


class Courriel(StrEnum):
    """What the établissement reads of the mail."""

    EN_ATTENTE = "Mail en attente"
    ENVOYEE = "Mail envoyé"
    ECHOUEE = "Mail échoué"
    REVENUE = "Mail revenu"
    REMISE = "Remise en main propre"
    SANS_OBJET = "Personne n’avait été prévenu"


@dataclass(frozen=True, slots=True)
class Fait:
    """What another service said last: `etat`, of which version of the convocation, and why."""

    etat: str
    convocation_version: int | None
    motif: str | None


@dataclass(frozen=True, slots=True)
class Suivi:
    """`en_attente`: something is still on its way, so the page asks again."""

    acces: Acces
    acces_motif: str | None
    courriel: Courriel
    courriel_motif: str | None

    @property
    def en_attente(self) -> bool:
        moving = {Acces.EN_COURS, Acces.RETRAIT_EN_COURS}
        return self.acces in moving or self.courriel is Courriel.EN_ATTENTE

    @property
    def a_remettre(self) -> bool:
        """The mail did not arrive: the établissement prints the convocation and hands it over."""
        return self.courriel in {Courriel.ECHOUEE, Courriel.REVENUE}


def suivi(version: int, *, active: bool, acces: Fait | None, notification: Fait | None, remise: bool = False) -> Suivi:
    """Facts about an earlier version say nothing about this one. `remise`: this one was handed over on paper."""
    acces_now = acces if acces and acces.convocation_version == version else None
    mail_now = notification if notification and notification.convocation_version == version else None
    waiting = Acces.EN_COURS if active else Acces.RETRAIT_EN_COURS
    courriel = Courriel[mail_now.etat] if mail_now else _mail_to_come(active=active, told=notification is not None)
    return Suivi(
        acces=Acces[acces_now.etat] if acces_now else waiting,
        acces_motif=acces_now.motif if acces_now else None,
        courriel=Courriel.REMISE if remise else courriel,
        courriel_motif=mail_now.motif if mail_now and not remise else None,
    )


def _mail_to_come(*, active: bool, told: bool) -> Courriel:
    """A cancellation is mailed only where the convocation was."""
    return Courriel.EN_ATTENTE if active or told else Courriel.SANS_OBJET
