"""One person's convocations, invented, and the mail that tells them."""

from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from notifier.domain.courrier import Calendrier, Entree, Envoi, Item, Nature, Piece
from notifier.gateways.composition import compose

ENVOI = Envoi(
    convocation_id=UUID(int=1),
    version=1,
    nature="CONVOCATION",
    lue=False,
    courriel="elodie.boeuf@ac-exemple.invalid",
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
    observation="Apporter un stylo rouge.\nSalle des professeurs.",
    motif=None,
    reponse_empechement=None,
    signataire="Ana CHEF\nProviseure",
    reponse="Dominique EXEMPLE <gestionnaire@ac-exemple.invalid>",
    precedente=None,
    lien="https://imagin.invalid/lien/jeton",
    document=Piece("convocation-1.pdf", b"%PDF-1.7\r\n\x00\xff\n\r.\r\n"),
    calendrier=Calendrier("convocation-1.ics", "REQUEST", "BEGIN:VCALENDAR\r\nSUMMARY:é\r\n\r\nEND:VCALENDAR\r\n"),
)


@pytest.fixture(scope="session")
def envoi():
    return ENVOI


@pytest.fixture(scope="session")
def mail():
    """`mail(items)`: the message, always at the same moment."""

    def compose_(items, message_id="<5f0c@imagin.invalid>"):
        moment = datetime(2020, 2, 1, 8, tzinfo=UTC)
        return compose(items, message_id=message_id, date=moment, sender="IMAG'IN <ne-pas-repondre@imagin.invalid>")

    return compose_


def _missions():
    numerisation = {"type": "NUMERISATION", "qualite": None, "voie": "COMMUNE", "libelle": "Numérisation de copies"}
    return {
        "correction": ENVOI,
        "coordinateur": replace(ENVOI, civilite="M.", prenom="Jean", nom="DUPONT", qualite="Coordinateur"),
        "numerisation": replace(ENVOI, **numerisation, observation="", signataire=None, reponse=None),
    }


def _told(nature, envoi, number=1):
    """With what belongs to the nature, and documents of its own."""
    more = {"convocation_id": UUID(int=number), "document": Piece(f"convocation-{number}.pdf", b"%PDF")}
    methode = "CANCEL" if nature is Nature.ANNULATION else "REQUEST"
    more["calendrier"] = Calendrier(f"convocation-{number}.ics", methode, f"METHOD:{methode}\r\n")
    if nature is Nature.ANNULATION:
        more["motif"] = "Épreuve reportée au mois de mai."
    if nature is Nature.REPONSE:
        more["reponse_empechement"] = "Votre demi-journée est déplacée au matin.\nMerci de venir."
    if nature is Nature.MODIFICATION:
        qualite = None if envoi.type == "NUMERISATION" else "Correcteur"
        more["precedente"] = Entree(qualite, (date(2020, 3, 4), date(2020, 3, 5)), envoi.observation)
    return Item(nature, replace(envoi, **more))


def _mails():
    missions = _missions()
    mails = {
        f"{nature.value.lower()}-{name}": [_told(nature, envoi)]
        for nature in Nature
        for name, envoi in missions.items()
    }
    correction = missions["correction"]
    ailleurs = replace(correction, etablissement="LYCEE INVENTE, PARIS (0759001A)", signataire="Luc AUTRE\nProviseur")
    numerisation = replace(missions["numerisation"], dates=(date(2020, 1, 31), date(2020, 2, 1)))
    three = [correction, ailleurs, numerisation]
    for nature in Nature:
        mails[f"{nature.value.lower()}-plusieurs"] = [_told(nature, one, rank) for rank, one in enumerate(three, 1)]
    natures = (Nature.ANNULATION, Nature.CONVOCATION, Nature.MODIFICATION)
    mails["melange"] = [_told(*pair, rank) for rank, pair in enumerate(zip(natures, three, strict=True), 1)]
    same = Entree(correction.qualite, correction.dates, correction.observation)
    mails["modification-de-rien"] = [Item(Nature.MODIFICATION, replace(correction, precedente=same))]
    return mails


@pytest.fixture(scope="session")
def mails():
    """Every mail there is, by name: each nature for each kind of mission, several missions, natures mixed."""
    return _mails()


def pytest_generate_tests(metafunc):
    if "name" in metafunc.fixturenames:
        metafunc.parametrize("name", _mails())
