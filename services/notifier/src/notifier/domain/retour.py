"""Mails that came back (D28): what a message says of one of ours, whichever server wrote it; pure.

A sealed return address says which mail it was, and nobody can make one. Where no recipient bears it, it may stand in
the head of what was returned. A Message-ID says nothing: anybody can compute it (0023).
"""

import re
from email import message_from_bytes
from email.errors import MessageError
from email.message import Message
from email.parser import HeaderParser
from email.policy import compat32
from typing import NamedTuple, Protocol
from uuid import UUID

from notifier.domain.avis import Avis
from notifier.domain.rapport import CODE

_SEAL_BYTES = 10  # the local part has 64 characters at most, and servers may change their case
_USE = b"retour"  # another use of the same keys gives other seals
_LOCAL_MAX = 64
_VERP = re.compile(r"\+([0-9a-f]{32})([0-9a-f]{20})@", re.IGNORECASE)
_DELIVERED_TO = ("Delivered-To", "X-Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "X-Rcpt-To")
_RECIPIENTS = ("To", "Cc", "Resent-To", "Apparently-To", "Received", *_DELIVERED_TO)
"""Where a server or a mailbox may say to whom a message came; « Received » says it too (« for … »)."""
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
        return _lire(message_from_bytes(octets, _class=Avis, policy=compat32), cles)
    except _BROKEN:
        return None


def motif(code: str | None) -> str:
    """In words and without anything personal: « Adresse inconnue (5.1.1) »."""
    return f"{_en_mots(code) or 'Mail revenu'} ({code})" if code else "Mail revenu"


def refus(reponse: int, texte: str, *, adresse: bool) -> str:
    """Of a server that did not take it: the same words where its answer bears a code, else « Adresse refusée ».

    `adresse`: it refused the recipient, not the message. Nothing else of `texte` is told: servers repeat the address.
    """
    found = CODE.match(texte.strip())
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


def _lire(message: Message, cles: Sceaux) -> Retour | None:
    assert isinstance(message, Avis)
    recipients = " ".join(message.said(name) for name in _RECIPIENTS)
    mail_id = sealed_mail(recipients, cles)
    if mail_id is None and _VERP.search(recipients):
        return None  # forged, or another installation's
    mail_id = mail_id or _returned_mail(message, cles)
    if mail_id is None:
        return None
    sorts = message.sorts()
    if not sorts:
        return Retour(mail_id, definitif=True, code=None) if message.came_back() else None
    failures = [one.code for one in sorts if one.echec]
    if not failures:
        return None
    code = failures[0]
    return Retour(mail_id, definitif=code is None or code.startswith("5"), code=code)


def _returned_mail(message: Avis, cles: Sceaux) -> UUID | None:
    """The sealed address in the head of what was returned."""
    heads = (HeaderParser(policy=compat32).parsestr(one) for one in message.returned())
    found = (sealed_mail(str(head.get("Return-Path", "")), cles) for head in heads)
    return next((one for one in found if one), None)
