"""The kit's reader with one mistake planted, each one that real readers make: `faux.py MISTAKE [droits]`."""

import contextlib
import os
import sys
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3] / "kits" / "python"))

import consommateur
import envoyer_accuses
import registre

OURS = consommateur.AIOKafkaConsumer


def with_options(**wrong):
    consommateur.AIOKafkaConsumer = lambda *topics, **options: OURS(*topics, **options | wrong)


def ignores_versions():
    registre._RETENIR = registre._RETENIR.replace("WHERE :version > version", "WHERE TRUE")


def reads_uncommitted():
    with_options(isolation_level="read_uncommitted")


def ignores_tombstones():
    registre.Registre.effacer = lambda self, convocation_id: None


def commits_before_applying():
    """The offset goes to Kafka when a record is received, and the group's offset is where it goes on."""

    class CommitsFirst(OURS):
        async def getmany(self, **options):
            found = await super().getmany(**options)
            if found:
                await self.commit()
            return found

    class GroupsOffset(consommateur.Reprendre):
        async def on_partitions_assigned(self, assigned):
            """Where Kafka says."""

    class OneByOne(registre.Registre):
        def retenir(self, droit):
            super().retenir(droit)
            self._base.commit()

    consommateur.AIOKafkaConsumer, consommateur.Reprendre = CommitsFirst, GroupsOffset
    consommateur.Registre = OneByOne


def dies_of_an_unknown_field():
    lire = consommateur.lire
    known = {"version", "hash", "convocation_id", "convocation_version", "status", "role", "role_par_defaut"}
    known |= {"intervenant", "mission", "valide_du", "valide_au"}

    def strict(record):
        droit = lire(record)
        if set(consommateur.json.loads(record.value)) - known:
            raise SystemExit(70)
        return droit

    consommateur.lire = strict


def starts_at_the_end():
    class AtTheEnd(consommateur.Reprendre):
        async def on_partitions_assigned(self, assigned):
            for place in assigned:
                if self._registre.place(place.topic, place.partition) is None:
                    await self._consumer.seek_to_end(place)
            await super().on_partitions_assigned(
                [place for place in assigned if self._registre.place(place.topic, place.partition) is not None]
            )

    consommateur.Reprendre = AtTheEnd


def ignores_revocations():
    consommateur.lire = changed(consommateur.lire, lambda record, droit: droit | {"ouvre": 1})


def opens_by_any_role():
    consommateur.ROLES = type("Any", (), {"__contains__": lambda self, role: True})()


def ignores_dates():
    def always(record, droit):
        return droit | {"valide_du": "2000-01-01", "valide_au": None}

    consommateur.lire = changed(consommateur.lire, always)


def changed(lire, change):
    return lambda record: change(record, lire(record))


def takes_any_event():
    consommateur.TYPE = None
    entete = consommateur.entete
    consommateur.entete = lambda record, nom: None if nom == "ce_type" else entete(record, nom)


def dies_of_what_it_cannot_read():
    def unguarded(registre_, record, raison):
        raise SystemExit(raison)

    registre.Registre.mettre_de_cote = unguarded


def skips_to_the_end_when_partitions_come_back():
    class Skips(consommateur.Reprendre):
        seen = False

        async def on_partitions_assigned(self, assigned):
            if self.seen:
                await self._consumer.seek_to_end(*assigned)
            else:
                await super().on_partitions_assigned(assigned)
            self.seen = True

    consommateur.Reprendre = Skips


def answers_always_with_version_1():
    accuse = envoyer_accuses.accuse
    envoyer_accuses.accuse = lambda cle, habilitation_version, version: accuse(cle, habilitation_version, 1)


def never_answers():
    async def nothing(producer, topic, registre_):
        """Not a word."""

    consommateur.envoyer = nothing


def judges_dates_when_it_receives():
    """It keeps whether a right opens, on the day on which it came."""
    jour = os.environ["JOUR"]

    def at_once(record, droit):
        opens = droit["valide_du"] <= jour <= (droit["valide_au"] or jour)
        return droit | {"ouvre": droit["ouvre"] and opens, "valide_du": "2000-01-01", "valide_au": None}

    consommateur.lire = changed(consommateur.lire, at_once)


def compares_versions_as_texts():
    registre._RETENIR = registre._RETENIR.replace(
        ":version > version", "CAST(:version AS TEXT) > CAST(version AS TEXT)"
    )


def refuses_what_it_opens():
    accuse = envoyer_accuses.accuse
    envoyer_accuses.accuse = lambda *due: accuse(*due, motif="non appliqué")


def believes_the_key():
    lire = consommateur.lire

    def by_key(record):
        with contextlib.suppress(ValueError, TypeError, AttributeError, RecursionError):
            corps = consommateur.json.loads(record.value) | {"convocation_id": record.key.decode()}
            record = replace(record, value=consommateur.json.dumps(corps).encode())
        return lire(record)

    consommateur.lire = by_key


def forgets_its_answers_when_it_stops():
    class Forgets(registre.Registre):
        def __init__(self, fichier):
            super().__init__(fichier)
            if sys.argv[1:] != ["droits"]:
                with self:
                    self._base.execute("UPDATE droit SET accuse = 0 WHERE NOT du")

    consommateur.Registre = Forgets


def dies_of_a_large_number():
    consommateur.VERSION_MAX = 2**80


if __name__ == "__main__":
    globals()[sys.argv.pop(1)]()
    consommateur.main()
