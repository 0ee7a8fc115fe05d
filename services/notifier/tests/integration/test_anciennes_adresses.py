"""Whose address was changed reads it at the old one, once; what cannot be sent now waits."""

import email
import email.policy
from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from structlog.testing import capture_logs

from notifier.domain.courrier import AdresseChangee
from notifier.gateways.mail import Delivery, EmlFolder, Fate, RelayUnavailable
from notifier.use_cases.deliver import Identity
from notifier.use_cases.tell_old_addresses import tell_old_addresses

NOW = datetime(2020, 2, 1, 8, tzinfo=UTC)
IDENTITY = Identity("IMAG'IN <imagin@ac-exemple.invalid>", "ac-exemple.invalid")
ONE = AdresseChangee(
    UUID(int=1), "100@ac-exemple.invalid", "Élodie", "BŒUF", date(2020, 1, 31), "Gestionnaire 10", "dec@ac-x.invalid"
)


class Convocation:
    """Gives each address until it is told."""

    def __init__(self, *waiting):
        self.waiting = {one.id: one for one in waiting}
        self.taken = set()

    async def adresses_changees(self, dites):
        for one in dites:
            del self.waiting[one]
        found = [one for one in self.waiting.values() if one.id not in self.taken]
        self.taken |= self.waiting.keys()
        return found


class Relay(EmlFolder):
    """Answers as it is told to."""

    def __init__(self, fate):
        self.fate = fate

    async def ready(self):
        if self.fate is None:
            raise RelayUnavailable("SMTP 421")

    async def deliver(self, message, envelope_from):
        return Delivery(self.fate)


async def tell(convocation, mail):
    await tell_old_addresses(convocation, mail, IDENTITY, NOW)


async def test_the_old_address_reads_that_it_was_changed_by_whom_and_whom_to_tell(tmp_path):
    convocation = Convocation(ONE, ONE._replace(id=UUID(int=2), par=None, contact=None))
    await tell(convocation, EmlFolder(tmp_path))
    assert convocation.waiting == {}
    mails = [
        email.message_from_bytes(one.read_bytes(), policy=email.policy.default) for one in sorted(tmp_path.iterdir())
    ]
    assert [one["Message-ID"] for one in mails] == [f"<{UUID(int=number)}@ac-exemple.invalid>" for number in (1, 2)]
    first, second = (" ".join(one.get_content().split()) for one in mails)
    assert (mails[0]["To"], mails[0]["Reply-To"]) == (
        "Élodie BŒUF <100@ac-exemple.invalid>",
        "Gestionnaire IMAGIN <dec@ac-x.invalid>",
    )
    assert "a été changée le vendredi 31 janvier 2020 par Gestionnaire 10." in first
    assert "Si ce n’est pas vous, dites-le au gestionnaire IMAGIN de votre académie (dec@ac-x.invalid)" in first
    assert "a été changée le vendredi 31 janvier 2020. Vos" in second
    assert "http" not in first + second


@pytest.mark.parametrize(("fate", "left"), [(Fate.SENT, 0), (Fate.FAILED, 0), (Fate.TRY_AGAIN, 1), (Fate.UNKNOWN, 1)])
async def test_what_the_mail_server_did_not_take_for_sure_stays_and_what_it_refuses_is_done(fate, left):
    convocation = Convocation(ONE)
    with capture_logs() as lines:
        await tell(convocation, Relay(fate))
    assert len(convocation.waiting) == left
    assert [line["event"] for line in lines] == ["adresses.given_up"] * (fate is Fate.FAILED)


async def test_nothing_is_taken_while_the_mail_server_is_away():
    convocation = Convocation(ONE)
    with pytest.raises(RelayUnavailable):
        await tell(convocation, Relay(None))
    assert convocation.taken == set()


@pytest.mark.parametrize("bad", [{"courriel": "x"}, {"nom": "X\r\nBcc: y@z.invalid"}, {"prenom": "X\0"}], ids=str)
async def test_what_cannot_be_a_mail_holds_nobody_back(tmp_path, bad):
    convocation = Convocation(ONE._replace(**bad), ONE._replace(id=UUID(int=2)))
    with capture_logs() as lines:
        await tell(convocation, EmlFolder(tmp_path))
    assert (convocation.waiting, len(list(tmp_path.iterdir()))) == ({}, 1)
    assert [line["event"] for line in lines] == ["adresses.given_up"]
