"""A mail that comes back is known by its return address, told once, and never lost in the mailbox (D28)."""

import json
from functools import partial
from uuid import UUID

import pytest

from notifier.domain.lettre import LettreFinie
from notifier.domain.retour import lire, verp
from notifier.gateways.convocation import ConvocationUnavailable
from notifier.gateways.retours import Retours
from notifier.use_cases.read_bounces import read_bounces

DSN = """\
From: MAILER-DAEMON@relay.invalid
To: {to}
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

The mail system
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; relay.invalid

Final-Recipient: rfc822; 1@ac-exemple.invalid
Action: {action}
Status: {status}

--b--
"""


class Mailbox:
    """A flat folder with the notifier that reads it."""

    def __init__(self, folder, notifier):
        self.folder, self._notifier = folder, notifier
        self.revenues, self.convocation_up = [], True
        self._retours = Retours(folder, partial(lire, cles=notifier.cles))

    def receive(self, name, to, *, action="failed", status="5.1.1"):
        (self.folder / name).write_text(DSN.format(to=to, action=action, status=status))

    async def read(self):
        async with self._notifier.pool.acquire() as connection:
            await read_bounces(connection, self._retours, self, self._notifier.clock)

    async def lettres_revenues(self, revenues):
        """As convocation is told."""
        if not self.convocation_up:
            raise ConvocationUnavailable("ConnectError")
        self.revenues += revenues

    def kept(self):
        return sorted(str(file.relative_to(self.folder)) for file in self.folder.rglob("*") if file.is_file())


@pytest.fixture
def mailbox(tmp_path, notifier):
    folder = tmp_path / "retours"
    folder.mkdir()
    return Mailbox(folder, notifier)


async def bodies(notifier):
    rows = await notifier.pool.fetch("SELECT payload FROM outbox ORDER BY seq")
    return [json.loads(row["payload"]) for row in rows]


async def test_a_bounce_marks_each_item_of_the_mail_and_is_told_once(notifier, mailbox):
    await notifier.tell(notifier.event("1", code="A"), notifier.event("1", code="B"), notifier.event("2"))
    await notifier.settle()
    sender = next(one.sender for one in notifier.smtp.mailed if one.recipients[0].startswith("1@"))
    for name in ("one.eml", "again.eml"):
        mailbox.receive(name, sender)
    await mailbox.read()
    await mailbox.read()
    assert (await notifier.states("1"), await notifier.states("2")) == ([(1, "BOUNCED")] * 2, [(1, "SENT")])
    told = [one for one in await bodies(notifier) if one.get("retour")]
    assert [(one["etat"], one["motif"], one["version"]) for one in told] == [
        ("ECHOUEE", "Adresse inconnue (5.1.1)", 2)
    ] * 2
    assert mailbox.kept() == ["lus/again.eml", "lus/one.eml"]


async def test_a_delay_a_forgery_and_an_answer_change_nothing_and_are_kept_for_somebody_to_look_at(notifier, mailbox):
    await notifier.tell(notifier.event("1"))
    await notifier.settle()
    sender = notifier.smtp.mailed[0].sender
    mailbox.receive("delay.eml", sender, action="delayed", status="4.4.1")
    mailbox.receive("forged.eml", f"{sender[:-20]}0{sender[-19:]}".replace("@", "0@"))
    (mailbox.folder / "answer.eml").write_text("From: x@y.invalid\nTo: no@imagin.invalid\n\nBonjour\n")
    await mailbox.read()
    assert await notifier.states() == [(1, "SENT")]
    assert mailbox.kept() == ["illisibles/answer.eml", "illisibles/delay.eml", "illisibles/forged.eml"]


async def test_a_bounce_of_an_earlier_version_says_nothing_of_the_later_one(notifier, mailbox):
    await notifier.tell(notifier.event("1"))
    await notifier.settle()
    await notifier.tell(notifier.event("1", 2, "MODIFICATION"))
    await notifier.settle()
    mailbox.receive("late.eml", notifier.smtp.mailed[0].sender)
    await mailbox.read()
    assert await notifier.states() == [(1, "BOUNCED"), (2, "SENT")]
    assert [one["convocation_version"] for one in await bodies(notifier)] == [1, 2]


async def test_a_mail_of_uncertain_fate_that_comes_back_is_not_sent_again(notifier, mailbox):
    notifier.smtp.drop_after_data = 1
    await notifier.tell(notifier.event("1"))
    await notifier.settle()
    mailbox.receive("one.eml", notifier.smtp.mailed[0].sender)
    await mailbox.read()
    await notifier.settle()
    assert await notifier.states() == [(1, "BOUNCED")]
    assert len(notifier.smtp.mailed) == 1


async def test_when_the_database_fails_the_message_is_read_again(notifier, mailbox, monkeypatch):
    await notifier.tell(notifier.event("1"))
    await notifier.settle()
    mailbox.receive("one.eml", notifier.smtp.mailed[0].sender)

    async def down(*_):
        raise ConnectionError

    with monkeypatch.context() as broken:
        broken.setattr("notifier.use_cases.read_bounces.report", down)
        with pytest.raises(ConnectionError):
            await mailbox.read()
    assert (await notifier.states(), mailbox.kept()) == ([(1, "SENT")], ["one.eml"])
    await mailbox.read()
    assert await notifier.states() == [(1, "BOUNCED")]


async def test_what_is_no_convocations_mail_is_told_to_convocation_and_read_again_while_it_is_down(notifier, mailbox):
    letter = UUID(int=7)
    mailbox.receive("letter.eml", verp("retour@imagin.invalid", letter, notifier.cles))
    mailbox.convocation_up = False
    with pytest.raises(ConvocationUnavailable):
        await mailbox.read()
    assert mailbox.kept() == ["letter.eml"]
    mailbox.convocation_up = True
    await mailbox.read()
    assert mailbox.revenues == [LettreFinie(letter, "REVENUE", "Adresse inconnue (5.1.1)")]
    await mailbox.read()
    assert len(mailbox.revenues) == 1


async def test_without_its_folder_the_reader_waits(notifier, mailbox):
    mailbox.folder.rmdir()
    await mailbox.read()
