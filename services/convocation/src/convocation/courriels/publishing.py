"""CourrielDemande: a mail that no new version brings."""

from uuid import UUID

from chassis.outbox import Outgoing
from convocation.courriels.domain import Objet
from event_schemas import catalogue
from event_schemas.courriels import CourrielDemande


def publish_courriel(convocation_id: UUID, convocation_version: int, version: int, objet: Objet) -> Outgoing:
    """CourrielDemande; `version`: how many mails were asked for of this convocation."""
    state = CourrielDemande.create(
        convocation_id=convocation_id,
        version=version,
        convocation_version=convocation_version,
        objet=objet.value,
    )
    key = str(convocation_id)
    return Outgoing(catalogue.COURRIEL, catalogue.COURRIEL_DEMANDE, key, convocation_id, version, state.to_bytes())
