"""A file of 50,000 invented people: every fault by its line, all or nothing, also when the database's session dies."""

import asyncio
import random
import time
import tracemalloc
from datetime import UTC, datetime

import asyncpg
import psutil
import pytest
import pytest_asyncio

from acces.acteur import Acteur, Role
from acces.commande import Commande
from chassis.database import create_pool
from convocation.annuaire import reads as intervenants_reads
from convocation.annuaire import sql as intervenants
from convocation.annuaire.domain import Intervenant
from convocation.annuaire.imports import bulk
from convocation.annuaire.imports import commands as import_annuaire
from convocation.annuaire.imports import sql as imports_annuaire
from convocation.annuaire.imports.domain import COLONNES, cellules
from convocation.commun.tableur import csv_bytes, xlsx_bytes
from event_schemas import uai
from testkit.actes import actes
from testkit.eventually import eventually

PEOPLE = 50_000
LE = datetime(2020, 1, 10, 12, tzinfo=UTC)
ENTETE = "numero;civilite;nom;prenom;courriel;uai;uais_secondaires;disciplines;actif"
GESTIONNAIRE = Acteur("gestionnaire.10", Role.GESTIONNAIRE, "Dominique EXEMPLE", frozenset(), frozenset({"10"}))
NOMS = ("DUPONT-MARTEL", "BŒUF", "N’DIAYE", "DE LA TOUR", "LEFÈVRE", "EXEMPLE", "ÉTOILE", "FICTIF")
UAIS = [digits + uai.letter(digits) for digits in (f"0699{number:03}" for number in range(300))]
WRONG_UAI = "0699000A" if uai.letter("0699000") != "A" else "0699000B"
FOREIGN = "ETRANGER1"


def line(number):
    """The cells of one person."""
    return [
        *(f"N{number:07}", "Mme" if number % 2 else "M.", NOMS[number % 8], f"Prénom{chr(65 + number % 26)}"),
        *(f"n{number}@ac-exemple.invalid", UAIS[number % 300], UAIS[(number + 1) % 300] if number % 5 == 0 else ""),
        *("1000|0202" if number % 3 else "1300", "oui" if number % 50 else "non"),
    ]


def cell(column, text):
    return lambda cells: ";".join(text if index == column else one for index, one in enumerate(cells)).encode()


# What is planted, and in which column it must be found.
FAULTS = {
    "bad letter of the UAI": (cell(5, WRONG_UAI), "uai"),
    "bad letter of a secondary UAI": (cell(6, f"{UAIS[0]} {WRONG_UAI}"), "uais_secondaires"),
    "unknown discipline": (cell(7, "1000 9999"), "disciplines"),
    "number twice": (cell(0, "N0000000"), "numero"),
    "number of another académie": (cell(0, FOREIGN), "numero"),
    "bad number": (cell(0, "N 12"), "numero"),
    "missing field": (cell(3, ""), "prenom"),
    "too long": (cell(2, "X" * 101), "nom"),
    "bad mail": (cell(4, "sans-arobase"), "courriel"),
    "formula =": (cell(2, "=1+1"), "nom"),
    "formula @": (cell(3, "@SUM"), "prenom"),
    "formula after a space": (cell(2, " +33"), "nom"),
    "formula after a tab": (cell(2, "\tDUPONT"), "nom"),
    "formula after a CR": (cell(2, '"\rDUPONT"'), "nom"),
    "one column too many": (lambda cells: (";".join(cells) + ";x").encode(), "colonne J"),
    "one column too few": (lambda cells: ";".join(cells[:-1]).encode(), ""),
    "control character": (cell(2, "DU\x07PONT"), "nom"),
    "text of the other direction": (cell(2, "DU\u202ePONT"), "nom"),
    "unclosed quote": (cell(2, '"DUPONT'), ""),
    "Windows-1252": (lambda cells: ";".join(cells).replace("Prénom", "Pr\xe9nom").encode("cp1252", "replace"), ""),
    "unknown civilité": (cell(1, "Dr"), "civilite"),
    "neither yes nor no": (cell(8, "peut-être"), "actif"),
}


def csv_file(faults=(), people=PEOPLE):
    rows = [line(number) for number in range(people)]
    lines = [";".join(cells).encode() for cells in rows]
    for number, kind in faults:
        lines[number] = FAULTS[kind][0](rows[number])
    return b"\r\n".join([ENTETE.encode(), *lines, b""])


def planted():
    """200 faults at 200 places, of each kind; one place of the other académie's number only, or it were there twice."""
    places = sorted(random.Random(36).sample(range(1, PEOPLE), 200))
    kinds = [kind for kind in FAULTS if kind != "number of another académie"]
    told = [(place, kinds[index % len(kinds)]) for index, place in enumerate(places)]
    told[100] = (places[100], "number of another académie")
    return told


