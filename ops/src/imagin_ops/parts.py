"""What `doctor` checks beside the services: copies on Kafka, codecs, clocks, the mail server."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from aiokafka import codec

from imagin_ops import acls, topics
from imagin_ops.connections import NoAnswer
from imagin_ops.health import Books, Health, asked
from imagin_ops.output import program
from imagin_ops.running import Installation
from notifier.operations import mail_server_refuses

_CLOCK_SECONDS = 2.0
_SHOWN = 3
_TEXT = b"imagin " * 100
_CODECS: dict[str, tuple[Callable[[bytes], bytes], Callable[[bytes], bytes]]] = {
    "gzip": (codec.gzip_encode, codec.gzip_decode),
    "snappy": (codec.snappy_encode, codec.snappy_decode),
    "lz4": (codec.lz4_encode, codec.lz4_decode),
    "zstd": (codec.zstd_encode, codec.zstd_decode),
}


async def copies(kafka: dict[str, Any]) -> str | None:
    """Partitions with copies that are missing or late. Raises NoAnswer."""
    late = await topics.behind(kafka)
    more = f" et {len(late) - _SHOWN} autre(s)" if len(late) > _SHOWN else ""
    return f"copies en retard : {', '.join(late[:_SHOWN])}{more}" if late else None


async def rights(kafka: dict[str, Any]) -> dict[str, str | None]:
    """Where the cluster's rights are not those of the catalogue; or that there are none."""
    try:
        found = await asked(acls.given(kafka))
    except acls.NoAuthorizer:
        return {"droits sur Kafka (aucun : le cluster n’a pas d’authorizer)": None}
    return {"droits sur Kafka": str(found) if isinstance(found, NoAnswer) else _wrong(found)}


def _wrong(found: list[acls.Given]) -> str | None:
    lacks, strangers = acls.missing(found), acls.strangers(found)
    sentences = [f"{len(lacks)} manque(nt), dont {lacks[0]} : {program()} topics acls"] if lacks else []
    sentences += [f"écrivent aussi : {', '.join(strangers[:_SHOWN])}"] if strangers else []
    return " ; ".join(sentences) or None


def codecs() -> str | None:
    """Those that this machine cannot read or write; a record packed so would be a dead letter."""
    broken = [name for name, (pack, unpack) in _CODECS.items() if not _round_trip(pack, unpack)]
    return f"illisible(s) ici : {', '.join(broken)}" if broken else None


def _round_trip(pack: Callable[[bytes], bytes], unpack: Callable[[bytes], bytes]) -> bool:
    try:
        return bytes(unpack(pack(_TEXT))) == _TEXT
    except Exception:  # noqa: BLE001  # whatever a library that is missing or broken raises
        return False


def clocks(services: list[Health]) -> str | None:
    """Whose clock is more than two seconds from this machine's: tokens and dates would not be believed."""
    far = [f"{who} {seconds:.0f} s" for one in services for who, seconds in _clocks(one) if seconds > _CLOCK_SECONDS]
    return f"écart avec cette machine : {', '.join(far)}" if far else None


def _clocks(one: Health) -> Iterator[tuple[str, float]]:
    if isinstance(one.books, Books):
        yield f"base {one.service.package}", one.books.clock_seconds
    yield from ((replica.url, replica.clock_seconds) for replica in one.replicas)


async def mail_server(installation: Installation) -> dict[str, str | None]:
    """Whether it greets and lets us in, where its URL is given. No mail is sent."""
    if not installation.smtp_url:
        return {}
    ca_file = Path(installation.smtp_ca_file) if installation.smtp_ca_file else None
    refused = await asked(mail_server_refuses(installation.smtp_url, ca_file))
    return {"serveur de mail": str(refused) if isinstance(refused, NoAnswer) else refused}
