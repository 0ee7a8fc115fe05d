"""A provider that does as it is told, and the gateway to it."""

from datetime import UTC, datetime, timedelta

import pytest
from joserfc.jwk import ECKey, RSAKey

from convocation.identite.fournisseur import Fournisseur
from convocation.identite.settings import Genre, Reglages
from testkit.oidc import Issuer

BACK = "http://imagin.test/connexion/retour/fim"
PERSON = {
    "sub": "c.essai",
    "given_name": "Camille",
    "family_name": "ESSAI",
    "email": "c.essai@ac-exemple.invalid",
    "FrEduFonctAdm": "DIR",
    "FrEduRneResp": ["0699001J$UAJ$PU$N$T3$LYC$300"],
}


class Clock:
    """Our clock, some time ahead of the provider's."""

    def __init__(self):
        self.ahead = timedelta()

    def __call__(self):
        return datetime.now(UTC) + self.ahead


@pytest.fixture(scope="session")
def rsa():
    """Making one takes a tenth of a second."""
    return RSAKey.generate_key(auto_kid=True)


@pytest.fixture(scope="session")
def foreign():
    return RSAKey.generate_key(auto_kid=True)


@pytest.fixture(scope="session")
def elliptic():
    return ECKey.generate_key(auto_kid=True)


@pytest.fixture
def issuer(rsa):
    with Issuer(keys=[rsa], claims=dict(PERSON)) as running:
        yield running


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def gateway(issuer, clock):
    """Makes one; `settings` over the usual ones."""

    def make(**settings):
        usual = {"genre": Genre.FIM, "issuer": issuer.url, "client_id": issuer.client_id, "scope": "openid profile"}
        usual |= {"client_secret": issuer.client_secret, "pkce": True, "timeout_seconds": 5.0}
        return Fournisseur(Reglages(**usual | settings), redirect_uri=BACK, clock=clock)

    return make


@pytest.fixture
def sign_in(issuer):
    """A whole sign-in: to the provider and back."""

    async def run(fournisseur, *, acr=None):
        depart = await fournisseur.begin(acr=acr)
        return await fournisseur.finish(code=issuer.code_for(depart.url), depart=depart)

    return run
