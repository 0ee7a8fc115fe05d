"""Mails that came back (D28): what servers of every kind write, what is none, and what nobody can make us believe."""

from pathlib import Path
from time import perf_counter
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acces.cles import Cles
from notifier.domain.retour import Retour, lire, motif, refus, sealed_mail, verp

CLES = Cles(["un secret de trente-deux signes !"])
MAIL = UUID("3b8f0c7e-52d4-5a1e-9c66-0f6f6b7f2a11")
CORPUS = Path(__file__).parent / "corpus"
RETOURS = {
    "postfix-adresse-inconnue": "5.1.1",
    "postfix-boite-pleine": "5.2.2",
    "postfix-domaine-inconnu": "5.4.4",
    "postfix-abandon-apres-cinq-jours": "4.4.1",
    "postfix-crlf": "5.1.1",
    "exim-adresse-inconnue": "5.1.1",
    "exim-ancien-sans-rapport": None,
    "office365-adresse-inconnue": "5.1.10",
    "exchange-refuse-par-la-politique": "5.7.1",
    "sendmail-utilisateur-inconnu": "5.1.1",
    "qmail-sans-rapport": None,
    "rapport-en-base64": "5.2.1",
    "rapport-en-quoted-printable": "5.1.1",
    "rapport-mondial-utf8": "5.1.1",
    "mauvais-jeu-de-caracteres": "5.2.2",
    "tronque-apres-le-rapport": "5.1.2",
    "adresse-de-retour-dans-le-message-rendu": "5.1.1",
    "adresse-en-majuscules": "5.1.1",
    "adresse-seulement-dans-x-original-to": "5.1.1",
    "deux-destinataires-un-seul-echec": "5.2.2",
    "statut-absent": "5.1.1",
    "statut-illisible": None,
    "texte-seul-du-postmaster": None,
}
NO_RETOURS = {
    "postfix-retard",
    "postfix-remis",
    "postfix-relaye",
    "liste-etendue",
    "sendmail-avertissement-sans-rapport",
    "reponse-d-absence-en-francais",
    "reponse-d-absence-sans-marque",
    "reponse-d-absence-outlook",
    "reponse-d-une-personne",
    "accuse-de-lecture",
    "plainte-arf",
    "sceau-contrefait",
    "autre-installation",
    "tronque-avant-le-rapport",
    "sans-adresse-de-retour",
    "sans-adresse-de-retour-autre-domaine",
    "sans-adresse-de-retour-message-encode",
    "message-id-dans-le-corps-seulement",
}


def read(octets):
    return lire(octets, cles=CLES)


def eml(name):
    return (CORPUS / f"{name}.eml").read_bytes()


def test_the_corpus_is_all_used():
    assert {file.stem for file in CORPUS.iterdir()} == set(RETOURS) | NO_RETOURS


@pytest.mark.parametrize(("name", "code"), RETOURS.items())
def test_d28_a_mail_that_came_back_is_known_whichever_server_says_so(name, code):
    assert read(eml(name)) == Retour(MAIL, definitif=code != "4.4.1", code=code)


@pytest.mark.parametrize("name", sorted(NO_RETOURS))
def test_answers_delays_deliveries_and_forgeries_are_no_mails_that_came_back(name):
    assert read(eml(name)) is None


def test_the_return_address_is_read_by_who_made_it_and_by_nobody_else():
    address = verp("retour@imagin.invalid", MAIL, CLES)
    local, _, domain = address.partition("@")
    assert (domain, len(local) <= 64) == ("imagin.invalid", True)
    assert sealed_mail(f"Nom <{address}>", CLES) == MAIL
    assert sealed_mail(address.upper(), CLES) == MAIL
    assert sealed_mail(address, Cles(["autre secret"])) is None
    start = len("retour+")
    for place in range(start, len(local)):
        other = "0" if local[place] != "0" else "1"
        assert sealed_mail(f"{local[:place]}{other}{local[place + 1 :]}@{domain}", CLES) is None


