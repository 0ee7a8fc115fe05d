"""The settings of signing in: what is incomplete or unsafe is refused at start."""

import json

import pytest
from pydantic import ValidationError
from pydantic_settings import SettingsConfigDict

from acces.acteur import Role
from chassis.settings import ServiceSettings
from convocation.identite.fonctions import Exigence, Regle
from convocation.identite.settings import Genre, IdentiteSettings

FIM = {"fim_issuer": "https://fim.invalid/sso", "fim_client_id": "imagin", "fim_client_secret": "un secret"}
PROCONNECT = {
    "proconnect_issuer": "https://proconnect.invalid/api/v2",
    "proconnect_client_id": "imagin-pc",
    "proconnect_client_secret": "un autre",
}


class Service(IdentiteSettings, ServiceSettings):
    """Convocation's settings, those of this room alone."""

    model_config = SettingsConfigDict(env_prefix="CONVOCATION_")


def made(**settings):
    return Service(database_url="postgresql://x", kafka_bootstrap="x:1", **settings)


def test_without_an_issuer_no_provider_is_offered():
    assert made().fournisseurs == {}


def test_each_provider_that_has_an_issuer_is_offered_with_its_own_client():
    found = made(**FIM, **PROCONNECT, oidc_timeout_seconds=3).fournisseurs
    assert list(found) == [Genre.FIM, Genre.PROCONNECT]
    fim, proconnect = found.values()
    assert (fim.issuer, fim.client_id, fim.client_secret) == ("https://fim.invalid/sso", "imagin", "un secret")
    assert (proconnect.client_id, proconnect.client_secret) == ("imagin-pc", "un autre")
    assert (fim.pkce, proconnect.pkce, fim.timeout_seconds) == (True, False, 3)
    assert "un secret" not in repr(fim)


@pytest.mark.parametrize("missing", ["fim_client_id", "fim_client_secret"])
def test_an_issuer_without_its_client_is_refused(missing):
    with pytest.raises(ValidationError, match="CONVOCATION_FIM_CLIENT_ID and CONVOCATION_FIM_CLIENT_SECRET are needed"):
        made(**{name: value for name, value in FIM.items() if name != missing})


@pytest.mark.parametrize(
    ("issuer", "good"),
    [
        ("https://fim.invalid", True),
        ("https://fim.invalid/", True),
        ("http://127.0.0.1:9400", True),
        ("http://localhost:9400", True),
        ("http://fim.invalid", False),
        ("http://127.0.0.1.fim.invalid", False),
        ("https://fim.invalid/?x=1", False),
        ("ftp://fim.invalid", False),
        ("fim.invalid", False),
    ],
)
def test_a_provider_is_reached_by_https_or_on_this_machine(issuer, good):
    if good:
        assert made(**FIM | {"fim_issuer": issuer}).fournisseurs[Genre.FIM].issuer == issuer
    else:
        with pytest.raises(ValidationError, match=r"(?i)fim_issuer"):
            made(**FIM | {"fim_issuer": issuer})


def test_the_secret_may_come_from_a_file(tmp_path, monkeypatch):
    file = tmp_path / "secret"
    file.write_text("du fichier\n", encoding="utf-8")
    monkeypatch.setenv("CONVOCATION_FIM_CLIENT_SECRET_FILE", str(file))
    settings = made(**{name: value for name, value in FIM.items() if name != "fim_client_secret"})
    assert settings.fournisseurs[Genre.FIM].client_secret == "du fichier"


TABLE = {
    "applications": ["imagin", "imagin_etab"],
    "regles": [
        {"attribut": "ctgrps", "valeur": "GRP_IMAGIN_SIEC", "role": "gestionnaire", "academies": ["01", "24", "25"]},
        {"attribut": "ctgrps", "valeur": "GRP_IMAGIN_ADMIN", "role": "administrateur"},
    ],
    "exigences": {"gestionnaire": {}},
}


@pytest.mark.parametrize("from_file", [False, True])
def test_the_table_of_functions_is_json_in_a_variable_or_a_file(tmp_path, monkeypatch, from_file):
    if from_file:
        file = tmp_path / "fonctions.json"
        file.write_text(json.dumps(TABLE), encoding="utf-8")
        monkeypatch.setenv("CONVOCATION_FONCTIONS_FILE", str(file))
    else:
        monkeypatch.setenv("CONVOCATION_FONCTIONS", json.dumps(TABLE))
    table = made().table
    assert table.applications == ("imagin", "imagin_etab")
    assert table.regles[0] == Regle("ctgrps", "GRP_IMAGIN_SIEC", Role.GESTIONNAIRE, ("01", "24", "25"))
    assert table.exigence(Role.GESTIONNAIRE) == Exigence()
    assert table.exigence(Role.ADMINISTRATEUR).demande == "eidas2 eidas3"


@pytest.mark.parametrize(
    "table",
    [
        "non",
        "[]",
        '{"regle": []}',
        '{"regles": [{"attribut": "ctgrps", "valeur": "G", "role": "chef"}]}',
        '{"regles": [{"attribut": "ctgrps", "valeur": "G", "role": "gestionnaire"}]}',
        '{"regles": [{"attribut": "email", "valeur": "G", "role": "administrateur"}]}',
        '{"regles": [{"attribut": "ctgrps", "valeur": "G", "role": "administrateur", "academie": "10"}]}',
        '{"exigences": {"gestionnaire": {"mfa": true}}}',
        '{"exigences": {"directeur": {}}}',
    ],
)
def test_a_table_that_makes_no_sense_is_refused_at_start(monkeypatch, table):
    monkeypatch.setenv("CONVOCATION_FONCTIONS", table)
    with pytest.raises(ValueError, match=r"fonctions"):
        made()
