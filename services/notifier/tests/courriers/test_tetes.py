"""Subjects and names on the wire are read back as they were written."""

from datetime import UTC, datetime
from email import message_from_bytes
from email.header import decode_header, make_header
from email.headerregistry import Address
from email.policy import default

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifier.gateways import mime

_LE = datetime(2027, 1, 18, tzinfo=UTC)
_MOTS = ["Langues", "littératures", "et", "cultures", "étrangères", "–", "économique", "à", "l’oral", "œuvre", "王小明"]
_MOTS += ["= ?", "?=", "« STI2D »", "E3C", "Histoire-géographie", "Évaluation", "x" * 90, "é" * 90]


def written(subject, to, replies=()):
    """A mail with these heads."""
    return mime.write(
        message_id="<1@imagin.invalid>",
        date=_LE,
        sender="IMAG'IN <ne-pas-repondre@imagin.invalid>",
        to=to,
        replies=replies,
        subject=subject,
        body=mime.text("corps"),
    )


@pytest.mark.parametrize(
    "subject",
    [
        "Convocation\u00a0: mathématiques littératures économique, session 2027-E3C1",
        "Convocation\u00a0: Physique-chimie et littératures, évaluation à l’oral, session 2027-E3C1",
    ],
)
def test_no_space_of_a_subject_is_lost(subject):
    """Python 3.11's `email` writes « littératureséconomique », where a line ends between two words with accents."""
    mail = written(subject, Address("Anne", "anne", "x.invalid"))
    assert message_from_bytes(bytes(mail), policy=default)["Subject"] == subject


@given(st.lists(st.sampled_from(_MOTS), min_size=1, max_size=30).map(" ".join))
def test_a_subject_and_names_are_read_as_they_were_written(text):
    anne, chef = Address(text[:100].strip(), "anne", "x.invalid"), Address(text[:60].strip(), "chef", "x.invalid")
    mail = written(text, anne, [chef, chef])
    found = message_from_bytes(bytes(mail))  # `default` parts the encoded words of a name by spaces
    assert decoded(found["Subject"]) == text
    assert decoded(found["To"]) == decoded(f"{anne}")
    assert decoded(found["Reply-To"]) == decoded(f"{chef}, {chef}")
    assert max(map(len, bytes(mail).split(b"\r\n"))) <= 78


def decoded(head):
    """What people read, without quotes and ends of lines."""
    return " ".join(str(make_header(decode_header(head))).replace('"', "").split())
