"""`imagin bench screens`: how long the pages take on a national set, beside the bare answer of the same process."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import product
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg
import httpx2

from acces.acteur import Acteur
from chassis.database import create_pool
from chassis.provisioning import with_database
from convocation.operations import cle, formes, keep_progress
from event_schemas.identities import mission_id
from imagin_dev.bench.requests import percentiles
from imagin_dev.cyclades import closings, producer
from imagin_dev.cyclades.closings import SESSIONS
from imagin_dev.cyclades.inscriptions_file import Closing, of_events
from imagin_dev.cyclades.lycees import lycees
from imagin_dev.demo.accounts import ADMINISTRATEUR, chef, gestionnaire
from imagin_dev.demo.books import Books, until
from imagin_dev.stack import Stack
from imagin_ops.output import progress, say
from imagin_ops.services import CONVOCATION

_CHUNK = 50_000
_FRESH = 50  # events whose way to the coverage is timed
_FEW = 20
_DEBUTS = (
    "BA",
    "BER",
    "CHA",
    "COR",
    "DU",
    "FER",
    "GAR",
    "HU",
    "JAC",
    "LAM",
    "LE",
    "MAR",
    "MOU",
    "PER",
    "RI",
    "ROU",
    "VA",
)
_MILIEUX = ("BAU", "CHE", "DAI", "GNO", "LLE", "MON", "NI", "QUE", "RAN", "SSO", "TI", "VIL")
_FINS = ("ARD", "AUD", "EAU", "ET", "EZ", "IER", "IN", "ON", "OT", "OUX", "RAND", "Y")
_PRENOMS = ("Anne", "Benoît", "Chloé", "Élodie", "François", "Gaëlle", "Hélène", "Jean-Noël", "Karim", "Zoé")
_DISCIPLINES = ("1000", "0422", "0426", "1300", "0202", "0100", "1500", "1600")
_PEOPLE = ("numero", "civilite", "nom", "prenom", "courriel", "uai", "uais_secondaires", "disciplines", "academie")
_DECLARE = "INSERT INTO session_declaree (session, libelle, par, le) VALUES ($1, 'bench', 'bench', now())"
_OPEN = "INSERT INTO ouverture VALUES ($1, 'NATIONALE', '*', true, 'bench', now())"
_CONVOQUES = 15  # people of the établissement on each correction but every tenth
_UNCHECKED = "SET LOCAL session_replication_role = replica"
"""No triggers and no foreign keys: what is written here fits, and its marks are made for all at once."""
_SEASON = f"""
INSERT INTO convocation
    (convocation_id, mission_id, numero, status, nature, qualite, qualite_par_defaut, dates, observation, version)
SELECT gen_random_uuid(), m.mission_id, i.numero, 'ACTIVE', 'CONVOCATION',
       CASE i.rang WHEN 1 THEN 'COORDINATEUR' ELSE 'CORRECTEUR' END, false, '{{2030-03-05}}', '', 1
FROM (SELECT mission_id, uai, row_number() OVER (ORDER BY mission_id) AS numero FROM mission
      WHERE type = 'CORRECTION') AS m
JOIN (SELECT numero, uai, row_number() OVER (PARTITION BY uai ORDER BY numero) AS rang FROM intervenant) AS i
     ON i.uai = m.uai AND i.rang <= {_CONVOQUES}
WHERE m.numero % 10 > 0 ORDER BY m.numero, i.rang;
INSERT INTO convocation_version
    (convocation_id, version, nature, qualite, qualite_par_defaut, dates, observation, par, le)
