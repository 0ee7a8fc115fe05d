"""A mail as it goes on the wire: the words twice, the stored documents and the calendar objects as they are.

The same items give the same bytes (D28): a second sending is the same mail. Nothing that people entered becomes a
header or a part: what would is refused, and the boundaries bear a sign that no encoded part has.
"""

import re
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from email.errors import MessageError
from email.header import decode_header, make_header
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import parseaddr
from hashlib import sha256

from jinja2 import Environment, PackageLoader, StrictUndefined

from francais.adresses import AdresseRefusee, adresse
from notifier.domain import lettre as lettres
from notifier.domain.courrier import AdresseChangee, Envoi, Item
from notifier.domain.lettre import Lettre
from notifier.domain.lisible import ligne
from notifier.domain.wording import Redaction, ordre, rediger, texte, texte_du_changement
from notifier.gateways.mime import POLICY, Message, attachment

_SPECIAUX = re.compile(r"[()<>\[\]:;@\\,.\"]+")

_LIEN = re.compile(r"https?://[!-~]+")
_METHODE = re.compile(r"[A-Z]+")
_NOM_LONG = 100
_TEMPLATES = Environment(
    loader=PackageLoader("notifier", "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


class Inenvoyable(ValueError):
    """What cannot be a mail; `motif` says so to the établissement, without personal data."""

    def __init__(self, why: str, motif: str = "contenu refusé dans un en-tête du mail") -> None:
        super().__init__(why)
        self.motif = motif


def compose(items: Sequence[Item], *, message_id: str, date: datetime, sender: str) -> EmailMessage:
    """One mail for one person. Raises Inenvoyable for what cannot be a header, an address or a link."""
    try:
        return _compose(items, message_id=message_id, date=date, sender=sender)
    except Inenvoyable:
        raise
    except ValueError as error:  # email's own
        raise Inenvoyable(type(error).__name__) from None


def compose_changement(one: AdresseChangee, *, message_id: str, date: datetime, sender: str) -> EmailMessage:
    """To an old address, without a link and without the new one. Raises Inenvoyable."""
    if any(mark in text for text in (one.courriel, one.prenom, one.nom, one.contact or "") for mark in "\r\n\0"):
        raise Inenvoyable("a line break or NUL in a header")
    message = Message(policy=POLICY)
    message["Message-ID"] = message_id
    message["Date"] = date
    message["From"] = sender
    message["To"] = _address(f"{one.prenom} {one.nom}", one.courriel)
    if one.contact:
        with suppress(Inenvoyable):  # an address nobody can write to is no reason to say nothing
            message["Reply-To"] = str(_address("Gestionnaire IMAGIN", one.contact))
    message["Subject"] = "IMAG’IN\u00a0: l’adresse de vos convocations a été changée"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(texte_du_changement(one), cte="quoted-printable")
    message["Content-Language"] = "fr"
    return message


def compose_lettre(one: Lettre, *, message_id: str, sender: str) -> EmailMessage:
    """To an établissement, text and HTML; it bears the date since when it waits. Raises Inenvoyable."""
    heads = (one.courriel, one.nom, *(point.session for point in one.points))
    if any(mark in text for text in heads for mark in "\r\n\0"):
        raise Inenvoyable("a line break or NUL in a header")
    if not all(_LIEN.fullmatch(lien) for lien in (one.page, *(point.lien for point in one.points))):
        raise Inenvoyable("no link")
    redaction = lettres.rediger(one)
    message = Message(policy=POLICY)
    message["Message-ID"] = message_id
    message["Date"] = one.le
    message["From"] = sender
    message["To"] = _address(one.nom, one.courriel)
    message["Subject"] = _display(redaction.sujet)
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(lettres.texte(redaction), cte="quoted-printable")
    html = _TEMPLATES.get_template("lettre.html").render(mail=redaction)
    message.make_alternative(boundary=_boundary("a", message_id))
    message.add_alternative(html, subtype="html", cte="quoted-printable")
    message["Content-Language"] = "fr"
    return message


def _compose(items: Sequence[Item], *, message_id: str, date: datetime, sender: str) -> EmailMessage:
    ordered = ordre(items)
    for one in ordered:
        _check(one.envoi)
    redaction = rediger(ordered)
    message = Message(policy=POLICY)
    _head(message, redaction, [one.envoi for one in ordered], message_id=message_id, date=date, sender=sender)
    message.set_content(texte(redaction), cte="quoted-printable")
    html = _TEMPLATES.get_template("courrier.html").render(mail=redaction)
    message.make_alternative(boundary=_boundary("a", message_id))
    message.add_alternative(html, subtype="html", cte="quoted-printable")
    message.make_mixed(boundary=_boundary("m", message_id))
    for one in ordered:
        _attach(message, one.envoi)
    message["Content-Language"] = "fr"  # at the end: what makes a multipart moves Content-… into its first part
    bytes(message)  # now, and not while a mail server waits
    return message


def _head(
    message: EmailMessage,
    redaction: Redaction,
    envois: Sequence[Envoi],
    *,
    message_id: str,
    date: datetime,
    sender: str,
) -> None:
    first = envois[0]
    message["Message-ID"] = message_id
    message["Date"] = date
    message["From"] = sender
    message["To"] = _address(f"{first.prenom} {first.nom}", first.courriel)
    if replies := _replies(envois):
        message["Reply-To"] = ", ".join(map(str, replies))
    message["Subject"] = _display(redaction.sujet)
    message["Auto-Submitted"] = "auto-generated"


def _attach(message: EmailMessage, envoi: Envoi) -> None:
    """Both in base64: bytes for bytes, line ends included."""
    piece, calendrier = envoi.document, envoi.calendrier
    message.attach(attachment("application/pdf", _display(piece.nom), piece.octets))
    content_type = f'text/calendar; charset="utf-8"; method="{calendrier.methode}"'
    message.attach(attachment(content_type, _display(calendrier.nom), calendrier.texte.encode()))


def _check(envoi: Envoi) -> None:
    """Whatever stands in a header has no line break: bad data fails one mail, and is no other header."""
    heads = (envoi.courriel, envoi.civilite, envoi.nom, envoi.prenom, envoi.libelle, envoi.session, envoi.reponse or "")
    if any(mark in text for text in (*heads, envoi.document.nom, envoi.calendrier.nom) for mark in "\r\n\0"):
        raise Inenvoyable("a line break or NUL in a header")
    if envoi.lien is not None and not _LIEN.fullmatch(envoi.lien):
        raise Inenvoyable("no link")
    if not _METHODE.fullmatch(envoi.calendrier.methode):
        raise Inenvoyable("no METHOD")
    if not (_display(envoi.document.nom) and _display(envoi.calendrier.nom)):
        raise Inenvoyable("no name of a file")


def _address(name: str, courriel: str) -> Address:
    try:
        local, _, domain = adresse(courriel).partition("@")
    except AdresseRefusee:
        raise Inenvoyable("no address", "adresse absente ou mal formée dans l’annuaire") from None
    # Python before 3.11.11 drops the quotes of a name that takes two lines: what is in it became other recipients
    name = _display(_SPECIAUX.sub(" ", name))
    return Address(name[:_NOM_LONG].strip(), local, domain)


def _replies(envois: Sequence[Envoi]) -> list[Address]:
    """Who reads the answers: one for each académie."""
    replies: dict[str, Address] = {}
    for reponse in dict.fromkeys(one.reponse for one in envois if one.reponse):
        name, courriel = parseaddr(reponse)
        try:
            name = str(make_header(decode_header(name)))
        except (MessageError, LookupError) as error:
            raise Inenvoyable("no name to answer to") from error
        replies.setdefault(courriel, _address(name, courriel))
    return list(replies.values())


def _display(text: str) -> str:
    """« =? » would be read as an encoded word, in which line breaks and other headers may hide (CVE-2024-6923)."""
    return ligne(text).replace("=?", "= ?")


def _boundary(part: str, message_id: str) -> str:
    """« =_ » stands in no quoted-printable and no base64 (RFC 2045, 6.7): nobody can end a part by what he writes."""
    return f"=_{part}_{sha256(message_id.encode()).hexdigest()[:20]}"
