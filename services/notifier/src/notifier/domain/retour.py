"""Mails that came back (D28): what a message says of one of ours, whichever server wrote it; pure.

A sealed return address says which mail it was, and nobody can make one. Where no recipient bears it, it may stand in
the head of what was returned. A Message-ID says nothing: anybody can compute it (0023).
"""

import re
from collections.abc import Iterator
from email import message_from_bytes
from email.errors import MessageError
from email.message import Message
from email.parser import HeaderParser
from email.policy import compat32
from typing import NamedTuple, Protocol
from uuid import UUID

_SEAL_BYTES = 10  # the local part has 64 characters at most, and servers may change their case
_USE = b"retour"  # another use of the same keys gives other seals
_LOCAL_MAX = 64
_VERP = re.compile(r"\+([0-9a-f]{32})([0-9a-f]{20})@", re.IGNORECASE)
_RECIPIENTS = ("To", "Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To")
_CODE = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.])")
_VAGUE = {None, "5.0.0", "4.0.0"}
_DAEMON = re.compile(r"(?:mailer-daemon|postmaster|mail delivery (?:sub)?system)", re.IGNORECASE)
_AUTOMATIC = ("X-Autoreply", "X-Autorespond", "X-Auto-Response-Suppress", "X-MS-Exchange-Inbox-Rules-Loop")
_NO_BOUNCE = re.compile(
    r"r.ponse automatique|automatic reply|auto-?reply|out of (?:the )?office|absen[ct]|vacation|delay|warning|retard",
    re.IGNORECASE,
)
_BROKEN = (ValueError, LookupError, TypeError, AttributeError, AssertionError, RecursionError, MessageError)
"""What the standard library may raise for bytes that are no mail."""


class Retour(NamedTuple):
    """`definitif` False: the server gave up for now (4.x.x), the address may be good. `code`: RFC 3463, if told."""

    mail_id: UUID
    definitif: bool
    code: str | None


class Sceaux(Protocol):
    """The keys of return addresses: one seals, it and the older ones are read (acces.cles)."""

    def seal(self, use: bytes, content: bytes, size: int) -> bytes: ...
    def verify(self, use: bytes, content: bytes, seal: bytes) -> bool: ...


def verp(address: str, mail_id: UUID, cles: Sceaux) -> str:
    """The envelope sender of a mail: « retour@domaine » → « retour+<mail><seal>@domaine ». Raises ValueError."""
    local, at, domain = address.rpartition("@")
    sealed = f"{local}+{mail_id.hex}{cles.seal(_USE, mail_id.bytes, _SEAL_BYTES).hex()}"
    if not (local and at and domain) or len(sealed) > _LOCAL_MAX:
        raise ValueError("no address to seal, or one too long")
    return f"{sealed}@{domain}"


def sealed_mail(text: str, cles: Sceaux) -> UUID | None:
    """The mail that a sealed address in this text stands for."""
    for found in _VERP.finditer(text):
        mail_id = UUID(found[1])
        if cles.verify(_USE, mail_id.bytes, bytes.fromhex(found[2])):
            return mail_id
    return None


def lire(octets: bytes, *, cles: Sceaux) -> Retour | None:
    """What the message says of a mail of ours, or None: an answer, a delay, a delivery, another's. Never raises."""
    try:
        return _lire(message_from_bytes(octets, _class=_Received, policy=compat32), cles)
    except _BROKEN:
        return None


def motif(code: str | None) -> str:
    """In words and without anything personal: « Adresse inconnue (5.1.1) »."""
    return f"{_en_mots(code) or 'Mail revenu'} ({code})" if code else "Mail revenu"


def refus(reponse: int, texte: str, *, adresse: bool) -> str:
    """Of a server that did not take it: the same words where its answer bears a code, else « Adresse refusée ».

    `adresse`: it refused the recipient, not the message. Nothing else of `texte` is told: servers repeat the address.
    """
    found = _CODE.match(texte.strip())
    if found and (mots := _en_mots(found[0])):
        return f"{mots} ({found[0]})"
    return f"{'Adresse refusée' if adresse else 'Message refusé'} (SMTP {reponse})"


