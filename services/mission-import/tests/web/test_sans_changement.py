"""A revision that changes no mission waits for nobody (0059)."""

SESSION, LYON = "2020-E3C1", "0699001J"
NONE = {"creees": 0, "modifiees": 0, "inchangees": 2, "sans_candidat": 0}


async def latest(world):
    return (await world.ask("lyon", "GET", f"/api/imports/{SESSION}/{LYON}")).json()["revisions"][0]


async def test_an_unchanged_revision_is_applied_whoever_decides_and_replaces_what_waited(world):
    await world.receive(world.closing(LYON, 1, HG=30))
    await world.validation()
    told = await world.told()
    await world.receive(world.closing(LYON, 2, HG=30))
    assert await world.etats() == {1: "APPLIQUEE", 2: "APPLIQUEE"}
    assert (await latest(world))["bilan"] == NONE
    assert await world.pool.fetchval("SELECT revision_appliquee FROM cloture") == 2
    assert await world.told() == told, "no mission is told again"
    await world.receive(world.closing(LYON, 3, HG=28))
    await world.receive(world.closing(LYON, 4, HG=30))
    assert await world.etats() == {1: "APPLIQUEE", 2: "APPLIQUEE", 3: "REMPLACEE", 4: "APPLIQUEE"}


async def test_in_one_batch_the_changed_waits_and_the_unchanged_does_not(world):
    await world.receive(world.closing(LYON, 1, HG=30))
    await world.validation()
    await world.receive(world.closing(LYON, 2, HG=30), world.closing(LYON, 3, HG=28))
    assert await world.etats() == {1: "APPLIQUEE", 2: "APPLIQUEE", 3: "A_VALIDER"}


async def test_a_name_alone_is_a_change_to_read(world):
    await world.receive(world.closing(LYON, 1, HG=30))
    await world.validation()
    renamed = world.closing(LYON, 2, HG=30)
    place = renamed.etablissement.model_copy(update={"nom": "LYCEE NOUVEAU"})
    await world.receive(renamed.model_copy(update={"etablissement": place}))
    assert (await world.etats())[2] == "A_VALIDER"


async def test_a_file_says_beforehand_that_an_unchanged_revision_would_be_applied(world):
    await world.receive(world.closing(LYON, 1, HG=30))
    await world.validation()
    headers = {"Authorization": f"Bearer {world.tokens['lyon']}"}
    for revision, candidats, sort in ((2, 30, "A_APPLIQUER"), (3, 29, "A_VALIDER")):
        body = world.closing(LYON, revision, HG=candidats).to_bytes()
        told = (await world.client.post("/api/imports/fichier", content=body, headers=headers)).json()
        assert told["sorts"][sort] == 1
