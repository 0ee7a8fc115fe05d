"""The purge: what is past its term goes, with all that hangs on it, and nothing else (0061)."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import asyncpg
import pytest

from acces import audit, sceaux
from acces.acteur import Acteur, Role
from acces.audit import Acte, Recherche
from acces.conservation import COMMUNS
from convocation.conservation.commands import CONSERVATION
from convocation.conservation.settings import DureesConvocation
from testkit.eventually import eventually

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
OLD, NEW = date(2024, 1, 13), date(2026, 1, 13)
GEST = Acteur("gest", Role.GESTIONNAIRE, "Dominique EXEMPLE")
DUREES = DureesConvocation()


async def convoke(world, numero, jour, number):
    id_ = UUID(int=number)
    place = (id_, world.hg, numero, [jour])
    await world.pool.execute(
        "INSERT INTO convocation (convocation_id, mission_id, numero, status, nature, qualite_par_defaut, dates, "
        "observation, version) VALUES ($1, $2, $3, 'ACTIVE', 'CONVOCATION', true, $4, '', 1)",
        *place,
    )
    await world.pool.execute(
        "INSERT INTO convocation_version (convocation_id, version, nature, qualite_par_defaut, dates, "
        "observation, par, "
        "le) VALUES ($1, 1, 'CONVOCATION', true, $2, '', 'chef', now())",
        *(id_, [jour]),
    )
    for statement in (
        "INSERT INTO document VALUES ($1, 1, NULL, 'x', 'PDF', now())",
        "INSERT INTO empechement (convocation_id, version, motif, le) VALUES ($1, 1, 'x', now())",
        "INSERT INTO acces (convocation_id, version, hash, etat) VALUES ($1, 1, 'h', 'ACCEPTEE')",
    ):
        await world.pool.execute(statement, id_)


@pytest.fixture
async def aged(world):
    """Two convocations past their term, one that is not; somebody who left long ago and somebody who left now."""
    for number, (numero, jour) in enumerate((("100", OLD), ("101", OLD), ("102", NEW)), start=1):
        await convoke(world, numero, jour, number)
    await world.pool.execute("UPDATE intervenant SET actif = false WHERE numero IN ('100', '102', '103')")
    await world.pool.execute("UPDATE sortie SET le = '2023-01-01' WHERE numero IN ('100', '102')")
    demandes = (("1", "TRAITEE", "2024-01-01"), ("2", "OUVERTE", None), ("3", "REFUSEE", "2026-05-01"))
    for number, etat, answered in demandes:
        await world.pool.execute(
            "INSERT INTO demande (demande_id, uai, academie, nom, prenom, precisions, etat, par, le, repondue_le) "
            "VALUES ($1, '0699001J', '10', 'X', 'Y', '', $2, 'c', '2023-01-01', $3::text::timestamptz)",
            *(UUID(int=int(number)), etat, answered),
        )
    old = NOW - timedelta(days=2_000)
    await audit.record(world.pool, GEST, old, [Acte("intervenants.ecrire", "intervenant|100", apres={"nom": "X"})])
    await audit.record(world.pool, GEST, NOW, [Acte("demande.ecrire", f"demande|{UUID(int=1)}", apres={"nom": "X"})])
    await sceaux.seal(world.pool, NOW)
    return world


async def run(world, work):
    async with world.pool.acquire() as connection:
        return await work(connection, DUREES, NOW)


async def left(world, table, column):
    return [row[column] for row in await world.pool.fetch(f"SELECT {column} FROM {table} ORDER BY 1")]


async def test_a_dry_run_says_by_kind_what_would_go_and_takes_nothing(aged):
    before = await left(aged, "convocation", "numero")
    found = await run(aged, CONSERVATION.over)
    assert await left(aged, "convocation", "numero") == before == ["100", "101", "102"]
    assert {kind: count for kind, count in found.items() if count} == await run(aged, CONSERVATION.purge), (
        "her whose last goes too"
    )


async def test_two_purges_at_once_take_each_act_once(world):
    for days in (1_910, 1_900):
        await audit.record(world.pool, GEST, NOW - timedelta(days=days), [Acte("a", "b")])
    await sceaux.seal(world.pool, NOW)
    [genre] = [one for one in COMMUNS if one.nom == "audit"]
    async with world.pool.acquire() as first, first.transaction():
        assert await first.fetchval(genre.retire, NOW, 1) == 1
        second = asyncio.create_task(run(world, CONSERVATION.purge))
        waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted"
        await eventually(lambda: world.pool.fetchval(waiting))
    assert await second == {"audit": 1}


async def test_what_is_past_its_term_goes_with_all_that_hangs_on_it_and_the_rest_stays(aged):
    taken = await run(aged, CONSERVATION.purge)
    assert taken == {"convocations": 2, "people": 1, "demandes": 1, "audit": 1}
    for table in ("convocation", "convocation_version", "document", "empechement", "acces"):
        assert await left(aged, table, "convocation_id") == [UUID(int=3)], table
    numeros = await left(aged, "intervenant", "numero")
    assert "100" not in numeros, "she left long ago, and nothing hangs on her any more"
    assert {"101", "102", "103"} <= set(numeros), "in service, convoked within the term, or gone since now"
    assert await left(aged, "demande", "etat") == ["OUVERTE", "REFUSEE"]
    assert await run(aged, CONSERVATION.purge) == {}


async def test_with_whom_goes_her_key_goes_too_and_the_audit_still_holds(aged):
    await run(aged, CONSERVATION.purge)
    assert await left(aged, "cle_oubli", "sujet") == []
    async with aged.pool.acquire() as connection:
        [act] = await audit.find(connection, Recherche())
        assert (act.oublie, act.apres) == (True, None)
        assert (await sceaux.verify(connection)).ecarts == []


async def test_who_comes_back_is_dated_anew(world):
    await world.pool.execute("UPDATE intervenant SET actif = false WHERE numero = '100'")
    await world.pool.execute("UPDATE sortie SET le = '2020-01-01'")
    await world.pool.execute("UPDATE intervenant SET actif = true WHERE numero = '100'")
    assert await left(world, "sortie", "numero") == []
    await world.pool.execute("UPDATE intervenant SET actif = false WHERE numero = '100'")
    assert await world.pool.fetchval("SELECT le > now() - interval '1 hour' FROM sortie")


async def test_a_row_that_somebody_holds_is_passed_over_and_nobody_waits(aged):
    async with aged.pool.acquire() as other, other.transaction():
        await other.execute("SELECT FROM convocation WHERE numero = '100' FOR UPDATE")
        async with asyncio.timeout(5):
            assert (await run(aged, CONSERVATION.purge))["convocations"] == 1
    assert (await run(aged, CONSERVATION.purge))["convocations"] == 1


async def test_more_than_a_batch_goes_in_several(aged, monkeypatch):
    monkeypatch.setattr("acces.conservation._BATCH", 1)
    assert (await run(aged, CONSERVATION.purge))["convocations"] == 2


async def test_the_loop_purges_when_the_service_starts(aged):
    loop = asyncio.create_task(CONSERVATION.purging(aged.pool, DUREES, lambda: NOW)())

    async def gone():
        return await left(aged, "convocation", "numero") == ["102"]

    await eventually(gone)
    loop.cancel()


@pytest.mark.parametrize("name", ["convocations", "people", "avis", "audit"])
def test_nothing_is_forgotten_before_the_topics_have_forgotten_it(name, monkeypatch):
    monkeypatch.setenv(f"CONVOCATION_KEEP_{name.upper()}_DAYS", "400")
    with pytest.raises(ValueError, match="401"):
        DureesConvocation()


async def test_the_service_alone_takes_no_act_out_of_the_audit(aged):
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await aged.pool.execute("DELETE FROM audit")
