"""Whose address was changed reads it at the old one: whoever writes the directory could have a link sent to himself."""

from datetime import datetime
from uuid import UUID

import structlog

from notifier.domain.courrier import AdresseChangee
from notifier.domain.notification import message_id
from notifier.gateways.composition import Inenvoyable, compose_changement
from notifier.gateways.convocation import ConvocationGateway
from notifier.gateways.mail import Fate, Mail
from notifier.use_cases.deliver import Identity

log = structlog.get_logger()


async def tell_old_addresses(gateway: ConvocationGateway, mail: Mail, identity: Identity, now: datetime) -> None:
    """All that wait, one mail each; one that may have gone out goes again with the same Message-ID, ten minutes later.

    Raises ConvocationUnavailable, RelayUnavailable.
    """
    await mail.ready()
    dites: list[UUID] = []
    while found := await gateway.adresses_changees(dites):
        dites = [one.id for one in found if await _told(one, mail, identity, now)]


async def _told(one: AdresseChangee, mail: Mail, identity: Identity, now: datetime) -> bool:
    """Whether nothing is left to do: it went out, or never can."""
    try:
        message = compose_changement(
            one, message_id=message_id(one.id, identity.domain), date=now, sender=identity.sender
        )
    except Inenvoyable as error:
        log.warning("adresses.given_up", cause=str(error))
        return True
    await mail.turn()
    delivery = await mail.deliver(message, identity.envelope_from(one.id))
    if delivery.fate is Fate.FAILED:
        log.warning("adresses.given_up", cause=delivery.reason)
    return delivery.fate in {Fate.SENT, Fate.FAILED}
