"""Calendar objects, read with vobject (a second library) and by the rules of RFC 5545 and 5546."""

import re
from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
import vobject

from convocation.mes_missions.calendrier import Evenement, invitation, publication

ORGANISATEUR = "ne-pas-repondre@imagin.invalid"
UNE = Evenement(
    convocation_id=UUID(int=7),
    version=1,
    annulee=False,
    le=datetime(2027, 1, 18, 23, 30, 7, 999, tzinfo=UTC),
    numerisation=False,
    libelle="Histoire-géographie",
    qualite="Correcteur Santorin",
    dates=(date(2027, 2, 15),),
    observation="Réunion d’entente à 9 h.\n\nSalle B12.",
    etablissement_nom="LYCEE FICTIF",
    etablissement_commune="LYON",
    nom="Anaïs LEFÈVRE-NGUYỄN",
    courriel="anais@ac-x.invalid",
)
MODIFIEE = replace(UNE, version=2, dates=(date(2027, 2, 16),), le=UNE.le + timedelta(days=1))
ANNULEE = replace(MODIFIEE, version=3, annulee=True, le=UNE.le + timedelta(days=2))
HOSTILES = {
    "line breaks": "a\r\nEND:VEVENT\r\nEND:VCALENDAR\rMETHOD:CANCEL\nUID:1\r\n X",
    "separators": "a;b,c:d\\e\\;f\\,g",
    "a backslash before N and n": "C:\\Notes\\nom \\N \\n",
    "the begin of an event": "BEGIN:VEVENT",
    "quotes and carets": "le \"grand\" lycée ^n ^' ^^ 'x'",
    "a parameter": 'x";ROLE=CHAIR;CN="y',
    "NUL and other controls": "a\x00b\x07c\x1bd\x7fe\x85f\x0bg\x0ch\x1ci",
    "line separators of Unicode": "a\u2028b\u2029c",
    "the wrong way round": "a\u202eb\u2066c",
    "a word of 300 letters": "é" * 300,
    "astral letters": "👩‍🏫" * 60 + "𝒳",
    "markup": "<script>alert(1)</script>{{7*7}}",
    "only blanks": " \t ",
}


def lines(text):
    """Content lines, unfolded, after looking at how they were folded."""
    assert text.endswith("\r\n")
    raw = text.encode().split(b"\r\n")[:-1]
    assert all(len(line) <= 75 for line in raw)
    assert not [line for line in raw if re.search(rb"[\x00-\x08\x0a-\x1f\x7f]", line)]
    return text.replace("\r\n ", "").split("\r\n")[:-1]


def event(text):
    """The one event, as vobject reads it."""
    calendar = vobject.readOne(text)
    [one] = calendar.vevent_list
    return calendar, one


def text_of(evenement):
    return invitation(evenement, ORGANISATEUR)[1]


def test_a_convocation_asks_with_all_that_rfc_5546_wants_of_a_request():
    method, text = invitation(UNE, ORGANISATEUR)
    calendar, one = event(text)
    assert (method, calendar.method.value, calendar.version.value) == ("REQUEST", "REQUEST", "2.0")
    assert calendar.prodid.value
    assert one.uid.value == f"{UNE.convocation_id}@imagin"
    assert (one.sequence.value, one.status.value) == ("0", "CONFIRMED")
    assert one.dtstamp.value == UNE.le.replace(microsecond=0)
    assert (one.dtstart.value, one.dtend.value) == (date(2027, 2, 15), date(2027, 2, 16))
    assert one.summary.value == "Correction E3C\u00a0: Histoire-géographie"
    assert one.location.value == "LYCEE FICTIF, LYON"
    assert (one.organizer.value, one.organizer.params["CN"]) == (f"mailto:{ORGANISATEUR}", ["LYCEE FICTIF"])
    assert one.attendee.value == "mailto:anais@ac-x.invalid"
    assert one.attendee.params == {
        "CN": ["Anaïs LEFÈVRE-NGUYỄN"],
        "ROLE": ["REQ-PARTICIPANT"],
        "PARTSTAT": ["NEEDS-ACTION"],
        "RSVP": ["FALSE"],
    }
    assert one.description.value.split("\n") == [
        "Qualité\u00a0: Correcteur Santorin",
        "Date\u00a0: lundi 15 février 2027",
        "Réunion d’entente à 9 h.",
        "Salle B12.",
        "Le document de convocation est joint au message.",
    ]


