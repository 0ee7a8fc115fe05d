"""SIGKILL around the sending of letters to établissements: none is lost; a kill doubles one at most, the same mail."""

import asyncio
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from uuid import UUID, uuid5

import pytest

from chassis.database import connect

KILLS, EACH, SESSION = 5, 3, "2020-E3C1"
POINTS = (
    "notifier.after_mail_from:2",
    "notifier.after_rcpt_to:2",
    "notifier.after_data:2",
    "notifier.before_lettres_told:2",
)
WINDOW = {"notifier.after_data:2", "notifier.before_lettres_told:2"}


@pytest.fixture
async def letters(database, smtp):
    urls = await database("convocation")
    script = Path(__file__).with_name("letters_process.py")
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, str(script), urls.url, smtp.url),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    connection = await connect(urls.url)
    await connection.execute(
        "INSERT INTO session_declaree (session, libelle, par, le) VALUES ($1, 'x', 'a', now())", SESSION
    )
    await connection.execute(
        """
        INSERT INTO ouverture (session, portee, code, ouverte, par, le) VALUES ($1, 'NATIONALE', '*', true, 'a', now())
        """,
        SESSION,
    )

    async def run(kill_at=""):
        process.stdin.write(f"{kill_at}\n".encode())
        await process.stdin.drain()
        return int(await asyncio.wait_for(process.stdout.readline(), 60))

    yield SimpleNamespace(run=run, connection=connection, smtp=smtp)
    process.stdin.close()
    await process.wait()
    await connection.close()


async def opens(connection, uai):
    """The service opens for one établissement more, which has an address."""
    now = datetime.now(UTC)
    await connection.execute(
        """
        INSERT INTO mission (mission_id, session, uai, academie, etablissement_nom, etablissement_commune, type, voie,
                             code, libelle, candidats, date_debut, status, version, hash, recherche)
        VALUES ($1, $2, $3, '10', 'LYCEE FICTIF', 'LYON', 'CORRECTION', 'GENERALE', 'HG', 'Histoire', 10, '2020-01-13',
                'ACTIVE', 1, '', '')
        """,
        *(uuid5(UUID(int=0), uai), SESSION, uai),
    )
    await connection.execute(
        "INSERT INTO coordonnees_etablissement (uai, courriel, version, par, le) VALUES ($1, $2, 1, 'x', $3)",
        *(uai, f"{uai}@ac-exemple.invalid", now),
    )
    await connection.execute(
        """
        INSERT INTO avis (uai, academie, session, sorte, reference, version, le)
        VALUES ($1, '10', $2, 'OUVERTURE', $2, 1, $3)
        """,
        *(uai, SESSION, now),
    )


@pytest.mark.parametrize("point", POINTS)
async def test_killed_around_a_letter_nothing_is_lost_and_a_double_is_the_same_mail(letters, point):
    uais = [f"0699{number:03}X" for number in range(KILLS * EACH)]
    for start in range(0, len(uais), EACH):
        for uai in uais[start : start + EACH]:
            await opens(letters.connection, uai)
        assert await letters.run(point) == -9, "the point was passed"
        assert await letters.run() == 0
    taken = Counter(one.recipients[0].partition("@")[0] for one in letters.smtp.mailed)
    assert set(taken) == set(uais), "none is lost"
    assert sum(taken.values()) - len(taken) == (KILLS if point in WINDOW else 0)
    assert len(letters.smtp.ids()) == len(uais), "a double bears the same Message-ID"
    assert len({bytes(one.message) for one in letters.smtp.mailed}) == len(uais), "and is the same mail"
    rows = await letters.connection.fetch("SELECT sort, count(*) AS n FROM avis_lettre GROUP BY sort")
    assert {row["sort"]: row["n"] for row in rows} == {"ENVOYEE": len(uais)}
