"""What an act says of a person is read as long as her key is there (0061)."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio

from acces import audit, oubli, sceaux
from acces.acteur import Acteur, Role
from acces.audit import Acte, Recherche
from chassis.database import create_pool
from testkit.eventually import eventually

LE = datetime(2020, 1, 10, 12, tzinfo=UTC)
GESTIONNAIRE = Acteur("gestionnaire.10", Role.GESTIONNAIRE, "Dominique EXEMPLE", frozenset(), frozenset({"10"}))
ELLE = Acteur("31416", Role.INTERVENANT, "Claude INVENTEE")
CHANGEE = Acte(
    "intervenants.ecrire", "intervenant|31416", {"courriel": "a@x.invalid"}, {"courriel": "b@x.invalid"}, "mariage"
)
TRACES = ("31416", "INVENTEE", "x.invalid", "mariage", "courriel")


@pytest_asyncio.fixture(loop_scope="session")
async def pool(database):
    pool = create_pool((await database("convocation")).url)
    await pool
    yield pool
    await pool.close()


async def stored(pool):
    return "\n".join(row["line"] for row in await pool.fetch("SELECT audit::text AS line FROM audit ORDER BY id"))


async def test_what_an_act_says_of_a_person_is_stored_under_her_key_alone(pool):
    await audit.record(pool, GESTIONNAIRE, LE, [CHANGEE])
    await audit.record(pool, ELLE, LE, [Acte("empechement.signaler", "convocation|x1", None, {"etat": "OUVERT"})])
    await audit.record(
        pool, GESTIONNAIRE, LE, [Acte("remise.ecrire", "convocation|x1", apres={"v": 1}, personne="31416")]
    )
    text = await stored(pool)
    assert [one for one in TRACES if one in text] == []
    assert "convocation|x1" not in text
    assert text.count("Dominique EXEMPLE") == 2
    assert await pool.fetchval("SELECT count(*) FROM cle_oubli") == 1


@pytest.mark.parametrize(
    "wanted",
    [Recherche(personne="31416"), Recherche(objet="intervenant|31416"), Recherche(famille="intervenants")],
    ids=["person", "object", "family"],
)
async def test_an_act_about_a_person_is_found_by_her_number_and_read_in_clear(pool, wanted):
    other = Acte("demande.traiter", "demande|1", None, {"etat": "REFUSEE"}, "inconnue")
    await audit.record(pool, GESTIONNAIRE, LE, [CHANGEE, other])
    [found] = await audit.find(pool, wanted)
    assert (found.objet, found.avant, found.apres, found.motif, found.total) == (
        *("intervenant|31416", CHANGEE.avant, CHANGEE.apres, "mariage"),
        1,
    )
    assert (found.par, found.nom, found.oublie) == ("gestionnaire.10", "Dominique EXEMPLE", False)


async def test_her_own_acts_are_found_by_her_number_as_who_acted(pool):
    await audit.record(pool, ELLE, LE, [Acte("abonnement.ecrire", "intervenant|31416", None, {"abonnement": True})])
    for wanted in (Recherche(par="31416"), Recherche(personne="31416")):
        [found] = await audit.find(pool, wanted)
        assert (found.par, found.nom, found.objet) == ("31416", "Claude INVENTEE", "intervenant|31416")


async def test_once_forgotten_nothing_is_read_and_the_chain_still_holds(pool):
    autre = Acte("intervenants.ecrire", "intervenant|27182", None, {"nom": "AUTRE"}, "création")
    await audit.record(pool, GESTIONNAIRE, LE, [CHANGEE, autre])
    await audit.record(pool, ELLE, LE, [Acte("lien.ouvrir", "intervenant|31416")])
    assert await sceaux.seal(pool, LE + timedelta(days=1)) == 1
    assert await oubli.forget(pool, ["intervenant|31416"]) == 1
    opened, others, hers = await audit.find(pool, Recherche())
    assert (hers.oublie, hers.avant, hers.apres, hers.motif, hers.nom) == (True, None, None, "", "Dominique EXEMPLE")
    assert (opened.oublie, opened.nom, opened.role) == (True, "", "intervenant")
    assert (others.oublie, others.apres) == (False, {"nom": "AUTRE"})
    told = str([one.entier for one in (hers, opened)])
    assert [one for one in TRACES if one in told] == []
    assert await audit.find(pool, Recherche(personne="31416")) == []
    async with pool.acquire() as connection:
        assert (await sceaux.verify(connection)).ecarts == []


async def test_another_key_opens_nothing_and_a_changed_byte_is_no_text(pool):
    held = await oubli.keys(pool, ["intervenant|1", "intervenant|2"])
    one, two = held["intervenant|1"], held["intervenant|2"]
    secret = oubli.close(one, {"nom": "X"})
    assert oubli.open_(one.cle, one.alias, secret) == {"nom": "X"}
    assert oubli.open_(two.cle, one.alias, secret) is None
    assert oubli.open_(one.cle, two.alias, secret) is None
    assert oubli.open_(one.cle, one.alias, secret[:-1] + bytes([secret[-1] ^ 1])) is None


async def test_two_who_write_of_the_same_new_person_at_once_share_her_key(pool):
    async with pool.acquire() as first, pool.acquire() as second:
        transaction = first.transaction()
        await transaction.start()
        mine = await oubli.keys(first, ["intervenant|1"])
        waiting = asyncio.create_task(oubli.keys(second, ["intervenant|1", "intervenant|2"]))
        await eventually(lambda: pool.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted"), 5)
        await transaction.commit()
        theirs = await waiting
    assert theirs["intervenant|1"].alias == mine["intervenant|1"].alias
    assert len(theirs) == 2
