"""Outcomes of mails → NotificationSent or NotificationFailed, for the outbox."""

from chassis.cloudevents import Cause
from chassis.outbox import Outgoing
from event_schemas import catalogue
from event_schemas.notifications import Notification
from notifier.domain.notification import Etat
from notifier.persistence.notifications import Outcome


def publish(outcome: Outcome, version: int) -> Outgoing:
    """`version` is the report's own; one report tells one mail."""
    sent = outcome.etat is Etat.ENVOYEE
    convocation_id = outcome.claimed.convocation_id
    state = Notification.create(
        convocation_id=convocation_id,
        version=version,
        convocation_version=outcome.claimed.version,
        etat="ENVOYEE" if sent else "ECHOUEE",
        motif=outcome.motif,
    )
    ce_type = catalogue.NOTIFICATION_SENT if sent else catalogue.NOTIFICATION_FAILED
    cause = Cause(outcome.claimed.correlation_id)
    key = str(convocation_id)
    return Outgoing(catalogue.NOTIFICATION, ce_type, key, convocation_id, version, state.to_bytes(), cause)
