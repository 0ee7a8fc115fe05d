"""What SMTP does to us, and what must come of it: states right, order per person kept, nobody else delayed (D28)."""

import asyncio
import ssl
from datetime import timedelta
from email.headerregistry import Address

import pytest
from prometheus_client import REGISTRY

from event_schemas import catalogue
from notifier.gateways.convocation import ConvocationUnavailable
from notifier.gateways.mail import Delivery, EmlFolder, Fate, RelayUnavailable, Smtp
from notifier.gateways.mime import Message
from notifier.sender import Sender
from testkit.eventually import eventually
from testkit.smtp import MailServer

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
ONE = "1@ac-exemple.invalid"


def message(to="x@y.invalid"):
    return Message("<a@imagin.invalid>", Address(addr_spec=to), b"Message-ID: <a@imagin.invalid>\r\n\r\ntexte\r\n")


@pytest.mark.parametrize(
    ("answer", "motif"),
    [
        (f"550 no such user {ONE}", "Adresse refusée (SMTP 550)"),
        (f"550 5.1.1 <{ONE}> unknown", "Adresse inconnue (5.1.1)"),
        ("552 5.2.2 over quota", "Boîte pleine (5.2.2)"),
        ("550 10.5.1.1 is not welcome", "Adresse refusée (SMTP 550)"),
    ],
)
async def test_5xx_fails_for_good_with_its_reason_in_words_and_is_not_tried_again(notifier, answer, motif):
    notifier.smtp.to[ONE] = [answer]
    await notifier.tell(notifier.event("1"), notifier.event("2"))
    await notifier.settle()
    assert await notifier.try_for(HOUR) == 0
    assert (await notifier.states("1"), await notifier.states("2")) == ([(1, "FAILED")], [(1, "SENT")])
    assert await notifier.pool.fetchval("SELECT motif FROM notification WHERE numero = '1'") == motif
    assert sorted(await notifier.reports()) == [catalogue.NOTIFICATION_FAILED, catalogue.NOTIFICATION_SENT]


async def test_4xx_is_tried_again_after_growing_pauses_and_delays_nobody_else(notifier):
    notifier.smtp.to[ONE] = ["450 later"] * 5 + ["250 now"]
    await notifier.tell(notifier.event("1"), notifier.event("2"), notifier.event("3"))
    await notifier.settle()
    assert sorted(notifier.recipients()) == ["2", "3"]
    assert await notifier.states("1") == [(1, "PENDING")]
    began = notifier.now
    while len(notifier.smtp.mailed) < 3:
        notifier.now += timedelta(seconds=1)
        await notifier.drain()
    assert (notifier.now - began).total_seconds() == 2 + 4 + 8 + 16 + 32
    assert await notifier.states("1") == [(1, "SENT")]


async def test_4xx_for_five_days_becomes_a_failure_the_etablissement_reads(notifier):
    notifier.smtp.to[ONE] = ["450 mailbox full"]
    await notifier.tell(notifier.event("1"))
    await notifier.settle()
    assert await notifier.try_for(timedelta(days=5, hours=1), every=timedelta(minutes=15)) == 0
    assert await notifier.states() == [(1, "FAILED")]
    assert await notifier.reports() == [catalogue.NOTIFICATION_FAILED]


async def test_a_change_that_comes_while_a_mail_is_refused_for_now_takes_its_place(notifier):
    notifier.smtp.to[ONE] = ["450 later", "250 now"]
    await notifier.tell(notifier.event("1"))
    await notifier.settle()
    await notifier.tell(notifier.event("1", 2, "MODIFICATION"))
    await notifier.settle()
    assert notifier.told() == ["CONVOCATION HG"], "the person knows of nothing before"
    assert await notifier.states() == [(1, "SUPERSEDED"), (2, "SENT")]


async def test_the_server_down_for_an_hour_nothing_is_lost_nothing_doubled_and_order_is_kept(notifier):
    await notifier.tell(*(notifier.event(str(number)) for number in range(30)))
    notifier.smtp.stop()
    notifier.now += notifier.SETTLING
    refused = await notifier.try_for(30 * MINUTE)
    await notifier.tell(notifier.event("1", 2, "MODIFICATION"), notifier.event("2", 2, "ANNULATION"))
    assert refused + await notifier.try_for(30 * MINUTE) == 60
    assert {etat for _, etat in await notifier.states()} == {"PENDING", "SUPERSEDED"}
    notifier.smtp.start()
    assert await notifier.try_for(5 * MINUTE) == 0
    assert sorted(notifier.recipients()) == sorted(str(number) for number in range(30) if number != 2)
    assert max(notifier.smtp.ids().values()) == 1
    assert await notifier.states("1") == [(1, "SUPERSEDED"), (2, "SENT")]
    assert await notifier.states("2") == [(1, "SUPERSEDED"), (2, "POINTLESS")]