class Annuaire:
    def __init__(self, pool, admin_url):
        self.pool, self.admin_url = pool, admin_url

    async def give(self, octets, *, essai):
        async with self.pool.acquire() as connection, connection.transaction():
            command = Commande(connection, GESTIONNAIRE, datetime.now(UTC))
            return await import_annuaire.submit_import(command, "10", octets, essai=essai)

    async def work(self):
        assert await import_annuaire.work_at_import(self.pool, lambda: LE)

    async def state(self, import_id):
        return await imports_annuaire.get(self.pool, import_id)

    async def counts(self):
        tables = ("intervenant", "intervenant_mot", "audit")
        return [await self.pool.fetchval(f"SELECT count(*) FROM {table}") for table in tables]

    async def kill_who_imports(self):
        """As when PostgreSQL's administrator ends the session, or the service's host is gone."""
        admin = await asyncpg.connect(self.admin_url)
        query = """SELECT pg_terminate_backend(pid) FROM (
                       SELECT DISTINCT pid FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 1
                       AND database = (SELECT oid FROM pg_database WHERE datname = current_database())) AS t"""
        killed = await admin.fetch(query)
        await admin.close()
        return len(killed)


@pytest_asyncio.fixture(loop_scope="session")
async def annuaire(database):
    urls = await database("convocation")
    pool = create_pool(urls.url)
    await pool
    other = Intervenant(FOREIGN, "M.", "AILLEURS", "Alex", "a@ac-exemple.invalid", UAIS[0], (), (), "09")
    await intervenants.save(pool, [other])
    yield Annuaire(pool, urls.admin_url)
    await pool.close()


def told(what, seconds, size=0):
    rss = psutil.Process().memory_info().rss // 2**20
    print(f"\n{what}: {seconds:.1f} s, file {size / 1e6:.2f} MB, RSS of the process {rss} MB", flush=True)  # noqa: T201  # the measure is asked for


async def test_200_faults_among_50000_people_are_each_named_by_line_and_column_and_nothing_is_written(annuaire):
    faults = planted()
    octets = csv_file(faults)
    before = await annuaire.counts()
    import_id = await annuaire.give(octets, essai=False)
    started = time.perf_counter()
    await annuaire.work()
    told("50,000 lines with 200 faults", time.perf_counter() - started, len(octets))
    state = await annuaire.state(import_id)
    found = [(one["ligne"], one["colonne"]) for one in state.erreurs]
    assert found == [(place + 2, FAULTS[kind][1]) for place, kind in faults]
    assert (state.etat, state.bilan["erreurs"]) == ("EN_ERREUR", 200)
    twice = next(place for place, kind in faults if kind == "number twice")
    assert "à la ligne 2 " in next(one["phrase"] for one in state.erreurs if one["ligne"] == twice + 2)
    assert await annuaire.counts() == before
    assert await annuaire.pool.fetchval("SELECT octets IS NULL FROM import_annuaire")


async def test_a_file_of_faults_alone_is_counted_whole_and_only_the_first_ones_are_kept(annuaire, monkeypatch):
    kept, shown = [], import_annuaire._shown
    monkeypatch.setattr(import_annuaire, "_shown", lambda told: kept.append(len(told)) or shown(told))
    import_id = await annuaire.give(ENTETE.encode() + b"\nx" * 30_000, essai=True)
    await annuaire.work()
    state = await annuaire.state(import_id)
    assert (state.etat, state.bilan["erreurs"], state.bilan["remarques"]) == ("EN_ERREUR", 30_000, 0)
    assert [one["ligne"] for one in state.erreurs] == list(range(2, 502))
    assert kept == [10_000, 0]


async def test_50000_people_are_tried_then_imported_and_what_is_exported_of_them_changes_nobody(annuaire):
    octets = csv_file()
    assert len(octets) < 8_000_000  # chassis.http.MAX_BODY_BYTES
    import_id = await annuaire.give(octets, essai=True)
    started = time.perf_counter()
    await annuaire.work()
    told("dry run of 50,000", time.perf_counter() - started, len(octets))
    state = await annuaire.state(import_id)
    expected = {"creees": PEOPLE, "modifiees": 0, "inchangees": 0, "erreurs": 0, "remarques": 0}
    assert (state.etat, state.bilan, state.erreurs) == ("VERIFIE", expected, [])
    assert (await annuaire.counts())[0] == 1
    async with annuaire.pool.acquire() as connection, connection.transaction():
        await import_annuaire.confirm_import(Commande(connection, GESTIONNAIRE, LE), import_id)
    lag = asyncio.create_task(longest_pause())
    started = time.perf_counter()
    await annuaire.work()
    told("import of 50,000", time.perf_counter() - started, len(octets))
    lag.cancel()
    print(f"longest pause of the event loop: {max(pauses) * 1000:.0f} ms", flush=True)  # noqa: T201  # the measure is asked for
    assert (await annuaire.state(import_id)).etat == "TERMINE"
    assert (await annuaire.counts())[0::2] == [1 + PEOPLE, PEOPLE + 1]
    changed = await annuaire.give(octets.replace(b"n7@ac-", b"autre@ac-"), essai=False)
    await annuaire.work()
    assert (await annuaire.state(changed)).bilan == expected | {
        "creees": 0,
        "modifiees": 1,
        "inchangees": PEOPLE - 1,
    }
    acte = (await actes(annuaire.pool, objet="intervenant|N0000007"))[-1]
    assert (acte.avant, acte.apres) == ({"courriel": "n7@ac-exemple.invalid"}, {"courriel": "autre@ac-exemple.invalid"})
    found = (await intervenants_reads.search(annuaire.pool, "10", "dupont martel prenoma", limit=5)).personnes
    assert found
    await exported_and_imported_again(annuaire)


