"""One mail per convocation, change and cancellation (K.b), on a real database, a real SMTP server, a real folder."""

import asyncio
import email
import email.policy
from datetime import date
from types import SimpleNamespace
from uuid import UUID, uuid5

import pytest
import pytest_asyncio

from chassis.cloudevents import Cause, Event
from chassis.database import create_pool
from event_schemas import catalogue
from event_schemas.convocations import Convocation, IntervenantRef, MissionRef
from notifier.domain.wording import Envoi
from notifier.gateways.convocation import SUPERSEDED, ConvocationUnavailable
from notifier.gateways.mail import EmlFolder, Smtp
from notifier.handlers.convocations import NotifyOnConvocationEvents
from notifier.persistence import notifications
from notifier.sender import Identity, Sender
from testkit.eventually import eventually

MISSION = MissionRef(
    mission_id=UUID(int=1),
    session="2020-E3C1",
    type="CORRECTION",
    voie="GENERALE",
    code="HG",
    libelle="Histoire-géographie",
    uai="0699001J",
    academie="10",
)
NATURES = {
    "CONVOCATION": catalogue.INTERVENANT_CONVOQUE,
    "MODIFICATION": catalogue.CONVOCATION_CHANGED,
    "ANNULATION": catalogue.CONVOCATION_CANCELLED,
}


def event(numero, version, nature="CONVOCATION"):
    state = Convocation.create(
        convocation_id=uuid5(UUID(int=0), numero),
        version=version,
        status="CANCELLED" if nature == "ANNULATION" else "ACTIVE",
        intervenant=IntervenantRef(numero=numero, nom="NOM", prenom="Prénom", uai="0699001J"),
        mission=MISSION,
        qualite="CORRECTEUR",
        qualite_par_defaut=True,
        profil=None,
        dates=[date(2020, 3, 5)],
    )
    aggregate = state.aggregate
    return Event(state, NATURES[nature], "i", Cause("c"), aggregate, version, state.hash, SimpleNamespace())


class FakeConvocation:
    """The service at the border: answers what it is told to, or not at all."""

    def __init__(self):
        self.up = True
        self.answers = {}
        self.courriel = "a@ac-exemple.invalid"

    async def envois(self, wanted):
        if not self.up:
            raise ConvocationUnavailable("ConnectError")
        return {one: self.answers.get(one, self._envoi()) for one in wanted}

    def _envoi(self):
        return Envoi(
            nature="CONVOCATION",
            courriel=self.courriel,
            civilite="Mme",
            nom="BŒUF",
            prenom="Élodie",
            type="CORRECTION",
            libelle="Histoire-géographie",
            voie="GENERALE",
            session="2020-E3C1",
            etablissement="LYCEE FICTIF, LYON (0699001J)",
            qualite="Correcteur Santorin",
            dates=(date(2020, 3, 5),),
            observation="",
            motif=None,
            signataire=None,
        )


class Notifier:
    def __init__(self, url, pool, folder):
        self.pool, self.folder = pool, folder
        self.convocation = FakeConvocation()
        self.url = url
        self.reader = NotifyOnConvocationEvents()
        self.sender = self.sending_by(EmlFolder(folder))

    def sending_by(self, mail):
        identity = Identity("IMAG'IN <no@imagin.invalid>", "imagin.invalid")
        return Sender(self.url, self.convocation, mail, identity, lambda: None, poll_seconds=0.05)

    async def tell(self, *events):
        async with self.pool.acquire() as connection, connection.transaction():
            held = await self.reader.known(connection, [one.aggregate for one in events])
            await self.reader.apply(connection, list(events), held)

    async def round(self, sender=None):
        async with self.pool.acquire() as connection:
            return await (sender or self.sender).round(connection)

    async def states(self):
        rows = await self.pool.fetch("SELECT version, etat FROM notification ORDER BY convocation_id, version")
        return [tuple(row) for row in rows]

    async def reports(self):
        return [row["type"] for row in await self.pool.fetch("SELECT type FROM outbox ORDER BY seq")]

    def mails(self):
        return [
            email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
            for file in sorted(self.folder.glob("*.eml"))
        ]


@pytest_asyncio.fixture(loop_scope="session")
async def notifier(database, tmp_path):
    urls = await database("notifier")
    pool = create_pool(urls.url)
    await pool
    yield Notifier(urls.url, pool, tmp_path / "mails")
    await pool.close()


async def test_r15_whoever_is_convoked_gets_one_mail_in_french_and_the_fact_is_reported(notifier):
    await notifier.tell(event("1", 1))
    assert await notifier.round() == 1
    [mail] = notifier.mails()
    assert mail["To"] == "a@ac-exemple.invalid"
    assert (mail["Auto-Submitted"], mail["Content-Language"]) == ("auto-generated", "fr")
    assert "Mme Élodie BŒUF" in mail.get_content()
    assert await notifier.states() == [(1, "ENVOYEE")]
    assert await notifier.reports() == [catalogue.NOTIFICATION_SENT]
    assert await notifier.round() == 0


