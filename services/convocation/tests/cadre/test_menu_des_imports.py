"""The way from convocation's menu to mission-import's pages."""

ENTREE = 'href="http://imports.test/imports"'


async def test_the_menu_leads_the_rectorat_to_the_imports_where_an_operator_says_where_they_are(open_world):
    async def shown(acteur):
        page = await acteur._client.get("/missions", headers=acteur._headers | {"Accept": "text/html"})
        assert page.status_code == 200
        return ">Imports<" in page.text

    rectorat, place = (open_world.gestionnaire, open_world.administrateur), (open_world.chef, open_world.delegue)
    assert [await shown(one) for one in rectorat + place] == [False] * 4
    open_world.app.state.application.settings.imports_url = "http://imports.test"
    assert [await shown(one) for one in rectorat + place] == [True, True, False, False]
    page = await open_world.gestionnaire._client.get(
        "/missions", headers=open_world.gestionnaire._headers | {"Accept": "text/html"}
    )
    assert ENTREE in page.text
