"""The queue on a real database with a clock that tests turn; convocation, at the border, says what it is told to."""

from datetime import UTC, date, datetime, timedelta
from functools import partial
from types import SimpleNamespace
from uuid import UUID, uuid5

import pytest
import pytest_asyncio

from acces.cles import Cles
from chassis.cloudevents import Cause, Event
from chassis.database import create_pool
from event_schemas import catalogue
from event_schemas.convocations import Convocation, IntervenantRef, MissionRef
from notifier.domain.courrier import Calendrier, Entree, Envoi, Piece
from notifier.domain.retour import verp
from notifier.gateways.convocation import ConvocationUnavailable
from notifier.gateways.mail import RelayUnavailable, Smtp
from notifier.handlers.convocations import NotifyOnConvocationEvents
from notifier.use_cases.deliver import Identity
from notifier.use_cases.plan_reminders import plan_reminders
from notifier.use_cases.send_mails import Sending
from testkit.certificates import write_certificates

NATURES = {
    "CONVOCATION": catalogue.INTERVENANT_CONVOQUE,
    "MODIFICATION": catalogue.CONVOCATION_CHANGED,
    "ANNULATION": catalogue.CONVOCATION_CANCELLED,
}
SETTLING = timedelta(minutes=2)
MONDAY = datetime(2020, 2, 3, 9, 0, tzinfo=UTC)
DAY = date(2020, 3, 5)


def convocation_id(numero, code="HG"):
    return uuid5(UUID(int=0), f"{numero}|{code}")


def event(numero, version=1, nature="CONVOCATION", *, code="HG", day=DAY, academie="10"):
    """What convocation tells of the person's convocation on the mission `code`."""
    mission = MissionRef(
        mission_id=uuid5(UUID(int=1), code),
        session="2020-E3C1",
        type="CORRECTION",
        voie="GENERALE",
        code=code,
        libelle=code,
        uai="0699001J",
        academie=academie,
    )
    state = Convocation.create(
        convocation_id=convocation_id(numero, code),
        version=version,
        status="CANCELLED" if nature == "ANNULATION" else "ACTIVE",
        intervenant=IntervenantRef(numero=numero, nom="NOM", prenom="Prénom", uai="0699001J"),
        mission=mission,
        qualite="CORRECTEUR",
        qualite_par_defaut=True,
        profil=None,
        dates=[day],
    )
    return Event(state, NATURES[nature], "i", Cause("c"), state.aggregate, version, state.hash, SimpleNamespace())


SUJETS = {
    "Convocation": "CONVOCATION",
    "Convocation modifiée": "MODIFICATION",
    "Annulation de votre convocation": "ANNULATION",
    "Rappel de votre convocation": "RAPPEL",
    "Réponse à votre empêchement": "REPONSE",
}


def _told(subject):
    objet, _, libelle = subject.partition(" : ")
    return f"{SUJETS[objet]} {libelle.partition(',')[0]}"


class FakeConvocation:
    """The service at the border: answers for what it was told, or not at all."""

    def __init__(self):
        self.up = True
        self.states = {}
        self.answers = {}
        self.lues = set()
        self.asked = []
        self.addresses = {}
        self.reponses = {}

    def learn(self, one):
        self.states[one.state.convocation_id, one.version] = one

    async def envois(self, wanted):
        self.asked.append(list(wanted))
        if not self.up:
            raise ConvocationUnavailable("ConnectError")
        return {one: self._answer(one) for one in wanted}

    def _answer(self, wanted):
        key = (wanted.convocation_id, wanted.version)
        if (wanted.convocation_id, wanted.version + 1) in self.states and not wanted.engagee:
            return 410
        return self.answers.get(key) or self.envoi(self.states[key], wanted.dite)

    def envoi(self, told, dite=None):
        state = told.state
        numero = state.intervenant.numero
        nature = next(name for name, type_ in NATURES.items() if type_ == told.type)
        methode = "CANCEL" if nature == "ANNULATION" else "REQUEST"
        return Envoi(
            convocation_id=state.convocation_id,
            version=told.version,
            nature=nature,
            lue=state.convocation_id in self.lues,
            courriel=self.addresses.get(numero, f"{numero}@ac-exemple.invalid"),
            civilite="Mme",
            nom="BŒUF",
            prenom="Élodie",
            type="CORRECTION",
            libelle=state.mission.libelle,
            voie="GENERALE",
            session="2020-E3C1",
            academie=state.mission.academie,
            etablissement="LYCEE FICTIF, LYON (0699001J)",
            qualite="Correcteur Santorin",
            dates=tuple(state.dates),
            observation="",
            motif="Malade" if nature == "ANNULATION" else None,
            reponse_empechement=self.reponses.get(state.convocation_id),
            signataire=None,
            reponse=None,
            precedente=Entree("Correcteur Santorin", tuple(state.dates), "") if dite else None,
            lien="https://imagin.invalid/lien/x",
            document=Piece(f"convocation-{state.mission.code}-v{told.version}.pdf", b"%PDF-1.7 " + told.hash.encode()),
            calendrier=Calendrier("c.ics", methode, f"BEGIN:VCALENDAR\r\nMETHOD:{methode}\r\nEND:VCALENDAR\r\n"),
        )


