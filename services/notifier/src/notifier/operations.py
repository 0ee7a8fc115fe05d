"""What commands may use of this service: catch up after a restored backup, and see whether mails could go."""

from pathlib import Path

from notifier.gateways.mail import RelayUnavailable, Smtp
from notifier.persistence.conservation import CONSERVATION
from notifier.settings import DureesNotifier as Durees
from notifier.use_cases.catch_up import catch_up, held

__all__ = ["CONSERVATION", "Durees", "catch_up", "held", "mail_server_refuses"]


async def mail_server_refuses(url: str, ca_file: Path | None) -> str | None:
    """Why the mail server takes nothing from us, None where it would: greeting, TLS and password, and no mail.

    `url` and `ca_file` as in the notifier's settings. Its words are a code or the name of a class.
    """
    server = Smtp(url, ca_file=ca_file)
    try:
        await server.ready()
    except RelayUnavailable as error:
        return str(error)
    except (OSError, ValueError) as error:
        return type(error).__name__
    finally:
        await server.close()
    return None
