"""The API on a real database: two lycées of one académie, one of another, some invented people."""

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from uuid import UUID, uuid5

import asyncpg
import httpx2
import pytest
import pytest_asyncio
from starlette.responses import Response

from acces.acteur import Acteur, Role
from chassis.cloudevents import Cause, Event
from chassis.database import create_pool
from chassis.service import Runtime
from convocation.annuaire import sql as intervenants
from convocation.annuaire.domain import Intervenant
from convocation.commun.application import Sceaux
from convocation.commun.jetons import make_verification
from convocation.comptes import commands as comptes
from convocation.connexion.commands import acteurs
from convocation.doublons.commands import look_for_pairs
from convocation.entrees.commands import Entree, open_session
from convocation.identite.settings import Genre
from convocation.main import application, routes
from convocation.missions import sql as missions
from convocation.settings import Settings
from convocation.suivi.reader import RecordAccesOnAccesChanged, RecordNotificationOnNotificationEvents
from event_schemas.acces import Acces
from event_schemas.missions import EtablissementMission, Mission
from event_schemas.notifications import Notification
from testkit import jetons
from testkit.openapi import Conforms

KEY = "key-of-the-tests-" * 3
KEYS = {name: f"{name}-of-the-tests-" * 2 for name in ("link_keys", "verification_keys", "calendar_keys")}
SESSION = "2020-E3C1"
SESSIONS_OF_STATEMENTS = ("2021-E3C1", "2022-E3C1")
"""Of missions that tests write by themselves."""
LYON, AUTRE_LYON, LILLE = "0699001J", "0699002K", "0599001F"
UNLIMITED = {
    "search_burst": 100_000,
    "document_burst": 100_000,
    "stranger_burst": 100_000,
    "people_per_hour": 1_000_000,
}
_ACADEMIES = {LYON: "10", AUTRE_LYON: "10", LILLE: "09"}


def _now():
    return datetime.now(UTC)


def mission_id(uai, code):
    return uuid5(UUID(int=0), f"{uai}|{code}")


def _mission(uai, code, libelle, *, type_="CORRECTION", version=1, status="ACTIVE", session=SESSION):
    place = EtablissementMission(uai=uai, nom=f"LYCEE {uai}", commune="VILLE", academie=_ACADEMIES[uai])
    return Mission.create(
        mission_id=mission_id(uai, code if session == SESSION else f"{code}|{session}"),
        version=version,
        session=session,
        type=type_,
        voie="COMMUNE" if type_ == "NUMERISATION" else "GENERALE",
        code=code,
        libelle=libelle,
        candidats=100,
        date_debut=date(2020, 1, 13),
        status=status,
        etablissement=place,
    )


def _people():
    def person(numero, nom, prenom, uai, disciplines, secondaires=()):
        mail = f"{numero}@ac-exemple.invalid"
        return Intervenant(numero, "Mme", nom, prenom, mail, uai, secondaires, disciplines, "10")

    return [
        person("100", "BŒUF", "Élodie", LYON, ("1000",)),
        person("101", "DE LA TOUR", "Jean-Noël", LYON, ("1000",)),
        person("102", "LEFÈVRE", "Anne", LYON, ("0202",)),
        person("103", "N’DIAYE", "Karim", LYON, ("0100",)),
        person("104", "DUPONT-MARTEL", "Zoé", AUTRE_LYON, ("1000",), (LYON,)),
        person("105", "DUPONT", "Inès", AUTRE_LYON, ("1000",)),
    ]


def _event(state):
    return Event(state, "t", "i", Cause(), state.aggregate, state.version, state.hash, SimpleNamespace())


def fiche(numero, nom, prenom, uai=AUTRE_LYON, disciplines=("0100",), **more):
    """An entry of the directory, as it is sent."""
    names = {"numero": numero, "civilite": "Mme", "nom": nom, "prenom": prenom, "uai": uai}
    return names | {"courriel": f"{numero}@ac-exemple.invalid", "disciplines": list(disciplines)} | more


