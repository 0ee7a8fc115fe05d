"""Wiring of notifier: the one file that knows all its parts."""

from datetime import UTC, datetime

from chassis.acteur import Acteur, Role, mint
from chassis.http import create_app
from chassis.service import Runtime, Service, run
from event_schemas.catalogue import EVENT_TYPES
from notifier.gateways.convocation import ConvocationGateway
from notifier.gateways.mail import EmlFolder, Mail, Smtp
from notifier.handlers.convocations import NotifyOnConvocationEvents
from notifier.sender import Identity, Sender
from notifier.settings import Settings

_TOKEN_HOURS = 0.1


def build(runtime: Runtime) -> Service:
    settings = runtime.settings
    assert isinstance(settings, Settings)
    key = settings.token_key.get_secret_value()

    def token() -> str:
        now = datetime.now(UTC)  # noqa: TID251  # the clock's one place
        return mint(Acteur("notifier", Role.SERVICE), key, now=now, hours=_TOKEN_HOURS)

    sender = Sender(
        settings.database_url.get_secret_value(),
        ConvocationGateway(settings.convocation_url, token),
        _mail(settings),
        Identity(settings.mail_from, settings.mail_domain),
        runtime.relay.wake,
        batch_size=settings.mail_batch_size,
        poll_seconds=settings.mail_poll_milliseconds / 1000,
    )
    return Service(
        package="notifier",
        app=create_app(settings, title="IMAG'IN — notifications"),
        readers={"notifier.convocation": NotifyOnConvocationEvents()},
        models={ce_type: event.model for ce_type, event in EVENT_TYPES.items()},
        loops=[sender.run],
    )


def _mail(settings: Settings) -> Mail:
    if settings.mail_dir is not None:
        return EmlFolder(settings.mail_dir)
    assert settings.smtp_url is not None
    return Smtp(settings.smtp_url.get_secret_value())


def main() -> None:
    run(Settings(), build)


if __name__ == "__main__":
    main()
