"""The sentences of the avis, where each leads, and when the daily mail is due; pure."""

from datetime import UTC, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from convocation.avis.domain import TITRES, Fait, Sorte, adresse, dernieres_heures, phrase

pytestmark = pytest.mark.domain
PARIS = ZoneInfo("Europe/Paris")
ID = UUID(int=7)
DEBUT, FIN = datetime(2030, 1, 7, 8, tzinfo=PARIS), datetime(2030, 1, 11, 18, 30, tzinfo=PARIS)


def of(sorte, **more):
    about = {"convocation_id": ID, "libelle": "Histoire-géographie", "voie": "GENERALE"}
    service = sorte in {Sorte.OUVERTURE, Sorte.FERMETURE, Sorte.ECHEANCE}
    return Fait(sorte, "2030-E3C1", True, **({} if service else about) | more)


@pytest.mark.parametrize("sorte", [Sorte.EMPECHEMENT, Sorte.REFUS_SANTORIN, Sorte.MAIL_ECHEC])
def test_a_fact_about_somebody_names_the_mission_and_leads_to_the_convocation(sorte):
    assert "«\u00a0Histoire-géographie, voie générale\u00a0»" in phrase(of(sorte))
    assert adresse(of(sorte), "0699001J").startswith(f"/convocations/{ID}")


@pytest.mark.parametrize(
    ("fait", "said"),
    [
        (of(Sorte.OUVERTURE), "est ouvert."),
        (of(Sorte.OUVERTURE, fin=FIN), "est ouvert, jusqu’au vendredi 11 janvier 2030 à 18 h 30."),
        (of(Sorte.OUVERTURE, debut=DEBUT), "ouvre le lundi 7 janvier 2030 à 8 h 00."),
        (of(Sorte.FERMETURE), "est fermé."),
        (
            of(Sorte.ECHEANCE, fin=FIN, manquent=2),
            "ferme le vendredi 11 janvier 2030 à 18 h 30\u00a0: 2 missions sont encore sans convocation.",
        ),
        (of(Sorte.ECHEANCE, fin=FIN, manquent=1), "1 mission est encore sans convocation."),
    ],
)
def test_the_service_says_when(fait, said):
    assert phrase(fait).startswith("Le service de convocation de la session 2030-E3C1 ")
    assert phrase(fait).endswith(said)
    assert "session=2030-E3C1" in adresse(fait, "0699001J")


def test_every_kind_has_a_title():
    assert set(TITRES) == set(Sorte)


@pytest.mark.parametrize(
    ("now", "last"), [((7, 8, 0), (7, 7, 0)), ((7, 7, 0), (7, 7, 0)), ((7, 6, 59), (6, 7, 0)), ((1, 3, 0), (31, 7, 0))]
)
def test_the_daily_mail_was_last_due_at_seven_by_the_academies_clocks(now, last):
    day, hour, minute = now
    here = {"10": datetime(2030, 1, day, hour, minute, tzinfo=PARIS)}
    due = dernieres_heures(here, 7)["10"]
    assert (due.day, due.hour, due.minute) == last
    assert due <= here["10"]


def test_of_two_academies_each_has_its_own_morning():
    now = datetime(2030, 1, 7, 4, tzinfo=UTC)
    here = {"10": now.astimezone(PARIS), "28": now.astimezone(ZoneInfo("Indian/Reunion"))}
    due = dernieres_heures(here, 7)
    assert due["28"].astimezone(UTC) == datetime(2030, 1, 7, 3, tzinfo=UTC)
    assert due["10"].astimezone(UTC) == datetime(2030, 1, 6, 6, tzinfo=UTC)