class Notifier:
    """`tell` events, set `now`, work at the queue by `round`; mails go to the SMTP server of the test."""

    SETTLING, DAY = SETTLING, DAY
    event, convocation_id = staticmethod(event), staticmethod(convocation_id)

    def __init__(self, url, pool, smtp):
        self.url, self.pool, self.smtp, self.now = url, pool, smtp, MONDAY
        self.convocation = FakeConvocation()
        self.reader = NotifyOnConvocationEvents(self.clock, SETTLING)
        self.mail = Smtp(smtp.url, connections=4)
        self.cles = Cles(["key-of-the-tests-" * 3])
        return_address = partial(verp, "retour@imagin.invalid", cles=self.cles)
        self.identity = Identity("IMAG'IN <no@imagin.invalid>", "imagin.invalid", return_address)
        self._own, self._kept = self.sending(), {}

    def clock(self):
        return self.now

    def sending(self, **options):
        return Sending(self.convocation, self.mail, self.identity, self.clock, **options)

    async def tell(self, *events):
        for one in events:
            self.convocation.learn(one)
        async with self.pool.acquire() as connection, connection.transaction():
            held = await self.reader.known(connection, [one.aggregate for one in events])
            await self.reader.apply(connection, list(events), held)

    async def round(self, sending=None):
        """A mail to a slow destination stays in hand: all rounds of one sender are on one connection, until the end."""
        sending = sending or self._own
        if sending not in self._kept:
            self._kept[sending] = await self.pool.acquire()
        return await sending.round(self._kept[sending])

    async def close(self):
        for sending, connection in self._kept.items():
            await sending.end(0)
            await self.pool.release(connection)

    async def settle(self, sending=None):
        """The settling time passes, then all that is due goes out."""
        self.now += SETTLING
        await self.drain(sending)

    async def drain(self, sending=None):
        while await self.round(sending):
            pass

    async def try_for(self, duration, *, every=timedelta(seconds=60)):
        """The loop of the sender over a simulated time; returns how often the server was found to take nothing."""
        until, refused = self.now + duration, 0
        while self.now < until:
            try:
                await self.drain()
            except RelayUnavailable:
                refused += 1
            self.now += every
        return refused

    async def remind(self, *jours):
        async with self.pool.acquire() as connection:
            return await plan_reminders(connection, jours or (7, 2), self.clock)

    async def states(self, numero=None):
        query = """
        SELECT version, etat FROM notification WHERE $1::text IS NULL OR numero = $1
        ORDER BY convocation_id, version, jours
        """
        return [tuple(row) for row in await self.pool.fetch(query, numero)]

    async def reports(self):
        return [row["type"] for row in await self.pool.fetch("SELECT type FROM outbox ORDER BY seq")]

    def told(self):
        """What each mail says of its one mission: « MODIFICATION HG »."""
        return [_told(one.message["Subject"]) for one in self.smtp.mailed]

    def recipients(self):
        return [one.recipients[0].partition("@")[0] for one in self.smtp.mailed]


@pytest.fixture
def certificate(tmp_path):
    """CA and a server's key and certificate, PEM files."""
    ca, keystore = tmp_path / "ca.pem", tmp_path / "server.pem"
    write_certificates(ca, keystore)
    return ca, keystore


@pytest_asyncio.fixture(loop_scope="session")
async def notifier(database, smtp):
    urls = await database("notifier")
    pool = create_pool(urls.url)
    await pool
    notifier = Notifier(urls.url, pool, smtp)
    yield notifier
    await notifier.close()
    await notifier.mail.close()
    await pool.close()
