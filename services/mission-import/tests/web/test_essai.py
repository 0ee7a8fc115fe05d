"""What would become of a record: said of each closing in words and numbers, in any mode; nothing is written."""

import json

import pytest

from acces.acteur import Role

SESSION, LYON, LILLE = "2020-E3C1", "0699001J", "0599001N"
ADDRESS = "/api/clotures/essai"
TYPE = "fr.cyclades.inscriptions-closed.v1"
BINARY = {"content-type": "application/json", "ce-type": TYPE, "ce-id": "e1"}
STRUCTURED = {"content-type": "application/cloudevents+json"}
BATCH = {"content-type": "application/cloudevents-batch+json; charset=utf-8"}


@pytest.fixture
def asks(world):
    """POST the record as Cyclades; returns the answers without their phrases."""
    world.tokens["cyclades"] = world._token(Role.CYCLADES)

    async def ask(value, headers, key=None, who="cyclades"):
        raw = value if isinstance(value, bytes) else json.dumps(value).encode()
        before = await world.checksums()
        answer = await world.client.post(
            ADDRESS,
            params={} if key is None else {"cle": key},
            content=raw,
            headers={"Authorization": f"Bearer {world.tokens[who]}", **headers},
        )
        assert answer.status_code == 200, answer.text
        assert await world.checksums() == before, "nothing is written"
        return answer.json()["clotures"]

    return ask


def enveloped(state, **more):
    return {"specversion": "1.0", "type": TYPE, "id": "e", "source": "/c", "data": json.loads(state.to_bytes())} | more


async def test_a_new_closing_would_be_applied_whatever_the_mode(world, asks):
    state = world.closing(LYON, 1, HG=30)
    for value, headers in (
        (state.to_bytes(), BINARY),
        (enveloped(state), STRUCTURED),
        ([enveloped(state)], BATCH),
    ):
        [one] = await asks(value, headers, LYON)
        assert (one["session"], one["uai"], one["revision"], one["rang"]) == (SESSION, LYON, 1, 1)
        assert one["devenir"] == "APPLIQUEE"
        assert one["missions"] == {"creees": 2, "modifiees": 0, "inchangees": 0, "sans_candidat": 0}
        assert one["raisons"] == []


async def test_each_fate_of_a_closing_is_said(world, asks):
    await world.receive(world.closing(LYON, 4, HG=30, HLP=3))
    said = {}
    for revision, fields in ((3, {"HG": 1}), (4, {"HG": 30, "HLP": 3}), (4, {"HG": 31}), (5, {"HG": 31})):
        [one] = await asks(world.closing(LYON, revision, **fields).to_bytes(), BINARY)
        said[one["devenir"]] = one["missions"]
    changes = {"creees": 0, "modifiees": 2, "inchangees": 0, "sans_candidat": 1}
    assert said == {"DEPASSEE": None, "IDENTIQUE": None, "CONFLIT": None, "APPLIQUEE": changes}
    await world.validation()
    [waits] = await asks(world.closing(LYON, 5, HG=31).to_bytes(), BINARY)
    assert (waits["devenir"], waits["missions"]) == ("A_VALIDER", changes)
    two = [enveloped(world.closing(LYON, revision, HG=31)) for revision in (5, 6)]
    found = await asks(two, BATCH)
    assert [(one["devenir"], one["missions"]) for one in found] == [("REMPLACEE", None), ("A_VALIDER", changes)]
    await world.receive(*[world.closing(LYON, revision, HG=31) for revision in (5, 6)])
    assert await world.etats() == {4: "APPLIQUEE", 5: "REMPLACEE", 6: "A_VALIDER"}, "as it was said"


async def test_closings_of_a_batch_are_judged_each_after_those_before_it_and_a_bad_one_holds_none_back(world, asks):
    first, second = world.closing(LYON, 1, HG=30), world.closing(LYON, 2, HG=31)
    bad = enveloped(world.closing(LYON, 3, HG=1))
    bad["data"]["epreuves"] += [bad["data"]["epreuves"][0]]
    lille = enveloped(world.closing(LILLE, 1, HG=1))
    found = await asks([enveloped(first), bad, enveloped(second), enveloped(first), lille], BATCH, LYON)
    assert [one["devenir"] for one in found] == ["APPLIQUEE", "LETTRE_MORTE", "APPLIQUEE", "DEPASSEE", "LETTRE_MORTE"]
    assert found[1]["raisons"] == ["epreuves.2.code : cette épreuve (voie et code) est déjà dans la clôture"]
    assert found[2]["missions"] == {"creees": 0, "modifiees": 2, "inchangees": 0, "sans_candidat": 0}
    assert found[4]["raisons"] == ["la clé de l’enregistrement n’est pas l’UAI de la clôture"]


WRONG = {
    "no type": ({"content-type": "application/json"}, {}, "l’en-tête ce_type est absent"),
    "long id": (BINARY | {"ce-id": "x" * 1_001}, {}, "l’en-tête ce_id a 1001 octets, plus que 1000"),
    "two types": ([*BINARY.items(), ("ce-type", "x")], {}, "l’en-tête ce_type est en double"),
    "another type": (BINARY | {"ce-type": "fr.cyclades.autre.v1"}, {}, "le type de l’événement n’est pas"),
    "check letter": (BINARY, {"uai": "0699001K"}, "uai : la lettre de contrôle est fausse"),
    "field": (BINARY, {"revision": "DUPONT"}, "revision : un nombre entier est attendu"),
    "not JSON": (BINARY, b"{DUPONT", "le corps n’est pas du JSON en UTF-8"),
    "not a batch": (BATCH, b"{}", "le lot n’est pas un tableau JSON"),
    "not an event": (STRUCTURED, b"[]", "l’événement n’est pas un objet JSON"),
    "no data": (STRUCTURED, b'{"specversion":"1.0","type":"x"}', "l’attribut data est absent"),
    "U+0000 in an attribute": (BINARY | {"ce-id": "a\0b"}, {}, "l’en-tête ce_id contient U+0000"),
    "half a surrogate": (BINARY, b'{"uai":"\\ud800"}', "la valeur n’a pas la forme attendue"),
    "too long": (BINARY, b" " * 900_001, "la valeur a 900001 octets, plus que 900000"),
}


@pytest.mark.parametrize("name", WRONG)
async def test_what_would_be_a_dead_letter_says_why_in_words_and_quotes_nothing(world, asks, name):
    headers, change, reason = WRONG[name]
    value = change if isinstance(change, bytes) else json.loads(world.closing(LYON, 1, HG=30).to_bytes()) | change
    if isinstance(headers, list):
        token = ("authorization", f"Bearer {world.tokens['cyclades']}")
        raw = json.dumps(value).encode()
        answer = await world.client.post(ADDRESS, content=raw, headers=[token, *headers])
        [one] = answer.json()["clotures"]
    else:
        [one] = await asks(value, headers)
    assert one["devenir"] == "LETTRE_MORTE"
    assert one["raisons"][0].startswith(reason)
    assert "DUPONT" not in json.dumps(one)


async def test_who_is_not_cyclades_nor_the_administrateur_is_refused(world, asks):
    assert await asks(world.closing(LYON, 1, HG=30).to_bytes(), BINARY, who="admin")
    for who in ("lyon", "chef"):
        answer = await world.ask(who, "POST", ADDRESS, {})
        assert answer.status_code == 403, who
