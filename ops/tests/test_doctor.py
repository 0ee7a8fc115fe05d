"""`imagin doctor` alone: what it was given, mail server, clocks, schemas, codecs, dead letters."""

import ssl
from urllib.parse import urlsplit

import pytest

from chassis.database import connect
from chassis.migration import Schema
from chassis.provisioning import with_database
from imagin_ops import parts
from imagin_ops.commands.doctor import _behind
from imagin_ops.connections import connected
from imagin_ops.services import NOTIFIER
from testkit.certificates import write_certificates
from testkit.smtp import MailServer

LIMIT = 15


@pytest.fixture
def mail_server(tmp_path):
    """It asks for STARTTLS and a password, and its certificate is of a CA in `ca.pem`."""
    write_certificates(tmp_path / "ca.pem", tmp_path / "server.pem")
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(tmp_path / "server.pem")
    server = MailServer(tls=tls, password="invented")
    server.start()
    yield server
    server.stop()


async def test_the_doctor_tells_what_it_was_given_without_a_password(imagin, installation):
    secrets = {"IMAGIN_SIGNING_KEYS": "SECRET", "NOTIFIER_SMTP_URL": "smtp://u:SECRET@127.0.0.1:1"}
    for form in ([], ["--json"]):
        done = await imagin("doctor", *form, **installation | secrets)
        assert "SECRET" not in done.out + done.err
        assert "testkit-password" not in done.out + done.err
        assert "postgresql://notifier:***@" in done.out
    assert done.json["configuration"]["IMAGIN_KAFKA_BOOTSTRAP"] == installation["IMAGIN_KAFKA_BOOTSTRAP"]
    assert done.json["configuration"]["IMAGIN_SIGNING_KEYS"] == "***"


async def test_a_mail_server_is_greeted_and_shown_the_password_and_sent_nothing(
    imagin, installation, mail_server, tmp_path
):
    good = f"smtp+starttls://imagin:invented@localhost:{mail_server.port}"
    installation |= {"NOTIFIER_SMTP_CA_FILE": str(tmp_path / "ca.pem")}
    done = await imagin("doctor", **installation, NOTIFIER_SMTP_URL=good)
    assert (done.code, "✓ serveur de mail" in done.out) == (0, True), done.out
    done = await imagin("doctor", **installation, NOTIFIER_SMTP_URL=good.replace("invented", "wrong"))
    assert (done.code, "✗ serveur de mail : SMTP 535" in done.out) == (1, True), done.out
    assert not mail_server.mailed


async def test_a_mail_server_that_is_silent_or_away_is_told_in_time(imagin, installation, frozen):
    for url, said in (
        (frozen.replace("http", "smtp"), "pas de réponse"),
        ("smtp://127.0.0.1:1", "ConnectionRefusedError"),
    ):
        done = await imagin("doctor", **installation, NOTIFIER_SMTP_URL=url)
        assert (done.code, f"✗ serveur de mail : {said}" in done.out) == (1, True), done.out
        assert done.seconds < LIMIT


async def test_a_clock_that_is_wrong_is_told_with_whose_it_is(imagin, installation, replica):
    slow = replica(date="Sun, 06 Nov 1994 08:49:37 GMT")
    done = await imagin("doctor", **installation, NOTIFIER_URL=f"{replica()},{slow}")
    assert done.code == 1
    line = next(line for line in done.out.splitlines() if "horloges" in line)
    assert line.startswith(f"✗ horloges : écart avec cette machine : {slow} ")
    assert "," not in line


async def test_a_database_whose_schema_is_behind_is_told_without_an_administrator(imagin, installation, postgres):
    name = urlsplit(installation["NOTIFIER_DATABASE_URL"]).path[1:]
    connection = await connect(with_database(postgres.admin_url, name))
    await connection.execute(
        "DELETE FROM schema_migrations WHERE version = (SELECT max(version) FROM schema_migrations)"
    )
    await connection.close()
    done = await imagin("doctor", **installation)
    assert (done.code, "✗ migrations notifier : " in done.out) == (1, True), done.out
    assert done.out.count("✗") == 1


def test_a_codec_that_is_broken_is_named(monkeypatch):
    assert parts.codecs() is None
    monkeypatch.setitem(parts._CODECS, "zstd", (bytes, lambda packed: packed[:1]))
    monkeypatch.setitem(parts._CODECS, "lz4", (None, None))
    assert parts.codecs() == "illisible(s) ici : lz4, zstd"


async def test_open_dead_letters_are_wrong_for_the_doctor_who_says_where_to_look(imagin, installation):
    async with connected(installation[f"{NOTIFIER.prefix}DATABASE_URL"]) as connection:
        await connection.execute(
            """INSERT INTO dead_letter (consumer_group, topic, partition, "offset", record_time, header_names,
                                        header_values, stage, reason)
               SELECT 'g', 't', 0, n, now(), '{}', '{}', 'DECODE', 'r' FROM generate_series(1, 3) n"""
        )
    done = await imagin("doctor", **installation)
    assert done.code == 1
    assert "✗ lettres mortes notifier : 3 ouverte(s) : " in done.out
    assert "dlq list --service notifier\n" in done.out
    assert "✓ lettres mortes convocation" in done.out
    assert (await imagin("status", **installation)).code == 1


@pytest.mark.parametrize(
    ("schema", "said"),
    [
        (Schema([], []), None),
        (Schema(["0300_x.sql"], []), "db migrate"),
        (Schema([], ["9999"]), "plus récent"),
        (None, "db create"),
    ],
)
def test_the_doctor_says_what_to_do_about_a_schema(schema, said):
    trouble = _behind(schema)
    assert trouble is None if said is None else said in trouble
