"""Mails as they go on the wire, at a tenth of what `email` takes: it makes an object of each header and parses it.

Their structure is fixed, so they are written as they are. What is not short and ASCII in a head is folded by `email`.
"""

import re
from base64 import b64encode
from binascii import b2a_qp
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from functools import lru_cache
from hashlib import sha256

_LARGEUR, _LIGNE_BASE64 = 78, 76
_MOT = 45  # bytes of a text: in base64, an encoded word then has no more than its 75 characters
_NOM_DE_FICHIER = re.compile(r"[A-Za-z0-9._-]+")
_LONG_NOM = 60


@dataclass(frozen=True, slots=True)
class Message:
    """A mail, its lines ended by CRLF. `to`: whom it is for, in ASCII."""

    message_id: str
    to: Address
    octets: bytes

    def __bytes__(self) -> bytes:
        return self.octets


def write(
    *,
    message_id: str,
    date: datetime,
    sender: str,
    to: Address,
    replies: Iterable[Address],
    subject: str,
    body: bytes,
) -> Message:
    """`body`: a part, its own heads first."""
    reply_to = ", ".join(map(str, replies))
    heads = (
        _short("Message-ID", message_id),
        _short("Date", format_datetime(date)),
        _folded("From", sender),
        f"To: {_recipient(to)}\r\n".encode("ascii"),
        _folded("Reply-To", reply_to) if reply_to else b"",
        _folded("Subject", subject),
        b"Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\nContent-Language: fr\r\n",
    )
    return Message(message_id, to, b"".join((*heads, body)))


def text(content: str, subtype: str = "plain") -> bytes:
    """A part that people read, quoted-printable."""
    lines = b"\r\n".join((*content.encode().splitlines(), b""))
    head = f'Content-Type: text/{subtype}; charset="utf-8"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n'
    return head.encode("ascii") + b2a_qp(lines)


def multipart(subtype: str, message_id: str, parts: Iterable[bytes]) -> bytes:
    """« =_ » stands in no quoted-printable and no base64 (RFC 2045, 6.7): nobody can end a part by what he writes."""
    boundary = f"=_{subtype[0]}_{sha256(message_id.encode()).hexdigest()[:20]}".encode("ascii")
    head = b'Content-Type: multipart/%b; boundary="%b"\r\n\r\n' % (subtype.encode("ascii"), boundary)
    return b"".join((head, *(b"--%b\r\n%b\r\n" % (boundary, part) for part in parts), b"--", boundary, b"--\r\n"))


def attachment(content_type: str, nom: str, octets: bytes) -> bytes:
    """A part in base64: bytes for bytes, line ends included."""
    encoded = b64encode(octets)
    lines = [encoded[start : start + _LIGNE_BASE64] for start in range(0, len(encoded), _LIGNE_BASE64)]
    head = f"Content-Type: {content_type}\r\nContent-Transfer-Encoding: base64\r\n".encode("ascii")
    return b"".join((head, _disposition(nom), b"\r\n", b"\r\n".join(lines), b"\r\n"))


def _short(name: str, value: str) -> bytes:
    """A short header is its text."""
    line = f"{name}: {value}"
    if line.isascii() and len(line) <= _LARGEUR and "=?" not in line and line.isprintable():
        return f"{line}\r\n".encode("ascii")
    return _fold(name, value)


@lru_cache(maxsize=1_024)
def _folded(name: str, value: str) -> bytes:
    """What is the same in many mails is folded once."""
    return _short(name, value)


def _fold(name: str, value: str) -> bytes:
    return SMTP.fold_binary(name, SMTP.header_store_parse(name, value)[1])


def _recipient(one: Address) -> str:
    """A name that is long or not in ASCII is encoded words (RFC 2047), a line each."""
    text = str(one)
    if text.isascii() and len(text) <= _LARGEUR - len("To: "):
        return text
    words, rest = [], one.display_name
    while rest:
        mot = rest[:_MOT].encode()[:_MOT].decode(errors="ignore")  # no character is cut
        words.append(f"=?utf-8?b?{b64encode(mot.encode()).decode()}?=")
        rest = rest[len(mot) :]
    return "\r\n ".join([*words, f"<{one.addr_spec}>"])


def _disposition(nom: str) -> bytes:
    """On two lines: a name of ours has some sixty characters."""
    if len(nom) <= _LONG_NOM and _NOM_DE_FICHIER.fullmatch(nom):
        return f'Content-Disposition: attachment;\r\n filename="{nom}"\r\n'.encode("ascii")
    part = EmailMessage(policy=SMTP)
    part.add_header("Content-Disposition", "attachment", filename=nom)
    return SMTP.fold_binary(*next(iter(part.raw_items())))
