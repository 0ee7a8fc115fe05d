"""Wiring of notifier: the one file that knows all its parts."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from uuid import UUID

import structlog

from acces.acteur import Acteur, Role
from acces.http import Application, create_app, publish_keys
from acces.settings import cles
from chassis.launching import yield_to_pages
from chassis.periodic import periodically
from chassis.service import Runtime, Service, run
from event_schemas.catalogue import EVENT_TYPES
from notifier.domain.notification import Nuit
from notifier.domain.retour import lire, verp
from notifier.gateways.convocation import ConvocationGateway, ConvocationUnavailable
from notifier.gateways.mail import EmlFolder, Mail, RelayUnavailable, Smtp
from notifier.gateways.retours import Retours
from notifier.handlers.convocations import NotifyOnConvocationEvents
from notifier.handlers.courriels import QueueOnCourrielDemande
from notifier.metrics import MAILS_AGE_SECONDS, MAILS_WAITING
from notifier.persistence import notifications
from notifier.persistence.conservation import CONSERVATION
from notifier.sender import Sender
from notifier.settings import Settings
from notifier.use_cases.deliver import Identity
from notifier.use_cases.plan_reminders import plan_reminders
from notifier.use_cases.read_bounces import read_bounces
from notifier.use_cases.send_mails import Sending
from notifier.use_cases.tell_etablissements import tell_etablissements
from notifier.use_cases.tell_old_addresses import tell_old_addresses

log = structlog.get_logger()
_TOKEN_HOURS = 0.1
_REMINDERS_SECONDS = 60.0
_GAUGES_SECONDS = 10.0


def _clock() -> datetime:
    return datetime.now(UTC)  # noqa: TID251  # the clock's one place


def build(runtime: Runtime) -> Service:
    settings = runtime.settings
    assert isinstance(settings, Settings)
    sender = Sender(
        settings.database_url.get_secret_value(),
        _sending(settings),
        runtime.relay.wake,
        poll_seconds=settings.mail_poll_milliseconds / 1000,
    )
    app = create_app(title="IMAG'IN — notifications")
    app.state.application = Application(
        pool=runtime.pool,
        clock=_clock,
        wake_relay=runtime.relay.wake,
        documentation_url=settings.documentation_url,
        issuers=settings.believed(),
    )
    publish_keys(app, settings.signer)
    settling = timedelta(seconds=settings.settle_seconds)
    return Service(
        package="notifier",
        app=app,
        readers={
            "notifier.convocation": NotifyOnConvocationEvents(_clock, settling),
            "notifier.courriel": QueueOnCourrielDemande(_clock, settling),
        },
        models={ce_type: event.model for ce_type, event in EVENT_TYPES.items()},
        loops=[sender.run, *_periodic(runtime, settings)],
    )


def _gateway(settings: Settings) -> ConvocationGateway:
    signs = settings.signs

    def token() -> str:
        return signs.mint(Acteur("notifier", Role.NOTIFIER), audience="convocation", now=_clock(), hours=_TOKEN_HOURS)

    return ConvocationGateway(settings.convocation_url, token)


def _identity(settings: Settings) -> Identity:
    return Identity(settings.mail_from, settings.mail_domain, _return_address(settings))


def _sending(settings: Settings) -> Sending:
    return Sending(
        _gateway(settings),
        _mail(settings),
        _identity(settings),
        _clock,
        nuit=Nuit(*settings.night_hours) if settings.night_hours else None,
        batch_size=settings.mail_batch_size,
    )


def _return_address(settings: Settings) -> Callable[[UUID], str] | None:
    if settings.bounce_address is None or settings.bounce_keys is None:
        return None
    return partial(verp, settings.bounce_address, cles=cles(settings.bounce_keys))


def _mail(settings: Settings) -> Mail:
    if settings.mail_dir is not None:
        return EmlFolder(settings.mail_dir)
    assert settings.smtp_url is not None
    return Smtp(
        settings.smtp_url.get_secret_value(),
        rate=settings.smtp_rate_per_second,
        ca_file=settings.smtp_ca_file,
        connections=settings.smtp_connections,
    )


def _periodic(runtime: Runtime, settings: Settings) -> list[Callable[[], Awaitable[None]]]:
    """Reminders, gauges, purge, old addresses, letters to établissements, and bounces where a folder receives them."""

    async def remind() -> None:
        async with runtime.pool.acquire() as connection:
            await plan_reminders(connection, settings.reminders, _clock)

    async def measure() -> None:
        async with runtime.pool.acquire() as connection:
            found = await notifications.waiting(connection, _clock())
        MAILS_WAITING.labels(settings.mail_host).set(found.waiting)
        MAILS_AGE_SECONDS.labels(settings.mail_host).set(found.age)

    # A connection of its own: those of the queue may all be in use.
    gateway, mail, identity = _gateway(settings), _mail(settings), _identity(settings)

    async def tell_addresses() -> None:
        try:
            await tell_old_addresses(gateway, mail, identity, _clock())
            await tell_etablissements(gateway, mail, identity)
        except (ConvocationUnavailable, RelayUnavailable) as error:
            log.warning("adresses.wait", error=error, cause=str(error))

    return [
        partial(periodically, settings.letter_poll_seconds, "addresses", tell_addresses),
        partial(periodically, _REMINDERS_SECONDS, "reminders", remind),
        partial(periodically, _GAUGES_SECONDS, "mails", measure),
        CONSERVATION.purging(runtime.pool, settings, _clock),
        *_bounces(runtime, settings, gateway),
    ]


def _bounces(runtime: Runtime, settings: Settings, gateway: ConvocationGateway) -> list[Callable[[], Awaitable[None]]]:
    """The reader of bounces, where a folder receives them."""
    if settings.bounce_dir is None or settings.bounce_keys is None:
        return []
    retours = Retours(settings.bounce_dir, partial(lire, cles=cles(settings.bounce_keys)))

    async def bounces() -> None:
        try:
            async with runtime.pool.acquire() as connection:
                await read_bounces(connection, retours, gateway, _clock)
        except ConvocationUnavailable as error:
            log.warning("bounces.wait", error=error, cause=str(error))
        runtime.relay.wake()

    return [partial(periodically, settings.bounce_poll_seconds, "bounces", bounces)]


def main() -> None:
    yield_to_pages()  # mails are nobody's who waits (0067)
    run(Settings, build)
