"""Letters to établissements: convocation says what is true at that moment, and is told what became of each."""

import structlog

from chassis.kill_points import kill_point
from notifier.domain.lettre import Lettre, LettreFinie
from notifier.domain.notification import message_id
from notifier.gateways.composition import Inenvoyable, compose_lettre
from notifier.gateways.convocation import ConvocationGateway
from notifier.gateways.mail import Fate, Mail
from notifier.use_cases.deliver import Identity

log = structlog.get_logger()


async def tell_etablissements(gateway: ConvocationGateway, mail: Mail, identity: Identity) -> None:
    """All that wait, one mail each; one that may have gone out goes again with the same Message-ID, ten minutes later.

    Raises ConvocationUnavailable, RelayUnavailable.
    """
    await mail.ready()
    finies: list[LettreFinie] = []
    while found := await gateway.lettres(finies):
        finies = [done for one in found if (done := await _told(one, mail, identity)) is not None]
        kill_point("notifier.before_lettres_told")


async def _told(one: Lettre, mail: Mail, identity: Identity) -> LettreFinie | None:
    """What became of it; None where it is to be tried again."""
    try:
        message = compose_lettre(one, message_id=message_id(one.id, identity.domain), sender=identity.sender)
    except Inenvoyable as error:
        log.warning("avis.given_up", cause=str(error))
        return LettreFinie(one.id, "ECHOUEE", error.motif)
    await mail.turn()
    delivery = await mail.deliver(message, identity.envelope_from(one.id))
    if delivery.fate is Fate.SENT:
        return LettreFinie(one.id, "ENVOYEE")
    if delivery.fate is Fate.FAILED:
        log.warning("avis.given_up", cause=delivery.reason)
        return LettreFinie(one.id, "ECHOUEE", delivery.reason)
    return None