SELECT convocation_id, 1, nature, qualite, false, dates, '', 'bench', now() FROM convocation;
INSERT INTO acces SELECT convocation_id, 1, '', 1, 'ACCEPTEE', NULL FROM convocation;
INSERT INTO notification SELECT convocation_id, 1, '', 1, 'ENVOYEE', NULL FROM convocation;
INSERT INTO avancement
SELECT session, academie, left(uai, 3), current_date - jour, 2 * count(*), count(*) * (60 - jour) / 30, 0, 0, now()
FROM mission, generate_series(1, 60) AS jour GROUP BY 1, 2, 3, jour ON CONFLICT DO NOTHING;
INSERT INTO etat_a_refaire (mission_id) SELECT mission_id FROM mission
"""
_TABLE = (*_PEOPLE, "actif", "cle", "mots_version")


class Case(NamedTuple):
    """One kind of request: who makes it, and the form to post (None: a GET of `path`)."""

    acteur: Acteur
    path: str
    forms: list[dict[str, str]] | None = None


async def screens(stack: Stack, people: int, count: int) -> dict[str, Any]:
    """p50, p95 and p99 in milliseconds of `count` requests of each kind, and p50 as a multiple of the bare answer's."""
    made = of_events(closings.closings(SESSIONS[0], None))
    missions = await _load(stack, made, people)
    figures: dict[str, Any] = {"bench": "screens", "people": people, "missions": missions, "count": count}
    async with httpx2.AsyncClient(base_url=stack.url(CONVOCATION), timeout=60, trust_env=False) as http:
        bare = await percentiles(count, lambda _: http.get("/health/live"))
        figures["bare"] = bare
        for name, case in _cases(made).items():
            say(f"{name} …")
            times = await percentiles(count, _request(http, stack, case))
            figures[name] = times | {"ratio_p50": round(times["p50_ms"] / bare["p50_ms"], 1)}
            figures[name] |= {"ratio_p95": round(times["p95_ms"] / bare["p95_ms"], 1)}
        say("fraîcheur de la couverture …")
        figures["couverture_fraicheur"] = await _freshness(http, stack)
        say("rappels …")
        # Counted anew at each reading, so never late; too slow for hundreds.
        figures["rappels_national"] = await percentiles(
            _FEW, _request(http, stack, Case(ADMINISTRATEUR, "/rappels?motif=RESTE"))
        )
    say("compte de l’avancement …")
    figures["avancement_compte"] = await _progress_counted(stack)
    return figures


async def _load(stack: Stack, made: list[Closing], people: int) -> int:
    """Every mission of the nation through the product itself, the directory by COPY."""
    await producer.send(stack.kafka_connection, made, lambda _: None)
    connection = await asyncpg.connect(with_database(stack.postgres.admin_url, CONVOCATION.package))
    books = Books(stack.databases)
    await books.open()
    try:
        with progress() as bars:
            bar = bars.add_task("annuaire", total=people)
            for start in range(0, people, _CHUNK):
                await _copy(connection, list(_people(start, min(people, start + _CHUNK))))
                bars.update(bar, completed=start + _CHUNK)
        keys = [one.state.aggregate for one in made]
        await until(lambda: books.revisions_applied(keys), len(keys), lambda _: None)
        await until(books.missions_missing, 0, lambda _: None)
        await connection.execute(_DECLARE, SESSIONS[0])
        await connection.execute(_OPEN, SESSIONS[0])
        say("convocations d'une saison …")
        async with connection.transaction():
            await connection.execute(_UNCHECKED)
            await connection.execute(_SEASON)
        await until(lambda: connection.fetchval("SELECT -count(*) FROM etat_a_refaire"), 0, lambda _: None)
        await connection.execute("ANALYZE")
        return int(await connection.fetchval("SELECT count(*) FROM mission"))
    finally:
        await books.close()
        await connection.close()


