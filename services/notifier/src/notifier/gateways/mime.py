"""email's messages at a third of their cost: what many mails share is made once, what is short is written as it is."""

import re
from base64 import b64encode
from email.generator import BytesGenerator
from email.headerregistry import Address, HeaderRegistry, UniqueAddressHeader
from email.message import EmailMessage
from email.policy import EmailPolicy
from functools import lru_cache
from io import BytesIO
from typing import Any

_LARGEUR, _LIGNE_BASE64 = 78, 76
_MOT = 45  # bytes of a text: in base64, an encoded word then has no more than its 75 characters
_PAREILS = {"From", "Reply-To", "Subject", "Auto-Submitted", "MIME-Version"}
_LIGNE = re.compile(r"\r\n|\r|\n")


class _Classes(HeaderRegistry):
    """email makes a class for each header of each mail; these are the same ones again."""

    @lru_cache(maxsize=256)  # noqa: B019  # of two registries, for ever
    def __getitem__(self, name: str) -> Any:
        return super().__getitem__(name)


class _To(UniqueAddressHeader):
    """One address that is known already: there is nothing to parse in it, and it is folded here."""

    @staticmethod
    def value_parser(_: str) -> Any:
        return None


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


_HEADER_FACTORY = _Headers()
_HEADER_FACTORY.map_to_type("to", _To)  # type: ignore[arg-type]  # the registry makes it a BaseHeader
POLICY = _Policy(linesep="\r\n", header_factory=_HEADER_FACTORY)


class _Generator(BytesGenerator):
    """A part at once: email writes each of the six hundred lines of a document alone, twice."""

    def _write_lines(self, lines: str) -> None:
        self.write(_LIGNE.sub("\r\n", lines) if "\r" in lines else lines.replace("\n", "\r\n"))


class Message(EmailMessage):
    """Written once, when it is composed: nothing changes it after."""

    _octets: bytes = b""

    def __bytes__(self) -> bytes:
        if not self._octets:
            written = BytesIO()
            _Generator(written, mangle_from_=False, policy=POLICY).flatten(self)
            self._octets = written.getvalue()
        return self._octets


def attachment(content_type: str, nom: str, octets: bytes) -> Message:
    """In base64. email's own `add_attachment` parses each header two or three times, and encodes line by line."""
    part = Message(policy=POLICY)
    part["Content-Type"] = content_type
    part["Content-Transfer-Encoding"] = "base64"
    part.add_header("Content-Disposition", "attachment", filename=nom)
    text = b64encode(octets).decode()
    part.set_payload(
        "".join(f"{text[start : start + _LIGNE_BASE64]}\n" for start in range(0, len(text), _LIGNE_BASE64))
    )
    return part
