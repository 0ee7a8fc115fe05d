"""The mails' words (R16, R18, R24, R40, R44, R45, R50, K.b, K.g)."""

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from francais import dates_longues
from notifier.domain.changement import changements
from notifier.domain.courrier import Calendrier, Entree, Envoi, Item, Nature, Piece
from notifier.domain.wording import rediger, texte

JEUDI, VENDREDI, LUNDI = date(2020, 3, 5), date(2020, 3, 6), date(2020, 3, 9)
ENVOI = Envoi(
    convocation_id=UUID(int=1),
    version=1,
    nature="CONVOCATION",
    lue=False,
    courriel="x@y.invalid",
    civilite="Mme",
    nom="BŒUF",
    prenom="Élodie",
    type="CORRECTION",
    libelle="Histoire-géographie",
    voie="GENERALE",
    session="2020-E3C1",
    academie="10",
    etablissement="LYCEE FICTIF, LYON (0699001J)",
    qualite="Correcteur Santorin",
    dates=(JEUDI,),
    observation="Apporter un stylo rouge",
    motif=None,
    reponse_empechement=None,
    signataire="Ana CHEF\nProviseure",
    reponse=None,
    precedente=None,
    lien="https://imagin.invalid/lien/jeton",
    document=Piece("convocation.pdf", b"%PDF"),
    calendrier=Calendrier("convocation.ics", "REQUEST", "BEGIN:VCALENDAR\r\n"),
)
NUMERISATION = replace(ENVOI, type="NUMERISATION", qualite=None, voie="COMMUNE", libelle="Numérisation de copies")
COORDINATEUR = replace(ENVOI, qualite="Coordinateur")


def said(*items, nature=Nature.CONVOCATION):
    """The text, with plain spaces: which of them do not break is another test's concern."""
    items = [one if isinstance(one, Item) else Item(nature, one) for one in items]
    return texte(rediger(items)).replace("\u00a0", " ")


def sujet(*items, nature=Nature.CONVOCATION):
    items = [one if isinstance(one, Item) else Item(nature, one) for one in items]
    return rediger(items).sujet.replace("\u00a0", " ")


def test_the_convocation_says_who_what_where_when_and_as_what():
    mail = said(ENVOI)
    for part in ("Mme Élodie BŒUF", "Histoire-géographie (voie générale)", "LYCEE FICTIF, LYON", "Correcteur Santorin"):
        assert part in mail
    assert "Date : jeudi 5 mars 2020\n" in mail
    assert sujet(ENVOI) == "Convocation : Histoire-géographie, session 2020-E3C1"


@pytest.mark.parametrize(
    ("civilite", "mot"), [("Mme", "convoquée à"), ("M.", "convoqué à"), ("", "convoqué(e) à"), ("Dr", "convoqué(e) à")]
)
def test_the_participle_agrees_with_the_civilite(civilite, mot):
    assert f"Vous êtes {mot} la mission" in said(replace(ENVOI, civilite=civilite))


def test_r40_the_texte_d_observation_is_visible_on_the_convocation():
    assert "Observation : Apporter un stylo rouge" in said(ENVOI)


def test_no_line_of_an_observation_passes_for_a_line_of_ours():
    mail = said(replace(ENVOI, observation="Un\n\nQualité : Coordinateur\u2028Date : demain\x0bSession : 1"))
    assert "Observation : Un\n  \n  Qualité : Coordinateur\n  Date : demain\n  Session : 1\n\n" in mail
    assert "\nQualité : Correcteur Santorin" in mail


def test_r24_the_convocation_bears_the_chef_d_etablissements_name():
    assert said(ENVOI).endswith("Ana CHEF\nProviseure\n")


def test_kg_without_signature_the_convocation_goes_out_all_the_same():
    assert said(replace(ENVOI, signataire=None)).endswith("Le chef d’établissement\n")


