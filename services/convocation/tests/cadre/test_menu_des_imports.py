"""The way from convocation's menu to mission-import's pages."""

ENTREE = 'href="http://imports.test/imports"'


async def test_the_menu_leads_the_rectorat_to_the_imports_where_an_operator_says_where_they_are(open_world):
    async def shown(name):
        return ">Imports<" in await open_world.browser(name).text("/missions")

    rectorat, place = ("gestionnaire", "administrateur"), ("chef", "delegue")
    assert [await shown(one) for one in rectorat + place] == [False] * 4
    open_world.app.state.application.settings.imports_url = "http://imports.test"
    assert [await shown(one) for one in rectorat + place] == [True, True, False, False]
    assert ENTREE in await open_world.browser("gestionnaire").text("/missions")
