"""Mails as they go on the wire, at a tenth of what `email` takes: it makes an object of each header and parses it.

Their structure is fixed, so they are written as they are. Subjects and names that are not short and ASCII are encoded
words of ours: `email` of Python 3.11 loses spaces between some of them (« littératuresétrangères »).
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
_MOT = 39  # bytes of a text: in base64 an encoded word of 64 characters, which fits the line of any name of a head
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
    reply_to = ",\r\n ".join(map(_mailbox, replies))
    heads = (
        _short("Message-ID", message_id),
        _short("Date", format_datetime(date)),
        _folded("From", sender),
        f"To: {_mailbox(to)}\r\n".encode("ascii"),
        f"Reply-To: {reply_to}\r\n".encode("ascii") if reply_to else b"",
        f"Subject: {_subject(subject)}\r\n".encode("ascii"),
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
    if _plain(line):
        return f"{line}\r\n".encode("ascii")
    return SMTP.fold_binary(name, SMTP.header_store_parse(name, value)[1])


@lru_cache(maxsize=1_024)
def _folded(name: str, value: str) -> bytes:
    """What is the same in many mails is folded once."""
    return _short(name, value)


def _plain(text: str) -> bool:
    return text.isascii() and len(text) <= _LARGEUR and "=?" not in text and text.isprintable()


def _subject(text: str) -> str:
    return text if _plain(f"Subject: {text}") else _encoded(text)


@lru_cache(maxsize=1_024)
def _encoded(text: str) -> str:
    """Encoded words (RFC 2047), a line each: readers join them without what is in between. No character is cut."""
    words = []
    while text:
        mot = text[:_MOT].encode()[:_MOT].decode(errors="ignore")
        words.append(f"=?utf-8?b?{b64encode(mot.encode()).decode('ascii')}?=")
        text = text[len(mot) :]
    return "\r\n ".join(words)


def _mailbox(one: Address) -> str:
    """As it is, or with its name encoded and its address on a line of its own."""
    if _plain(f"Reply-To: {one}"):
        return str(one)
    return f"{_encoded(one.display_name)}\r\n <{one.addr_spec}>" if one.display_name else f"<{one.addr_spec}>"


def _disposition(nom: str) -> bytes:
    """On two lines: a name of ours has some sixty characters."""
    if len(nom) <= _LONG_NOM and _NOM_DE_FICHIER.fullmatch(nom):
        return f'Content-Disposition: attachment;\r\n filename="{nom}"\r\n'.encode("ascii")
    part = EmailMessage(policy=SMTP)
    part.add_header("Content-Disposition", "attachment", filename=nom)
    return SMTP.fold_binary(*next(iter(part.raw_items())))
