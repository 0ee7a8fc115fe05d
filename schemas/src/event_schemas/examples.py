"""One or more examples of every event: what integrators copy and what every reader is tested with.

Invented people and places only: order numbers 9xxx name no real établissement (domaine.md 5.4).
"""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from event_schemas import catalogue, identities
from event_schemas.acces import Acces
from event_schemas.accuses import Accuse
from event_schemas.convocations import Convocation, IntervenantRef, MissionRef
from event_schemas.courriels import CourrielDemande
from event_schemas.habilitations import Habilitation
from event_schemas.inscriptions import Epreuve, Etablissement, InscriptionsClosed
from event_schemas.missions import EtablissementMission, Mission
from event_schemas.notifications import Notification
from event_schemas.reponses import ReponseCloture
from event_schemas.state import Event

SESSION = "2020-E3C1"
UAI = "0959001T"
_PLACE = {"nom": "Lycée des Essais", "commune": "Villefictive", "academie": "25"}
_HG = {"voie": "GENERALE", "code": "HG", "libelle": "Histoire-géographie"}
_HLP = {"voie": "GENERALE", "code": "HLP", "libelle": "Humanités, littérature et philosophie"}
_NUMERISATION = {"voie": "COMMUNE", "code": "NUMERISATION", "libelle": "Numérisation de copies"}
_CAMILLE = IntervenantRef(numero="990000000001", nom="EXEMPLE", prenom="Camille", uai=UAI)
_DOMINIQUE = IntervenantRef(numero="990000000002", nom="FICTIF-ESSAI", prenom="Dominique", uai=UAI)


def _mission_id(epreuve: dict[str, str]) -> UUID:
    return identities.mission_id(SESSION, UAI, epreuve["voie"], epreuve["code"])


def _type(epreuve: dict[str, str]) -> str:
    return "NUMERISATION" if epreuve is _NUMERISATION else "CORRECTION"


def _closing(revision: int, *epreuves: Epreuve) -> InscriptionsClosed:
    closed = datetime(2019, 11, 8 + revision, 18, 30, tzinfo=UTC)
    place = Etablissement(**_PLACE)
    return InscriptionsClosed.create(
        session=SESSION, uai=UAI, revision=revision, cloturee_le=closed, etablissement=place, epreuves=list(epreuves)
    )


def _epreuve(code: str, libelle: str, voie: str, candidats: int, type_: str = "E3C") -> Epreuve:
    fields: dict[str, Any] = {"code": code, "libelle": libelle, "voie": voie, "candidats_inscrits": candidats}
    return Epreuve(type=type_, **fields)


def _mission(version: int, epreuve: dict[str, str], candidats: int) -> Mission:
    return Mission.create(
        version=version,
        mission_id=_mission_id(epreuve),
        session=SESSION,
        type=_type(epreuve),
        **epreuve,
        candidats=candidats,
        date_debut=date(2020, 1, 20),
        status="ACTIVE" if candidats else "WITHDRAWN",
        etablissement=EtablissementMission(uai=UAI, **_PLACE),
    )


def _about(person: IntervenantRef, epreuve: dict[str, str]) -> dict[str, Any]:
    """The fields that a convocation and its right have in common."""
    mission: dict[str, Any] = {"session": SESSION, "type": _type(epreuve), "uai": UAI, "academie": "25", **epreuve}
    return {
        "convocation_id": _convocation_id(person, epreuve),
        "intervenant": person,
        "mission": MissionRef(mission_id=_mission_id(epreuve), **mission),
    }


def _convocation_id(person: IntervenantRef, epreuve: dict[str, str]) -> UUID:
    return identities.convocation_id(_mission_id(epreuve), person.numero)


def _convocation(version: int, about: dict[str, Any], qualite: str | None, **other: Any) -> Convocation:
    given = {"status": "ACTIVE", "qualite_par_defaut": False, "profil": None, "dates": [date(2020, 1, 27)]}
    return Convocation.create(version=version, **about, qualite=qualite, **given | other)


def _habilitation(version: int, about: dict[str, Any], role: str, **other: Any) -> Habilitation:
    given = {"status": "GRANTED", "role_par_defaut": False, "valide_du": date(2020, 1, 27), "valide_au": None}
    return Habilitation.create(version=version, convocation_version=version, **about, role=role, **given | other)


def _inscriptions() -> dict[str, dict[str, Event]]:
    history = _epreuve("HG", "Histoire-géographie", "GENERALE", 96)
    english = _epreuve("LVA-ANG", "LVA anglais", "COMMUNE", 131)
    management = _epreuve("STMG-SGN", "Sciences de gestion et numérique", "TECHNOLOGIQUE", 35)
    french = _epreuve("FRANCAIS", "Français", "COMMUNE", 131, type_="EAF")
    return {
        catalogue.INSCRIPTIONS_CLOSED: {
            "first-closing": _closing(1, history, english, management, french),
            "second-revision": _closing(2, history, english),
            "no-e3c": _closing(3, french),
        }
    }


_EFFET: dict[str, int | None] = {"creees": 0, "modifiees": 2, "inchangees": 1, "sans_candidat": 1}
_NONE: dict[str, int | None] = dict.fromkeys(_EFFET)


def _reponse(version: int, etat: str, effet: dict[str, int | None], **other: Any) -> ReponseCloture:
    given: dict[str, Any] = {
        "reponse_id": identities.reponse_id(SESSION, UAI, 2),
        "session": SESSION,
        "revision": 2,
        "decidee": version > 1,
        "motif": None,
        "raisons": [],
        "partition": 2,
        "offset": 1_204,
        "rang": 0,
    }
    return ReponseCloture.create(version=version, uai=UAI, etat=etat, **given | effet | other)


