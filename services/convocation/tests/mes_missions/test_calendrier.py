"""Calendar objects, read with vobject and ical (two other libraries) and by the rules of RFC 5545 and 5546."""

import re
from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
import vobject
from hypothesis import given
from hypothesis import strategies as st
from ical.calendar_stream import IcsCalendarStream

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
    "days apart are a series": ((0, 3), "20270216", ["RRULE:FREQ=DAILY;COUNT=2;INTERVAL=3"]),
    "so are days of which some are in a row": (
        (0, 1, 3),
        "20270216",
        ["RRULE:FREQ=DAILY;COUNT=4;INTERVAL=1", "EXDATE;VALUE=DATE:20270217"],
    ),
    "over a weekend": ((4, 7), "20270220", ["RRULE:FREQ=DAILY;COUNT=2;INTERVAL=3"]),
    "every other Monday": (
        (0, 14, 42),
        "20270216",
        ["RRULE:FREQ=DAILY;COUNT=4;INTERVAL=14", "EXDATE;VALUE=DATE:20270315"],
    ),
    "more days between than Outlook has occurrences": (
        (0, 1, 1_500),
        "20270216",
        ["RRULE:FREQ=DAILY;COUNT=1", "RDATE;VALUE=DATE:20270216,20310326"],
    ),
    "years apart": ((0, 1_461), "20270216", ["RRULE:FREQ=DAILY;COUNT=1", "RDATE;VALUE=DATE:20310215"]),
}


def on(*days, **changes):
    return text_of(replace(UNE, dates=tuple(LUNDI + timedelta(days=day) for day in days), **changes))


def days_read_by_vobject(text):
    _, one = event(text)
    starts = [one.dtstart.value] if one.rruleset is None else [day.date() for day in one.getrruleset(addRDate=True)]
    stay = range((one.dtend.value - one.dtstart.value).days)
    return sorted(start + timedelta(days=day) for start in starts for day in stay)


def days_read_by_ical(text):
    stays = [(one.dtstart, one.dtend) for one in IcsCalendarStream.calendar_from_ics(text).timeline]
    return sorted(first + timedelta(days=day) for first, after in stays for day in range((after - first).days))


@pytest.mark.parametrize(("days", "after", "again"), DATES.values(), ids=DATES)
def test_every_date_is_in_the_event_and_no_other(days, after, again):
    text = on(*days)
    found = lines(text)
    assert f"DTEND;VALUE=DATE:{after}" in found
    assert [line for line in found if re.match("RRULE|RDATE|EXDATE|EXRULE", line)] == again
    wanted = [LUNDI + timedelta(days=day) for day in days]
    assert days_read_by_vobject(text) == days_read_by_ical(text) == wanted


def outlook_keeps(text):
    """Whether the documents of Outlook and Exchange say so: MS-OXCICAL 2.1.3.1.1.20 and 2.1.3.2.2.1, MS-STANOICAL."""
    found = lines(text)
    properties = dict(line.split(":", 1) for line in found)
    rule = dict(part.split("=") for part in properties.get("RRULE", "FREQ=DAILY").split(";"))
    left_out = properties.get("EXDATE;VALUE=DATE", "").split(",") if "EXDATE;VALUE=DATE" in properties else []
    return (
        sum(line.startswith("BEGIN:VEVENT") for line in found) == 1  # of several UIDs it reads the first
        and not [line for line in found if line.startswith(("RDATE", "EXRULE"))]
        and rule.keys() <= {"FREQ", "COUNT", "INTERVAL"}  # the template « Daily Recurrences »
        and rule["FREQ"] == "DAILY"
        and all(1 <= int(rule.get(name, "1")) <= 999 for name in ("COUNT", "INTERVAL"))
        and (not left_out or "RRULE" in properties)
        and len(left_out) < int(rule.get("COUNT", "1"))
        and properties["DTSTART;VALUE=DATE"] not in left_out  # dates are of the type of DTSTART
    )


@given(st.sets(st.integers(1, 400), max_size=59))
def test_whatever_the_days_of_a_year_two_libraries_read_them_and_outlook_keeps_them(later):
    days = [0, *sorted(later)]
    for text in (on(*days), on(*days, version=3, annulee=True)):
        assert days_read_by_vobject(text) == days_read_by_ical(text) == [LUNDI + timedelta(days=day) for day in days]
        assert outlook_keeps(text)


def test_an_update_and_a_cancellation_hold_for_all_days_of_a_series():
    asked, moved, ended = on(0, 3), on(0, 4, 8, version=2), on(0, 4, 8, version=3, annulee=True)
    events = [event(text)[1] for text in (asked, moved, ended)]
    assert len({one.uid.value for one in events}) == 1
    assert [int(one.sequence.value) for one in events] == [0, 1, 2]
    assert not [line for text in (asked, moved, ended) for line in lines(text) if line.startswith("RECURRENCE-ID")]
    assert days_read_by_ical(moved) == days_read_by_ical(ended) == [LUNDI + timedelta(days=day) for day in (0, 4, 8)]
    assert days_read_by_ical(on(2, version=4)) == [LUNDI + timedelta(days=2)], "a series may become one day again"


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
