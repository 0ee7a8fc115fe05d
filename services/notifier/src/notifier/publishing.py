"""What became of a mail → NotificationSent or NotificationFailed, for the outbox."""

from chassis.cloudevents import Cause
from chassis.outbox import Outgoing
from event_schemas import catalogue
from event_schemas.notifications import Notification
from notifier.domain.notification import Etat
from notifier.persistence.resultats import Told


def publish(told: Told, version: int, etat: Etat, motif: str | None) -> Outgoing:
    """`version` is the report's own; one report tells one convocation. BOUNCED is a failure that came back."""
    sent = etat is Etat.SENT
    state = Notification.create(
        convocation_id=told.convocation_id,
        version=version,
        convocation_version=told.version,
        etat="ENVOYEE" if sent else "ECHOUEE",
        motif=motif,
        retour=etat is Etat.BOUNCED,
    )
    ce_type = catalogue.NOTIFICATION_SENT if sent else catalogue.NOTIFICATION_FAILED
    key = str(told.convocation_id)
    cause = Cause(told.correlation_id, traceparent=told.traceparent)
    return Outgoing(catalogue.NOTIFICATION, ce_type, key, told.convocation_id, version, state.to_bytes(), cause)