def _reponses() -> dict[str, dict[str, Event]]:
    unread = {
        "reponse_id": identities.reponse_id_of_record(2, 1_205, 3, 1_573_324_200_000),
        "session": None,
        "revision": None,
        "raisons": ["uai : la lettre de contrôle est fausse"],
        "offset": 1_205,
        "rang": 3,
    }
    motif = "Le nombre d’inscrits en HLP est celui de l’an dernier."
    return {
        catalogue.REPONSE_CLOTURE: {
            "applied": _reponse(1, "APPLIQUEE", _EFFET),
            "waits": _reponse(1, "A_VALIDER", _EFFET),
            "accepted": _reponse(2, "APPLIQUEE", _EFFET),
            "refused": _reponse(2, "REFUSEE", _NONE, motif=motif),
            "invalid": _reponse(1, "INVALIDE", _NONE, **unread),
        }
    }


def _missions() -> dict[str, dict[str, Event]]:
    return {
        catalogue.MISSION_CREATED: {
            "correction": _mission(1, _HG, 96),
            "numerisation": _mission(1, _NUMERISATION, 262),
        },
        catalogue.MISSION_CHANGED: {"more-candidates": _mission(2, _HG, 98), "back": _mission(4, _HG, 97)},
        catalogue.MISSION_WITHDRAWN: {"no-candidates": _mission(3, _HG, 0)},
    }


def _convocations() -> dict[str, dict[str, Event]]:
    history = _about(_CAMILLE, _HG)
    days = [date(2020, 1, 27), date(2020, 1, 28)]
    return {
        catalogue.INTERVENANT_CONVOQUE: {
            "correcteur-par-defaut": _convocation(1, history, "CORRECTEUR", qualite_par_defaut=True),
            "hlp": _convocation(1, _about(_DOMINIQUE, _HLP), "CORRECTEUR", profil="professeur de philosophie"),
            "numerisation": _convocation(1, _about(_DOMINIQUE, _NUMERISATION), None),
            "again": _convocation(4, history, "CORRECTEUR_SUPPLEANT"),
        },
        catalogue.CONVOCATION_CHANGED: {"coordinateur": _convocation(2, history, "COORDINATEUR", dates=days)},
        catalogue.CONVOCATION_CANCELLED: {
            "cancelled": _convocation(3, history, "COORDINATEUR", dates=days, status="CANCELLED")
        },
    }


def _habilitations() -> dict[str, dict[str, Event]]:
    history = _about(_CAMILLE, _HG)
    last = date(2020, 2, 14)
    return {
        catalogue.HABILITATION_STATE: {
            "correcteur-par-defaut": _habilitation(1, history, "CORRECTEUR", role_par_defaut=True),
            "coordinateur": _habilitation(2, history, "COORDINATEUR", valide_au=last),
            "revoked": _habilitation(3, history, "COORDINATEUR", valide_au=last, status="REVOKED"),
            "numerisation": _habilitation(1, _about(_DOMINIQUE, _NUMERISATION), "NUMERISATION"),
        }
    }


def _results() -> dict[str, dict[str, Event]]:
    convocation = _convocation_id(_CAMILLE, _HG)

    def answer(version: int, decision: str, motif: str | None = None) -> Accuse:
        fields: dict[str, Any] = {"habilitation_version": version, "decision": decision, "motif": motif}
        return Accuse.create(convocation_id=convocation, version=version, **fields)

    def acces(version: int, right: int, etat: str, motif: str | None = None) -> Acces:
        fields: dict[str, Any] = {"habilitation_version": right, "etat": etat, "motif": motif}
        return Acces.create(convocation_id=convocation, version=version, **fields)

    def mail(version: int, etat: str, motif: str | None = None, *, retour: bool = False) -> Notification:
        fields: dict[str, Any] = {"convocation_version": version, "etat": etat, "motif": motif, "retour": retour}
        return Notification.create(convocation_id=convocation, version=version, **fields)

    def asked(version: int, objet: str) -> CourrielDemande:
        fields: dict[str, Any] = {"convocation_version": 2, "objet": objet}
        return CourrielDemande.create(convocation_id=convocation, version=version, **fields)

    unknown = "Établissement inconnu de SANTORIN"
    return {
        catalogue.ACCUSE_SENT: {"accepted": answer(1, "ACCEPTED"), "refused": answer(2, "REFUSED", unknown)},
        catalogue.ACCES_CHANGED: {
            "transmise": acces(1, 1, "TRANSMISE"),
            "acceptee": acces(2, 1, "ACCEPTEE"),
            "rejetee": acces(4, 2, "REJETEE", unknown),
            "retiree": acces(5, 3, "RETIREE"),
        },
        catalogue.NOTIFICATION_SENT: {"first": mail(1, "ENVOYEE"), "after-a-change": mail(2, "ENVOYEE")},
        catalogue.NOTIFICATION_FAILED: {
            "refused": mail(3, "ECHOUEE", "Le serveur de courrier a refusé le message"),
            "bounced": mail(4, "ECHOUEE", "Adresse inconnue (5.1.1)", retour=True),
        },
        catalogue.COURRIEL_DEMANDE: {"address-corrected": asked(1, "RENVOI"), "maintained": asked(2, "REPONSE")},
    }


def examples() -> dict[str, dict[str, Event]]:
    """`ce_type` → case → body."""
    return {**_inscriptions(), **_reponses(), **_missions(), **_convocations(), **_habilitations(), **_results()}
