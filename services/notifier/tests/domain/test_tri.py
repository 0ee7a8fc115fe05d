"""Which of a person's due rows are the next mail."""

from datetime import date
from typing import NamedTuple
from uuid import UUID

from notifier.domain.notification import Connu, Etat
from notifier.domain.tri import mails


class Row(NamedTuple):
    numero: str
    etat: Etat = Etat.PENDING
    mail_id: UUID | None = None
    nature: str = "CONVOCATION"
    academie: str = "10"
    premier_jour: date | None = None
    connu: Connu = Connu()


def under_way(numero, mail):
    return Row(numero, Etat.SENDING, UUID(int=mail))


def test_a_person_has_one_mail_at_a_time_and_one_of_uncertain_fate_goes_first_and_alone():
    rows = [Row("1"), Row("1"), Row("2"), under_way("2", 7), under_way("2", 7), under_way("3", 8), under_way("3", 9)]
    assert mails(rows) == [[Row("1"), Row("1")], [under_way("2", 7), under_way("2", 7)], [under_way("3", 8)]]
