"""A mail as it goes on the wire: the words twice, the stored documents and the calendar objects as they are.

The same items give the same bytes (D28): a second sending is the same mail. Nothing that people entered becomes a
header or a part: what would is refused, and the boundaries bear a sign that no encoded part has.
"""

import re
from base64 import b64encode
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from email.errors import MessageError
from email.generator import BytesGenerator
from email.header import decode_header, make_header
from email.headerregistry import Address, HeaderRegistry
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import parseaddr
from functools import lru_cache
from hashlib import sha256
from io import BytesIO
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from francais.adresses import AdresseRefusee, adresse
from notifier.domain import lettre as lettres
from notifier.domain.courrier import AdresseChangee, Envoi, Item
from notifier.domain.lettre import Lettre
from notifier.domain.lisible import ligne
from notifier.domain.wording import Redaction, ordre, rediger, texte, texte_du_changement

_SPECIAUX = re.compile(r"[()<>\[\]:;@\\,.\"]+")

_LARGEUR = 78
_MOT = 45  # bytes of a text: in base64, an encoded word then has no more than its 75 characters
_PAREILS = {"From", "Reply-To", "Subject", "Auto-Submitted", "MIME-Version"}
_LIGNE = re.compile(r"\r\n|\r|\n")
_LIEN = re.compile(r"https?://[!-~]+")
_NOM_SIMPLE = re.compile(r"[A-Za-z0-9.-]+")
_METHODE = re.compile(r"[A-Z]+")
_NOM_LONG = 100
_TEMPLATES = Environment(
    loader=PackageLoader("notifier", "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


class _Classes(HeaderRegistry):
    """email makes a class for each header of each mail; these are the same ones again."""

    @lru_cache(maxsize=256)  # noqa: B019  # there is one registry
    def __getitem__(self, name: str) -> Any:
        return super().__getitem__(name)


_HEADERS = _Classes()


@lru_cache(maxsize=1_024)
def _same_header(name: str, value: str) -> Any:
    return _HEADERS(name, value)


class _Headers(_Classes):
    """What is the same in many mails is parsed once, and folded once: that was a third of the time of a mail."""

    def __call__(self, name: str, value: Any) -> Any:
        return _same_header(name, value) if _is_same(name) else super().__call__(name, value)


class _Policy(EmailPolicy):
    def fold_binary(self, name: str, value: Any) -> bytes:
        """A short header is its text. How email folds the tree of what it parsed was a third of the time of a mail."""
        if name == "To":
            return f"To: {_recipient(value.addresses[0])}\r\n".encode("ascii")
        lines = f"{name}: {value}"
        if name == "Content-Disposition" and len(lines) > _LARGEUR:
            lines = lines.replace("; ", ";\r\n ", 1)
        if lines.isascii() and "=?" not in lines and all(len(line) <= _LARGEUR for line in lines.split("\r\n")):
            return lines.encode("ascii") + b"\r\n"
        if not _is_same(name):
            return super().fold_binary(name, value)
        if not hasattr(value, "folded"):
            value.folded = super().fold_binary(name, value)
        folded: bytes = value.folded
        return folded


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


def _is_same(name: str) -> bool:
    return name in _PAREILS or name.startswith("Content-")


_POLICY = _Policy(linesep="\r\n", header_factory=_Headers())


class _Generator(BytesGenerator):
    """A part at once: email writes each of the six hundred lines of a document alone, twice."""

    def _write_lines(self, lines: str) -> None:
        self.write(_LIGNE.sub("\r\n", lines))


class _Message(EmailMessage):
    """Written once, when it is composed: nothing changes it after."""

    _octets: bytes = b""

    def __bytes__(self) -> bytes:
        if not self._octets:
            written = BytesIO()
            _Generator(written, mangle_from_=False, policy=_POLICY).flatten(self)
            self._octets = written.getvalue()
        return self._octets


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
    message = _Message(policy=_POLICY)
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
    message = _Message(policy=_POLICY)
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
    message = _Message(policy=_POLICY)
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
    message.add_attachment(piece.octets, maintype="application", subtype="pdf", **_named(piece.nom))
    message.add_attachment(
        calendrier.texte.encode(),
        maintype="text",
        subtype="calendar",
        **_named(calendrier.nom),
        params={"charset": "utf-8", "method": calendrier.methode},
    )


def _named(nom: str) -> dict[str, Any]:
    """As convocation names files, the header is parsed once; email parses it three times."""
    if _NOM_SIMPLE.fullmatch(nom):
        return {"disposition": f'attachment; filename="{nom}"'}
    return {"filename": _display(nom)}


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
