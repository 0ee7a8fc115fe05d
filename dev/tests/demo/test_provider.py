"""The demo's accounts sign in at its provider by convocation's own gateway, and are what the demo says."""

from datetime import UTC, date, datetime

import pytest
from pydantic_settings import SettingsConfigDict

from acces.acteur import Role
from chassis.settings import ServiceSettings
from convocation.identite.fonctions import droits
from convocation.identite.fournisseur import Fournisseur, SignInRefused
from convocation.identite.settings import Genre, IdentiteSettings
from convocation.identite.vecteur import lire
from imagin_dev.cyclades import sample
from imagin_dev.demo.accounts import People
from imagin_dev.demo.provider import DemoProvider, accounts
from testkit.oidc_mock import MockProvider

PEOPLE = People.of(sample.closings())
BACK = "http://127.0.0.1:8000/connexion/retour/fim"
JOUR = date(2027, 1, 15)


class Service(IdentiteSettings, ServiceSettings):
    """Convocation's settings, those of the sign-in alone."""

    model_config = SettingsConfigDict(env_prefix="CONVOCATION_")


@pytest.fixture(scope="module")
async def provider(tmp_path_factory):
    running = DemoProvider(tmp_path_factory.mktemp("fournisseur"), PEOPLE)
    await running.start()
    yield running
    await running.stop()


@pytest.fixture
def service(provider, monkeypatch):
    for name, value in provider.settings.items():
        monkeypatch.setenv(name, value)
    return Service(database_url="postgresql://x", kafka_bootstrap="x:1")


@pytest.fixture
def gateway(service):
    reglages = service.fournisseurs[Genre.FIM]
    return Fournisseur(reglages, redirect_uri=BACK, clock=lambda: datetime.now(UTC))


async def signed_in(gateway, provider, account):
    depart = await gateway.begin(acr=None)
    returned = await provider.sign_in(depart.url, account)
    assert returned["state"] == depart.state
    return await gateway.finish(code=returned["code"], depart=depart)


def functions(service, identite):
    found = droits(lire(identite.claims), service.table, acr=identite.acr, amr=identite.amr, jour=JOUR)
    assert found.a_renforcer == ()
    return [(one.role, sorted(one.uais or one.academies), one.pour) for one in found.fonctions]


async def test_every_account_of_the_demo_signs_in_and_is_what_it_says(provider, service, gateway):
    lycee, cite, annexe, autre, *_ = PEOPLE.etablissements
    expected = {
        "chef": [(Role.CHEF, [lycee], "")],
        "chef d'une cite scolaire": [(Role.CHEF, sorted([cite, annexe]), "")],
        "delegue": [(Role.DELEGUE, [lycee], "camille.roux")],
        "chef et delegue": [(Role.CHEF, [autre], ""), (Role.DELEGUE, [lycee], "camille.roux")],
        "gestionnaire": [(Role.GESTIONNAIRE, ["10"], "")],
        "gestionnaire de deux academies": [(Role.GESTIONNAIRE, ["08", "10"], "")],
        "administrateur": [(Role.ADMINISTRATEUR, [], "")],
        "intervenant": [],
        "aucune fonction": [],
    }
    for account in provider.accounts:
        identite = await signed_in(gateway, provider, account)
        assert (identite.prenom, identite.nom) == (account.prenom, account.nom)
        assert functions(service, identite) == expected.pop(account.fonction), account.fonction
    assert expected == {}


async def test_the_demos_intervenant_is_somebody_of_the_directory(provider, gateway):
    [account] = [one for one in provider.accounts if one.fonction == "intervenant"]
    identite = await signed_in(gateway, provider, account)
    assert identite.courriel in {one.courriel for one in PEOPLE.by_academie["10"]}


async def test_a_code_of_the_provider_is_good_once(provider, gateway):
    depart = await gateway.begin(acr=None)
    returned = await provider.sign_in(depart.url, provider.accounts[0])
    await gateway.finish(code=returned["code"], depart=depart)
    with pytest.raises(SignInRefused, match="code"):
        await gateway.finish(code=returned["code"], depart=depart)


async def test_the_provider_has_a_page_to_sign_out_on(provider, gateway):
    identite = await signed_in(gateway, provider, provider.accounts[0])
    url = await gateway.end_session_url(identite.id_token, back_to="http://127.0.0.1:8000/connexion")
    assert url.startswith(f"{provider.url}/oauth2/end_session?id_token_hint=")


def test_a_demo_of_one_etablissement_has_all_accounts_too():
    uai, academie = next(iter(PEOPLE.etablissements.items()))
    alone = People({academie: PEOPLE.by_academie[academie][:1]}, {uai: academie})
    assert len({one.sub for one in accounts(alone)}) == 9


async def test_a_provider_that_does_not_come_up_says_why(tmp_path):
    with pytest.raises(AssertionError, match="user-claims"):
        await MockProvider(tmp_path / "fournisseur.log", [{"no": "sub"}]).start()
