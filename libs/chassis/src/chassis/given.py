"""What is given in the environment, checked. Apart from the settings, so that a command need not import pydantic."""

import re
from pathlib import Path
from urllib.parse import urlsplit

_ADDRESS = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[^\s:\[\]]+)(:[0-9]{1,5})?")


class Misconfigured(Exception):
    """Settings that are missing or wrong: `sentences` name their variables, and no value."""

    def __init__(self, sentences: list[str]) -> None:
        super().__init__("; ".join(sentences))
        self.sentences = sentences


def read_secret_file(variable: str, path: str) -> str:
    """What stands in the file that `<variable>_FILE` names, without the space around it. Raises Misconfigured."""
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, ValueError) as error:  # ValueError: no UTF-8, or a name that cannot be one
        reason = error.strerror if isinstance(error, OSError) else "it is no text"
        raise Misconfigured([f"{variable}_FILE: the file cannot be read ({reason})"]) from None


def check_brokers(brokers: str) -> str:
    """The addresses, with commas between. Raises ValueError."""
    if not all(_ADDRESS.fullmatch(one.strip()) for one in brokers.split(",")):
        raise ValueError("brokers are named host:port, with commas between them")
    return brokers


def check_database_url(url: str) -> str:
    """The URL. Raises ValueError, which does not quote it, where asyncpg would with a trace."""
    try:
        parts = urlsplit(url)
    except ValueError:  # a bracket in a password
        raise ValueError("no URL; in a password other characters than letters and digits are written %XX") from None
    hosts = parts.netloc.rpartition("@")[2]  # none: a socket of this machine
    addresses = not hosts or all(map(_ADDRESS.fullmatch, hosts.split(",")))
    if parts.scheme not in {"postgresql", "postgres"} or not addresses:
        raise ValueError("a URL is postgresql://user:password@host:port/database")
    return url
