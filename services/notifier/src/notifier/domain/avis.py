"""A message that a mail system, a person or her absence wrote about a mail of ours (RFC 3834, 5965, 6522, 8098); pure.

Without a report, a mail came back only where something says so: absent people too answer from the null return path.
"""

import re
import unicodedata
from collections.abc import Iterator
from email.errors import MessageError
from email.header import Header, decode_header, make_header
from email.message import Message
from typing import Any

from notifier.domain.rapport import Sort, sorts

_REPORT, _RETURNED = "text/delivery-status", "text/rfc822-headers"
_AS_TEXT = {
    "message/delivery-status": _REPORT,
    "message/global-delivery-status": _REPORT,
    "message/rfc822": _RETURNED,
    "message/global": _RETURNED,
    "message/global-headers": _RETURNED,
}
_OTHER_REPORTS = {"disposition-notification", "feedback-report"}
_READ = 4_000  # letters of the text, or of a header: a server says at once what it did
_PARAMETERS = 1_000  # of a header with parameters: reading them takes the square of its length
_DAEMON = re.compile(
    r"mailer-?daemon|mail (?:delivery|transport|transfer) (?:sub)?(?:system|agent|service)|\bmdaemon\b"
)
_OFFICE = re.compile(r"postmaster|system administrator|administrateur systeme|mail administrator")
_ABSENT = ("X-Autoreply", "X-Autorespond", "X-Vacation", "X-MS-Exchange-Inbox-Rules-Loop")
_ANSWER = re.compile(
    r"reponse automatique|automatic reply|auto-?reply|auto-?response|autoresponse|automatische antwort"
    r"|out of (?:the )?office|absence|absente?\b|vacation|vacances|conges?\b"
    r"|^(?:non )?lu ?:|^(?:not )?read ?:"
)
_WAITS = re.compile(
    r"delay|retard|differee?\b|still being retried|will be retried"
    r"|warning:? (?:could not (?:be )?sen[dt]|message|mail|your (?:mail|message))|\(warning\)|notification: warning"
)
_WAITS_IN_TEXT = re.compile(
    r"will (?:continue to |keep (?:on )?|be )?(?:re-?)?tr(?:y|ied|ying)\b|attempts will continue"
    r"|warning message only|do(?:es)? not need to (?:be )?resen[dt]|has not yet been"
    r"|tentera (?:encore|de nouveau|a nouveau)|nouvelles? tentatives?"
    r"|(?:sera|seront) (?:retente|reessaye|represente)e?s?\b"
)
_CAME_BACK = re.compile(
    r"undeliver|non-?deliver|not (?:be )?delivered|delivery (?:has )?(?:error|fail|problem|report|status)"
    r"|fail(?:ed|ure)|returned (?:mail|to sender|message)|returning message|rejected|user unknown|unknown user"
    r"|mail(?:er)? system error|unzustellbar|no se puede entregar|impossibile recapitare"
    r"|non (?:remis|distribue|delivre|achemine)|n'a pas (?:pu etre|ete) (?:remis|distribue|delivre|achemine)"
    r"|echec (?:de |d')(?:la )?(?:remise|distribution|livraison|envoi|transmission)"
    r"|(?:remise|distribution|livraison) impossible|retour a l'expediteur"
)
_REFUSED = re.compile(r"\b55\d[ -]|(?<![\d.])5\.\d{1,3}\.\d{1,3}(?![\d.])")


class Avis(Message):
    """Its reports and returned messages stay text: servers encode them, which the standard parser does not expect."""

    def get_content_type(self) -> str:
        given = super().get_content_type()
        return _AS_TEXT.get(given, given)

    def get(self, name: str, failobj: Any = None) -> Any:
        """The beginning: the standard library reads parameters of it."""
        found = super().get(name, failobj)
        return str(found)[:_PARAMETERS] if isinstance(found, str | Header) else found

    def said(self, name: str) -> str:
        """All values of a header, on one line."""
        return " ".join(word for value in self.get_all(name, []) for word in str(value).split())

    def read(self, name: str) -> str:
        """A header as a person reads it, decoded (RFC 2047) and folded: without accents and capitals."""
        return _folded(" ".join(map(_decoded, self.get_all(name, []))))

    def text(self) -> str:
        payload = self.get_payload(decode=True)
        return payload.decode("utf-8", "replace") if isinstance(payload, bytes) else ""

    def returned(self) -> Iterator[str]:
        """What was sent back of mails, each from its head."""
        return (part.text().lstrip("\r\n") for part in self._parts() if part.get_content_type() == _RETURNED)

    def sorts(self) -> list[Sort]:
        """What became of each recipient, of the reports; without one, of what reads like one in the text."""
        if self._about() in _OTHER_REPORTS:
            return []
        reports = [part.text() for part in self._parts() if part.get_content_type() == _REPORT]
        return [sort for report in reports or [self._words()] for sort in sorts(report)]

    def came_back(self) -> bool:
        """Whether it says so itself, where no report does: a delay and somebody's answer do not."""
        subject, words, sender = self.read("Subject"), _folded(self._words()[:_READ]), self.read("From")
        if self._about() in _OTHER_REPORTS or _WAITS.search(subject) or _WAITS_IN_TEXT.search(words):
            return False
        if self._is_answer() or _ANSWER.search(subject):
            return False
        report = self.get_content_type() == "multipart/report" and self._about() in {"", "delivery-status"}
        if report or self.said("X-Failed-Recipients") or _DAEMON.search(sender):
            return True
        office = bool(_OFFICE.search(sender))
        if not office and self.said("Return-Path") != "<>":
            return False
        refused = bool(_REFUSED.search(words)) and (office or bool(_CAME_BACK.search(words)))
        return refused or bool(_CAME_BACK.search(subject))

    def _is_answer(self) -> bool:
        """Of an absent person (RFC 3834), whoever it seems to come from."""
        vacation = "vacation" in self.said("Auto-Submitted").lower()
        return vacation or self.said("Precedence").lower() == "auto_reply" or any(map(self.said, _ABSENT))

    def _about(self) -> str:
        """The kind of report it says it is, or that its parts are (RFC 6522)."""
        for part in self._parts():
            kind, _, subtype = part.get_content_type().partition("/")
            if kind == "message" and subtype in _OTHER_REPORTS:
                return subtype
        return str(self.get_param("report-type") or "").lower()

    def _words(self) -> str:
        """What is written for a person; not what was sent back. All there is where the parts cannot be told apart."""
        written = (
            part
            for part in self._parts()
            if part.get_content_maintype() in {"text", "multipart"} and not part.is_multipart()
        )
        return "\n".join(part.text() for part in written if part.get_content_type() not in {_REPORT, _RETURNED})

    def _parts(self) -> Iterator["Avis"]:
        return (part for part in self.walk() if isinstance(part, Avis))


def _decoded(value: object) -> str:
    said = str(value)[:_READ]
    try:
        return str(make_header(decode_header(said)))
    except (MessageError, LookupError, ValueError):
        return said


def _folded(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.replace("’", "'"))
    return " ".join("".join(one for one in plain if not unicodedata.combining(one)).lower().split())
