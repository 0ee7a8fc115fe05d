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
from email.utils import parseaddr

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from francais.adresses import AdresseRefusee, adresse
from notifier.domain import lettre as lettres
from notifier.domain.courrier import AdresseChangee, Envoi, Item
from notifier.domain.lettre import Lettre
from notifier.domain.lisible import ligne
from notifier.domain.wording import ordre, rediger, texte, texte_du_changement
from notifier.gateways import mime
from notifier.gateways.mime import Message

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
_TEMPLATES.globals["saut"] = Markup("<br>\n")
_COURRIER, _LETTRE = (_TEMPLATES.get_template(f"{name}.html") for name in ("courrier", "lettre"))


class Inenvoyable(ValueError):
    """What cannot be a mail; `motif` says so to the établissement, without personal data."""

    def __init__(self, why: str, motif: str = "contenu refusé dans un en-tête du mail") -> None:
        super().__init__(why)
        self.motif = motif


def compose(items: Sequence[Item], *, message_id: str, date: datetime, sender: str) -> Message:
    """One mail for one person. Raises Inenvoyable for what cannot be a header, an address or a link."""
    try:
        return _compose(items, message_id=message_id, date=date, sender=sender)
    except Inenvoyable:
        raise
    except ValueError as error:  # email's own
        raise Inenvoyable(type(error).__name__) from None


def compose_changement(one: AdresseChangee, *, message_id: str, date: datetime, sender: str) -> Message:
    """To an old address, without a link and without the new one. Raises Inenvoyable."""
    if any(mark in text for text in (one.courriel, one.prenom, one.nom, one.contact or "") for mark in "\r\n\0"):
        raise Inenvoyable("a line break or NUL in a header")
    replies = []
    if one.contact:
        with suppress(Inenvoyable):  # an address nobody can write to is no reason to say nothing
            replies.append(_address("Gestionnaire IMAGIN", one.contact))
    return mime.write(
        message_id=message_id,
        date=date,
        sender=sender,
        to=_address(f"{one.prenom} {one.nom}", one.courriel),
        replies=replies,
        subject="IMAG’IN\u00a0: l’adresse de vos convocations a été changée",
        body=mime.text(texte_du_changement(one)),
    )


def compose_lettre(one: Lettre, *, message_id: str, sender: str) -> Message:
    """To an établissement, text and HTML; it bears the date since when it waits. Raises Inenvoyable."""
    heads = (one.courriel, one.nom, *(point.session for point in one.points))
    if any(mark in text for text in heads for mark in "\r\n\0"):
        raise Inenvoyable("a line break or NUL in a header")
    if not all(_LIEN.fullmatch(lien) for lien in (one.page, *(point.lien for point in one.points))):
        raise Inenvoyable("no link")
    redaction = lettres.rediger(one)
    html = _LETTRE.render(mail=redaction)
    return mime.write(
        message_id=message_id,
        date=one.le,
        sender=sender,
        to=_address(one.nom, one.courriel),
        replies=(),
        subject=_display(redaction.sujet),
        body=_twice(lettres.texte(redaction), html, message_id),
    )


def _compose(items: Sequence[Item], *, message_id: str, date: datetime, sender: str) -> Message:
    ordered = ordre(items)
    for one in ordered:
        _check(one.envoi)
    redaction = rediger(ordered)
    words = _twice(texte(redaction), _COURRIER.render(mail=redaction), message_id)
    envois = [one.envoi for one in ordered]
    attached = (part for envoi in envois for part in _attached(envoi))
    return mime.write(
        message_id=message_id,
        date=date,
        sender=sender,
        to=_address(f"{envois[0].prenom} {envois[0].nom}", envois[0].courriel),
        replies=_replies(envois),
        subject=_display(redaction.sujet),
        body=mime.multipart("mixed", message_id, (words, *attached)),
    )


def _twice(plain: str, html: str, message_id: str) -> bytes:
    return mime.multipart("alternative", message_id, (mime.text(plain), mime.text(html, "html")))


def _attached(envoi: Envoi) -> tuple[bytes, bytes]:
    piece, calendrier = envoi.document, envoi.calendrier
    content_type = f'text/calendar; charset="utf-8"; method="{calendrier.methode}"'
    return (
        mime.attachment("application/pdf", _display(piece.nom), piece.octets),
        mime.attachment(content_type, _display(calendrier.nom), calendrier.texte.encode()),
    )


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
