"""The service opens for the nation: 2,600 lycées are noted in one statement, and each letter is taken by itself."""

import sys
import time
from datetime import UTC, datetime, timedelta

import pytest

from convocation.avis.commands import note_deadlines

LYCEES, MISSIONS, LETTERS = 2_600, 15, 100
_MISSIONS = """
INSERT INTO mission (mission_id, session, uai, academie, etablissement_nom, etablissement_commune, type, voie, code,
                     libelle, candidats, date_debut, status, version, hash, recherche)
SELECT md5(l || '|' || n)::uuid, '2020-E3C1', lpad(l::text, 7, '0') || 'N', (ARRAY['10', '09', '28', '31'])[1 + l % 4],
       'LYCEE ' || l, 'VILLE', 'CORRECTION', 'GENERALE', 'E' || n, 'Épreuve ' || n, 100, '2020-01-13',
       'ACTIVE', 1, '', ''
FROM generate_series(1, $1) AS l, generate_series(1, $2) AS n
"""
_ADDRESSES = """
INSERT INTO coordonnees_etablissement (uai, courriel, version, par, le)
SELECT DISTINCT uai, uai || '@ac-exemple.invalid', 1, 'x', now() FROM mission
"""


@pytest.fixture
async def nation(world):
    await world.pool.execute(_MISSIONS, LYCEES, MISSIONS)
    await world.pool.execute(_ADDRESSES)
    await world.analyze()
    return world


async def test_a_nation_is_told_of_the_opening_and_of_the_deadline_in_a_statement_each(nation, capsys):
    began = time.perf_counter()
    assert (await nation.open()).status_code == 200
    opened = time.perf_counter() - began
    told = await nation.pool.fetchval("SELECT count(*) FROM avis WHERE sorte = 'OUVERTURE'")
    assert told == LYCEES + 3, "with the three of the fixture"
    await nation.pool.execute("UPDATE ouverture SET fin = now() + interval '2 days'")
    began = time.perf_counter()
    async with nation.pool.acquire() as connection:
        await note_deadlines(connection, datetime.now(UTC), timedelta(days=3))
    near = time.perf_counter() - began
    assert await nation.pool.fetchval("SELECT count(*) FROM avis WHERE sorte = 'ECHEANCE'") == LYCEES + 3
    with capsys.disabled():
        sys.stdout.write(f"\n  opening {opened:.2f} s, deadlines {near:.2f} s ")
    assert max(opened, near) < 5, "far below the limit of a statement"


async def test_the_letters_of_a_nation_are_gathered_once_and_taken_one_by_one(nation, capsys, avis_of, told):
    await nation.open()
    avis = avis_of(nation)
    avis.later(days=1)
    times, done = [], []
    for _ in range(LETTERS):
        began = time.perf_counter()
        [letter] = await avis.taken(*done)
        times.append(time.perf_counter() - began)
        done = [told(letter)]
    assert await nation.pool.fetchval("SELECT count(*) FROM avis_lettre") == LYCEES + 3
    rest = sorted(times[1:])
    with capsys.disabled():
        sys.stdout.write(f"\n  gathered in {times[0]:.2f} s, then {rest[len(rest) // 2] * 1000:.0f} ms a letter ")
    assert times[0] < 5