class Api:
    """Requests as one acteur; `created` gives every POST its own Idempotency-Key."""

    def __init__(self, client, acteur):
        self._client, self.acteur = client, acteur
        self._headers = {"Authorization": f"Bearer {jetons.mint(acteur, hours=10_000)}"}  # whatever time a test tells
        self._number = 0

    async def get(self, path, **parameters):
        return await self._client.get(path, params=parameters or None, headers=self._headers)

    async def put(self, path, body, **headers):
        return await self._client.put(path, json=body, headers=self._headers | headers)

    async def post(self, path, body, key=None, **headers):
        self._number += 1
        keyed = {"Idempotency-Key": key or f"test-{id(self)}-{self._number}"}
        return await self._client.post(path, json=body, headers=self._headers | keyed | headers)

    async def convoque(self, mission, *numeros, **changes):
        body = {"intervenants": list(numeros), "dates": ["2030-03-05"], **changes}
        return await self.post(f"/api/missions/{mission}/convocations", body)


class Browser:
    """An acteur's requests as a browser makes them, in a session of its own; `text`: a page with every space as one."""

    def __init__(self, api):
        self._client, self._acteur = api._client, api.acteur
        self._headers = None

    async def headers(self):
        if self._headers is None:
            cookie = await signed_in(self._client._transport.app, self._acteur)
            self._headers = {"Accept": "text/html", "Sec-Fetch-Site": "same-origin", "Cookie": cookie}
        return self._headers

    async def get(self, path, **headers):
        return await self._client.get(path, headers=await self.headers() | headers)

    async def text(self, path):
        answer = await self.get(path)
        assert answer.status_code == 200, answer.text
        return " ".join(answer.text.split())

    async def post(self, path, data=None, files=None, **headers):
        return await self._client.post(path, data=data, files=files, headers=await self.headers() | headers)


async def signed_in(app, *fonctions):
    """The cookie (`name=value`) of a new session of somebody who may act as these."""
    response = Response()
    await app.state.application.sessions.open(response, Entree(fonctions[0].sub, fonctions))
    return response.headers["set-cookie"].partition(";")[0]


