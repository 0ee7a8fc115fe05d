"""What the settings of the notifier accept."""

from datetime import time

import pytest
from pydantic import ValidationError

from notifier.settings import Settings

GIVEN = {
    "database_url": "postgresql://x",
    "kafka_bootstrap": "x:1",
    "token_key": "key-of-the-tests-" * 3,
    "convocation_url": "http://localhost:8000",
}


def test_there_is_exactly_one_way_out():
    for ways in ({}, {"mail_dir": "/x", "smtp_url": "smtp://x"}):
        with pytest.raises(ValidationError, match="exactly one"):
            Settings(**GIVEN, **ways)


def test_night_and_reminders_are_read():
    settings = Settings(**GIVEN, mail_dir="/x", night="20:30-07:00", reminder_days="7,2,0")
    assert (settings.night_hours, settings.reminders) == ((time(20, 30), time(7)), [2, 7])
    assert (
        Settings(**GIVEN, mail_dir="/x").night_hours,
        Settings(**GIVEN, mail_dir="/x", reminder_days="0").reminders,
    ) == (
        None,
        [],
    )


def test_the_mail_server_is_known_by_its_name_alone():
    given = Settings(**GIVEN, smtp_url="smtps://user:secret@relais.imagin.invalid:465")
    assert given.mail_host == "relais.imagin.invalid"
    assert Settings(**GIVEN, mail_dir="/x").mail_host == "folder"


BOUNCES = {"bounce_address": "retour@imagin.invalid", "bounce_dir": "/retours"}


@pytest.mark.parametrize("one", BOUNCES)
def test_where_mails_come_back_there_is_a_key_of_its_own(one):
    given = GIVEN | {"mail_dir": "/x", one: BOUNCES[one]}
    with pytest.raises(ValidationError, match="NOTIFIER_BOUNCE_KEYS"):
        Settings(**given)
    with pytest.raises(ValidationError, match="seals with a key of IMAGIN_TOKEN_KEY"):
        Settings(**given, bounce_keys=GIVEN["token_key"])
    Settings(**given, bounce_keys=f"{'key-of-the-bounces-' * 2},{GIVEN['token_key']}")


@pytest.mark.parametrize(
    "wrong",
    [
        {"night": "20-7"},
        {"night": "24:00-07:00"},
        {"reminder_days": "sept"},
        {"reminder_days": ""},
        {"smtp_url": "mail.invalid:25", "mail_dir": None},
        {"smtp_url": "smtp://mail.invalid:port", "mail_dir": None},
        {"smtp_url": "smtp://mail.invalid", "smtp_ca_file": __file__, "mail_dir": None},
        {"smtp_rate_per_second": 0},
        {"bounce_address": "pas une adresse"},
        {"bounce_address": "retours-imagin@imagin.invalid"},
    ],
)
def test_what_cannot_be_meant_is_refused(wrong):
    with pytest.raises(ValidationError):
        Settings(**GIVEN | {"mail_dir": "/x"} | wrong)
