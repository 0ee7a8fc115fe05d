"""SANTORIN's token is signed with the key that the four services share: here it opens nothing.

Every route is asked in test_matrice.py.
"""

from urllib.parse import urlencode

from acces.acteur import Role


async def test_a_token_of_santorin_as_a_cookie_opens_no_document_of_the_person_whose_number_it_bears(
    open_world,
):
    created = (await open_world.chef.convoque(open_world.hg, "100")).json()["convocations"][0]
    for path in ("", "/convocation.pdf"):
        answer = await open_world.browser("santorin").get(f"/convocations/{created['convocation_id']}{path}")
        assert answer.status_code == 403


async def test_nobody_signs_in_as_a_machine(open_world):
    open_world.settings.development_sign_in = True
    page = (await open_world.client.get("/connexion", headers={"Accept": "text/html"})).text
    for role in (Role.SANTORIN, Role.NOTIFIER, Role.EXPLOITATION):
        assert f'value="{role}"' not in page
        answer = await open_world.client.get("/connexion/developpement?" + urlencode({"role": role, "code": "100"}))
        assert answer.status_code == 404
        assert "set-cookie" not in answer.headers