def test_a_day_is_the_academies_own_and_bears_no_hour_that_a_clock_elsewhere_could_move():
    assert "DTSTART;VALUE=DATE:20270215" in lines(text_of(UNE))
    assert not re.search(r"TZID|VTIMEZONE|DTSTART:|DTEND:", text_of(UNE))


def test_r44_and_r45_request_update_and_cancel_are_one_event_in_three_states():
    told = [invitation(one, ORGANISATEUR) for one in (UNE, MODIFIEE, ANNULEE)]
    assert [method for method, _ in told] == ["REQUEST", "REQUEST", "CANCEL"]
    calendars, events = zip(*(event(text) for _, text in told), strict=True)
    assert [one.method.value for one in calendars] == ["REQUEST", "REQUEST", "CANCEL"]
    assert len({one.uid.value for one in events}) == 1
    assert [int(one.sequence.value) for one in events] == [0, 1, 2]
    assert [one.status.value for one in events] == ["CONFIRMED", "CONFIRMED", "CANCELLED"]
    assert len({one.organizer.value for one in events}) == 1
    assert [hasattr(one, "attendee") for one in events] == [True] * 3
    assert sorted(one.dtstamp.value for one in events) == [one.dtstamp.value for one in events]
    assert events[2].summary.value == "Annulé\u00a0: Correction E3C\u00a0: Histoire-géographie"
    assert "annulée" in events[2].description.value


def test_the_same_version_gives_the_same_bytes_and_another_gives_others():
    assert text_of(UNE) == text_of(replace(UNE))
    assert len({text_of(one) for one in (UNE, MODIFIEE, ANNULEE)}) == 3


def test_a_numerisation_says_so_and_has_no_qualite():
    _, one = event(text_of(replace(UNE, numerisation=True, qualite=None)))
    assert one.summary.value == "Numérisation des copies"
    assert "Qualité" not in one.description.value


LUNDI = date(2027, 2, 15)
DATES = {
    "one day": ((0,), "20270216", []),
    "two days in a row are one stay": ((0, 1), "20270217", []),
    "a week in a row is one stay": (range(7), "20270222", []),
    "days apart are dates of their own": ((0, 3), "20270216", ["20270218"]),
    "so are days of which some are in a row": ((0, 1, 3), "20270216", ["20270216", "20270218"]),
    "over a weekend": ((4, 7), "20270220", ["20270222"]),
}


@pytest.mark.parametrize(("days", "after", "further"), DATES.values(), ids=DATES)
def test_every_date_is_in_the_event_and_no_other(days, after, further):
    text = text_of(replace(UNE, dates=tuple(LUNDI + timedelta(days=day) for day in days)))
    found = lines(text)
    assert f"DTEND;VALUE=DATE:{after}" in found
    rdates = [line for line in found if line.startswith("RDATE")]
    assert rdates == ([f"RDATE;VALUE=DATE:{','.join(further)}"] if further else [])
    _, one = event(text)
    stay = range((one.dtend.value - one.dtstart.value).days)
    covered = {one.dtstart.value + timedelta(days=day) for day in stay}
    covered |= {date(int(day[:4]), int(day[4:6]), int(day[6:])) for day in further}
    assert covered == {LUNDI + timedelta(days=day) for day in days}


def test_the_last_day_there_is_stays_a_day():
    assert "DTSTART;VALUE=DATE:99991231" in lines(text_of(replace(UNE, dates=(date.max,))))