def test_a_mail_sent_before_a_rotation_comes_back_after_it_and_the_next_one_bears_another_seal():
    rotated = Cles(["tirée après l’envoi du premier mail", "un secret de trente-deux signes !"])
    before, after = (verp("retour@imagin.invalid", MAIL, cles) for cles in (CLES, rotated))
    assert [sealed_mail(one, rotated) for one in (before, after)] == [MAIL, MAIL]
    assert before != after
    assert sealed_mail(after, CLES) is None


@pytest.mark.parametrize("address", ["", "retour", "@imagin.invalid", "retour@", "retour-imagin@imagin.invalid"])
def test_an_address_that_cannot_be_sealed_is_refused(address):
    with pytest.raises(ValueError, match="address"):
        verp(address, MAIL, CLES)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("5.1.1", "Adresse inconnue (5.1.1)"),
        ("5.1.10", "Adresse inconnue (5.1.10)"),
        ("5.2.2", "Boîte pleine (5.2.2)"),
        ("4.2.2", "Boîte pleine (4.2.2)"),
        ("5.1.2", "Domaine inconnu (5.1.2)"),
        ("5.7.1", "Refusé par le serveur du destinataire (5.7.1)"),
        ("5.7.606", "Refusé par le serveur du destinataire (5.7.606)"),
        ("5.0.0", "Mail revenu (5.0.0)"),
        (None, "Mail revenu"),
    ],
)
def test_the_reason_is_told_in_words(code, words):
    assert motif(code) == words


@pytest.mark.parametrize(
    ("texte", "adresse", "words"),
    [
        ("5.1.1 <x@y.invalid>: unknown", True, "Adresse inconnue (5.1.1)"),
        ("5.2.2", True, "Boîte pleine (5.2.2)"),
        ("5.6.0 x@y.invalid", False, "Message refusé (SMTP 554)"),
        ("x@y.invalid 5.1.1", True, "Adresse refusée (SMTP 554)"),
        ("", False, "Message refusé (SMTP 554)"),
    ],
)
def test_a_refusal_is_told_in_the_same_words_and_nothing_else_of_it(texte, adresse, words):
    assert refus(554, texte, adresse=adresse) == words


@given(st.binary(max_size=2_000))
def test_no_bytes_raise(octets):
    assert read(octets) is None


@given(st.data(), st.sampled_from(sorted({*RETOURS, *NO_RETOURS})))
def test_no_damage_to_a_report_raises_or_names_another_mail(data, name):
    octets = bytearray(eml(name))
    for _ in range(data.draw(st.integers(1, 5))):
        start = data.draw(st.integers(0, len(octets)))
        octets[start : start + data.draw(st.integers(0, 40))] = data.draw(st.binary(max_size=40))
    found = read(bytes(octets))
    assert found is None or found.mail_id == MAIL or b"postmaster@imagin" in octets


@pytest.mark.parametrize("depth", [50, 2000])
def test_parts_within_parts_without_end_do_not_raise(depth):
    head = f"To: {verp('retour@imagin.invalid', MAIL, CLES)}\n"
    nested = "".join(f'Content-Type: multipart/mixed; boundary="{rank}"\n\n--{rank}\n' for rank in range(depth))
    assert read((head + nested).encode()) is None


@pytest.mark.parametrize(
    "octets",
    [
        b"To: x" + b" \t" * 400_000 + b"y\n\n",
        b"To: " + b"+" * 900_000 + b"\n\n",
        b"To: x\nContent-Type: multipart/report; boundary=a\n\n" + b"--a\n" * 200_000,
        b"To: x\nContent-Type: message/delivery-status\n\n" + b"Action: failed\n\n" * 60_000,
        b"To: x\nContent-Type: message/delivery-status\n\n" + b"\n \t " * 200_000 + b"x",
    ],
)
def test_a_message_made_to_be_slow_is_not(octets):
    start = perf_counter()
    assert read(octets) is None
    assert perf_counter() - start < 20, "a second or so; a quadratic reading takes hours"
