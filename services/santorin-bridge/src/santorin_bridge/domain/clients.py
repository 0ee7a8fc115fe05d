"""Clients of the API and the verifiers of their secrets (RFC 6749 section 2.3.1): no secret stands in a setting.

A verifier is a plain SHA-256: a secret is 256 random bits that we draw, so there is nothing to guess that a slow and
salted hash would slow down; and on a route that asks for no token, a slow hash would be a lever on our processor.
"""

import json
import re
from collections.abc import Mapping
from hashlib import sha256
from hmac import compare_digest

CLIENT_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_VERIFIER = re.compile(r"sha256:[0-9a-f]{64}")
_PER_CLIENT = 2  # the one in use and, while a secret is being replaced, the next
_NEVER = "sha256:" + "-" * 64  # as long as a verifier, and the one of no secret


def verifier(secret: str) -> str:
    """What the setting holds instead of `secret`."""
    return f"sha256:{sha256(secret.encode()).hexdigest()}"


def is_client(clients: Mapping[str, tuple[str, ...]], client_id: str, secret: str) -> bool:
    """Whether `secret` is one of the client's; an unknown client costs the same comparisons as a wrong secret."""
    given = verifier(secret)
    verifiers = (*clients.get(client_id, ()), *[_NEVER] * _PER_CLIENT)[:_PER_CLIENT]
    return sum(compare_digest(given, one) for one in verifiers) > 0  # a sum: the first that fits does not end it


def read_clients(text: str) -> dict[str, tuple[str, ...]]:
    """`{"client id": ["verifier"]}` with one or two verifiers a client. Raises ValueError, which quotes nothing."""
    clients = json.loads(text, object_pairs_hook=_each_once)
    if not isinstance(clients, dict):
        raise ValueError("no object")  # noqa: TRY004  # one kind of error: the setting is wrong
    return {_client_id(name): _verifiers(verifiers) for name, verifiers in clients.items()}


def _each_once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    if len(dict(pairs)) < len(pairs):
        raise ValueError("a client stands twice")
    return dict(pairs)


def _client_id(name: str) -> str:
    if not CLIENT_ID.fullmatch(name):
        raise ValueError("no client id")
    return name


def _verifiers(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not 1 <= len(value) <= _PER_CLIENT:
        raise ValueError("one or two verifiers")
    if not all(isinstance(one, str) and _VERIFIER.fullmatch(one) for one in value):
        raise ValueError("no verifier")
    return tuple(value)