def _people(start: int, end: int) -> Iterator[tuple[Any, ...]]:
    """Invented people of every lycée, always the same; 24,480 names."""
    noms = [f"{a}{b}{c}" for a, b, c in product(_DEBUTS, _MILIEUX, _FINS)]
    places = [(one.uai, one.academie) for one in lycees()]
    for number in range(start, end):
        uai, academie = places[number % len(places)]
        nom, prenom = noms[number * 7 % len(noms)], _PRENOMS[number // 11 % len(_PRENOMS)]
        discipline = _DISCIPLINES[number // len(places) % len(_DISCIPLINES)]
        courriel = f"{number}@ac-exemple.invalid"
        yield (
            f"{number:012}",
            "Mme",
            nom,
            prenom,
            courriel,
            uai,
            [],
            [discipline],
            academie,
            True,
            cle(f"{nom} {prenom}"),
            1,
        )


async def _copy(connection: Any, rows: list[tuple[Any, ...]]) -> None:
    async with connection.transaction():  # unchecked: a loop would look for doublons in the nation for an hour
        await connection.execute(_UNCHECKED)
        await connection.copy_records_to_table("intervenant", records=rows, columns=_TABLE)
    words = [(row[0], row[8], word) for row in rows for word in formes(row[2], row[3])]
    await connection.copy_records_to_table("intervenant_mot", records=words, columns=("numero", "academie", "mot"))


def _cases(made: list[Closing]) -> dict[str, Case]:
    """As people of the académie of Versailles, the largest, and of the nation."""
    place = next(one.state for one in made if one.state.etablissement.academie == "25" and one.state.epreuves)
    someone = chef(place.uai, "25")
    epreuve = place.epreuves[0]
    mission: UUID = mission_id(place.session, place.uai, epreuve.voie, epreuve.code)
    form = f"/missions/{mission}/affectation"
    debuts = [
        nom[:length] for nom in ("MARBAUIER", "DUCHEET", "LEMONARD", "ROULLEIN", "VAQUEON") for length in (2, 3, 4, 6)
    ]
    fautes = ["MARBQUIER", "DUCHHET", "LEMNOARD", "ROULLEINN", "VAQUON"]
    return {
        "accueil_etablissement": Case(someone, "/"),
        "accueil_academie": Case(gestionnaire("25"), "/"),
        "accueil_national": Case(ADMINISTRATEUR, "/"),
        "liste_etablissement": Case(someone, "/missions"),
        "liste_academie": Case(gestionnaire("25"), "/missions?tri=manque"),
        "liste_nationale": Case(ADMINISTRATEUR, "/missions?tri=manque"),
        "liste_nationale_cherchee": Case(ADMINISTRATEUR, "/missions?q=histoire+lyon&etat=a-convoquer"),
        "couverture_nationale": Case(ADMINISTRATEUR, "/couverture"),
        "couverture_academie": Case(gestionnaire("25"), "/couverture?par=etablissement"),
        "couverture_missions": Case(ADMINISTRATEUR, "/couverture?par=mission&manque=sans_correcteur"),
        "avancement_national": Case(ADMINISTRATEUR, "/avancement"),
        "avancement_academie": Case(gestionnaire("25"), "/avancement"),
        "detail": Case(someone, f"/missions/{mission}"),
        "preparation": Case(someone, f"/preparation/{place.uai}"),
        "suivi": Case(someone, f"/suivi/{place.uai}"),
        "discipline": Case(someone, form, [{"action": "chercher", "discipline": "Histoire-géographie"}]),
        "nom": Case(someone, form, [{"action": "chercher", "nom": debut} for debut in debuts]),
        "nom_prenom": Case(someone, form, [{"action": "chercher", "nom": f"{debut} chl"} for debut in debuts]),
        "nom_avec_une_faute": Case(someone, form, [{"action": "chercher", "nom": faute} for faute in fautes]),
    }


async def _freshness(http: httpx2.AsyncClient, stack: Stack) -> dict[str, float]:
    """From a closing sent with one épreuve less to the nation's coverage that says so: milliseconds.

    On its way are Cyclades' topic, mission-import with its relay, the missions' topic, convocation and the counting.
    """
    headers = {"Authorization": f"Bearer {stack.token(ADMINISTRATEUR)}"}
    changed = (
        event
        for event in closings.closings(SESSIONS[0], None)
        if event["data"]["epreuves"] and event["data"]["epreuves"][0]["candidats_inscrits"]
    )

    async def figure() -> httpx2.Response:
        return (await http.get("/api/couverture", headers=headers)).raise_for_status()

    async def send(_: int) -> httpx2.Response:
        before = (await figure()).json()["sommes"]
        event = next(changed)
        fewer = closings.at_revision(event, 2, event["data"]["epreuves"][1:])
        await producer.send(stack.kafka_connection, of_events([fewer]), lambda _: None)
        while (answer := await figure()).json()["sommes"] == before:
            pass
        return answer

    return await percentiles(_FRESH, send)


async def _progress_counted(stack: Stack) -> dict[str, float]:
    """One count of today's progress of all sessions, which a loop makes twice a minute: milliseconds."""
    async with create_pool(with_database(stack.postgres.admin_url, CONVOCATION.package)) as pool:

        async def count(_: int) -> None:
            await keep_progress(pool, datetime.now(UTC))

        return await percentiles(_FEW, count)


def _request(http: httpx2.AsyncClient, stack: Stack, case: Case) -> Callable[[int], Any]:
    headers = {"Authorization": f"Bearer {stack.token(case.acteur)}", "Accept": "text/html"}

    def send(number: int) -> Any:
        if case.forms is None:
            return http.get(case.path, headers=headers)
        return http.post(case.path, data=case.forms[number % len(case.forms)], headers=headers)

    return send
