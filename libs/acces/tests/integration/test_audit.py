"""The audit keeps every act as it was recorded."""

from datetime import UTC, datetime, timedelta

import asyncpg
import pytest
import pytest_asyncio

from acces import audit
from acces.acteur import Acteur, Role
from acces.audit import Acte, Recherche
from chassis.database import create_pool

LE = datetime(2020, 1, 10, 12, tzinfo=UTC)
GESTIONNAIRE = Acteur("gestionnaire.10", Role.GESTIONNAIRE, "Dominique EXEMPLE", frozenset(), frozenset({"10"}))


@pytest_asyncio.fixture(loop_scope="session")
async def pool(database):
    pool = create_pool((await database("convocation")).url)
    await pool
    yield pool
    await pool.close()


async def test_an_act_is_read_back_with_who_when_before_after_and_why(pool):
    avant, apres = audit.changes({"nom": "DUPONT", "actif": True}, {"nom": "DUPONT", "actif": False})
    await audit.record(
        pool, GESTIONNAIRE, LE, [Acte("intervenants.ecrire", "intervenant|1", avant, apres, "départ", academie="10")]
    )
    [acte] = await audit.find(pool, Recherche(objet="intervenant|1"))
    assert (acte.par, acte.role, acte.nom, acte.le) == (
        *("gestionnaire.10", "gestionnaire", "Dominique EXEMPLE"),
        LE,
    )
    assert (acte.avant, acte.apres, acte.motif, acte.total) == (
        *({"actif": True}, {"actif": False}, "départ"),
        1,
    )


async def test_acts_are_found_by_family_person_academie_and_time_the_latest_first(pool):
    for hours in range(3):
        le = LE + timedelta(hours=hours)
        await audit.record(pool, GESTIONNAIRE, le, [Acte("besoins.ecrire", f"epreuve|{hours}", academie="10")])
    found = await audit.find(pool, Recherche(famille="besoins", par="gestionnaire.10", academie="10"))
    assert [one.objet for one in found] == ["epreuve|2", "epreuve|1", "epreuve|0"]
    since = Recherche(famille="besoins", depuis=LE + timedelta(hours=1), avant=LE + timedelta(hours=2))
    assert [one.objet for one in await audit.find(pool, since)] == ["epreuve|1"]
    assert await audit.find(pool, Recherche(famille="besoins", academie="09")) == []
    [second] = await audit.find(pool, Recherche(famille="besoins"), taille=1, page=2)
    assert (second.objet, second.total) == ("epreuve|1", 3)


@pytest.mark.parametrize(
    "statement",
    ["UPDATE audit SET motif = 'autre'", "DELETE FROM audit", "TRUNCATE audit", "DROP TABLE audit"],
)
async def test_no_service_may_change_or_delete_what_was_recorded(pool, statement):
    await audit.record(pool, GESTIONNAIRE, LE, [Acte("contact.ecrire", "contact|10")])
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await pool.execute(statement)
