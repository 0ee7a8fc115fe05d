"""One person's convocation, invented, as it is printed."""

import io
import random
from datetime import date, datetime, timedelta, timezone

import pytest
from PIL import Image

from convocation.convocations.domain import NatureVersion
from convocation.documents.rendering import Document, Signataire


def drawn():
    file = io.BytesIO()
    # Not Image.effect_noise: it draws from C's rand(), which other tests of the process draw from too.
    Image.frombytes("RGB", (300, 120), random.Random(1).randbytes(300 * 120 * 3)).save(file, "PNG")
    return file.getvalue()


@pytest.fixture(scope="session")
def document():
    return Document(
        nature=NatureVersion.CONVOCATION,
        version=1,
        reference="7F3A22C9-1",
        civilite="Mme",
        nom="LEFÈVRE-NGUYỄN",
        prenom="Anaïs",
        numero="0421973",
        session="2027-E3C1",
        type_libelle="Epreuve commune de contrôle continu",
        libelle="Humanités, littérature et philosophie",
        voie="GENERALE",
        qualite="Correcteur Santorin",
        numerisation=False,
        dates=(date(2027, 2, 15),),
        observation="Réunion d’entente à 9 h en salle B12.",
        motif=None,
        etablissement_nom="LYCEE FICTIF",
        etablissement_commune="LYON",
        uai="0699001J",
        academie="Lyon",
        signataire=Signataire("Jeanne", "MARTIN", "Proviseure", drawn()),
        contact="l’établissement (LYCEE FICTIF, LYON)",
        verification_url="https://imagin.exemple.invalid/verifier/" + "k2Jq8vZ4" * 5 + "abc",
        etablie_le=datetime(2027, 1, 18, 8, 5, tzinfo=timezone(timedelta(hours=1))),
    )
