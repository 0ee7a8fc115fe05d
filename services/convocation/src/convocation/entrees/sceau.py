"""What only the browser of a session can have us read: sealed by the cookie's value, which is kept nowhere (0038)."""

import hashlib

from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

_HEADER = {"alg": "dir", "enc": "A256GCM"}


def seal(secret: str, text: str) -> str:
    """`text`, encrypted (JWE)."""
    return jwe.encrypt_compact(_HEADER, text, _key(secret))


def unseal(secret: str, sealed: str) -> str | None:
    """What was sealed with the same secret; None for anything else."""
    try:
        plaintext = jwe.decrypt_compact(sealed, _key(secret)).plaintext
    except (JoseError, ValueError):
        return None
    return plaintext.decode() if plaintext else None


def _key(secret: str) -> OctKey:
    """Not the SHA-256 of the secret itself: the table holds that."""
    return OctKey.import_key(hashlib.sha256(f"id_token|{secret}".encode()).digest())
