"""A mail on the wire: its parts and headers, the same bytes each time, and no text of people out of its place."""

import re
from dataclasses import replace
from email import message_from_bytes
from email.header import decode_header, make_header
from email.policy import SMTP, default
from html.parser import HTMLParser

import pytest

from notifier.domain.courrier import Calendrier, Entree, Item, Nature, Piece

HEADERS = ["Message-ID", "Date", "From", "To", "Reply-To", "Subject", "Auto-Submitted", "MIME-Version"]
HEADERS += ["Content-Language", "Content-Type"]
PARTS = ["multipart/mixed", "multipart/alternative", "text/plain", "text/html"]
TAGS = set("html head meta title style body main h1 h2 p ul li dl dt dd br a".split())  # noqa: SIM905  # one glance


class Page(HTMLParser):
    """The tags and the text of an HTML part."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.text, self._skipping = [], "", False
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self._skipping = tag in {"style", "title"}
        self.text += " "

    def handle_endtag(self, tag):
        self._skipping = False
        self.text += " "

    def handle_data(self, data):
        if not self._skipping:
            self.text += data

    def links(self):
        return [attrs["href"] for tag, attrs in self.tags if tag == "a"]


def words(text):
    return re.sub(r"\s+", " ", text).strip()


def read(message):
    """As another program reads it; whatever it finds amiss is a failure."""
    sent = bytes(message)
    assert max(map(len, sent.split(b"\r\n"))) <= 998
    assert sent.isascii()
    found = message_from_bytes(sent, policy=default)
    for part in found.walk():
        assert not part.defects, part.defects
        assert not [(key, value.defects) for key, value in part.items() if value.defects]
    return found


def sound(message, items):
    """The parts and headers are those of any mail, the link is ours, the attachments are exact."""
    found = read(message)
    reply = any(one.envoi.reponse for one in items)
    assert found.keys() == [name for name in HEADERS if reply or name != "Reply-To"]
    types = [part.get_content_type() for part in found.walk()]
    assert types == PARTS + ["application/pdf", "text/calendar"] * len(items)
    page = Page(found.get_body(["html"]).get_content())
    assert {tag for tag, _ in page.tags} <= TAGS
    assert {name for _, attrs in page.tags for name in attrs} <= {"lang", "charset", "name", "content", "href"}
    assert len(page.links()) == 1
    exact = [(one.envoi.document.octets, one.envoi.calendrier.texte.encode()) for one in items]
    attached = [part.get_payload(decode=True) for part in found.iter_attachments()]
    assert sorted(attached) == sorted(octets for pair in exact for octets in pair)
    return found


def test_a_mail_has_its_text_first_then_html_then_the_document_and_the_calendar_as_they_are(envoi, mail):
    found = sound(mail([Item(Nature.CONVOCATION, envoi)]), [Item(Nature.CONVOCATION, envoi)])
    assert found["Message-ID"] == "<5f0c@imagin.invalid>"
    assert found["To"] == "Élodie BŒUF <elodie.boeuf@ac-exemple.invalid>"
    assert found["Reply-To"] == envoi.reponse
    assert (found["Auto-Submitted"], found["Content-Language"]) == ("auto-generated", "fr")
    assert "List-Unsubscribe" not in found
    pdf, calendar = found.iter_attachments()
    assert (pdf.get_filename(), calendar.get_filename()) == ("convocation-1.pdf", "convocation-1.ics")
    assert dict(calendar["Content-Type"].params) == {"charset": "utf-8", "method": "REQUEST"}
    assert calendar.get_content_disposition() == "attachment"


def test_every_item_has_its_own_document_and_calendar(name, mails, mail):
    items = mails[name]
    found = sound(mail(items), items)
    methods = [part["Content-Type"].params.get("method") for part in found.iter_attachments()]
    assert sorted(filter(None, methods)) == sorted(one.envoi.calendrier.methode for one in items)


def test_html_and_text_say_the_same(name, mails, mail):
    found = read(mail(mails[name]))
    page = Page(found.get_body(["html"]).get_content())
    lien = mails[name][0].envoi.lien
    said = found.get_body(["plain"]).get_content().replace("\r\n- ", "\r\n").replace(f"\u00a0:\r\n{lien}", "")
    assert words(page.text) == words(f"{found['Subject']}\n{said}")
    assert page.links() == [lien]


def test_d28_the_same_items_give_the_same_bytes_in_whatever_order_they_come(name, mails, mail):
    assert bytes(mail(mails[name])) == bytes(mail(mails[name][::-1]))


def test_another_mail_has_other_boundaries(envoi, mail):
    items = [Item(Nature.CONVOCATION, envoi)]
    assert read(mail(items)).get_boundary() != read(mail(items, "<other@imagin.invalid>")).get_boundary()


HOSTILE = [
    "<script>alert(1)</script>",
    "</p><img src=x onerror=alert(1)>\"'&amp;",
    "{{ 7*7 }}{% raw %}",
    "a\r\nBcc: x@y.invalid",
    "a\nBcc: x@y.invalid\n\nfin",
    "a\rBcc: x@y.invalid",
    "a\x00b",
    "\ud800 seul",
    "\u202eenvers\u2066",
    "Zoë Łukaszewicz-Ñandú 王小明 محمد",
    "😀👩🏽‍🏫" * 40,
    "x" * 300,
    "é" * 300,
    "mot, mot; <a@b.invalid> (mot) " * 20,
    "Élodie =?utf-8?q?=0d=0aBcc:x@y.invalid?= B",
    "=?utf-8?b?DQpCY2M6IHhAeS5pbnZhbGlk?=",
    "--=_mixed_a8cc6e1f\r\nContent-Type: text/html\r\n\r\n<b>",
    ".\r\n.\r\nQUIT",
    "\x0b\x0c\x1c\x85\u2028\u2029",
    "javascript:alert(1)",
    "",
]
TEXTS = ["courriel", "civilite", "nom", "prenom", "type", "libelle", "voie", "session", "academie", "etablissement"]
TEXTS += ["qualite", "observation", "motif", "signataire", "reponse", "lien", "nature"]
HEADS = {"courriel", "civilite", "nom", "prenom", "libelle", "session", "reponse", "lien"}


def hostile(envoi, field, text):
    """An item with this text in this field, also in those of its parts."""
    piece, calendrier = envoi.document, envoi.calendrier
    parts = {
        "document.nom": {"document": replace(piece, nom=text)},
        "calendrier.nom": {"calendrier": replace(calendrier, nom=text)},
        "calendrier.methode": {"calendrier": replace(calendrier, methode=text)},
        "calendrier.texte": {"calendrier": replace(calendrier, texte=text)},
        "precedente": {"precedente": Entree(text, envoi.dates, text)},
    }
    return replace(envoi, **parts.get(field, {field: text}))


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize(
    "field", [*TEXTS, "document.nom", "calendrier.nom", "calendrier.methode", "calendrier.texte", "precedente"]
)
def test_d42_whatever_stands_in_a_field_the_mail_is_sound_or_refused_alone(envoi, mail, field, text):
    bad = hostile(envoi, field, text)
    alone, beside = [Item(Nature.MODIFICATION, bad)], [Item(Nature.ANNULATION, bad), Item(Nature.RAPPEL, envoi)]
    for items in (alone, beside):
        try:
            message = mail(items)
        except ValueError:
            assert field in HEADS or "." in field, "what is only told never keeps a mail back"
            continue
        sound(message, items)


@pytest.mark.parametrize("text", ["a\r\nBcc: x@y.invalid", "a\nb", "a\rb", "a\x00b"])
@pytest.mark.parametrize("field", [*sorted(HEADS), "document.nom", "calendrier.nom", "calendrier.methode"])
def test_d42_a_line_break_or_nul_in_a_header_is_refused(envoi, mail, field, text):
    with pytest.raises(ValueError, match=r"header|link|METHOD"):
        mail([Item(Nature.CONVOCATION, hostile(envoi, field, text))])


NO_ADDRESSES = ["", "a", "@b.invalid", "a@", "é@b.invalid", "a@é!.invalid", "a b@c.invalid", "a@b.invalid, c@d.invalid"]
NO_ADDRESSES += [
    "a@b@c.invalid",
    "<a@b.invalid>",
    "a@b.invalid>",
    '"a b"@c.invalid',
    "a@b.invalid\n",
    "a@[127.0.0.1]",
    "a..b@c.invalid",
    "anne,x@c.invalid",
    "mailto:a@b.invalid",
    "a@b.invalid.",
    "a\u200bb@c.invalid",
    "rené@c.invalid",
]


@pytest.mark.parametrize("courriel", NO_ADDRESSES)
def test_an_address_that_is_not_one_ascii_address_is_refused(envoi, mail, courriel):
    with pytest.raises(ValueError, match=r"no address|line break"):
        mail([Item(Nature.CONVOCATION, replace(envoi, courriel=courriel))])


@pytest.mark.parametrize("courriel", ["a@b.invalid", "prenom.nom+e3c@ac-exemple.invalid", "o'neil@x.invalid"])
def test_an_ascii_address_is_the_one_recipient_whatever_the_name(envoi, mail, courriel):
    long = "Un, Deux <c@d.invalid>; " * 5, "é, è <c@d.invalid>" * 9, 'a"b\\c ' * 20, "x" * 2000
    names = (envoi.nom, "Un, Deux <c@d.invalid>;", "é, è <c@d.invalid>", "", *long)
    for nom, prenom in ((nom, prenom) for nom in names for prenom in ("Jean", "Zoé")):
        person = replace(envoi, courriel=courriel, nom=nom, prenom=prenom)
        [address] = read(mail([Item(Nature.CONVOCATION, person)]))["To"].addresses
        assert (address.username, address.domain) == tuple(courriel.split("@"))


def test_a_domain_with_accents_goes_by_its_ascii_name(envoi, mail):
    message = mail([Item(Nature.CONVOCATION, replace(envoi, courriel="anne@académie.invalid"))])
    [address] = read(message)["To"].addresses
    assert (address.username, address.domain) == ("anne", "xn--acadmie-eya.invalid")


def test_a_mail_without_a_link_has_none_in_either_part(envoi, mail):
    found = read(mail([Item(Nature.ANNULATION, replace(envoi, lien=None))]))
    assert Page(found.get_body(["html"]).get_content()).links() == []
    assert "https://" not in found.get_body(["plain"]).get_content()


@pytest.mark.parametrize("lien", ["", "javascript:alert(1)", "//x", "https://", "https://x y", "https://é", "ftp://x"])
def test_what_is_no_link_is_refused(envoi, mail, lien):
    with pytest.raises(ValueError, match="no link"):
        mail([Item(Nature.CONVOCATION, replace(envoi, lien=lien))])


def test_each_academie_reads_the_answers_about_its_missions(envoi, mail):
    others = ["Zoé, DEUX <deux@ac-exemple.invalid>", envoi.reponse, None, "gestionnaire@ac-exemple.invalid"]
    others[0] = '"Zoé, DEUX ' + "é" * 60 + '" <deux@ac-exemple.invalid>'
    items = [
        Item(Nature.CONVOCATION, replace(envoi, reponse=one, libelle=str(rank))) for rank, one in enumerate(others)
    ]
    addresses = read(mail(items))["Reply-To"].addresses
    assert [one.addr_spec for one in addresses] == ["deux@ac-exemple.invalid", "gestionnaire@ac-exemple.invalid"]
    with pytest.raises(ValueError, match="address"):
        mail([Item(Nature.CONVOCATION, replace(envoi, reponse="personne"))])


def test_a_part_never_ends_where_somebody_writes_its_boundary(envoi, mail):
    boundaries = [
        part.get_boundary() for part in read(mail([Item(Nature.CONVOCATION, envoi)])).walk() if part.is_multipart()
    ]
    assert all(one.startswith("=_") for one in boundaries), "quoted-printable and base64 write neither"
    text = "".join(f"\n--{one}\nContent-Type: text/html\n\n<b>\n--{one}--\n" for one in boundaries)
    items = [
        Item(Nature.CONVOCATION, replace(envoi, observation=text, calendrier=Calendrier("a.ics", "REQUEST", text)))
    ]
    assert boundaries[0] in sound(mail(items), items).get_body(["plain"]).get_content()


def test_a_big_document_goes_as_it_is(envoi, mail):
    items = [Item(Nature.CONVOCATION, replace(envoi, document=Piece("gros.pdf", bytes(range(256)) * 4096)))]
    sound(mail(items), items)


def test_every_header_but_texts_of_people_is_folded_as_email_itself_does_it(name, mails, mail):
    message = mail(mails[name])
    written = re.split(rb"\r\n(?=\S)", bytes(message).partition(b"\r\n\r\n")[0])
    for line in written:
        head, _, text = line.decode("ascii").partition(": ")
        value = str(read(message)[head])
        theirs = SMTP.fold_binary(head, SMTP.header_store_parse(head, value)[1])
        assert head in {"To", "Reply-To", "Subject"} or f"{head}: {text}\r\n".encode("ascii") == theirs


@pytest.mark.parametrize("nom", ["BŒUF", "DUPONT", "Ñ" * 90, "LONG " * 18, "王小明 " * 20])
def test_the_recipients_name_is_read_as_it_was_and_no_line_is_long(envoi, mail, nom):
    items = [Item(Nature.CONVOCATION, replace(envoi, nom=nom, document=Piece("c" * 96 + ".pdf", b"%PDF")))]
    written = bytes(mail(items))
    told = str(make_header(decode_header(message_from_bytes(written)["To"])))  # `default` parts words by spaces
    assert told == f"{f'Élodie {nom}'[:100].strip()} <{envoi.courriel}>"
    assert max(map(len, written.partition(b"\r\n\r\n")[0].split(b"\r\n"))) <= 78