def _en_mots(code: str) -> str | None:
    detail = code.partition(".")[2]
    return _MOTIFS.get(detail) or _MOTIFS.get(detail.partition(".")[0])


_MOTIFS = {
    "1.1": "Adresse inconnue",
    "1.10": "Adresse inconnue",
    "1.2": "Domaine inconnu",
    "1.3": "Adresse mal formée",
    "2.1": "Boîte désactivée",
    "2.2": "Boîte pleine",
    "2.3": "Message trop volumineux",
    "3.4": "Message trop volumineux",
    "4.1": "Serveur du destinataire injoignable",
    "4.4": "Domaine inconnu",
    "4.7": "Serveur du destinataire injoignable",
    "7": "Refusé par le serveur du destinataire",
}
"""By detail, else by subject, of an enhanced status code (RFC 3463)."""


class _Received(Message):
    """Its reports and returned messages stay text: servers encode them, which the standard parser does not expect."""

    def get_content_type(self) -> str:
        given = super().get_content_type()
        if given in {"message/delivery-status", "message/global-delivery-status"}:
            return "text/delivery-status"
        if given in {"message/rfc822", "message/global", "message/global-headers"}:
            return "text/rfc822-headers"
        return given

    def text(self) -> str:
        payload = self.get_payload(decode=True)
        return payload.decode("utf-8", "replace") if isinstance(payload, bytes) else ""

    def said(self, name: str) -> str:
        """All values of a header, on one line."""
        return " ".join(word for value in self.get_all(name, []) for word in str(value).split())


def _lire(message: Message, cles: Sceaux) -> Retour | None:
    assert isinstance(message, _Received)
    recipients = " ".join(message.said(name) for name in _RECIPIENTS)
    mail_id = sealed_mail(recipients, cles)
    if mail_id is None and _VERP.search(recipients):
        return None  # forged, or another installation's
    statuses = _parts(message, "text/delivery-status")
    if not statuses:
        return Retour(mail_id, definitif=True, code=None) if mail_id and _looks_returned(message) else None
    failures = [code for part in statuses for code in _failures(part.text())]
    mail_id = mail_id or _returned_mail(message, cles)
    if not (failures and mail_id):
        return None
    code = failures[0]
    return Retour(mail_id, definitif=code is None or code.startswith("5"), code=code)


def _parts(message: _Received, content_type: str) -> list[_Received]:
    return [part for part in message.walk() if isinstance(part, _Received) and part.get_content_type() == content_type]


def _failures(report: str) -> Iterator[str | None]:
    """The code of each recipient who will not get it. Blocks of fields are separated by blank lines (RFC 3464)."""
    for block in re.split(r"(?:\r?\n[ \t]*){2,}", report.strip()):
        fields = HeaderParser(policy=compat32).parsestr(block)
        if str(fields.get("Action", "")).strip().lower().startswith("failed"):
            status, diagnostic = _code(fields.get("Status")), _code(fields.get("Diagnostic-Code"))
            yield diagnostic if status in _VAGUE and diagnostic else status


def _code(value: object) -> str | None:
    found = _CODE.search(str(value or ""))
    return found[0] if found and found[1] != "2" else None


def _returned_mail(message: _Received, cles: Sceaux) -> UUID | None:
    """The sealed address in the head of what was returned."""
    heads = (
        HeaderParser(policy=compat32).parsestr(part.text().lstrip("\r\n"))
        for part in _parts(message, "text/rfc822-headers")
    )
    found = (sealed_mail(str(head.get("Return-Path", "")), cles) for head in heads)
    return next((one for one in found if one), None)


def _looks_returned(message: _Received) -> bool:
    """Without a report: from a server, and no answer of an absent person, nor a delay."""
    if message.get_content_type() == "multipart/report" or _NO_BOUNCE.search(message.said("Subject")):
        return False
    if message.said("X-Failed-Recipients"):
        return True
    if _DAEMON.search(message.said("From")):
        return True
    automatic = message.said("Auto-Submitted").strip().lower() not in {"", "no"}
    automatic = automatic or bool(message.said("Precedence")) or any(message.said(name) for name in _AUTOMATIC)
    return message.said("Return-Path").strip() == "<>" and not automatic