async def test_a_version_supersedes_the_unsent_one_below_it(notifier):
    await notifier.tell(event("1", 1))
    await notifier.tell(event("1", 2, "MODIFICATION"))
    await notifier.round()
    assert await notifier.states() == [(1, "PERIMEE"), (2, "ENVOYEE")]
    assert len(notifier.mails()) == 1


async def test_kb_a_cancellation_reaches_who_was_told_and_not_who_never_was(notifier):
    await notifier.tell(event("1", 1))
    await notifier.round()
    await notifier.tell(event("1", 2, "ANNULATION"), event("2", 1), event("2", 2, "ANNULATION"))
    await notifier.round()
    assert sorted(await notifier.states()) == [(1, "ENVOYEE"), (1, "PERIMEE"), (2, "ENVOYEE"), (2, "SANS_OBJET")]


async def test_a_version_that_convocation_has_superseded_is_not_sent(notifier):
    first = event("1", 1)
    notifier.convocation.answers[first.state.convocation_id, 1] = SUPERSEDED
    await notifier.tell(first)
    await notifier.round()
    assert (await notifier.states(), notifier.mails()) == ([(1, "PERIMEE")], [])


async def test_while_convocation_is_down_mails_wait_and_go_out_afterwards_to_the_address_of_then(notifier):
    await notifier.tell(event("1", 1))
    notifier.convocation.up = False
    with pytest.raises(ConvocationUnavailable):
        await notifier.round()

    async def sent():
        return await notifier.states() == [(1, "ENVOYEE")]

    running = asyncio.create_task(notifier.sender.run())
    notifier.convocation.up, notifier.convocation.courriel = True, "corrigee@ac-exemple.invalid"
    await eventually(sent, because="the sender tries again by itself")
    running.cancel()
    assert [mail["To"] for mail in notifier.mails()] == ["corrigee@ac-exemple.invalid"]


async def test_d28_a_mail_found_under_way_is_sent_again_with_the_same_message_id_and_date(notifier):
    await notifier.tell(event("1", 1))
    await notifier.round()
    [first] = notifier.mails()
    await notifier.pool.execute("UPDATE notification SET etat = 'EN_COURS'")
    async with notifier.pool.acquire() as connection:
        await notifications.release(connection)
    await notifier.round()
    [again] = notifier.mails()
    assert bytes(again) == bytes(first)


async def test_smtp_sends_and_a_refusal_for_good_fails_with_its_code_only(notifier, smtp):
    sender = notifier.sending_by(Smtp(smtp.url))
    await notifier.tell(event("1", 1))
    await notifier.round(sender)
    assert len(smtp.mailed) == 1
    smtp.refuse = "550 no such user"
    await notifier.tell(event("2", 1))
    await notifier.round(sender)
    row = await notifier.pool.fetchrow("SELECT etat, motif FROM notification WHERE etat <> 'ENVOYEE'")
    assert tuple(row) == ("ECHOUEE", "SMTP 550")
    assert await notifier.reports() == [catalogue.NOTIFICATION_SENT, catalogue.NOTIFICATION_FAILED]


async def test_smtp_a_refusal_for_now_is_tried_again_later(notifier, smtp):
    sender = notifier.sending_by(Smtp(smtp.url))
    smtp.refuse = "451 try later"
    await notifier.tell(event("1", 1))
    await notifier.round(sender)
    assert await notifier.states() == [(1, "EN_ATTENTE")]
    assert await notifier.round(sender) == 0, "not before its pause is over"
    smtp.refuse = None
    await notifier.pool.execute("UPDATE notification SET pas_avant = now()")
    await notifier.round(sender)
    assert await notifier.states() == [(1, "ENVOYEE")]


async def test_without_a_mail_server_mails_wait(notifier):
    await notifier.tell(event("1", 1))
    await notifier.round(notifier.sending_by(Smtp("smtp://127.0.0.1:1")))
    assert await notifier.states() == [(1, "EN_ATTENTE")]


async def test_bad_data_in_a_header_fails_alone_and_its_neighbours_go_out(notifier):
    bad = event("1", 1)
    await notifier.tell(bad, event("2", 1))
    good = notifier.convocation._envoi()
    injected = Envoi(
        **{name: getattr(good, name) for name in Envoi.__slots__} | {"courriel": "a@b.invalid\nBcc: x@y.z"}
    )
    notifier.convocation.answers[bad.state.convocation_id, 1] = injected
    await notifier.round()
    assert sorted(await notifier.states()) == [(1, "ECHOUEE"), (1, "ENVOYEE")]
    assert all("Bcc" not in mail for mail in notifier.mails())
