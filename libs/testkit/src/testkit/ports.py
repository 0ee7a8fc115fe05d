"""Free TCP ports below the range the kernel hands out to clients: a client that reconnects to a killed
server can then neither take the server's port nor connect to itself."""

import secrets
import socket
from collections import deque

_FIRST, _COUNT = 20_000, 12_000
_given: deque[int] = deque(maxlen=1_000)
"""By this process, the latest: whoever was given one may not listen on it yet."""


def free_port() -> int:
    """A port nobody listens on now. Starters of servers still retry: somebody else may take it first."""
    for _ in range(100):
        port = _FIRST + secrets.randbelow(_COUNT)
        if port not in _given and _is_free(port):
            _given.append(port)
            return port
    raise OSError(f"no free port between {_FIRST} and {_FIRST + _COUNT}")


def free_ports(count: int) -> list[int]:
    """As many different ones."""
    ports: set[int] = set()
    while len(ports) < count:
        ports.add(free_port())
    return list(ports)


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True
