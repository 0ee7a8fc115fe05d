"""Run by test_kill_mails.py: for each line it reads, connections and KILL_AT, a forked process sends what is due.

The sender, the database and the mail server are the real ones; what a version says is made up here, for convocation
has no part in what is tried. Answers each line with the process's end, when it died or nothing is left: its exit code,
or minus the signal.
"""

import asyncio
import importlib
import os
import sys
from datetime import UTC, date, datetime

from chassis import kill_points
from chassis.database import connect
from notifier.domain.courrier import Calendrier, Envoi, Piece
from notifier.gateways.mail import Smtp
from notifier.sender import Sender
from notifier.use_cases.deliver import Identity
from notifier.use_cases.send_mails import Sending

LEFT = "SELECT count(*) FROM notification WHERE etat IN ('PENDING', 'SENDING')"
BATCH = 3


class Convocation:
    """Each version says who it is about, by its id; people are of so many domains."""

    def __init__(self, domains):
        self.domains = domains

    async def envois(self, wanted):
        return {one: self._envoi(one) for one in wanted}

    def _envoi(self, one):
        return Envoi(
            convocation_id=one.convocation_id,
            version=one.version,
            nature="CONVOCATION",
            lue=False,
            courriel=f"{one.convocation_id}@ac-exemple-{one.convocation_id.int % self.domains}.invalid",
            civilite="Mme",
            nom="BŒUF",
            prenom="Élodie",
            type="CORRECTION",
            libelle="Histoire-géographie",
            voie="GENERALE",
            session="2020-E3C1",
            academie="10",
            etablissement="LYCEE FICTIF, LYON (0699001J)",
            qualite="Correcteur Santorin",
            dates=(date(2020, 3, 5),),
            observation="",
            motif=None,
            reponse_empechement=None,
            signataire=None,
            reponse=None,
            precedente=None,
            lien="https://imagin.invalid/lien/x",
            document=Piece("c.pdf", b"%PDF" + bytes(20_000)),
            calendrier=Calendrier("c.ics", "REQUEST", "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"),
        )


async def send(database, smtp, connections):
    identity = Identity("IMAG'IN <no@imagin.invalid>", "imagin.invalid")
    mail = Smtp(smtp, connections=connections)
    sending = Sending(Convocation(connections), mail, identity, lambda: datetime.now(UTC), batch_size=BATCH)
    running = asyncio.create_task(Sender(database, sending, lambda: None, poll_seconds=0.01).run())
    connection = await connect(database)
    while await connection.fetchval(LEFT):
        done, _ = await asyncio.wait({running}, timeout=0.01)
        if done:
            running.result()


def main():
    database, smtp = sys.argv[1:]
    for line in sys.stdin:
        child = os.fork()
        if not child:
            connections, _, os.environ["KILL_AT"] = line.strip().partition(" ")
            importlib.reload(kill_points)
            asyncio.run(send(database, smtp, int(connections)))
            os._exit(0)
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