def test_r44_and_kb_a_change_says_that_it_cancels_and_replaces():
    assert "Cette convocation annule et remplace la précédente." in said(ENVOI, nature=Nature.MODIFICATION)
    assert sujet(ENVOI, nature=Nature.MODIFICATION).startswith("Convocation modifiée")


@pytest.mark.parametrize(
    ("avant", "phrases"),
    [
        ({}, ["La qualité, les dates et l’observation ne changent pas."]),
        (
            {"qualite": "Coordinateur"},
            ["Votre qualité est désormais « Correcteur Santorin », au lieu de « Coordinateur »."],
        ),
        ({"qualite": None}, ["Votre qualité est désormais « Correcteur Santorin »."]),
        (
            {"dates": (VENDREDI,)},
            ["La date du vendredi 6 mars 2020 est remplacée par le jeudi 5 mars 2020."],
        ),
        ({"dates": (JEUDI, VENDREDI, LUNDI)}, ["Dates retirées : vendredi 6 mars 2020 et lundi 9 mars 2020."]),
        (
            {"dates": (VENDREDI, LUNDI)},
            ["La date est désormais le jeudi 5 mars 2020, au lieu du vendredi 6 mars 2020 et du lundi 9 mars 2020."],
        ),
        ({"dates": ()}, ["Date ajoutée : jeudi 5 mars 2020."]),
        ({"observation": ""}, ["Une observation est ajoutée ; elle figure ci-dessous."]),
        ({"observation": "Autre"}, ["L’observation a changé ; la nouvelle figure ci-dessous."]),
        (
            {"qualite": "Correcteur", "observation": "Autre"},
            [
                "Votre qualité est désormais « Correcteur Santorin », au lieu de « Correcteur ».",
                "L’observation a changé ; la nouvelle figure ci-dessous.",
            ],
        ),
    ],
)
def test_r44_a_change_says_what_changed_against_what_the_person_was_last_told(avant, phrases):
    entree = Entree(**{"qualite": ENVOI.qualite, "dates": ENVOI.dates, "observation": ENVOI.observation} | avant)
    envoi = replace(ENVOI, precedente=entree)
    assert [one.replace("\u00a0", " ") for one in changements(envoi)] == phrases
    assert "\n".join(f"- {one}" for one in phrases) in said(envoi, nature=Nature.MODIFICATION)


def test_r44_a_date_moved_among_others_and_several_moved_at_once():
    moved = replace(ENVOI, dates=(JEUDI, LUNDI), precedente=Entree(ENVOI.qualite, (JEUDI, VENDREDI), ENVOI.observation))
    assert changements(moved) == ("La date du vendredi 6 mars 2020 est remplacée par le lundi 9 mars 2020.",)
    avant = Entree(ENVOI.qualite, (date(2020, 3, 3), date(2020, 3, 4)), "")
    phrase = (
        "Les dates sont désormais le jeudi 5 mars 2020 et le lundi 9 mars 2020, "
        "au lieu du mardi 3 mars 2020 et du mercredi 4 mars 2020."
    )
    assert changements(replace(moved, precedente=avant, observation="")) == (phrase,)


def test_r44_an_observation_taken_away_is_told_and_nothing_where_the_version_before_is_not_known():
    avant = Entree(ENVOI.qualite, ENVOI.dates, "Ancienne")
    assert changements(replace(ENVOI, observation="", precedente=avant)) == ("L’observation est retirée.",)
    assert changements(ENVOI) == ()
    same = Entree(None, ENVOI.dates, ENVOI.observation)
    assert changements(replace(NUMERISATION, precedente=same)) == ("Les dates et l’observation ne changent pas.",)


def test_r24_a_version_that_adds_the_signature_says_so_beside_what_else_changes():
    same = Entree(ENVOI.qualite, ENVOI.dates, ENVOI.observation)
    signee = "La convocation porte à présent la signature de l’établissement\u00a0; la précédente n’en portait pas."
    again = replace(ENVOI, precedente=same, signature_ajoutee=True)
    assert changements(again) == (signee, "La qualité, les dates et l’observation ne changent pas.")
    assert changements(replace(again, observation="")) == (signee, "L’observation est retirée.")