async def test_421_is_the_servers_affair_all_wait_and_go_out_when_it_is_back(notifier):
    notifier.smtp.to[ONE] = ["421 closing", "250 back"]
    await notifier.tell(*(notifier.event(str(number)) for number in range(5)))
    notifier.now += notifier.SETTLING
    with pytest.raises(RelayUnavailable, match="421"):
        await notifier.drain()
    assert {etat for _, etat in await notifier.states("1")} == {"PENDING"}
    await notifier.drain()
    assert sorted(notifier.recipients()) == ["0", "1", "2", "3", "4"]
    assert max(notifier.smtp.ids().values()) == 1


async def test_a_connection_dropped_after_data_sends_the_same_mail_again_and_later_changes_wait_for_it(notifier):
    notifier.smtp.drop_after_data = 1
    await notifier.tell(notifier.event("1"))
    await notifier.settle()
    assert await notifier.states() == [(1, "SENDING")], "nobody knows: it stays under way"
    await notifier.tell(notifier.event("1", 2, "MODIFICATION"), notifier.event("2"))
    await notifier.settle()
    await notifier.drain()
    assert await notifier.states("1") == [(1, "SENT"), (2, "SENT")]
    mine = [one for one in notifier.smtp.mailed if one.recipients == (ONE,)]
    assert [one.message["Subject"].partition(" : ")[0] for one in mine] == [
        *["Convocation"] * 2,
        "Convocation modifiée",
    ]
    assert bytes(mine[0].message) == bytes(mine[1].message)
    assert sorted(notifier.smtp.ids().values()) == [1, 1, 2]
    assert await notifier.reports() == [catalogue.NOTIFICATION_SENT] * 3


async def test_of_a_mail_of_uncertain_fate_a_5xx_afterwards_is_a_failure_and_a_4xx_keeps_it_the_same(notifier):
    notifier.smtp.drop_after_data = 1
    notifier.smtp.to[ONE] = ["250 first", "450 later", "550 gone"]
    await notifier.tell(notifier.event("1"))
    await notifier.settle()
    notifier.now += MINUTE
    await notifier.drain()
    assert await notifier.states() == [(1, "SENDING")]
    notifier.now += MINUTE
    await notifier.drain()
    assert await notifier.states() == [(1, "FAILED")]


async def test_a_server_too_slow_for_one_mail_does_not_stop_the_others(notifier, monkeypatch):
    monkeypatch.setattr("notifier.gateways.mail._DELIVERY_SECONDS", 0.3)
    await notifier.tell(notifier.event("1"))
    notifier.smtp.slow_seconds = 1.0
    await notifier.settle()
    assert await notifier.states("1") == [(1, "SENDING")]
    notifier.smtp.slow_seconds = 0.0
    await notifier.tell(notifier.event("2"))
    await notifier.settle()
    assert (await notifier.states("1"), await notifier.states("2")) == ([(1, "SENT")], [(1, "SENT")])


@pytest.mark.parametrize(
    ("courriel", "motif"),
    [
        ("a@b.invalid\nBcc: x@y.z", "contenu refusé dans un en-tête du mail"),
        ("", "adresse absente ou mal formée dans l’annuaire"),
        ("prénom@b.invalid", "adresse absente ou mal formée dans l’annuaire"),
    ],
)
async def test_bad_data_in_a_header_fails_alone_with_its_reason_and_its_neighbours_go_out(notifier, courriel, motif):
    notifier.convocation.addresses["1"] = courriel
    await notifier.tell(notifier.event("1"), notifier.event("2"))
    await notifier.settle()
    assert (await notifier.states("1"), await notifier.states("2")) == ([(1, "FAILED")], [(1, "SENT")])
    assert all("Bcc" not in one.message for one in notifier.smtp.mailed)
    assert await notifier.pool.fetchval("SELECT motif FROM notification WHERE numero = '1'") == motif


@pytest.mark.parametrize("answer", [404, 500])
async def test_what_convocation_cannot_give_waits_five_days_alone_and_is_then_a_failure(notifier, answer):
    notifier.convocation.answers[notifier.convocation_id("1"), 1] = answer
    await notifier.tell(notifier.event("1"), notifier.event("2"))
    await notifier.settle()
    await notifier.try_for(timedelta(days=4, hours=23), every=timedelta(minutes=15))
    assert (await notifier.states("1"), await notifier.states("2")) == ([(1, "PENDING")], [(1, "SENT")])
    await notifier.try_for(timedelta(hours=2), every=timedelta(minutes=15))
    assert await notifier.states("1") == [(1, "FAILED")]
    assert sorted(await notifier.reports()) == [catalogue.NOTIFICATION_FAILED, catalogue.NOTIFICATION_SENT]


