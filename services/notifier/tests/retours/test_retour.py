"""Mails that came back (D28): what servers of every kind write, what is none, and what nobody can make us believe."""

from pathlib import Path
from time import perf_counter
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acces.cles import Cles
from notifier.domain.rapport import Sort, sorts
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
    "tronque-avant-le-rapport": None,
    "destinataires-en-echec-dits-en-tete": None,
    "adresse-dans-received": "5.1.1",
    "adresse-dans-x-delivered-to": "5.1.1",
    "adresse-en-copie": "5.1.1",
    "adresse-marquee-batv": "5.1.1",
    "adresse-repliee": "5.1.1",
    "allemand-unzustellbar": None,
    "amazon-ses-supprimee": "5.1.1",
    "antivirus-bloque": None,
    "boucle-de-transferts": "5.4.6",
    "code-dans-le-texte-seul": None,
    "courier-echec": "5.1.1",
    "daemon-sans-sujet": None,
    "dmarc-refuse": "5.7.26",
    "domino-non-repertorie": "5.0.0",
    "dsn-texte-sans-mime": "5.1.1",
    "exchange-ancien-administrateur": None,
    "exchange-ancien-francais": None,
    "exchange-francais-non-remis": "5.1.10",
    "expediteur-vide": None,
    "filtre-antispam": "5.7.1",
    "francais-echec-de-la-remise": None,
    "francais-non-distribue": None,
    "francais-pas-pu-etre-remis": None,
    "gmail-adresse-inexistante": "5.1.1",
    "groupwise-texte": None,
    "hmailserver-texte": None,
    "imail-texte": None,
    "james-echec": "5.1.1",
    "liste-grise-abandon": "4.7.1",
    "mdaemon-texte": None,
    "message-trop-gros": "5.3.4",
    "mmdf-texte": None,
    "office365-page-seule": None,
    "opensmtpd-erreur": "5.1.1",
    "passerelle-refus-politique": "5.7.1",
    "postfix-rapport-indisponible": None,
    "quota-abandon": "4.2.2",
    "rapport-action-absente": "5.1.1",
    "rapport-action-commentee": "4.4.1",
    "rapport-action-expired": "4.4.7",
    "rapport-action-failure": "5.1.1",
    "rapport-action-undeliverable": "5.1.1",
    "rapport-autre-nom": "5.1.1",
    "rapport-blanc-avant-deux-points": "5.1.1",
    "rapport-dans-un-melange": "5.1.1",
    "rapport-deux-fois-retour-chariot": "5.1.1",
    "rapport-dit-octets": None,
    "rapport-dit-texte": "5.1.1",
    "rapport-en-capitales": "5.1.1",
    "rapport-en-minuscules": "5.1.1",
    "rapport-fins-de-ligne-seules": "5.1.1",
    "rapport-latin-1": "5.2.2",
    "rapport-ligne-from": "5.1.1",
    "rapport-lignes-vides-partout": "5.1.1",
    "rapport-liste-etendue-et-echec": "5.1.1",
    "rapport-marque-d-ordre": "5.1.1",
    "rapport-original-avant-final": "5.1.1",
    "rapport-precision-ailleurs": "5.4.1",
    "rapport-sans-ligne-vide": "5.2.2",
    "rapport-sans-statut": None,
    "rapport-sans-type": "5.1.1",
    "rapport-statut-en-mots": "5.1.1",
    "rapport-statut-vague": "5.1.1",
    "rapport-suite-apres-ligne-vide": "5.2.1",
    "rapport-suite-sans-retrait": "5.7.1",
    "rapport-tabulations": "5.1.1",
    "rapport-trois-sorts": "5.1.6",
    "rapport-type-coupe-sans-retrait": "5.1.1",
    "rapport-vide-destinataire-en-tete": None,
    "rapport-vide-sujet-seul": None,
    "sun-adresse-rejetee": "5.1.1",
    "texte-en-base64": None,
    "x400-texte": None,
    "yahoo-ancien-texte": None,
    "yahoo-boite-fermee": "5.0.0",
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
    "dmarc-rapport-agrege",
    "dmarc-rapport-d-echec",
    "tls-rapport",
    "sceau-contrefait",
    "autre-installation",
    "sans-adresse-de-retour",
    "sans-adresse-de-retour-autre-domaine",
    "sans-adresse-de-retour-message-encode",
    "message-id-dans-le-corps-seulement",
    "absence-cite-un-statut",
    "absence-numero-de-poste",
    "rapport-d-un-autre-genre",
    "remis-apres-des-echecs",
    "retard-suite-qui-ressemble-a-un-champ",
    "absence-adresse-changee",
    "absence-allemande",
    "absence-conge-maternite",
    "absence-du-daemon-dite-au-sujet",
    "absence-du-daemon",
    "absence-gmail",
    "absence-hors-du-bureau",
    "absence-indisponible",
    "absence-je-suis-en-vacances",
    "absence-jusqu-au-10",
    "absence-notes",
    "absence-octets-latin-1",
    "absence-sans-sujet",
    "absence-sieve",
    "absence-sujet-du-mail",
    "absence-sujet-en-base64",
    "absence-sujet-en-quoted-printable",
    "absence-zimbra",
    "accuse-de-ticket",
    "demande-de-confirmation",
    "lecture-non-lu-texte",
    "lecture-non-lu",
    "lecture-sans-type",
    "plainte-sans-type",
    "relaye-exchange-francais",
    "remis-en-capitales",
    "remis-texte",
    "reponse-de-calendrier",
    "reponse-du-postmaster",
    "retard-blanc-avant-deux-points",
    "retard-courier-texte",
    "retard-dans-le-texte",
    "retard-deferred",
    "retard-en-capitales",
    "retard-en-tete-seul",
    "retard-exchange-francais",
    "retard-exim-texte",
    "retard-francais-dans-le-texte",
    "retard-francais-differe",
    "retard-gmail",
    "retard-opensmtpd",
    "retard-postfix-texte",
    "retard-rapport-vide",
    "retard-sans-action",
    "retard-sans-statut",
    "retour-transmis-par-une-personne",
    "sans-sceau-blanc-avant-deux-points",
    "sans-sceau-destinataire-en-tete",
    "sans-sceau-sans-statut",
}


