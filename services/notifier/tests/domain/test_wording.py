"""The mails' words (R24, R40, K.b, K.g) and the identity of a mail (D28)."""

from dataclasses import replace
from datetime import date
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from uuid import UUID

import pytest

from notifier.domain.notification import message_id
from notifier.domain.wording import Envoi, dates_en_lettres, sujet, texte

ENVOI = Envoi(
    nature="CONVOCATION",
    courriel="x@y.invalid",
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
    observation="Apporter un stylo rouge",
    motif=None,
    signataire="Ana CHEF\nProviseure",
)


def test_the_convocation_says_who_what_where_when_and_as_what():
    said = texte(ENVOI)
    for part in ("Mme Élodie BŒUF", "Histoire-géographie (voie générale)", "LYCEE FICTIF, LYON", "Correcteur Santorin"):
        assert part in said
    assert "jeudi 5 mars 2020" in said
    assert sujet(ENVOI) == "Convocation : Histoire-géographie, session 2020-E3C1"


def test_r40_the_texte_d_observation_is_visible_on_the_convocation():
    assert "Observation : Apporter un stylo rouge" in texte(ENVOI)


def test_r24_the_convocation_bears_the_chef_d_etablissements_name():
    assert texte(ENVOI).endswith("Ana CHEF\nProviseure\n")


def test_kg_without_signature_the_convocation_goes_out_all_the_same():
    assert texte(replace(ENVOI, signataire=None)).endswith("Le chef d’établissement\n")


def test_r44_and_kb_a_change_says_that_it_cancels_and_replaces():
    changed = replace(ENVOI, nature="MODIFICATION")
    assert "annule et remplace" in texte(changed)
    assert sujet(changed).startswith("Convocation modifiée")


def test_r45_and_kb_a_cancellation_says_why_and_that_access_is_withdrawn():
    said = texte(replace(ENVOI, nature="ANNULATION", motif="Malade"))
    assert "est annulée. Motif : Malade" in said
    assert "accès à SANTORIN pour cette mission est retiré" in said


def test_r50_and_r52_a_numerisation_gives_access_to_the_dashboard_and_has_no_qualite():
    said = texte(replace(ENVOI, type="NUMERISATION", qualite=None, voie="COMMUNE", libelle="Numérisation de copies"))
    assert "tableau de bord SANTORIN" in said
    assert "Qualité" not in said


def test_r39_several_dates_are_told():
    days = (date(2020, 2, 1), date(2020, 3, 5), date(2020, 3, 6))
    assert dates_en_lettres(days) == "samedi 1er février 2020, jeudi 5 mars 2020 et vendredi 6 mars 2020"


def test_the_message_id_is_computed_from_convocation_and_version():
    one = message_id(UUID(int=7), 1, "imagin.invalid")
    assert one == message_id(UUID(int=7), 1, "imagin.invalid")
    assert one != message_id(UUID(int=7), 2, "imagin.invalid")


@pytest.mark.parametrize(
    "text", ["<b>gras</b>", "=HYPERLINK(1)", "a\r\nBcc: x@y.invalid", "\u202enom", "{{ 7*7 }}", "« é » ’"]
)
def test_d42_hostile_text_stands_in_the_mail_as_it_is_and_only_in_its_body(text):
    said = texte(replace(ENVOI, nature="ANNULATION", nom=text, prenom=text, observation=text, motif=text))
    assert said.count(text) == 4
    message = EmailMessage()
    message["Subject"] = sujet(ENVOI)
    message.set_content(said)
    read = message_from_bytes(bytes(message), policy=default)
    assert read.keys() == ["Subject", "Content-Type", "Content-Transfer-Encoding", "MIME-Version"]
    assert "Bcc" not in read
    assert text.replace("\r\n", "\n") in read.get_content()
