"""SANTORIN's token is signed with the key that the four services share: here it opens no route at all."""

from urllib.parse import urlencode

from chassis.acteur import COOKIE, Role

LYON = "0699001J"
PERSON = {"numero": "100", "civilite": "Mme", "nom": "X", "prenom": "Y", "courriel": "x@y.invalid", "uai": LYON}
CONTACT = {"nom": "DEC", "courriel": "x@y.invalid", "telephone": "0", "horaires": "9 h"}
CONVOKE = {"intervenants": ["100"], "dates": ["2020-03-05"]}
# What the routes ask for before they look at rights; the others take no body.
BODIES = {
    "/api/missions/{mission_id}/convocations": CONVOKE,
    "/api/convocations/{convocation_id}": {"dates": ["2020-03-07"]},
    "/api/convocations/{convocation_id}/annulation": {"motif": "x"},
    "/api/ouvertures": {"session": "2020-E3C1", "portee": "NATIONALE", "code": "*", "ouverte": False},
    "/api/academies/{academie}/intervenants": {"intervenants": [PERSON]},
    "/api/academies/{academie}/contact": CONTACT,
    "/api/etablissements/{uai}/signature": {"nom": "CHEF", "prenom": "Camille", "qualite": "Proviseure"},
}
QUERIES = {"/api/missions/{mission_id}/intervenants": "?nom=dup"}


def routes(app):
    """Every route that asks for an acteur; the plain ones beside them are for everybody (decision 0009)."""
    routers = [one.original_router for one in app.routes if hasattr(one, "original_router")]
    return sorted((method, route.path) for router in routers for route in router.routes for method in route.methods)


async def test_a_token_of_santorin_opens_no_route_even_where_its_client_bears_the_number_of_a_person(open_world):
    created = (await open_world.chef.convoque(open_world.hg, "100")).json()["convocations"][0]
    ids = {"mission_id": open_world.hg, "convocation_id": created["convocation_id"], "demande_id": open_world.hg}
    asks = {"demandes": [{"convocation_id": created["convocation_id"], "version": 1}]}
    bodies = BODIES | {"/api/envois": asks}
    headers = open_world.santorin._headers | {"If-Match": '"1"', "Idempotency-Key": "k"}
    told = await open_world.told()
    opened, found = {}, routes(open_world.app)
    for method, path in found:
        url = path.format(**ids, version=1, academie="10", uai=LYON, code="HG") + QUERIES.get(path, "")
        body = {"json": bodies.get(path, {})} if path.startswith("/api/") and method != "GET" else {}
        answer = await open_world.client.request(method, url, headers=headers, **body)
        refused = {403} if path.startswith("/api/") else {403, 404}  # a page out of reach does not exist
        if answer.status_code not in refused:
            opened[method, path] = answer.status_code
    assert opened == {("GET", "/"): 303}, "the way to a page that is refused itself"
    assert len(found) >= 40
    assert await open_world.told() == told


async def test_the_same_holds_for_the_token_as_a_cookie_on_the_documents_of_that_person(open_world):
    created = (await open_world.chef.convoque(open_world.hg, "100")).json()["convocations"][0]
    token = open_world.santorin._headers["Authorization"].removeprefix("Bearer ")
    for path in ("", "/convocation.pdf"):
        url = f"/convocations/{created['convocation_id']}{path}"
        answer = await open_world.client.get(url, headers={"Cookie": f"{COOKIE}={token}", "Accept": "text/html"})
        assert answer.status_code == 404


async def test_nobody_signs_in_as_a_machine(open_world):
    open_world.settings.development_sign_in = True
    page = (await open_world.client.get("/connexion", headers={"Accept": "text/html"})).text
    for role in (Role.SANTORIN, Role.SERVICE):
        assert f'value="{role}"' not in page
        answer = await open_world.client.get("/connexion/developpement?" + urlencode({"role": role, "code": "100"}))
        assert answer.status_code == 404
        assert "set-cookie" not in answer.headers