def read(octets):
    return lire(octets, cles=CLES)


def eml(name):
    return (CORPUS / f"{name}.eml").read_bytes()


def test_the_corpus_is_all_used():
    assert {file.stem for file in CORPUS.iterdir()} == set(RETOURS) | NO_RETOURS


@pytest.mark.parametrize(("name", "code"), RETOURS.items())
def test_d28_a_mail_that_came_back_is_known_whichever_server_says_so(name, code):
    assert read(eml(name)) == Retour(MAIL, definitif=not (code or "").startswith("4"), code=code)


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


OURS = f"To: {verp('retour@imagin.invalid', MAIL, CLES)}\n".encode()


@pytest.mark.parametrize(
    "octets",
    [
        b"To: x" + b" \t" * 400_000 + b"y\n\n",
        b"To: " + b"+" * 900_000 + b"\n\n",
        b"To: x\nContent-Type: multipart/report; boundary=a\n\n" + b"--a\n" * 200_000,
        b"To: x\nContent-Type: message/delivery-status\n\n" + b"Action: failed\n\n" * 60_000,
        b"To: x\nContent-Type: message/delivery-status\n\n" + b"\n \t " * 200_000 + b"x",
        OURS + b"Subject: " + b"=?a?q?x" * 40_000 + b"\n\n",
        OURS + b'Content-Type: multipart/mixed; a="' + b";" * 150_000 + b"\n\n",
    ],
)
def test_a_message_made_to_be_slow_is_not(octets):
    start = perf_counter()
    assert read(octets) is None
    assert perf_counter() - start < 20, "a second or so; a quadratic reading takes hours"


def test_a_field_that_goes_on_for_a_megabyte_is_read_up_to_a_length():
    report = f"Final-Recipient: rfc822; x\nAction: failed\nDiagnostic-Code: {'y' * 3_000}\n 5.7.1\n"
    assert sorts(report) == [Sort(echec=True, code=None)]
    assert sorts(report.replace("y" * 3_000, "y")) == [Sort(echec=True, code="5.7.1")]
