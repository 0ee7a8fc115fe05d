"""A mission of the domain → the event that tells it, for the outbox (full state and version)."""

from functools import lru_cache

from chassis.cloudevents import Cause
from chassis.outbox import Outgoing
from event_schemas import catalogue, identities
from event_schemas.missions import EtablissementMission
from event_schemas.missions import Mission as MissionState
from mission_import.domain.inscriptions import Etablissement
from mission_import.domain.mission import Mission, Status


def publish(mission: Mission, cause: Cause) -> Outgoing:
    """MissionCreated is version 1 only; withdrawn = no candidates now; coming back is MissionChanged."""
    etablissement = mission.etablissement
    mission_id = identities.mission_id(mission.session, etablissement.uai, mission.cle.voie, mission.cle.code)
    state = MissionState.create(
        mission_id=mission_id,
        version=mission.version,
        session=mission.session,
        type=mission.type.value,
        voie=mission.cle.voie,
        code=mission.cle.code,
        libelle=mission.libelle,
        candidats=mission.candidats,
        date_debut=mission.date_debut,
        status=mission.status.value,
        etablissement=_etablissement(etablissement),
    )
    return Outgoing(
        catalogue.MISSION, _type(mission), str(mission_id), mission_id, mission.version, state.to_bytes(), cause
    )


def _type(mission: Mission) -> str:
    if mission.status is Status.WITHDRAWN:
        return catalogue.MISSION_WITHDRAWN
    return catalogue.MISSION_CREATED if mission.version == 1 else catalogue.MISSION_CHANGED


@lru_cache(maxsize=1_024)
def _etablissement(etablissement: Etablissement) -> EtablissementMission:
    """The missions of a closing share theirs."""
    return EtablissementMission(
        uai=etablissement.uai,
        nom=etablissement.nom,
        commune=etablissement.commune,
        academie=etablissement.academie,
    )
