"""A browser at a provider that says whatever a test wants."""

from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest
from pydantic import SecretStr, TypeAdapter

from convocation.identite.fonctions import Table
from convocation.identite.fournisseur import Fournisseur
from convocation.identite.settings import Genre
from testkit.oidc import Issuer

LYON = "0699001J"
HTML = {"Accept": "text/html", "Sec-Fetch-Site": "same-origin"}
CHEF = {
    "sub": "c.essai",
    "given_name": "Camille",
    "family_name": "ESSAI",
    "email": "c.essai@ac-exemple.invalid",
    "FrEduFonctAdm": "DIR",
    "FrEduRneResp": [f"{LYON}$UAJ$PU$N$T3$LYC$300"],
}
RULE = {"attribut": "ctgrps", "valeur": "GRP", "role": "gestionnaire", "academies": ["codaca"]}


@pytest.fixture
def issuer():
    with Issuer(claims=dict(CHEF)) as running:
        yield running


class Portail:
    """A browser that goes to the provider and comes back; its cookies are the client's. `table`: of the settings."""

    @staticmethod
    def table(**options):
        return TypeAdapter(Table).validate_python({"regles": [RULE]} | options)

    def __init__(self, world, issuer):
        self.world, self.issuer, self.client = world, issuer, world.client

    async def leave(self, suite="/missions"):
        answer = await self.client.get("/connexion/fim", params={"suite": suite}, headers=HTML)
        assert answer.status_code == 303, answer.text
        return answer.headers["location"]

    def back(self, url):
        """Where the provider sends the browser."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        return {"code": self.issuer.code_for(url), "state": asked["state"]}

    async def come_back(self, given):
        return await self.client.get("/connexion/fim/retour", params=given, headers=HTML)

    async def sign_in(self, **options):
        return await self.come_back(self.back(await self.leave(**options)))

    async def moi(self):
        answer = await self.client.get("/api/moi")
        return answer.json() if answer.status_code == 200 else answer.status_code

    async def out(self):
        return await self.client.post("/deconnexion", headers=HTML)


@pytest.fixture
def portail(world, issuer):
    settings, state = world.settings, world.app.state.application
    settings.fim_issuer, settings.fim_client_id = issuer.url, issuer.client_id
    settings.fim_client_secret, settings.fonctions = SecretStr(issuer.client_secret), Portail.table()
    back = f"{settings.public_url}/connexion/fim/retour"
    known = {Genre.FIM: Fournisseur(settings.fournisseurs[Genre.FIM], redirect_uri=back, clock=state.clock)}
    world.app.state.application = replace(state, fournisseurs=known)
    yield Portail(world, issuer)
    world.client.cookies.clear()
