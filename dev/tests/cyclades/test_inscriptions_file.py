"""A file with a broken line is refused whole, naming line and reason; nothing of a person is quoted."""

import json

import pytest

from imagin_dev.cyclades.closings import closings, line
from imagin_dev.cyclades.inscriptions_file import FileRefused, latest_revisions, parse, read

GOOD = next(closings("2020-E3C1", "27"))


def changed(**data):
    event = json.loads(json.dumps(GOOD))
    event["data"] |= data
    return json.dumps(event).encode()


def epreuve(**fields):
    return [GOOD["data"]["epreuves"][0] | fields]


RAW = json.dumps(GOOD).encode()
BROKEN = {
    "not JSON": (b'{"specversion": ', "ligne 2 : colonne 17 : ce n’est pas du JSON"),
    "an array": (b"[]", "ligne 2 : un objet JSON est attendu"),
    "not UTF-8": (b'{"id": "\xff"}', "ligne 2 : octet 9 : ce n’est pas de l’UTF-8"),
    "BOM": (b"\xef\xbb\xbf" + RAW, "ligne 2 : marque d’ordre des octets (BOM)"),
    "a key twice": (b'{"id": "a", "id": "b"}', "ligne 2 : une clé JSON est donnée deux fois"),
    "another type of event": (RAW.replace(b"inscriptions-closed", b"other"), "ligne 2 : un CloudEvent 1.0 de type"),
    "no id": (json.dumps({**GOOD, "id": ""}).encode(), "ligne 2 : id : champ absent"),
    "no data": (json.dumps({**GOOD, "data": None}).encode(), "ligne 2 : data"),
    "a negative number": (changed(epreuves=epreuve(candidats_inscrits=-1)), "candidats_inscrits : le nombre est trop"),
    "a text for a number": (changed(epreuves=epreuve(candidats_inscrits="12")), "un nombre entier est attendu"),
    "an unknown voie": (changed(epreuves=epreuve(voie="AUTRE")), "epreuves.1.voie : valeur inconnue"),
    "an épreuve twice": (changed(epreuves=epreuve() * 2), "deux fois la même (voie, code)"),
    "the reserved code": (changed(epreuves=epreuve(code="NUMERISATION")), "NUMERISATION est réservé"),
    "a wrong UAI letter": (changed(uai=GOOD["data"]["uai"][:7] + "Z"), "lettre de contrôle est fausse"),
    "another subject": (json.dumps({**GOOD, "subject": "0951099D"}).encode(), "subject : ce n’est pas l’UAI"),
    "a time without zone": (changed(cloturee_le="2020-01-10T18:00:00"), "l’heure doit porter son fuseau"),
    "too deep": (b"[" * 100_000, "ligne 2 : "),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_line_refuses_the_file_and_names_line_and_reason(name):
    raw, said = BROKEN[name]
    with pytest.raises(FileRefused) as refusal:
        parse([RAW, raw, RAW])
    [fault] = refusal.value.faults
    assert said in fault
    assert fault.startswith("ligne 2 : ")


def test_all_broken_lines_are_named_and_many_are_counted():
    with pytest.raises(FileRefused, match="et 5 autre"):
        parse([b"x"] * 25)


def test_an_empty_file_is_refused(tmp_path):
    (tmp_path / "empty").write_bytes(b"\n\n")
    with pytest.raises(FileRefused, match="vide"):
        read(tmp_path / "empty")


def test_the_same_line_twice_is_allowed_and_another_content_under_one_revision_is_not():
    assert len(parse([RAW, RAW])) == 2
    with pytest.raises(FileRefused, match="ligne 2 : même révision que la ligne 1"):
        parse([RAW, changed(epreuves=[])])


def test_a_later_revision_counts():
    [one] = latest_revisions(parse([RAW, changed(revision=3), RAW])).values()
    assert one == 3


def test_a_generated_file_is_read_back_as_it_was(tmp_path):
    made = list(closings("2020-E3C2", "27"))
    (tmp_path / "corse.jsonl").write_text("".join(map(line, made)), encoding="utf-8")
    assert [closing.uai for closing in read(tmp_path / "corse.jsonl")] == [event["subject"] for event in made]
