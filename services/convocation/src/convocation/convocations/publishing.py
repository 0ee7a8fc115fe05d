"""A convocation of the domain → the event that tells it: no mail, no telephone, no observation."""

from typing import cast
from uuid import UUID

from chassis.outbox import Outgoing
from convocation.annuaire.domain import Intervenant
from convocation.convocations.domain import Convocation, NatureVersion
from convocation.missions.domain import Mission
from event_schemas import catalogue
from event_schemas.convocations import Convocation as ConvocationState
from event_schemas.convocations import IntervenantRef, MissionRef
from event_schemas.inscriptions import Voie

TYPES = {
    NatureVersion.CONVOCATION: catalogue.INTERVENANT_CONVOQUE,
    NatureVersion.MODIFICATION: catalogue.CONVOCATION_CHANGED,
    NatureVersion.ANNULATION: catalogue.CONVOCATION_CANCELLED,
}


def publish(convocation_id: UUID, convocation: Convocation, person: Intervenant, mission: Mission) -> Outgoing:
    """IntervenantConvoqué, ConvocationChanged or ConvocationCancelled, as the convocation's nature says."""
    state = ConvocationState.create(
        convocation_id=convocation_id,
        version=convocation.version,
        status="ACTIVE" if convocation.active else "CANCELLED",
        intervenant=IntervenantRef(numero=person.numero, nom=person.nom, prenom=person.prenom, uai=person.uai),
        mission=MissionRef(
            mission_id=mission.mission_id,
            session=mission.session,
            type=mission.type.value,
            voie=cast("Voie", mission.voie),
            code=mission.code,
            libelle=mission.libelle,
            uai=mission.uai,
            academie=mission.academie,
        ),
        qualite=convocation.qualite.qualite.value if convocation.qualite.qualite else None,
        qualite_par_defaut=convocation.qualite.par_defaut,
        profil=convocation.profil,
        dates=list(convocation.dates),
    )
    ce_type = TYPES[convocation.nature]
    key = str(convocation_id)
    return Outgoing(catalogue.CONVOCATION, ce_type, key, convocation_id, convocation.version, state.to_bytes())