class World:
    """The application, its database, and one acteur of each kind."""

    fiche = staticmethod(fiche)

    def __init__(self, client, pool, settings, woken):
        self.client, self.pool, self.settings, self.woken = client, pool, settings, woken
        self.sceaux = Sceaux.of(settings)
        self.app = client._transport.app
        self.chef = self.acteur("chef", Role.CHEF, LYON)
        self.delegue = self.acteur("delegue", Role.DELEGUE, LYON)
        self.delegue_numerisation = self.acteur("numerisation", Role.DELEGUE_NUMERISATION, LYON)
        self.delegue_consultation = self.acteur("consultation", Role.DELEGUE_CONSULTATION, LYON)
        self.pour_etablissement = self.acteur("gest", Role.POUR_ETABLISSEMENT, LYON, academies=["10"])
        self.autre_chef = self.acteur("autre", Role.CHEF, AUTRE_LYON)
        self.gestionnaire = self.acteur("gest", Role.GESTIONNAIRE, academies=["10"])
        self.gestionnaire_de_lille = self.acteur("gest-lille", Role.GESTIONNAIRE, academies=["09"])
        self.administrateur = self.acteur("admin", Role.ADMINISTRATEUR)
        self.intervenant = self.acteur("100", Role.INTERVENANT)
        self.notifier = self.acteur("notifier", Role.NOTIFIER)
        self.pont = self.acteur("santorin-bridge", Role.PONT)
        self.santorin = self.acteur("100", Role.SANTORIN)  # a client may be named like a person's number
        self.hg = mission_id(LYON, "HG")
        self.hlp = mission_id(LYON, "HLP")
        self.numerisation = mission_id(LYON, "NUMERISATION")

    def acteur(self, sub, role, *uais, academies=()):
        return Api(self.client, Acteur(sub, role, sub, frozenset(uais), frozenset(academies)))

    async def signed_in(self, *fonctions):
        """The cookie (`name=value`) of a new session of somebody who may act as these."""
        return await signed_in(self.app, *fonctions)

    async def enters(self, compte, courriel, nom="Dominique DÉLÉGUÉ", *, ministere=(), now=None, genre=Genre.FIM):
        """Somebody signs in at a provider, as the portal does it: their functions, and the cookie of the session.

        `ministere`: what the provider's word gives.
        """
        now = now or datetime.now(UTC)
        async with self.pool.acquire() as connection, connection.transaction():
            await comptes.seen(
                connection,
                compte=compte,
                genre=genre,
                emetteur="https://fim.invalid",
                nom=nom,
                courriel=courriel,
                now=now,
            )
            await comptes.given(connection, compte=compte, fonctions=ministere)
            jour = comptes.jour_de(now)
            locales = await comptes.fonctions_locales(connection, compte=compte, courriel=courriel, jour=jour)
            found = await acteurs(connection, compte, nom, [*ministere, *locales])
            if not found:
                return found, None
            secret = await open_session(connection, Entree(compte, found), now, timedelta(hours=10))
        return found, f"imagin_session={secret}"

    def browser(self, who):
        """The pages as `who` sees them: the name of one of these acteurs, or another Api."""
        return Browser(getattr(self, who) if isinstance(who, str) else who)

    async def mailed(self, convocation_id, etat="ENVOYEE", *, of=1, news=None, retour=False, motif=None):
        """The notifier's news about the mail of version `of`, its `news`-th (by default as many as versions)."""
        about = {"convocation_id": UUID(convocation_id), "version": news or of, "convocation_version": of}
        state = Notification.create(**about, etat=etat, motif=motif, retour=retour)
        await self._apply(RecordNotificationOnNotificationEvents(_now), state)

    async def answered(self, convocation_id, etat="ACCEPTEE", *, of=1, motif=None):
        """The bridge's news about the right of version `of`: what SANTORIN answered."""
        about = {"convocation_id": UUID(convocation_id), "version": of, "convocation_version": of}
        state = Acces.create(**about, habilitation_version=of, etat=etat, motif=motif)
        await self._apply(RecordAccesOnAccesChanged(_now), state)

    async def _apply(self, reader, state):
        async with self.pool.acquire() as connection, connection.transaction():
            held = await reader.known(connection, [state.aggregate])
            await reader.apply(connection, [_event(state)], frozenset(held))

    async def analyze(self):
        """Statistics for PostgreSQL's planner; the service's own role may not ask for them, and is only warned."""
        owner = await asyncpg.connect(self.admin_url)
        await owner.execute("ANALYZE")
        await owner.close()

    async def tell(self, *states):
        events = [_event(state) for state in states]
        await self.declare(*{state.session for state in states})
        async with self.pool.acquire() as connection, connection.transaction():
            held = await missions.known(connection, [state.aggregate for state in states])
            await missions.save(connection, events, held)

    async def declare(self, *sessions):
        """As those that were there before sessions were declared: no act in the audit."""
        known = "INSERT INTO session_declaree (session, libelle, par, le) VALUES ($1, '', 'x', now())"
        await self.pool.executemany(f"{known} ON CONFLICT DO NOTHING", [(one,) for one in sessions])

    async def token(self, convocation_id, version):
        """The QR code's, of a version."""
        return make_verification(UUID(convocation_id), version, self.sceaux.verifications)

    async def tell_of_session(self, session):
        """A mission of LYON in another session."""
        await self.tell(_mission(LYON, "HG", "Histoire-géographie", session=session))

    async def withdraw(self, uai, code):
        await self.tell(_mission(uai, code, "x", version=2, status="WITHDRAWN"))

    async def open(self, portee="NATIONALE", code="*", *, ouverte=True):
        body = {"session": SESSION, "portee": portee, "code": code, "ouverte": ouverte, "motif": "essai"}
        return await self.administrateur.put("/api/ouvertures", body)

    async def register(self, people, academie="10", acteur=None):
        """Entries of the directory, by the académie's gestionnaire."""
        acteur = acteur or self.gestionnaire
        answer = await acteur.put(f"/api/academies/{academie}/intervenants", {"intervenants": people})
        assert answer.status_code == 200, answer.text

    async def lue(self, numero):
        """An entry by its id, and the version of it that is looked at."""
        row = await self.pool.fetchrow("SELECT id, version FROM intervenant WHERE numero = $1", numero)
        return {"id": str(row["id"]), "version": row["version"]}

    async def merge(self, kept, merged, /, acteur=None, **changes):
        body = {"gardee": await self.lue(kept), "autre": await self.lue(merged)} | changes
        return await (acteur or self.gestionnaire).post("/api/intervenants/fusion", body)

    async def doublons(self, acteur):
        """Pairs of numbers that `acteur` is shown, and why, once the loop has looked for them."""
        await self.look_for_pairs()
        found = (await acteur.get("/api/intervenants/doublons")).json()["doublons"]
        return {tuple(one["numero"] for one in pair["intervenants"]): tuple(pair["motifs"]) for pair in found}

    async def look_for_pairs(self):
        while await look_for_pairs(self.pool):
            pass

    async def told(self):
        """Types of the events in the outbox, in order."""
        return [row["type"] for row in await self.pool.fetch("SELECT type FROM outbox ORDER BY seq")]