TEXTS = [one.name for one in fields(Evenement) if one.type in {str, "str", "str | None"} or one.name == "qualite"]
_SHOWN = {
    "libelle": ("summary", "Correction E3C\u00a0: {}"),
    "qualite": ("description", "Qualité\u00a0: {}\n"),
    "etablissement_nom": ("location", "{}, LYON"),
    "etablissement_commune": ("location", "LYCEE FICTIF, {}"),
}


def one_line(text):
    return re.sub("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]+", " ", text).strip()


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize("hostile", HOSTILES.values(), ids=HOSTILES)
def test_a_hostile_text_stays_text_in_every_field(name, hostile):
    assert {"libelle", "observation", "etablissement_nom", "nom", "courriel"} <= set(TEXTS)
    for evenement in (replace(UNE, **{name: hostile}), replace(ANNULEE, **{name: hostile})):
        text = text_of(evenement)
        found = lines(text)
        plain = lines(text_of(UNE if evenement.version == 1 else ANNULEE))
        names = [re.split("[;:]", line)[0] for line in found]
        if one_line(hostile):
            assert names == [re.split("[;:]", line)[0] for line in plain]
        assert found.count("BEGIN:VEVENT") == found.count("END:VEVENT") == 1
        calendar, one = event(text)
        assert calendar.method.value == ("CANCEL" if evenement.annulee else "REQUEST")
        assert one.uid.value == f"{UNE.convocation_id}@imagin"
        assert one.attendee.params["ROLE"] == ["REQ-PARTICIPANT"]
        if name in _SHOWN and not evenement.annulee and one_line(hostile):
            shown, pattern = _SHOWN[name]
            assert pattern.format(one_line(hostile)) in getattr(one, shown).value


def test_an_observation_keeps_its_lines_and_its_backslashes():
    _, one = event(text_of(replace(UNE, observation="C:\\Notes\r\nDeux, trois; quatre\u2028cinq")))
    assert one.description.value.split("\n")[2:-1] == ["C:\\Notes", "Deux, trois; quatre", "cinq"]


@pytest.mark.parametrize(
    "courriel", ['a"b;c,d@x.invalid', "a%0d%0aBcc:z@x.invalid", "é@x.invalid", "a?cc=b&x#y@x.invalid"]
)
def test_an_address_is_one_mailto_that_says_nothing_else(courriel):
    _, one = event(text_of(replace(UNE, courriel=courriel)))
    assert re.fullmatch(r"mailto:[A-Za-z0-9@!$'*+._~%-]+", one.attendee.value)


def test_a_parameter_bears_no_escape_that_some_readers_would_show():
    _, one = event(text_of(replace(UNE, nom='Anaïs "la ^n" X')))
    assert one.attendee.params["CN"] == ["Anaïs 'la  n' X"]


def test_a_subscription_publishes_the_events_of_the_mails_and_invites_nobody():
    other = replace(ANNULEE, convocation_id=UUID(int=8))
    text = publication([UNE, other], ORGANISATEUR)
    found = lines(text)
    calendar = vobject.readOne(text)
    assert calendar.method.value == "PUBLISH"
    assert [one.uid.value for one in calendar.vevent_list] == [f"{UUID(int=key)}@imagin" for key in (7, 8)]
    assert [one.status.value for one in calendar.vevent_list] == ["CONFIRMED", "CANCELLED"]
    assert [int(one.sequence.value) for one in calendar.vevent_list] == [0, 2]
    assert not [line for line in found if line.startswith("ATTENDEE")]
    assert {"NAME:Missions IMAG’IN", "X-WR-CALNAME:Missions IMAG’IN"} <= set(found)
    assert {"REFRESH-INTERVAL;VALUE=DURATION:PT6H", "X-PUBLISHED-TTL:PT6H"} <= set(found)
    assert "joint au message" not in text


def test_an_empty_subscription_is_still_a_calendar_with_its_name():
    assert "X-WR-CALNAME:Missions IMAG’IN" in lines(publication([], ORGANISATEUR))
