"""A mail that an établissement asks for again, because its convocation is not read, is told as a reminder."""

from dataclasses import replace
from email import message_from_bytes
from email.policy import default
from types import SimpleNamespace

import pytest

from notifier.domain.courrier import Nature
from notifier.domain.notification import Connu, Etat
from notifier.domain.tri import trier


class Row(SimpleNamespace):
    """A row whose mail is due, of a person who was told of version 1."""

    __hash__ = object.__hash__


@pytest.mark.parametrize(
    ("nature", "relancee", "expected"),
    [
        ("CONVOCATION", True, Nature.RAPPEL),
        ("MODIFICATION", True, Nature.RAPPEL),
        ("ANNULATION", True, Nature.ANNULATION),
        ("MODIFICATION", False, Nature.MODIFICATION),
        ("REPONSE", True, Nature.REPONSE),
    ],
)
def test_who_has_not_read_is_reminded_and_an_end_or_an_answer_stays_what_it_is(envoi, mail, nature, relancee, expected):
    row = Row(numero="1", nature=nature, etat=Etat.PENDING, mail_id=None, academie="10", premier_jour=None)
    row.connu = Connu(version=1, active=True)
    asked = replace(envoi, relancee=relancee, reponse_empechement="Maintenue")
    [item] = trier([row], {row: asked}, {}).items
    assert item.nature is expected
    read = message_from_bytes(bytes(mail([item])), policy=default)
    assert ("Rappel" in read["Subject"]) is (expected is Nature.RAPPEL)