def test_r45_and_kb_a_cancellation_says_why_and_that_access_is_withdrawn():
    mail = said(replace(ENVOI, motif="Malade"), nature=Nature.ANNULATION)
    assert "est annulée.\n\nMotif de l’annulation : Malade\n" in mail
    assert "accès à SANTORIN pour cette mission est retiré" in mail
    assert "empêchement" not in mail, "there is nothing to be prevented from"


def test_r50_and_r52_a_numerisation_gives_access_to_the_dashboard_and_has_no_qualite():
    mail = said(NUMERISATION)
    assert "tableau de bord SANTORIN pour numériser les copies" in mail
    assert "Qualité" not in mail


def test_r16_and_r18_who_coordinates_follows_the_correction_and_who_corrects_corrects():
    for qualite in ("Coordinateur", "Coordinateur adjoint"):
        assert "pour suivre la correction des copies" in said(replace(ENVOI, qualite=qualite))
    for qualite in ("Correcteur", "Correcteur suppléant", "Correcteur Santorin"):
        assert "pour corriger les copies" in said(replace(ENVOI, qualite=qualite))


def test_r39_several_dates_are_told():
    days = (date(2020, 2, 1), JEUDI, VENDREDI)
    assert dates_longues(days) == "samedi 1er février 2020, jeudi 5 mars 2020 et vendredi 6 mars 2020"
    assert f"Dates : {dates_longues(days)}\n" in said(replace(ENVOI, dates=days))


def test_a_rappel_says_when_and_that_nothing_was_acknowledged():
    mail = said(replace(ENVOI, dates=(JEUDI, VENDREDI)), nature=Nature.RAPPEL)
    assert "Rappel : vous êtes convoquée le jeudi 5 mars 2020 et le vendredi 6 mars 2020." in mail
    assert "pas encore indiqué avoir pris connaissance" in mail
    assert sujet(ENVOI, nature=Nature.RAPPEL) == "Rappel de votre convocation : Histoire-géographie, session 2020-E3C1"


@pytest.mark.parametrize("nature", Nature)
def test_the_link_stands_there_once_and_nobody_is_told_of_refusing(nature):
    mail = said(replace(ENVOI, motif="Malade"), COORDINATEUR, nature=nature)
    assert mail.count(ENVOI.lien) == 1
    assert "refus" not in mail.lower()


@pytest.mark.parametrize("nature", Nature)
def test_without_a_link_nothing_is_said_of_a_page(nature):
    mail = said(*(replace(one, motif="Malade", lien=None) for one in (ENVOI, COORDINATEUR)), nature=nature)
    for word in ("lien", "page", "Vos missions", "https://", "None"):
        assert word not in mail, word
    assert "Pour toute question" in mail


def test_of_several_items_any_link_is_the_persons():
    assert said(replace(ENVOI, lien=None), COORDINATEUR).count(COORDINATEUR.lien) == 1


@pytest.mark.parametrize(
    ("natures", "sujet_attendu"),
    [
        ([Nature.CONVOCATION] * 3, "3 convocations, session 2020-E3C1"),
        ([Nature.MODIFICATION] * 2, "2 convocations modifiées, session 2020-E3C1"),
        ([Nature.ANNULATION] * 2, "2 annulations de convocation, session 2020-E3C1"),
        ([Nature.RAPPEL] * 2, "Rappel de 2 convocations, session 2020-E3C1"),
        (
            [Nature.ANNULATION, Nature.CONVOCATION, Nature.MODIFICATION, Nature.CONVOCATION],
            "2 convocations, 1 convocation modifiée et 1 annulation, session 2020-E3C1",
        ),
    ],
)
def test_one_mail_counts_what_it_tells(natures, sujet_attendu):
    assert sujet(*(Item(nature, ENVOI) for nature in natures)) == sujet_attendu