@pytest.fixture(scope="session")
def keys():
    """A key for each purpose, as settings."""
    return KEYS


def _settings(database_url):
    return Settings(
        database_url=database_url,
        kafka_bootstrap="unused:1",
        token_key=KEY,
        issuers=jetons.sources(),
        **KEYS,
        **UNLIMITED,
    )


@pytest.fixture(scope="session")
def all_routes():
    """Made once: FastAPI and Jinja take a tenth of a second of CPU for each application that is new to them."""
    return routes(_settings("postgresql://unused"))


@pytest_asyncio.fixture(loop_scope="session")
async def world(database, all_routes):
    urls = await database("convocation")
    pool = create_pool(urls.url, size=12)
    await pool
    settings = _settings(urls.url)
    woken: list[int] = []
    app, pages = all_routes
    runtime = Runtime(settings, pool, SimpleNamespace(wake=lambda: woken.append(1)))
    app.state.application = application(runtime, settings, pages)
    imprimeur = app.state.application.imprimeur
    transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
    told = {"response": [Conforms.to(app)]}
    async with httpx2.AsyncClient(transport=transport, base_url="http://imagin.test", event_hooks=told) as client:
        world = World(client, pool, settings, woken)
        world.admin_url = urls[1]
        await world.declare(SESSION, *SESSIONS_OF_STATEMENTS)
        await world.tell(
            _mission(LYON, "HG", "Histoire-géographie"),
            _mission(LYON, "HLP", "Humanités, littérature et philosophie"),
            _mission(LYON, "NUMERISATION", "Numérisation de copies", type_="NUMERISATION"),
            _mission(AUTRE_LYON, "HG", "Histoire-géographie"),
            _mission(LILLE, "HG", "Histoire-géographie"),
        )
        async with pool.acquire() as connection, connection.transaction():  # not by the API: no act in the audit yet
            await intervenants.save(connection, _people())
        yield world
    imprimeur.end()
    await pool.close()


@pytest_asyncio.fixture(loop_scope="session")
async def open_world(world):
    await world.open()
    return world


@pytest.fixture
def twins():
    """Another entry of 100, BŒUF Élodie of LYON, and of 102, LEFÈVRE Anne."""
    return [
        fiche("200", "BOEUF", "Elodie", profils=["professeur de philosophie"], courriel="200@exemple.invalid"),
        fiche("202", "LEFEVRES", "Anne", LYON, ["0201"]),
    ]