async def test_while_convocation_is_down_mails_wait_and_go_out_afterwards_to_the_address_of_then(notifier):
    url = notifier.url
    await notifier.tell(notifier.event("1"))
    notifier.now += notifier.SETTLING
    notifier.convocation.up = False
    with pytest.raises(ConvocationUnavailable):
        await notifier.round()
    sender = Sender(url, notifier.sending(), lambda: None, poll_seconds=0.05)
    running = asyncio.create_task(sender.run())
    notifier.convocation.addresses["1"] = "corrigee@ac-exemple.invalid"
    notifier.convocation.up = True

    async def sent():
        return await notifier.states() == [(1, "SENT")]

    await eventually(sent, because="the sender tries again by itself")
    running.cancel()
    assert notifier.recipients() == ["corrigee"]


@pytest.fixture
def up():
    """Whether the mail server and convocation do their part, as the metrics say."""
    return lambda: tuple(REGISTRY.get_sample_value(f"imagin_{name}_up") for name in ("smtp", "convocation"))


async def test_metrics_tell_who_is_down_while_a_sender_leads_and_nothing_afterwards(notifier, up):
    await notifier.tell(notifier.event("1"))
    notifier.now += notifier.SETTLING
    notifier.smtp.stop()
    running = asyncio.create_task(Sender(notifier.url, notifier.sending(), lambda: None, poll_seconds=0.05).run())
    await eventually(lambda: up() == (0, 1), because="nobody takes the mail")
    notifier.convocation.up = False
    notifier.smtp.start()
    await eventually(lambda: up() == (1, 0), because="nobody tells what to send", timeout=15)
    running.cancel()
    await eventually(lambda: up() == (1, 1), because="another process may know better")
    notifier.convocation.up = True
    running = asyncio.create_task(Sender(notifier.url, notifier.sending(), lambda: None, poll_seconds=0.05).run())
    await eventually(lambda: notifier.smtp.mailed, because="both do their part")
    assert up() == (1, 1)
    running.cancel()


async def test_two_hundred_waiting_are_sent_over_one_connection(notifier):
    await notifier.tell(*(notifier.event(str(number)) for number in range(200)))
    await notifier.settle()
    assert len(notifier.smtp.ids()) == len(notifier.smtp.mailed) == 200
    assert len(notifier.smtp.connections) == 1


async def test_a_connection_the_server_closed_meanwhile_is_opened_again_without_a_word(notifier):
    await notifier.tell(notifier.event("1"))
    await notifier.settle()
    notifier.smtp.stop()
    notifier.smtp.start()
    await notifier.tell(notifier.event("2"))
    await notifier.settle()
    assert notifier.recipients() == ["1", "2"]


async def test_the_rate_is_kept(smtp):
    mail = Smtp(smtp.url, rate=20)
    loop = asyncio.get_running_loop()
    began = loop.time()
    for _ in range(5):
        await mail.turn()
        assert await mail.deliver(message(), "no@imagin.invalid") == Delivery(Fate.SENT)
    await mail.close()
    assert loop.time() - began >= 4 / 20


@pytest.fixture
def guarded(certificate):
    """A server that asks for STARTTLS and a password."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate[1])
    server = MailServer(tls=context, password="sésame")
    server.start()
    yield server
    server.stop()


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("smtp+starttls://imagin:s%C3%A9same@localhost:{port}", None),
        ("smtp://imagin:s%C3%A9same@localhost:{port}", None),
        ("smtp+starttls://imagin:faux@localhost:{port}", "SMTP 535"),
        ("smtp+starttls://localhost:{port}", "SMTP 530"),
    ],
    ids=["required", "offered", "wrong password", "no password"],
)
async def test_starttls_and_password(guarded, certificate, address, reason):
    mail = Smtp(address.format(port=guarded.port), ca_file=certificate[0])
    if reason is None:
        assert await mail.deliver(message(), "no@imagin.invalid") == Delivery(Fate.SENT)
    else:
        with pytest.raises(RelayUnavailable, match=reason):
            await mail.deliver(message(), "no@imagin.invalid")
    await mail.close()
    assert len(guarded.mailed) == (reason is None)


async def test_starttls_that_must_be_had_and_is_not_or_is_not_trusted_sends_nothing(smtp, guarded):
    for address in (f"smtp+starttls://127.0.0.1:{smtp.port}", f"smtp+starttls://imagin:x@localhost:{guarded.port}"):
        mail = Smtp(address)
        with pytest.raises(RelayUnavailable):
            await mail.deliver(message(), "no@imagin.invalid")
    assert smtp.mailed == guarded.mailed == []


async def test_the_folder_holds_the_same_mail_once(tmp_path):
    mail = EmlFolder(tmp_path)
    for _ in range(2):
        assert await mail.deliver(message(), "no@imagin.invalid") == Delivery(Fate.SENT)
    assert [file.name for file in tmp_path.iterdir()] == ["a.eml"]