async def exported_and_imported_again(annuaire):
    """All of them as CSV and as XLSX: nobody changes, no act but the whole's; a workbook is read row by row."""
    async with annuaire.pool.acquire() as connection, connection.transaction():
        rows = [cellules(one) async for one in bulk.exported(connection, "10", None)]
    headers = [one.nom for one in COLONNES]
    acts = (await annuaire.counts())[2]
    seconds, memory = {}, {}
    for kind in ("csv", "xlsx"):
        octets = csv_bytes(headers, rows) if kind == "csv" else xlsx_bytes("Annuaire", headers, rows, LE)
        assert len(octets) < 8_000_000  # chassis.http.MAX_BODY_BYTES
        import_id = await annuaire.give(octets, essai=False)
        peak, started = asyncio.create_task(most_memory(memory, kind)), time.perf_counter()
        await annuaire.work()
        seconds[kind] = time.perf_counter() - started
        peak.cancel()
        told(f"import of what was exported as {kind}, {memory[kind]} MB more", seconds[kind], len(octets))
        bilan = {"creees": 0, "modifiees": 0, "inchangees": PEOPLE, "erreurs": 0, "remarques": 0}
        assert (await annuaire.state(import_id)).bilan == bilan
    assert (await annuaire.counts())[2] == acts + 2
    assert seconds["xlsx"] < 10 * seconds["csv"]
    assert memory["xlsx"] < 100


async def most_memory(memory, kind):
    """How many MB the process had more than at first."""
    first = psutil.Process().memory_info().rss
    memory[kind] = 0
    while True:
        memory[kind] = max(memory[kind], (psutil.Process().memory_info().rss - first) // 2**20)
        await asyncio.sleep(0.05)


pauses = [0.0]


async def longest_pause():
    while True:
        before = time.perf_counter()
        await asyncio.sleep(0.005)
        pauses.append(time.perf_counter() - before - 0.005)


async def test_an_import_whose_session_is_killed_leaves_nothing_and_is_taken_up_afterwards(annuaire):
    people, before = 10_000, await annuaire.counts()
    import_id = await annuaire.give(csv_file(people=people), essai=False)
    work = asyncio.create_task(annuaire.work())

    async def some_are_written():
        return (await annuaire.state(import_id)).lignes_lues >= people // 5

    await eventually(some_are_written, timeout=60)  # a loaded machine reads for seconds
    assert await annuaire.kill_who_imports() == 1
    with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError, OSError)):
        await work
    state = await annuaire.state(import_id)
    assert (state.etat, await annuaire.counts()) == ("EN_COURS", before)
    await annuaire.work()
    assert ((await annuaire.state(import_id)).etat, (await annuaire.counts())[0]) == ("TERMINE", 1 + people)


async def test_an_import_whose_reading_process_is_killed_leaves_nothing_and_is_taken_up_afterwards(annuaire):
    people, before = 20_000, await annuaire.counts()
    import_id = await annuaire.give(csv_file(people=people), essai=False)
    work = asyncio.create_task(annuaire.work())

    async def reading():
        return [one for one in psutil.Process().children() if "lecture_worker" in str(one.cmdline())]

    [child] = await eventually(reading, timeout=60)
    child.kill()
    with pytest.raises(OSError, match="status"):
        await work
    assert ((await annuaire.state(import_id)).etat, await annuaire.counts()) == ("EN_COURS", before)
    await annuaire.work()
    assert ((await annuaire.state(import_id)).etat, (await annuaire.counts())[0]) == ("TERMINE", 1 + people)


async def test_an_import_that_was_interrupted_three_times_is_given_up(annuaire):
    import_id = await annuaire.give(csv_file(people=100), essai=False)
    await annuaire.pool.execute("UPDATE import_annuaire SET tentatives = 3")
    await annuaire.work()
    state = await annuaire.state(import_id)
    assert (state.etat, (await annuaire.counts())[0]) == ("EN_ERREUR", 1)
    assert "interrompu" in state.erreurs[0]["phrase"]


async def test_what_python_holds_of_50000_people_is_bounded(annuaire):
    await annuaire.give(csv_file(), essai=True)
    tracemalloc.start()
    await annuaire.work()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    print(f"\ntracemalloc peak of a dry run of 50,000: {peak / 2**20:.0f} MB", flush=True)  # noqa: T201  # the measure is asked for
    assert peak < 200 * 2**20
