"""An académie of 650 lycées of fifteen missions, a nation of 2,600: the list and the sending stay quick."""

import sys
import time

import pytest

LYCEES, MISSIONS = 2_600, 15
_MISSIONS = """
INSERT INTO mission (mission_id, session, uai, academie, etablissement_nom, etablissement_commune, type, voie, code,
                     libelle, candidats, date_debut, status, version, hash, recherche)
SELECT md5(l || '|' || n)::uuid, '2020-E3C1', lpad(l::text, 7, '0') || 'N', (ARRAY['10', '09', '28', '31'])[1 + l % 4],
       'LYCEE ' || l, 'VILLE', 'CORRECTION', 'GENERALE', 'E' || n, 'Épreuve ' || n, 100, '2020-01-13',
       'ACTIVE', 1, '', ''
FROM generate_series(1, $1) AS l, generate_series(1, $2) AS n
"""
# Two lycées of three have convoked five people on each mission but the last.
_PEOPLE = """
INSERT INTO convocation (convocation_id, mission_id, numero, status, nature, qualite, qualite_par_defaut, dates,
                         observation, version)
SELECT md5(l || '|' || n || '|' || p)::uuid, md5(l || '|' || n)::uuid, (99 + p)::text, 'ACTIVE', 'CONVOCATION',
       'CORRECTEUR', false, '{2030-03-05}', '', 1
FROM generate_series(1, $1) AS l, generate_series(1, $2 - 1) AS n, generate_series(1, 5) AS p WHERE l % 3 > 0
"""


@pytest.fixture
async def nation(open_world):
    for statement in (_MISSIONS, _PEOPLE):
        await open_world.pool.execute(statement, LYCEES, MISSIONS)
    await open_world.pool.execute("DELETE FROM avis")
    await open_world.analyze()
    return open_world


async def test_the_list_of_a_nation_is_quick_and_all_of_an_academie_are_reminded_at_once(nation, rappels_of, capsys):
    times = {}

    async def timed(name, work):
        began = time.perf_counter()
        await work
        times[name] = time.perf_counter() - began

    admin, gest = rappels_of("administrateur"), rappels_of("gestionnaire")
    await admin.opened("motif=RIEN&q=rien")  # signed in
    await gest.opened("motif=RIEN&q=rien")
    await timed("nation", admin.opened("motif=RESTE"))
    assert admin.status == 200
    await timed("academie", gest.opened("motif=RESTE"))
    await timed("effet", gest.written())
    await timed("envoi", gest.press("envoyer"))
    assert len(await gest.rows()) == sum(1 for number in range(1, LYCEES + 1) if number % 3 and number % 4 == 0)
    with capsys.disabled():
        sys.stdout.write("\n  " + ", ".join(f"{name} {seconds:.2f} s" for name, seconds in times.items()) + " ")
    assert max(times.values()) < 5, "far below the limit of a statement"