def test_one_mail_lists_several_missions_each_with_its_etablissement_and_names_each_signataire_once():
    other = replace(NUMERISATION, etablissement="LYCEE AUTRE, PARIS (0759001A)", signataire=None, session="2020-E3C2")
    mail = said(Item(Nature.ANNULATION, ENVOI), other, COORDINATEUR)
    titles = ["1. Convocation : Histoire", "2. Convocation : Numérisation", "3. Annulation de votre convocation :"]
    places = [mail.index(f"\n\n{title}") for title in titles]
    assert places == sorted(places)
    assert mail.count("Établissement : LYCEE FICTIF, LYON") == 2
    assert mail.count("Établissement : LYCEE AUTRE, PARIS") == 1
    assert "adressez-vous à l’établissement de la mission." in mail
    assert mail.count("Ana CHEF\nProviseure\nLYCEE FICTIF, LYON (0699001J)") == 1
    assert "Le chef d’établissement\nLYCEE AUTRE, PARIS (0759001A)" in mail
    assert sujet(ENVOI, other) == "2 convocations, sessions 2020-E3C1 et 2020-E3C2"


def test_the_same_items_are_the_same_mail_in_whatever_order_they_come():
    items = [
        Item(Nature.RAPPEL, COORDINATEUR),
        Item(Nature.CONVOCATION, replace(ENVOI, dates=(LUNDI,), convocation_id=UUID(int=2))),
        Item(Nature.CONVOCATION, replace(ENVOI, convocation_id=UUID(int=3))),
        Item(Nature.CONVOCATION, ENVOI),
    ]
    assert rediger(items) == rediger(items[::-1])


def test_who_reads_an_answer_is_told():
    assert "une réponse ne serait lue par personne" in said(ENVOI)
    assert "le gestionnaire IMAG’IN de l’académie vous lira" in said(replace(ENVOI, reponse="a@y.invalid"))


@pytest.mark.parametrize("nature", Nature)
def test_no_double_sign_of_the_language_stands_after_a_space_that_breaks(nature):
    mail = texte(rediger([Item(nature, replace(ENVOI, motif="Malade", precedente=Entree(None, (), "")))] * 2))
    assert not [mark for mark in ":;!?»" if f" {mark}" in mail]
    assert "« " not in mail
    assert "'" not in mail


def test_without_items_there_is_no_mail():
    with pytest.raises(ValueError, match="without items"):
        rediger([])


@pytest.mark.parametrize("text", ["<b>gras</b>", "=HYPERLINK(1)", "{{ 7*7 }}", "« é » ’", "%s {0} \\n", "😀"])
def test_d42_hostile_text_stands_in_the_mail_as_it_is_and_only_in_its_body(text):
    envoi = replace(ENVOI, nom=text, prenom=text, observation=text, motif=text)
    assert texte(rediger([Item(Nature.CONVOCATION, envoi)])).count(text) == 3  # its names and its observation
    assert texte(rediger([Item(Nature.ANNULATION, envoi)])).count(text) == 3  # its names and why it is cancelled


@pytest.mark.parametrize(
    ("text", "shown"),
    [("\u202enom", "nom"), ("a\r\nBcc: x@y.invalid", "a Bcc: x@y.invalid"), ("a\x00\ud800b", "a\ufffd\ufffdb")],
)
def test_d42_what_turns_a_line_round_or_breaks_it_does_neither(text, shown):
    assert f"\nMme {shown} {shown},\n" in "\n" + texte(
        rediger([Item(Nature.CONVOCATION, replace(ENVOI, nom=text, prenom=text))])
    )


def test_whom_to_ask_is_the_etablissement_with_its_telephone_and_mail():
    asked = replace(ENVOI, joindre="04 72 00 00 00, secretariat@ac-exemple.fr")
    whom = "adressez-vous à l’établissement : LYCEE FICTIF, LYON (0699001J)"
    assert f"{whom}, 04 72 00 00 00, secretariat@ac-exemple.fr." in said(asked)
    assert f"{whom}." in said(ENVOI)
