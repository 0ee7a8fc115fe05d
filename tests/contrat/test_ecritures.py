"""A person's name in many alphabets, in the mail as it goes on the wire and in its calendar object.

On paper: services/convocation/tests/documents/test_documents.py.
"""

from datetime import UTC, date, datetime
from email import message_from_bytes
from email.header import decode_header, make_header
from email.policy import default
from uuid import UUID

import pytest
import vobject
from ical.calendar_stream import IcsCalendarStream

from convocation.mes_missions.calendrier import Evenement, invitation
from notifier.domain.courrier import Calendrier, Envoi, Item, Nature, Piece
from notifier.gateways.composition import compose

LE = datetime(2020, 2, 1, 8, tzinfo=UTC)
COURRIEL = "personne@ac-exemple.invalid"
NAMES = {
    "Vietnamese": ("Thị Phương", "TRƯƠNG-ĐOÀN"),
    "Azerbaijani": ("Ülkər", "ƏLIYEVA"),
    "Turkish": ("Çağrı", "İŞIK"),
    "Fula": ("Aïcha", "ƁALDE-ŊƊIAYE"),
    "Tahitian": ("Teʻura", "NʼDIAYE"),
    "Greek": ("Ελένη", "ΠΑΠΑΔΟΠΟΎΛΟΥ"),
    "Cyrillic": ("Ђорђе", "ЖИВКОВИЋ"),
    "Armenian": ("Անահիտ", "ՍԱՐԳՍՅԱՆ"),
    "Georgian": ("ნინო", "ბერიძე"),
    "Arabic": ("سميرة", "الخطيب"),
    "Persian": ("زهرا", "پورچیت‌ساز"),
    "Hebrew": ("שרה", "כהן"),
    "Hindi": ("ज्योति", "श्रीवास्तव"),
    "Tamil": ("கீதா", "ஸ்ரீனிவாசன்"),
    "Thai": ("กัญญา", "ศรีสุวรรณ"),
    "Chinese": ("小𠮷", "歐陽"),
    "Korean": ("지혜", "남궁"),
}


def calendar_of(name):
    """METHOD and text; the mission and the établissement are named in the same letters."""
    return invitation(
        Evenement(
            convocation_id=UUID(int=7),
            version=1,
            annulee=False,
            le=LE,
            numerisation=False,
            libelle=f"Langue : {name} {name}",
            qualite="Correcteur",
            dates=(date(2020, 3, 5),),
            observation=name,
            etablissement_nom=f"LYCÉE {name}",
            etablissement_commune="LYON",
            nom=name,
            courriel=COURRIEL,
        ),
        "ne-pas-repondre@imagin.invalid",
    )


def mail_of(prenom, nom):
    """As a client reads it."""
    name = f"{prenom} {nom}"
    envoi = Envoi(
        convocation_id=UUID(int=7),
        version=1,
        nature="CONVOCATION",
        lue=False,
        courriel=COURRIEL,
        civilite="Mme",
        nom=nom,
        prenom=prenom,
        type="CORRECTION",
        libelle=f"Langue : {name}",
        voie="GENERALE",
        session="2020-E3C1",
        academie="10",
        etablissement=f"LYCÉE {name}, LYON (0699001J)",
        qualite="Correcteur",
        dates=(date(2020, 3, 5),),
        observation=f"À {name} 12 : fin",
        motif=None,
        reponse_empechement=None,
        signataire=f"{name}\nProviseure",
        reponse=f"{name} <gestionnaire@ac-exemple.invalid>",
        precedente=None,
        lien="https://imagin.invalid/lien/jeton",
        document=Piece("convocation.pdf", b"%PDF"),
        calendrier=Calendrier("convocation.ics", *calendar_of(name)),
    )
    sender = "IMAG’IN <ne-pas-repondre@imagin.invalid>"
    sent = compose([Item(Nature.CONVOCATION, envoi)], message_id="<7@imagin.invalid>", date=LE, sender=sender)
    wire = bytes(sent)
    assert wire.partition(b"\r\n\r\n")[0].isascii()
    assert all(len(line) <= 998 for line in wire.split(b"\r\n"))
    return message_from_bytes(wire, policy=default)


def head(mail, name):
    """As RFC 2047 reads it; the parser of Python 3.11 keeps the blank between two encoded words of a name."""
    [raw] = [value for one, value in mail.raw_items() if one == name]
    return str(make_header(decode_header(raw)))


@pytest.mark.parametrize(("prenom", "nom"), NAMES.values(), ids=NAMES)
def test_a_mail_names_a_person_in_full_in_its_head_and_in_both_bodies(prenom, nom):
    name, mail = f"{prenom} {nom}", mail_of(prenom, nom)
    assert head(mail, "To") == f"{name} <{COURRIEL}>"
    assert head(mail, "Reply-To") == f"{name} <gestionnaire@ac-exemple.invalid>"
    assert name in head(mail, "Subject")
    for kind in ("plain", "html"):
        body = mail.get_body([kind]).get_content()
        assert f"Mme {name}," in body, kind
        assert body.count(name) >= 5, kind


@pytest.mark.parametrize(("prenom", "nom"), NAMES.values(), ids=NAMES)
def test_its_calendar_object_names_her_in_full_for_two_libraries_and_is_folded_between_letters(prenom, nom):
    name = f"{prenom} {nom}"
    [part] = [one for one in mail_of(prenom, nom).iter_attachments() if one.get_content_type() == "text/calendar"]
    text = part.get_payload(decode=True).decode()
    folded = text.encode().split(b"\r\n")
    assert max(map(len, folded)) <= 75
    assert "\r\n".join(one.decode() for one in folded) == text, "no letter stands on two lines"
    one = vobject.readOne(text).vevent
    assert one.summary.value == f"Correction E3C\u00a0: Langue : {name} {name}"
    assert one.attendee.params["CN"] == [name]
    assert one.organizer.params["CN"] == [f"LYCÉE {name}"]
    [other] = IcsCalendarStream.calendar_from_ics(text).events
    assert other.summary == one.summary.value
    assert (other.attendees[0].common_name, other.organizer.common_name) == (name, f"LYCÉE {name}")
    assert name in other.description
