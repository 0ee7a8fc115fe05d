"""Values that nobody sends in good faith: each is refused with its reason, none is our error, none is kept."""

import pytest

from acces.acteur import Role

LYON = "0699001J"
ENORME = "9" * 5_000
PAGES = [
    "/missions?session=%00",
    "/couverture?session=%00",
    "/couverture?q=%00",
    "/signature/%00",
    "/signature/0699001J%00",
    "/missions/%00",
    "/intervenants?nom=%00",
]


@pytest.mark.parametrize("address", PAGES)
async def test_a_nul_in_an_address_is_refused(open_world, address):
    for who in ("chef", "gestionnaire", "administrateur"):
        assert (await open_world.browser(who).get(address)).status_code == 400


async def test_a_nul_in_a_search_of_the_api_is_refused(open_world):
    answer = await open_world.chef.get(f"/api/missions/{open_world.hg}/intervenants", discipline="\x00")
    assert answer.status_code == 400


@pytest.mark.parametrize("version", [ENORME, "0", "-1", "1.5", "²", str(2**31), str(2**63), "\x80"])
async def test_if_match_of_what_is_no_version_matches_nothing(open_world, version):
    await open_world.chef.convoque(open_world.hg, "100")
    [line] = (await open_world.chef.get(f"/api/missions/{open_world.hg}")).json()["intervenants"]
    body = {"dates": ["2030-03-06"], "qualite": "CORRECTEUR"}
    match = {"If-Match": f'"{version}"'.encode("latin-1", "replace")}
    answer = await open_world.chef.put(f"/api/convocations/{line['convocation_id']}", body, **match)
    assert (answer.status_code, answer.json()["code"]) == (412, "version-depassee")


@pytest.mark.parametrize("version", [str(2**31), ENORME, "-1", "x"])
async def test_a_form_of_a_signature_with_an_impossible_version_is_overtaken_or_the_first(open_world, version):
    typed = {"nom": "EXEMPLE", "prenom": "Dominique", "qualite": "Proviseur", "version": version}
    answer = await open_world.browser("chef").post(f"/signature/{LYON}", typed)
    assert answer.status_code < 500


@pytest.mark.parametrize("depuis", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
async def test_a_moment_that_no_clock_shows_is_refused(open_world, depuis):
    answer = await open_world.administrateur.get("/api/audit", depuis=depuis)
    assert answer.status_code == 422


async def test_a_new_entry_without_an_academie_is_a_page_all_the_same(open_world):
    nobody = open_world.acteur("gest-sans", Role.GESTIONNAIRE)
    for who in ("gestionnaire", "administrateur", nobody):
        assert (await open_world.browser(who).get("/intervenants/nouveau")).status_code < 500


CACHES = {
    "zero width": "DU\u200bPONT",
    "soft hyphen": "DU\u00adPONT",
    "right to left": "\u202eTNOPUD",
    "isolate": "DU\u2066PONT",
    "word joiner": "DU\u2060PONT",
    "line": "DU\u2028PONT",
    "tabulation": "DU\tPONT",
    "lost letter": "DU\ufffdPONT",
    "private letter": "DU\ue000PONT",
    "nul": "DU\x00PONT",
    "formula": "=1+1",
    "no letter": "---",
    "only marks": "\u0301\u0301",
}


@pytest.mark.parametrize("texte", CACHES.values(), ids=CACHES)
async def test_the_api_refuses_a_name_that_the_file_refuses(open_world, texte):
    people = [open_world.fiche("900", texte, "Anne")]
    answer = await open_world.gestionnaire.put("/api/academies/10/intervenants", {"intervenants": people})
    assert answer.status_code == 422
    assert texte not in answer.text
    assert not await open_world.pool.fetch("SELECT FROM intervenant WHERE numero = '900'")


@pytest.mark.parametrize("courriel", ["a\u200b@b.invalid", "a@b.invalid\u202e", "a\u00ad@b.invalid", "a\x00@b.invalid"])
async def test_the_api_refuses_an_address_that_the_file_refuses(open_world, courriel):
    people = [open_world.fiche("900", "DUPONT", "Anne") | {"courriel": courriel}]
    answer = await open_world.gestionnaire.put("/api/academies/10/intervenants", {"intervenants": people})
    assert answer.status_code == 422


async def test_lines_of_an_observation_are_no_fault(open_world):
    made = await open_world.chef.convoque(open_world.hg, "100", observation="Salle 12\r\nÀ 14 h\n\tétage 2")
    assert made.status_code == 201
    refused = await open_world.chef.convoque(open_world.hg, "101", observation="Salle \u202e21")
    assert refused.status_code == 422


async def test_a_session_far_ahead_in_one_closing_is_nobodys_default(open_world):
    await open_world.tell_of_session("9999-E3C9")
    for who in ("gestionnaire", "administrateur"):
        told = (await getattr(open_world, who).get("/api/couverture")).json()
        assert told["session"] == "2020-E3C1"
        page = await open_world.browser(who).text("/couverture")
        assert page.index("2020-E3C1") < page.index("9999-E3C9")
    assert (await open_world.administrateur.get("/api/couverture", session="9999-E3C9")).status_code == 200
